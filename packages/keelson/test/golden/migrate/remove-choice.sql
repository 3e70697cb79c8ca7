-- warning narrower-values: resource "note", kind
--   Its values are held to a new bound: the migration fails while records beyond it exist.
--   → Correct such records in a data migration that comes before.
-- contract: contract, transaction yes

alter table "notes"
  drop constraint "notes_kind_check",
  add constraint "notes_kind_check" check ("kind" in ('a', 'b')) not valid;

-- uphold: contract, transaction yes

alter table "notes" validate constraint "notes_kind_check";

-- in one go

alter table "notes" drop constraint "notes_kind_check";

alter table "notes" add constraint "notes_kind_check" check ("kind" in ('a', 'b'));
