/**
 * Creates `keelson.merge_patch(target, patch)`: JSON Merge Patch (RFC 7396 section 2) over jsonb, so that a
 * change of a nested object needs no read before it. A missing target counts as an empty object. Part of the
 * system schema; may be run again.
 */
export const mergePatchSql = `create or replace function keelson.merge_patch(target jsonb, patch jsonb)
returns jsonb language sql immutable parallel safe as $$
  select case when jsonb_typeof(patch) <> 'object' then patch else (
    select coalesce(jsonb_object_agg(
      key,
      case when p.value is null then t.value else keelson.merge_patch(t.value, p.value) end
    ), '{}'::jsonb)
    from jsonb_each(case when jsonb_typeof(target) = 'object' then target else '{}'::jsonb end) as t
    full join jsonb_each(patch) as p using (key)
    where p.value is null or jsonb_typeof(p.value) <> 'null'
  ) end
$$`;
