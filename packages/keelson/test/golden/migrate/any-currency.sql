-- warning narrower-values: resource "note", price_amount and price_currency
--   Its values are held to a new bound: the migration fails while records beyond it exist.
--   → Correct such records in a data migration that comes before.
-- expand: expand, transaction yes

alter table "notes" add column "price_currency" text;

alter table "notes" add constraint "notes_price_currency_check" check ("price_currency" ~ '^[A-Z]{3}$') not valid;

-- prove: expand, transaction yes

alter table "notes" validate constraint "notes_price_currency_check";

-- contract: contract, transaction yes

alter table "notes" add constraint "notes_price_amount_price_currency_check" check (("price_amount" is null) = ("price_currency" is null)) not valid;

-- uphold: contract, transaction yes

alter table "notes" validate constraint "notes_price_amount_price_currency_check";

-- in one go

alter table "notes" add column "price_currency" text;

alter table "notes" add constraint "notes_price_currency_check" check ("price_currency" ~ '^[A-Z]{3}$');

alter table "notes" add constraint "notes_price_amount_price_currency_check" check (("price_amount" is null) = ("price_currency" is null));
