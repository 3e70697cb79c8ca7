-- warning rename-stops-old-code: resource "note", field "a_aside"
--   "a" becomes "a_aside": the version of the code that is running fails from then on, and the new one needs it.
--   → Stop the old version, apply, start the new one. Where that is too long, add a new field beside the old one and move over in steps.
-- warning rename-stops-old-code: resource "note", field "a"
--   "b" becomes "a": the version of the code that is running fails from then on, and the new one needs it.
--   → Stop the old version, apply, start the new one. Where that is too long, add a new field beside the old one and move over in steps.
-- warning rename-stops-old-code: resource "note", field "b"
--   "a_aside" becomes "b": the version of the code that is running fails from then on, and the new one needs it.
--   → Stop the old version, apply, start the new one. Where that is too long, add a new field beside the old one and move over in steps.
-- rename: contract, transaction yes

alter table "notes" rename column "a" to "a_aside";

alter table "notes" rename column "b" to "a";

alter table "notes" rename column "a_aside" to "b";

alter table "notes" rename constraint "notes_a_check" to "notes_a_check_aside";

alter table "notes" rename constraint "notes_b_check" to "notes_a_check";

alter table "notes" rename constraint "notes_a_check_aside" to "notes_b_check";

alter index "notes_a_key" rename to "notes_b_key";

-- in one go

alter table "notes" rename column "a" to "a_aside";

alter table "notes" rename column "b" to "a";

alter table "notes" rename column "a_aside" to "b";

alter table "notes" rename constraint "notes_a_check" to "notes_a_check_aside";

alter table "notes" rename constraint "notes_b_check" to "notes_a_check";

alter table "notes" rename constraint "notes_a_check_aside" to "notes_b_check";

alter index "notes_a_key" rename to "notes_b_key";
