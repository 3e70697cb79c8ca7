-- 10,000 customers and 100,000 orders, the same on every run but for the ids.
insert into customers (id, name, email, phone, address, account, created_at, updated_at)
select
  gen_random_uuid(),
  'Customer ' || n,
  'customer' || n || '@example.com',
  case when n % 3 = 0 then '+4420' || (10000000 + n) end,
  case when n % 2 = 0 then jsonb_build_object('line1', n || ' High Street', 'city', 'Leeds', 'country', 'GB') end,
  'account-' || n,
  at, at
from (select n, timestamptz '2026-01-01Z' + n * interval '7 minutes 1.234567 seconds' as at
      from generate_series(1, 10000) n) series;

insert into orders (id, customer_id, status, total_amount, note, placed_at, created_at, updated_at)
select
  gen_random_uuid(),
  customer.id,
  (array['draft', 'placed', 'paid', 'shipped', 'cancelled', 'refunded'])[1 + n % 6],
  500 + (n::bigint * 104729) % 100000,
  case when n % 4 = 0 then 'Leave it with number ' || n % 97 end,
  case when n % 6 <> 0 then at + interval '90 seconds' end,
  at, at
from (select n, timestamptz '2026-03-01Z' + n * interval '3 minutes 0.123457 seconds' as at
      from generate_series(1, 100000) n) series
join (select id, row_number() over (order by created_at) as place from customers) customer
  on customer.place = 1 + (n * 31) % 10000;
