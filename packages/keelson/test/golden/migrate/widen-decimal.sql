-- expand: expand, transaction yes

alter table "notes" alter column "n" type numeric(12,2);

-- in one go

alter table "notes" alter column "n" type numeric(12,2);
