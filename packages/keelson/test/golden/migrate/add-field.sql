-- expand: expand, transaction yes

alter table "notes" add column "done" boolean not null default false;

alter table "notes" add column "at" timestamptz;

-- in one go

alter table "notes" add column "done" boolean not null default false;

alter table "notes" add column "at" timestamptz;
