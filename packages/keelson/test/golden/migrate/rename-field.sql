-- warning rename-stops-old-code: resource "note", field "cost"
--   "price_amount" becomes "cost_amount": the version of the code that is running fails from then on, and the new one needs it.
--   → Stop the old version, apply, start the new one. Where that is too long, add a new field beside the old one and move over in steps.
-- warning rename-stops-old-code: resource "note", field "cost"
--   "price_currency" becomes "cost_currency": the version of the code that is running fails from then on, and the new one needs it.
--   → Stop the old version, apply, start the new one. Where that is too long, add a new field beside the old one and move over in steps.
-- rename: contract, transaction yes

alter table "notes" rename column "price_amount" to "cost_amount";

alter table "notes" rename column "price_currency" to "cost_currency";

alter table "notes" rename constraint "notes_price_amount_check" to "notes_cost_amount_check";

alter table "notes" rename constraint "notes_price_currency_check" to "notes_cost_currency_check";

-- in one go

alter table "notes" rename column "price_amount" to "cost_amount";

alter table "notes" rename column "price_currency" to "cost_currency";

alter table "notes" rename constraint "notes_price_amount_check" to "notes_cost_amount_check";

alter table "notes" rename constraint "notes_price_currency_check" to "notes_cost_currency_check";
