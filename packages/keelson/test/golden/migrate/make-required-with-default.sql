-- expand: expand, transaction yes

alter table "notes" alter column "body" set default '';

-- clear: contract, transaction yes

update "notes" set "body" = default where "body" is null;

-- contract: contract, transaction yes

alter table "notes" add constraint "notes_body_required" check ("body" is not null) not valid;

-- uphold: contract, transaction yes

alter table "notes" validate constraint "notes_body_required";

alter table "notes" alter column "body" set not null;

alter table "notes" drop constraint "notes_body_required";

-- in one go

alter table "notes" alter column "body" set default '';

update "notes" set "body" = default where "body" is null;

alter table "notes" alter column "body" set not null;
