-- warning narrower-values: resource "note", body
--   Its values are held to a new bound: the migration fails while records beyond it exist.
--   → Correct such records in a data migration that comes before.
-- contract: contract, transaction yes

alter table "notes"
  drop constraint "notes_body_check",
  add constraint "notes_body_check" check (char_length("body") <= 50) not valid;

-- uphold: contract, transaction yes

alter table "notes" validate constraint "notes_body_check";

-- in one go

alter table "notes" drop constraint "notes_body_check";

alter table "notes" add constraint "notes_body_check" check (char_length("body") <= 50);
