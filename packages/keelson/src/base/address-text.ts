export const maxEmailLength = 254;
export const maxUrlLength = 2_048;

// Letters beyond ASCII are allowed on both sides (RFC 6531); quoted local parts and address literals are not.
const atom = "[\\w!#$%&'*+/=?^`{|}~\\u0080-\\u{10ffff}-]";
const localPart = new RegExp(`^${atom}+(?:\\.${atom}+)*$`, "u");
const label = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u;

/** True for an e-mail address that mail could be sent to: a dotted local part and a host name with a dot. */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  if (at < 1 || at > 64 || text.length > maxEmailLength || /[\s\p{Cc}]/u.test(text)) return false;
  const labels = text.slice(at + 1).split(".");
  return (
    labels.length > 1 &&
    labels.every((part) => part.length <= 63 && label.test(part)) &&
    localPart.test(text.slice(0, at))
  );
}

/** True for an absolute http or https URL (WHATWG), without the white space that URL parsers drop silently. */
export function isHttpUrl(text: string): boolean {
  if (text.length > maxUrlLength || !/^https?:\/\/[^/?#]/i.test(text)) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u0020\u007f\\]/.test(text)) return false;
  return URL.canParse(text);
}
