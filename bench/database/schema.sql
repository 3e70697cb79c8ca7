-- The shop's tables as far as the benchmark needs them, for runs of the hand-written service alone.
create table customers (
  id uuid primary key,
  name text not null,
  email text not null unique,
  phone text,
  address jsonb,
  account text not null unique,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1
);

create table orders (
  id uuid primary key,
  customer_id uuid not null references customers,
  status text not null,
  total_amount bigint not null,
  note text,
  placed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1
);
create index orders_status_created_at on orders (status, created_at desc, id desc);
create index orders_created_at on orders (created_at desc, id desc);
create index orders_customer on orders (customer_id, created_at desc, id desc);
