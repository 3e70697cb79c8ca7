import { KeelsonError } from "../../base/error.ts";
import type { VersionModel, VersionsModel } from "../../model/app-model.ts";
import type { Endpoint } from "../http/http-route.ts";
import { versionHeaders } from "./version-headers.ts";

/**
 * An endpoint whose requests name the version that they are worded in. Every answer says which version it is in,
 * errors too, and what becomes of that version.
 */
export function versionedEndpoint(endpoint: Endpoint, versions: VersionsModel): Endpoint {
  const key = versions.header.toLowerCase();
  const handle: Endpoint["handle"] = async (request) => {
    const header = request.headers[key];
    const asked = typeof header === "string" ? header : undefined;
    const choice = { asked, chosen: undefined as VersionModel | undefined };
    request.version = choice;
    try {
      const reply = await endpoint.handle(request);
      if (!choice.chosen) return reply;
      const headers = versionHeaders(versions, choice.chosen);
      return { ...reply, headers: reply.headers ? [...reply.headers, ...headers] : headers };
    } catch (thrown) {
      // What is refused before the call begins may name its version all the same.
      const version = choice.chosen ?? versions.known.get(asked ?? "");
      throw version && thrown instanceof KeelsonError ? withHeaders(thrown, versions, version) : thrown;
    }
  };
  return { ...endpoint, handle };
}

function withHeaders(error: KeelsonError, versions: VersionsModel, version: VersionModel): KeelsonError {
  const headers = Object.fromEntries(pairs(versionHeaders(versions, version)));
  const { detail, errors, members, cause } = error;
  return new KeelsonError(error.code, error, {
    ...(detail === undefined ? {} : { detail }),
    errors,
    members,
    headers: { ...error.headers, ...headers },
    cause,
  });
}

const pairs = (flat: readonly string[]): readonly (readonly [string, string])[] =>
  flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ""] as const] : []));
