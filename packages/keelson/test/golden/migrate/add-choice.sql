-- expand: expand, transaction yes

alter table "notes"
  drop constraint "notes_kind_check",
  add constraint "notes_kind_check" check ("kind" in ('a', 'b', 'c')) not valid;

-- prove: expand, transaction yes

alter table "notes" validate constraint "notes_kind_check";

-- in one go

alter table "notes" drop constraint "notes_kind_check";

alter table "notes" add constraint "notes_kind_check" check ("kind" in ('a', 'b', 'c'));
