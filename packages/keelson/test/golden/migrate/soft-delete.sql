-- expand: expand, transaction yes

alter table "notes" add column "deleted_at" timestamptz;

-- swap: contract, transaction no

create unique index concurrently "notes_body_key_next" on "notes" ("body") where "deleted_at" is null;

drop index concurrently "notes_body_key";

alter index "notes_body_key_next" rename to "notes_body_key";

-- in one go

drop index "notes_body_key";

alter table "notes" add column "deleted_at" timestamptz;

create unique index "notes_body_key" on "notes" ("body") where "deleted_at" is null;
