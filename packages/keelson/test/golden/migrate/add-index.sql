-- index: expand, transaction no

create index concurrently "notes_body_idx" on "notes" ("body");

-- in one go

create index "notes_body_idx" on "notes" ("body");
