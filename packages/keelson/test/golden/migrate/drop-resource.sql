-- contract: contract, transaction yes

drop table "tags";

-- in one go

drop table "tags";
