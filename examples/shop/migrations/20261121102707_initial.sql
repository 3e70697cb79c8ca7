-- keelson migration 20261121102707_initial
-- phase: expand
-- transaction: yes
-- checksum: sha256:047a9a553e7b38a91d985cd35ce039a7394d6a66b88ff9e318f0e2c514f39443

create table "customers" (
  "id" uuid not null,
  "name" text not null,
  "email" text not null,
  "phone" text,
  "address" jsonb,
  "account" text not null,
  "created_at" timestamptz not null default now(),
  "updated_at" timestamptz not null default now(),
  "version" integer not null default 1,
  constraint "customers_pkey" primary key ("id"),
  constraint "customers_name_check" check (char_length("name") >= 1 and char_length("name") <= 200),
  constraint "customers_email_check" check (char_length("email") <= 254),
  constraint "customers_phone_check" check (char_length("phone") <= 40),
  constraint "customers_account_check" check (char_length("account") >= 1 and char_length("account") <= 200)
);

create unique index "customers_email_key" on "customers" ("email");

create unique index "customers_account_key" on "customers" ("account");

create index "customers_created_at_id_idx" on "customers" ("created_at", "id");

create index "customers_name_id_idx" on "customers" ("name", "id");

create table "order_lines" (
  "id" uuid not null,
  "order_id" uuid not null,
  "product_id" uuid not null,
  "quantity" integer not null,
  "unit_price_amount" bigint not null,
  "created_at" timestamptz not null default now(),
  "updated_at" timestamptz not null default now(),
  "version" integer not null default 1,
  constraint "order_lines_pkey" primary key ("id"),
  constraint "order_lines_quantity_check" check ("quantity" >= 1 and "quantity" <= 10000),
  constraint "order_lines_unit_price_amount_check" check ("unit_price_amount" between -9007199254740991 and 9007199254740991 and "unit_price_amount" >= 0)
);

create index "order_lines_order_id_idx" on "order_lines" ("order_id");

create index "order_lines_product_id_idx" on "order_lines" ("product_id");

create index "order_lines_created_at_id_idx" on "order_lines" ("created_at", "id");

create table "orders" (
  "id" uuid not null,
  "customer_id" uuid not null,
  "status" text not null default 'draft',
  "total_amount" bigint not null default 0,
  "note" text,
  "placed_at" timestamptz,
  "created_at" timestamptz not null default now(),
  "updated_at" timestamptz not null default now(),
  "version" integer not null default 1,
  constraint "orders_pkey" primary key ("id"),
  constraint "orders_status_check" check ("status" in ('draft', 'placed', 'paid', 'shipped', 'cancelled', 'refunded')),
  constraint "orders_total_amount_check" check ("total_amount" between -9007199254740991 and 9007199254740991 and "total_amount" >= 0),
  constraint "orders_note_check" check (char_length("note") <= 2000)
);

create index "orders_status_created_at_id_idx" on "orders" ("status", "created_at", "id");

create index "orders_customer_id_created_at_id_idx" on "orders" ("customer_id", "created_at", "id");

create index "orders_created_at_id_idx" on "orders" ("created_at", "id");

create index "orders_placed_at_id_idx" on "orders" ("placed_at", "id");

create index "orders_total_amount_id_idx" on "orders" ("total_amount", "id");

create table "products" (
  "id" uuid not null,
  "sku" text not null,
  "name" text not null,
  "description" text not null default '',
  "category" text not null,
  "price_amount" bigint not null,
  "stock" integer not null default 0,
  "active" boolean not null default true,
  "created_at" timestamptz not null default now(),
  "updated_at" timestamptz not null default now(),
  "version" integer not null default 1,
  constraint "products_pkey" primary key ("id"),
  constraint "products_sku_check" check (char_length("sku") >= 1 and char_length("sku") <= 40),
  constraint "products_name_check" check (char_length("name") >= 1 and char_length("name") <= 200),
  constraint "products_description_check" check (char_length("description") <= 4000),
  constraint "products_category_check" check ("category" in ('kitchen', 'garden', 'office', 'books', 'toys', 'outdoor')),
  constraint "products_price_amount_check" check ("price_amount" between -9007199254740991 and 9007199254740991 and "price_amount" >= 0),
  constraint "products_stock_check" check ("stock" >= 0 and "stock" <= 1000000)
);

create unique index "products_sku_key" on "products" ("sku");

create index "products_name_id_idx" on "products" ("name", "id");

create index "products_price_amount_id_idx" on "products" ("price_amount", "id");

create index "products_created_at_id_idx" on "products" ("created_at", "id");

alter table "order_lines" add constraint "order_lines_order_id_fkey" foreign key ("order_id") references "orders" ("id") on delete cascade;

alter table "order_lines" add constraint "order_lines_product_id_fkey" foreign key ("product_id") references "products" ("id") on delete restrict;

alter table "orders" add constraint "orders_customer_id_fkey" foreign key ("customer_id") references "customers" ("id") on delete restrict;
