-- expand: expand, transaction yes

alter table "notes" add column "author_id" uuid;

alter table "notes" add constraint "notes_author_id_fkey" foreign key ("author_id") references "authors" ("id") on delete restrict not valid;

-- prove: expand, transaction yes

alter table "notes" validate constraint "notes_author_id_fkey";

-- index: expand, transaction no

create index concurrently "notes_author_id_idx" on "notes" ("author_id");

-- in one go

alter table "notes" add column "author_id" uuid;

create index "notes_author_id_idx" on "notes" ("author_id");

alter table "notes" add constraint "notes_author_id_fkey" foreign key ("author_id") references "authors" ("id") on delete restrict;
