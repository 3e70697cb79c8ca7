import type {
  AppModel,
  BuiltIn,
  CustomOperationModel,
  OperationModel,
  ResourceModel,
} from "../model/app-model.ts";
import { kebabCase } from "../model/names.ts";

/** Methods by which operations are called. */
export type RestMethod = "GET" | "QUERY" | "POST" | "PATCH" | "DELETE";

/** Where an operation is offered over HTTP. */
export interface RestRoute {
  readonly method: RestMethod;
  /** `/v1/orders/{id}/pay` */
  readonly path: string;
  readonly operation: OperationModel;
}

const base = "/v1";

/** The path of a resource's collection. */
export const collectionPath = (resource: Pick<ResourceModel, "path">): string => `${base}/${resource.path}`;

/** The routes of all operations. */
export const restRoutes = (model: AppModel): readonly RestRoute[] =>
  [...model.operations.values()].flatMap(restRoutesOf);

/** How an operation is called: a standard one where its method says, a custom one under its own name. */
export function restRoutesOf(operation: OperationModel): readonly RestRoute[] {
  const at = (method: RestMethod, path: string): RestRoute => ({ method, path, operation });
  if (operation.kind === "custom" && operation.builtIn) return builtInRoutes(operation, operation.builtIn);
  if (operation.kind === "custom") {
    const path = customPath(operation);
    // A query that is too long for a URL comes in a body; POST is for clients that cannot send QUERY.
    if (operation.effect === "read") return [at("GET", path), at("QUERY", path), at("POST", path)];
    return [at("POST", path)];
  }
  const collection = collectionPath(operation.resource);
  switch (operation.kind) {
    case "list":
      return [at("GET", collection), at("QUERY", collection), at("POST", `${collection}/query`)];
    case "get":
      return [at("GET", `${collection}/{id}`)];
    case "batch":
      return [at("POST", `${collection}/batch`)];
    case "create":
      return [at("POST", collection)];
    case "update":
      return [at("PATCH", `${collection}/{id}`)];
    case "delete":
      return [at("DELETE", `${collection}/{id}`)];
  }
}

/** Paths of operations that go on after the answer. */
const operationsPath = `${base}/operations`;

function builtInRoutes(operation: CustomOperationModel, kind: BuiltIn): readonly RestRoute[] {
  const item = `${operationsPath}/{id}`;
  switch (kind) {
    case "listOperations":
      return [{ method: "GET", path: operationsPath, operation }];
    case "getOperation":
      return [{ method: "GET", path: item, operation }];
    case "cancelOperation":
      return [{ method: "POST", path: `${item}/cancel`, operation }];
    case "getOperationFile":
      return [{ method: "GET", path: `${item}/file`, operation }];
    case "getOperationReport":
      return [{ method: "GET", path: `${item}/report`, operation }];
    default:
      return [{ method: "POST", path: customPath(operation), operation }];
  }
}

function customPath({ declaration, on, resource }: CustomOperationModel): string {
  const name = kebabCase(declaration.name);
  if (!resource) return `${base}/${name}`;
  return on === "row" ? `${collectionPath(resource)}/{id}/${name}` : `${collectionPath(resource)}/${name}`;
}
