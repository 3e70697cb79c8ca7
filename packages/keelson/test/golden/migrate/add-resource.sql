-- expand: expand, transaction yes

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

-- in one go

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
