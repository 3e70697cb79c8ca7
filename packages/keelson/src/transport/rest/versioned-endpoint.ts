import type { IncomingHttpHeaders } from "node:http";
import { KeelsonError } from "../../base/error.ts";
import type { VersionModel, VersionsModel } from "../../model/app-model.ts";
import type { VersionChoice } from "../../operation/envelope.ts";
import type { Endpoint } from "../http/http-route.ts";
import { versionHeaders } from "./version-headers.ts";

/**
 * An endpoint whose requests name the version that they are worded in. Answers say which version they are in, errors
 * too, and what becomes of that version.
 */
export function versionedEndpoint(endpoint: Endpoint, versions: VersionsModel): Endpoint {
  const key = versions.header.toLowerCase();
  const choiceOf = (headers: IncomingHttpHeaders): VersionChoice => {
    const header = headers[key];
    return { asked: typeof header === "string" ? header : undefined, chosen: undefined };
  };
  const handle: Endpoint["handle"] = async (request) => {
    const choice = choiceOf(request.headers);
    request.version = choice;
    try {
      const reply = await endpoint.handle(request);
      const version = versionOf(choice, request.headers, versions);
      if (!version) return reply;
      const headers = versionHeaders(versions, version);
      return { ...reply, headers: reply.headers ? [...reply.headers, ...headers] : headers };
    } catch (thrown) {
      throw worded(thrown, choice, request.headers, versions);
    }
  };
  const refuse: Endpoint["refuse"] = (headers, thrown) =>
    worded(thrown, choiceOf(headers), headers, versions);
  return { ...endpoint, handle, refuse };
}

/**
 * The version of an answer. What is refused before a version was chosen may name one all the same, or names none and
 * gets the newest; which one a credential is pinned to, nobody has looked up by then.
 */
function versionOf(
  { asked, chosen }: VersionChoice,
  { authorization }: IncomingHttpHeaders,
  versions: VersionsModel,
): VersionModel | undefined {
  if (chosen) return chosen;
  if (asked !== undefined) return versions.known.get(asked);
  return versions.pin && authorization !== undefined ? undefined : versions.current;
}

function worded(
  thrown: unknown,
  choice: VersionChoice,
  headers: IncomingHttpHeaders,
  versions: VersionsModel,
): unknown {
  const version = versionOf(choice, headers, versions);
  return version && thrown instanceof KeelsonError ? withHeaders(thrown, versions, version) : thrown;
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
