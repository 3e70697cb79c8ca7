-- warning new-unique: resource "note", body
--   It becomes unique: the migration fails while two records share a value.
--   → Remove duplicates in a data migration that comes before.
-- swap: contract, transaction no

create unique index concurrently "notes_body_key" on "notes" ("body");

-- in one go

create unique index "notes_body_key" on "notes" ("body");
