import { type RestRoute, restRoutes } from "../../contract/rest-routes.ts";
import type { AppModel } from "../../model/app-model.ts";
import type { Endpoint, HttpRoute } from "../http/http-route.ts";
import { batchEndpoint } from "./batch-endpoint.ts";
import { customEndpoint } from "./custom-endpoint.ts";
import type { Door, VersionedDoor } from "./door.ts";
import { listEndpoint, queryEndpoint } from "./list-endpoints.ts";
import { createEndpoint, deleteEndpoint, getEndpoint, updateEndpoint } from "./record-endpoints.ts";
import { transferEndpoint } from "./transfer-endpoints.ts";
import { versionedEndpoint } from "./versioned-endpoint.ts";
import { wordsOf } from "./words-of.ts";

/** The model as REST: one endpoint for each place an operation is offered at. */
export function restDoor(model: AppModel, door: Door): readonly HttpRoute[] {
  const { versions } = model;
  return restRoutes(model).map((route) => {
    const endpoint = endpointOf(route, { ...door, words: wordsOf(model, route.operation) });
    return {
      path: route.path,
      endpoints: { [route.method]: versions ? versionedEndpoint(endpoint, versions) : endpoint },
    };
  });
}

function endpointOf({ operation, method }: RestRoute, door: VersionedDoor): Endpoint {
  switch (operation.kind) {
    case "custom":
      if (operation.builtIn) return transferEndpoint(operation, operation.builtIn, door);
      return customEndpoint(operation, method, door);
    case "list":
      return method === "GET" ? listEndpoint(operation, door) : queryEndpoint(operation, method, door);
    case "get":
      return getEndpoint(operation, door);
    case "batch":
      return batchEndpoint(operation, door);
    case "create":
      return createEndpoint(operation, door);
    case "update":
      return updateEndpoint(operation, door);
    case "delete":
      return deleteEndpoint(operation, door);
  }
}
