-- warning null-rows: resource "note", field "body"
--   It becomes required and has no default: the migration fails while records without a value exist.
--   → Fill them in a data migration that comes before, or give it `.default(…)`.
-- contract: contract, transaction yes

alter table "notes" add constraint "notes_body_required" check ("body" is not null) not valid;

-- uphold: contract, transaction yes

alter table "notes" validate constraint "notes_body_required";

alter table "notes" alter column "body" set not null;

alter table "notes" drop constraint "notes_body_required";

-- in one go

alter table "notes" alter column "body" set not null;
