import { type FuzzRequest, type RawRequest, targetOf } from "./fuzz-request.ts";

/** A request as a command for a shell. Tokens are named, not shown. */
export function curlText(url: string, request: FuzzRequest): string {
  const { method, headers, body, caller } = request;
  const parts = [`curl -i --path-as-is -g -X ${method}`, quote(url + targetOf(request))];
  if (caller !== undefined)
    parts.push(`-H "Authorization: Bearer $TOKEN_OF_${caller.toUpperCase().replace(/\W/g, "_")}"`);
  for (const [name, value] of headers)
    parts.push(`-H ${quote(value === "" ? `${name};` : `${name}: ${value}`)}`);
  if (typeof body === "string" && isPlain(body)) parts.push(`--data-binary ${quote(body)}`);
  else if (body !== undefined)
    return `echo ${Buffer.from(body).toString("base64")} | base64 -d | ${parts.join(" ")} --data-binary @-`;
  return parts.join(" ");
}

/** Raw bytes as a command for a shell. */
export function rawText(url: string, { bytes }: RawRequest): string {
  const { hostname, port } = new URL(url);
  return `echo ${bytes.toString("base64")} | base64 -d | nc -N ${hostname} ${port}`;
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const isPlain = (text: string): boolean =>
  text.isWellFormed() && !text.includes("\0") && !text.startsWith("@");
