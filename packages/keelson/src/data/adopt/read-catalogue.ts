import type { Connection } from "../migrate/connect.ts";
import type { Catalogue } from "./catalogue.ts";

/** Reads everything that adopting needs of some schemas, leaving out what extensions brought. Writes nothing. */
export async function readCatalogue(connection: Connection, schemas: readonly string[]): Promise<Catalogue> {
  const { rows: own } = await connection.query<{ schema: string | null }>(
    "select current_schema() as schema",
  );
  const { rows: tables } = await connection.query(tableQuery, [schemas]);
  const { rows: types } = await connection.query(typeQuery, [schemas]);
  const { rows: sequences } = await connection.query(sequenceQuery, [schemas]);
  const { rows: extensions } = await connection.query<{ name: string }>(
    "select extname as name from pg_extension where extname <> 'plpgsql' order by 1",
  );
  return {
    ownSchema: own[0]?.schema ?? "public",
    tables,
    types,
    sequences,
    extensions: extensions.map(({ name }) => name),
  };
}

/** Which of the schemas there are. */
export async function findSchemas(connection: Connection): Promise<readonly string[]> {
  const { rows } = await connection.query<{ name: string }>(
    "select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'keelson') order by 1",
  );
  return rows.map(({ name }) => name);
}

const notOfExtension = (catalogue: string, oid: string): string =>
  `not exists (select from pg_depend e where e.classid = '${catalogue}'::regclass and e.objid = ${oid} and e.deptype = 'e')`;

const columns = `
select json_agg(json_build_object(
  'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
  'base', format_type(b.oid, case when t.typtype = 'd' then t.typtypmod else a.atttypmod end),
  'baseKind', case b.typtype when 'b' then 'base' when 'e' then 'enum' when 'c' then 'composite' when 'r' then 'range' else 'other' end,
  'isArray', b.typcategory = 'A', 'isDomain', t.typtype = 'd',
  'enumValues', (select json_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = b.oid),
  'required', a.attnotnull or (t.typtype = 'd' and t.typnotnull), 'identity', a.attidentity,
  'generated', a.attgenerated <> '',
  'default', pg_get_expr(d.adbin, d.adrelid),
  'sequence', case when c.relkind in ('r', 'p') and a.attidentity = '' then (
    select s.oid::regclass::text from pg_class s join pg_depend p on p.objid = s.oid and p.deptype = 'a'
     where s.relkind = 'S' and p.refobjid = c.oid and p.refobjsubid = a.attnum limit 1) end,
  'comment', col_description(c.oid, a.attnum)) order by a.attnum)
  from pg_attribute a join pg_type t on t.oid = a.atttypid
  join pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
 where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`;

const namesOf = (relation: string, keys: string): string => `
(select json_agg(a.attname order by k.n) from unnest(${keys}) with ordinality k(num, n)
   join pg_attribute a on a.attrelid = ${relation} and a.attnum = k.num)`;

const constraints = `
select json_agg(json_build_object(
  'name', conname, 'type', contype, 'columns', coalesce(${namesOf("conrelid", "conkey")}, '[]'::json),
  'definition', pg_get_constraintdef(o.oid), 'expression', case contype when 'c' then pg_get_expr(conbin, conrelid) end,
  'target', case contype when 'f' then (
    select json_build_object('schema', n.nspname, 'name', r.relname, 'columns', ${namesOf("confrelid", "confkey")})
      from pg_class r join pg_namespace n on n.oid = r.relnamespace where r.oid = confrelid) end,
  'onUpdate', confupdtype, 'onDelete', confdeltype, 'deferrable', condeferrable, 'deferred', condeferred,
  'valid', convalidated) order by contype, conname)
  from pg_constraint o where o.conrelid = c.oid and contype in ('p', 'u', 'c', 'f', 'x') and conparentid = 0`;

const indexes = `
select json_agg(json_build_object(
  'name', x.relname, 'unique', i.indisunique, 'primary', i.indisprimary,
  'ofConstraint', exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')),
  'definition', pg_get_indexdef(i.indexrelid),
  'columns', (select json_agg((select attname from pg_attribute where attrelid = c.oid and attnum = i.indkey[k]) order by k)
                from generate_series(0, i.indnkeyatts - 1) k),
  'descending', (select json_agg(i.indoption[k] & 1 = 1 order by k) from generate_series(0, i.indnkeyatts - 1) k),
  'plain', m.amname = 'btree' and i.indpred is null and i.indexprs is null and i.indnatts = i.indnkeyatts
    and not i.indnullsnotdistinct
    and (select bool_and(i.indoption[k] in (0, 3)
           and (select opcdefault from pg_opclass where oid = i.indclass[k])
           and i.indcollation[k] = coalesce((select attcollation from pg_attribute where attrelid = c.oid and attnum = i.indkey[k]), 0))
           from generate_series(0, i.indnkeyatts - 1) k),
  'valid', i.indisvalid) order by x.relname)
  from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam where i.indrelid = c.oid`;

const tableQuery = `
select n.nspname as "schema", c.relname as "name",
       case c.relkind when 'r' then 'table' when 'p' then 'partitioned' when 'v' then 'view' when 'm' then 'materialized' else 'foreign' end as "kind",
       obj_description(c.oid, 'pg_class') as "comment", c.relrowsecurity as "rowSecurity",
       coalesce((select json_agg(tgname order by tgname) from pg_trigger where tgrelid = c.oid and not tgisinternal), '[]'::json) as "triggers",
       case c.relkind when 'p' then pg_get_partkeydef(c.oid) end as "partitionKey",
       case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end as "query",
       coalesce((${columns}), '[]'::json) as "columns",
       coalesce((${constraints}), '[]'::json) as "constraints",
       coalesce((${indexes}), '[]'::json) as "indexes"
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = any($1::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
   and ${notOfExtension("pg_class", "c.oid")}
 order by case when c.relkind in ('v', 'm') then c.oid else 0 end, 1, 2`;

const typeQuery = `
select case t.typtype when 'e' then 'enum' else 'domain' end as "kind", n.nspname as "schema", t.typname as "name",
       case t.typtype when 'e' then
         format('create type %s as enum (%s)', format_type(t.oid, null),
           (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid))
       else
         format('create domain %s as %s%s%s%s', format_type(t.oid, null), format_type(t.typbasetype, t.typtypmod),
           ' default ' || t.typdefault, case when t.typnotnull then ' not null' end,
           (select string_agg(format(' constraint %I %s', conname, pg_get_constraintdef(oid)), '' order by conname)
              from pg_constraint where contypid = t.oid and contype = 'c'))
       end as "definition"
  from pg_type t join pg_namespace n on n.oid = t.typnamespace
 where n.nspname = any($1::text[]) and t.typtype in ('e', 'd') and ${notOfExtension("pg_type", "t.oid")}
 order by 1 desc, 2, 3`;

const sequenceQuery = `
select n.nspname as "schema", c.relname as "name", format_type(q.seqtypid, null) as "type",
       (select json_build_object('schema', tn.nspname, 'table', r.relname, 'column', a.attname)
          from pg_depend d join pg_class r on r.oid = d.refobjid join pg_namespace tn on tn.oid = r.relnamespace
          join pg_attribute a on a.attrelid = r.oid and a.attnum = d.refobjsubid
         where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'a') as "owner"
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_sequence q on q.seqrelid = c.oid
 where n.nspname = any($1::text[]) and c.relkind = 'S'
   and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('i', 'e'))
 order by 1, 2`;
