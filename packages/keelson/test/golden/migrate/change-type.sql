-- error type-change: resource "note", field "n"
--   Its column would change from integer to text: PostgreSQL would rewrite the whole table and stop all reads and writes meanwhile.
--   → In three versions: add the new field beside it and write both; copy the old values in a data migration; read the new field and remove the old one.
-- warning narrower-values: resource "note", n
--   Its values are held to a new bound: the migration fails while records beyond it exist.
--   → Correct such records in a data migration that comes before.
-- expand: expand, transaction yes

alter table "notes" alter column "n" type text;

-- contract: contract, transaction yes

alter table "notes" add constraint "notes_n_check" check (char_length("n") <= 10000) not valid;

-- uphold: contract, transaction yes

alter table "notes" validate constraint "notes_n_check";

-- in one go

alter table "notes"
  alter column "n" drop default,
  alter column "n" type text using "n"::text;

alter table "notes" add constraint "notes_n_check" check (char_length("n") <= 10000);
