-- expand: expand, transaction yes

alter table "notes" alter column "body" drop not null;

-- in one go

alter table "notes" alter column "body" drop not null;
