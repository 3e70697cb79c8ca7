import type { Connection } from "./connect.ts";

/** Something a schema consists of, as PostgreSQL itself describes it. */
export interface SchemaObject {
  readonly kind: "table" | "column" | "primary key" | "check" | "index" | "foreign key" | "constraint";
  readonly table: string;
  readonly name: string;
  /** Equal texts mean the same thing, whoever wrote the SQL that it came from. */
  readonly definition: string;
  /** False for an index whose concurrent build failed and for a constraint that was never validated. */
  readonly valid: boolean;
}

/**
 * Everything that is in a schema of the live database, leaving out what extensions brought.
 *
 * @param shownAs - the schema that tables are said to be in, for all but the connection's own
 */
export async function readSchema(
  connection: Connection,
  schema: string,
  shownAs?: string,
): Promise<readonly SchemaObject[]> {
  const { rows } = await connection.query<SchemaObject>(catalogueQuery, [schema]);
  return shownAs === undefined
    ? rows
    : rows.map((object) => ({ ...object, table: `${shownAs}.${object.table}` }));
}

const catalogueQuery = `
with own as (
  select c.oid, c.relname as "table"
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = $1 and c.relkind in ('r', 'p') and not c.relispartition
     and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
)
select 'table' as kind, "table", "table" as name, '' as definition, true as valid from own
union all
select 'column', "table", a.attname,
       concat_ws(' ', format_type(a.atttypid, a.atttypmod),
         case when a.attnotnull then 'not null' end,
         case when a.attidentity <> '' then 'generated as identity' end,
         case when d.oid is not null then
           case when a.attgenerated = '' then 'default ' else 'generated always as ' end || pg_get_expr(d.adbin, d.adrelid) end),
       true
  from own join pg_attribute a on a.attrelid = own.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
union all
-- Foreign keys are put together by hand: what PostgreSQL prints depends on the search path.
select case contype when 'p' then 'primary key' when 'c' then 'check' when 'f' then 'foreign key' else 'constraint' end,
       "table", conname,
       case contype
         when 'c' then pg_get_expr(conbin, conrelid)
         when 'f' then format('(%s) references %I (%s) on update %s on delete %s%s',
           (select string_agg(quote_ident(attname), ', ' order by k.n) from unnest(conkey) with ordinality k(attnum, n)
              join pg_attribute a on a.attrelid = conrelid and a.attnum = k.attnum),
           (select relname from pg_class where oid = confrelid),
           (select string_agg(quote_ident(attname), ', ' order by k.n) from unnest(confkey) with ordinality k(attnum, n)
              join pg_attribute a on a.attrelid = confrelid and a.attnum = k.attnum),
           confupdtype, confdeltype, case when condeferred then ' deferrable initially deferred' when condeferrable then ' deferrable' else '' end)
         else pg_get_constraintdef(oid)
       end,
       convalidated
  from (select o."table", con.* from own o join pg_constraint con on con.conrelid = o.oid) con
 where contype in ('p', 'c', 'f', 'x')
union all
select 'index', "table", c.relname,
       concat_ws(' ', case when i.indisunique then 'unique' end,
         case when am.amname <> 'btree' then 'using ' || am.amname end,
         format('(%s)', (select string_agg(concat_ws(' ', pg_get_indexdef(i.indexrelid, k, false),
             case when k > i.indnkeyatts then 'included' when i.indoption[k - 1] & 1 = 1 then 'desc' end,
             case when k <= i.indnkeyatts and (i.indoption[k - 1] & 2 = 2) <> (i.indoption[k - 1] & 1 = 1) then
               case when i.indoption[k - 1] & 2 = 2 then 'nulls first' else 'nulls last' end end), ', ' order by k)
           from generate_series(1, i.indnatts) k)),
         case when i.indnullsnotdistinct then 'nulls not distinct' end,
         'where ' || pg_get_expr(i.indpred, i.indrelid)),
       i.indisvalid and i.indisready
  from own join pg_index i on i.indrelid = own.oid and not i.indisprimary
  join pg_class c on c.oid = i.indexrelid join pg_am am on am.oid = c.relam
order by 2, 1, 3`;
