import {
  type IdentifierNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  type SchemableIdentifierNode,
} from "kysely";
import type { FieldModel, ResourceModel } from "../model/app-model.ts";

/**
 * Lets hand-written SQL name tables and columns as they were declared. Only declared names are changed, and
 * in results only whole columns, so that aliases and what is inside JSON stay as they are.
 */
export function declaredNames(tables: ReadonlyMap<string, ResourceModel>): KyselyPlugin {
  const columns = new Map([...tables.values()].flatMap(columnNames));
  const fields = new Map([...columns].map(([name, column]) => [column, name]));
  class Rename extends OperationNodeTransformer {
    protected override transformSchemableIdentifier(node: SchemableIdentifierNode): SchemableIdentifierNode {
      const table = node.schema ? undefined : tables.get(node.identifier.name)?.table;
      if (table === undefined) return super.transformSchemableIdentifier(node);
      return { ...node, identifier: { ...node.identifier, name: table } };
    }
    protected override transformIdentifier(node: IdentifierNode): IdentifierNode {
      const column = columns.get(node.name);
      return column === undefined ? node : { ...node, name: column };
    }
  }
  const rename = new Rename();
  return {
    transformQuery: ({ node, queryId }) => rename.transformNode(node, queryId),
    transformResult: async ({ result }) => ({
      ...result,
      rows: result.rows.map((row) => renamed(row, fields)),
    }),
  };
}

const renamed = <Row extends object>(row: Row, fields: ReadonlyMap<string, string>): Row =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [fields.get(name) ?? name, value])) as Row;

/** The columns of a resource by the names they go by in hand-written SQL. */
function columnNames(resource: ResourceModel): readonly (readonly [string, string])[] {
  const named = [...resource.fields.values()].flatMap((field) => {
    const names = namesOf(field);
    return field.columns.map((column, i) => [names[i] ?? field.name, column.name] as const);
  });
  return resource.softDelete ? [...named, ["deletedAt", "deleted_at"]] : named;
}

function namesOf({ name, spec, relation }: FieldModel): readonly string[] {
  if (relation?.kind === "one") return [`${name}Id`];
  return spec.kind === "money" ? [`${name}Amount`, `${name}Currency`] : [name];
}
