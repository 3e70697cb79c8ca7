-- index: expand, transaction no

drop index concurrently "notes_body_key";

-- in one go

drop index "notes_body_key";
