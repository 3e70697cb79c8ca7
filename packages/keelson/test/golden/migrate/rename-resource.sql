-- warning rename-stops-old-code: resource "memo"
--   "notes" becomes "memos": the version of the code that is running fails from then on, and the new one needs it.
--   → Stop the old version, apply, start the new one. Where that is too long, add a new field beside the old one and move over in steps.
-- rename: contract, transaction yes

alter table "notes" rename to "memos";

alter table "memos" rename constraint "notes_body_check" to "memos_body_check";

alter index "notes_pkey" rename to "memos_pkey";

alter index "notes_created_at_id_idx" rename to "memos_created_at_id_idx";

-- in one go

alter table "notes" rename to "memos";

alter table "memos" rename constraint "notes_body_check" to "memos_body_check";

alter index "notes_pkey" rename to "memos_pkey";

alter index "notes_created_at_id_idx" rename to "memos_created_at_id_idx";
