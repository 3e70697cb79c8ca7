-- expand: expand, transaction yes

create table "articles" (
  "id" uuid not null,
  "author_id" uuid not null,
  "status" text not null default 'draft',
  "price_amount" bigint,
  "price_currency" text,
  "rating" numeric(3,2),
  "extra" jsonb not null default '{}'::jsonb,
  "created_at" timestamptz not null default now(),
  "updated_at" timestamptz not null default now(),
  "version" integer not null default 1,
  constraint "articles_pkey" primary key ("id"),
  constraint "articles_status_check" check ("status" in ('draft', 'it''s out')),
  constraint "articles_price_amount_check" check ("price_amount" between -9007199254740991 and 9007199254740991 and "price_amount" >= 0),
  constraint "articles_price_currency_check" check ("price_currency" ~ '^[A-Z]{3}$'),
  constraint "articles_price_amount_price_currency_check" check (("price_amount" is null) = ("price_currency" is null)),
  constraint "articles_rating_check" check ("rating" <= 5)
);

create index "articles_status_created_at_idx" on "articles" ("status", "created_at" desc);

create index "articles_author_id_idx" on "articles" ("author_id");

create index "articles_created_at_id_idx" on "articles" ("created_at", "id");

create table "articles_tags" (
  "article_id" uuid not null,
  "tag_id" uuid not null,
  constraint "articles_tags_pkey" primary key ("article_id", "tag_id")
);

create index "articles_tags_tag_id_idx" on "articles_tags" ("tag_id");

create table "authors" (
  "id" uuid not null,
  "email" text not null,
  "created_at" timestamptz not null default now(),
  "updated_at" timestamptz not null default now(),
  "version" integer not null default 1,
  "deleted_at" timestamptz,
  constraint "authors_pkey" primary key ("id"),
  constraint "authors_email_check" check (char_length("email") <= 254)
);

create unique index "authors_email_key" on "authors" ("email") where "deleted_at" is null;

create index "authors_created_at_id_idx" on "authors" ("created_at", "id");

create table "tags" (
  "id" uuid not null,
  "name" text not null,
  "created_at" timestamptz not null default now(),
  "updated_at" timestamptz not null default now(),
  "version" integer not null default 1,
  constraint "tags_pkey" primary key ("id"),
  constraint "tags_name_check" check (char_length("name") <= 40)
);

create unique index "tags_name_key" on "tags" ("name");

create index "tags_created_at_id_idx" on "tags" ("created_at", "id");

alter table "articles" add constraint "articles_author_id_fkey" foreign key ("author_id") references "authors" ("id") on delete cascade;

alter table "articles_tags" add constraint "articles_tags_article_id_fkey" foreign key ("article_id") references "articles" ("id") on delete cascade;

alter table "articles_tags" add constraint "articles_tags_tag_id_fkey" foreign key ("tag_id") references "tags" ("id") on delete cascade;

-- in one go

create table "articles" (
  "id" uuid not null,
  "author_id" uuid not null,
  "status" text not null default 'draft',
  "price_amount" bigint,
  "price_currency" text,
  "rating" numeric(3,2),
  "extra" jsonb not null default '{}'::jsonb,
  "created_at" timestamptz not null default now(),
  "updated_at" timestamptz not null default now(),
  "version" integer not null default 1,
  constraint "articles_pkey" primary key ("id"),
  constraint "articles_status_check" check ("status" in ('draft', 'it''s out')),
  constraint "articles_price_amount_check" check ("price_amount" between -9007199254740991 and 9007199254740991 and "price_amount" >= 0),
  constraint "articles_price_currency_check" check ("price_currency" ~ '^[A-Z]{3}$'),
  constraint "articles_price_amount_price_currency_check" check (("price_amount" is null) = ("price_currency" is null)),
  constraint "articles_rating_check" check ("rating" <= 5)
);

create index "articles_status_created_at_idx" on "articles" ("status", "created_at" desc);

create index "articles_author_id_idx" on "articles" ("author_id");

create index "articles_created_at_id_idx" on "articles" ("created_at", "id");

create table "articles_tags" (
  "article_id" uuid not null,
  "tag_id" uuid not null,
  constraint "articles_tags_pkey" primary key ("article_id", "tag_id")
);

create index "articles_tags_tag_id_idx" on "articles_tags" ("tag_id");

create table "authors" (
  "id" uuid not null,
  "email" text not null,
  "created_at" timestamptz not null default now(),
  "updated_at" timestamptz not null default now(),
  "version" integer not null default 1,
  "deleted_at" timestamptz,
  constraint "authors_pkey" primary key ("id"),
  constraint "authors_email_check" check (char_length("email") <= 254)
);

create unique index "authors_email_key" on "authors" ("email") where "deleted_at" is null;

create index "authors_created_at_id_idx" on "authors" ("created_at", "id");

create table "tags" (
  "id" uuid not null,
  "name" text not null,
  "created_at" timestamptz not null default now(),
  "updated_at" timestamptz not null default now(),
  "version" integer not null default 1,
  constraint "tags_pkey" primary key ("id"),
  constraint "tags_name_check" check (char_length("name") <= 40)
);

create unique index "tags_name_key" on "tags" ("name");

create index "tags_created_at_id_idx" on "tags" ("created_at", "id");

alter table "articles" add constraint "articles_author_id_fkey" foreign key ("author_id") references "authors" ("id") on delete cascade;

alter table "articles_tags" add constraint "articles_tags_article_id_fkey" foreign key ("article_id") references "articles" ("id") on delete cascade;

alter table "articles_tags" add constraint "articles_tags_tag_id_fkey" foreign key ("tag_id") references "tags" ("id") on delete cascade;
