-- expand: expand, transaction yes

alter table "notes" add column "size" integer not null default 0;

alter table "notes" add constraint "notes_size_check" check ("size" >= 0) not valid;

-- prove: expand, transaction yes

alter table "notes" validate constraint "notes_size_check";

-- in one go

alter table "notes" add column "size" integer not null default 0;

alter table "notes" add constraint "notes_size_check" check ("size" >= 0);
