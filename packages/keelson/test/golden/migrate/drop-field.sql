-- expand: expand, transaction yes

alter table "notes" alter column "size" drop not null;

-- contract: contract, transaction yes

alter table "notes" drop column "size";

-- in one go

alter table "notes" drop column "size";
