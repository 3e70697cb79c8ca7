-- keelson migration 20261121125819_initial
-- phase: expand
-- transaction: yes
-- checksum: sha256:88f13b17b92df2510cf83e4801f36b91891724055a7dbd2b17c61c9ba0c26e9c

create table "projects" (
  "id" uuid not null,
  "name" text not null,
  "lead" text not null,
  "created_at" timestamptz not null default now(),
  "updated_at" timestamptz not null default now(),
  "version" integer not null default 1,
  constraint "projects_pkey" primary key ("id"),
  constraint "projects_name_check" check (char_length("name") >= 1 and char_length("name") <= 100),
  constraint "projects_lead_check" check (char_length("lead") >= 1 and char_length("lead") <= 200)
);

create unique index "projects_name_key" on "projects" ("name");

create index "projects_name_id_idx" on "projects" ("name", "id");

create index "projects_created_at_id_idx" on "projects" ("created_at", "id");

create table "tasks" (
  "id" uuid not null,
  "project_id" uuid not null,
  "title" text not null,
  "assignee" text,
  "due_on" date,
  "status" text not null default 'open',
  "completed_at" timestamptz,
  "created_at" timestamptz not null default now(),
  "updated_at" timestamptz not null default now(),
  "version" integer not null default 1,
  constraint "tasks_pkey" primary key ("id"),
  constraint "tasks_title_check" check (char_length("title") >= 1 and char_length("title") <= 200),
  constraint "tasks_assignee_check" check (char_length("assignee") >= 1 and char_length("assignee") <= 200),
  constraint "tasks_status_check" check ("status" in ('open', 'done'))
);

create index "tasks_project_id_status_created_at_id_idx" on "tasks" ("project_id", "status", "created_at", "id");

create index "tasks_created_at_id_idx" on "tasks" ("created_at", "id");

create index "tasks_due_on_id_idx" on "tasks" ("due_on", "id");

create index "tasks_title_id_idx" on "tasks" ("title", "id");

alter table "tasks" add constraint "tasks_project_id_fkey" foreign key ("project_id") references "projects" ("id") on delete cascade;
