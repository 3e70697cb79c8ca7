-- index: expand, transaction no

create index concurrently "notes_body_idx_next" on "notes" ("body" desc);

drop index concurrently "notes_body_idx";

alter index "notes_body_idx_next" rename to "notes_body_idx";

-- in one go

drop index "notes_body_idx";

create index "notes_body_idx" on "notes" ("body" desc);
