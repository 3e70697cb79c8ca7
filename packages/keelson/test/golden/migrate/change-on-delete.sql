-- expand: expand, transaction yes

alter table "notes"
  drop constraint "notes_author_id_fkey",
  add constraint "notes_author_id_fkey" foreign key ("author_id") references "authors" ("id") on delete cascade not valid;

-- prove: expand, transaction yes

alter table "notes" validate constraint "notes_author_id_fkey";

-- in one go

alter table "notes" drop constraint "notes_author_id_fkey";

alter table "notes" add constraint "notes_author_id_fkey" foreign key ("author_id") references "authors" ("id") on delete cascade;
