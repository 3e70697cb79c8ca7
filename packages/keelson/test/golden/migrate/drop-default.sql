-- contract: contract, transaction yes

alter table "notes" alter column "body" drop default;

-- in one go

alter table "notes" alter column "body" drop default;
