import { failure } from "../../base/error.ts";
import { parseJson } from "../../base/parse-json.ts";

/** The value of a JSON body; throws `malformed_json` that says what is wrong and where. */
export function decodeJson(body: Uint8Array): unknown {
  const parsed = parseJson(body);
  if (parsed.ok) return parsed.value;
  const { code, detail, pointer, offset, line, column } = parsed.error;
  throw failure("malformed_json", {
    detail: `Line ${line}, column ${column} (offset ${offset}): the body ${detail}`,
    errors: [{ pointer, code, detail }],
  });
}
