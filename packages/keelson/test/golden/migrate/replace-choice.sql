-- warning narrower-values: resource "note", kind
--   Its values are held to a new bound: the migration fails while records beyond it exist.
--   → Correct such records in a data migration that comes before.
-- expand: expand, transaction yes

alter table "notes" drop constraint "notes_kind_check";

-- contract: contract, transaction yes

alter table "notes" add constraint "notes_kind_check" check ("kind" in ('b', 'c')) not valid;

-- uphold: contract, transaction yes

alter table "notes" validate constraint "notes_kind_check";

-- in one go

alter table "notes" drop constraint "notes_kind_check";

alter table "notes" add constraint "notes_kind_check" check ("kind" in ('b', 'c'));
