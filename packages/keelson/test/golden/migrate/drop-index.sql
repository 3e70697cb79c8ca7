-- swap: contract, transaction no

drop index concurrently "notes_body_idx";

-- in one go

drop index "notes_body_idx";
