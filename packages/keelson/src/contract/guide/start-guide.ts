import type { AppModel } from "../../model/app-model.ts";
import { collectionPath } from "../rest-routes.ts";
import { codeBlock, curl } from "./markdown.ts";
import { sampleList } from "./sample-list.ts";

/** How to call at all: address, version, token. */
export function startGuide(model: AppModel): string {
  const resource = sampleList(model);
  const call = resource
    ? `\n\n${codeBlock("sh", curl(`${collectionPath(resource)}?limit=2`))}\n\nIn this and all examples \`$API\` is the address of this server and \`$TOKEN\` an access token.`
    : "";
  return `## Calling the API

Paths begin with \`/v1\`, the version of the API. Requests and answers are JSON in UTF-8 with names in lowerCamelCase. An answer may have members that are not described here: ignore what you do not know.${call}

Every answer has an \`X-Request-Id\`: yours, if you sent one, otherwise a new one. Quote it when you report a problem. \`OPTIONS\` tells which methods a path takes.

## Authentication

Send an access token as \`Authorization: Bearer <token>\`. It is a JWT of an issuer that this server trusts; in development \`npx keelson token\` mints one. On this page, paste it into the field for the bearer token: it stays in the page's memory and is sent to this server only.

Without a token you are an anonymous caller, who may do what the operations marked as optional allow. A token that is not valid is always 401. Where an operation needs a token, its absence is 401 too; what you are not allowed to do is 403; what you may not read does not exist for you: it is 404, and lists leave it out.`;
}
