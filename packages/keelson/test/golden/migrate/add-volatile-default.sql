-- expand: expand, transaction yes

alter table "notes"
  add column "token" uuid,
  alter column "token" set default gen_random_uuid();

-- fill: data, transaction yes

update "notes" set "token" = default where "token" is null;

-- guard: expand, transaction yes

alter table "notes" add constraint "notes_token_required" check ("token" is not null) not valid;

-- prove: expand, transaction yes

alter table "notes" validate constraint "notes_token_required";

alter table "notes" alter column "token" set not null;

alter table "notes" drop constraint "notes_token_required";

-- in one go

alter table "notes" add column "token" uuid not null default gen_random_uuid();
