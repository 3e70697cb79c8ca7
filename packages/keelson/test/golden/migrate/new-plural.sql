-- warning rename-stops-old-code: resource "note"
--   "notes" becomes "scribbles": the version of the code that is running fails from then on, and the new one needs it.
--   → Stop the old version, apply, start the new one. Where that is too long, add a new field beside the old one and move over in steps.
-- rename: contract, transaction yes

alter table "notes" rename to "scribbles";

alter table "scribbles" rename constraint "notes_body_check" to "scribbles_body_check";

alter index "notes_pkey" rename to "scribbles_pkey";

alter index "notes_created_at_id_idx" rename to "scribbles_created_at_id_idx";

-- in one go

alter table "notes" rename to "scribbles";

alter table "scribbles" rename constraint "notes_body_check" to "scribbles_body_check";

alter index "notes_pkey" rename to "scribbles_pkey";

alter index "notes_created_at_id_idx" rename to "scribbles_created_at_id_idx";
