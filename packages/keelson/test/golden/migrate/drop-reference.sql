-- expand: expand, transaction yes

alter table "notes" drop constraint "notes_author_id_fkey";

alter table "notes" alter column "author_id" drop not null;

-- contract: contract, transaction yes

alter table "notes" drop column "author_id";

-- in one go

alter table "notes" drop constraint "notes_author_id_fkey";

alter table "notes" drop column "author_id";
