import { failure } from "../../base/error.ts";

/** The two parts of a request target, checked. */
export interface Target {
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

/**
 * Paths are made of lower-case words, ids and file names. Only ids that callers have given may need percent-encoding:
 * of what must be encoded and nothing else, in capitals, so that there is one way to write it.
 */
const encoded = "%(?!2[DE]|3[0-9]|[46][1-9A-F]|[57][0-9A]|5F|7[EF])[2-9A-F][0-9A-F]";
const canonicalPath = new RegExp(`^(?:/|(?:/(?!\\.\\.?(?:/|$))(?:[A-Za-z0-9._~!*'()-]|${encoded})+)+)$`);
const visibleAscii = /^[\x21-\x7e]*$/;

/**
 * Splits a request target and refuses every path that is not in its one canonical form: needless encoding,
 * dot segments, empty segments, a slash at the end. What is not canonical does not exist (404), so that nothing
 * that looks at the path can read it differently from the router.
 */
export function checkTarget(url: string, maxLength: number): Target {
  if (url.length > maxLength)
    throw failure("uri_too_long", `The request target may have at most ${maxLength} characters.`);
  const mark = url.indexOf("?");
  const path = mark === -1 ? url : url.slice(0, mark);
  const query = mark === -1 ? "" : url.slice(mark + 1);
  if (!canonicalPath.test(path)) throw wrongPath(path);
  if (query !== "" && !visibleAscii.test(query))
    throw failure("malformed_request", "The query has characters that must be percent-encoded.");
  return { path, query };
}

function wrongPath(path: string): Error {
  if (!path.startsWith("/") || !visibleAscii.test(path) || !isDecodable(path))
    return failure("malformed_request", "The path is not valid.");
  return failure("not_found");
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** Turns the absolute form of a target (`GET http://host/path`, RFC 9112 section 3.2.2) into the usual one. */
export function originForm(url: string): string {
  if (url.charCodeAt(0) === slash || !/^https?:\/\//i.test(url)) return url;
  const rest = url.slice(url.indexOf("//") + 2);
  const end = rest.search(/[/?]/);
  if (end === -1) return "/";
  return rest[end] === "?" ? `/${rest.slice(end)}` : rest.slice(end);
}

const slash = 0x2f;
