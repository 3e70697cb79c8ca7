/**
 * What the page may do: run and style itself with what carries the nonce, and talk to its own origin. Nothing
 * leaves it, whatever the bundle, or Markdown in the model, would like to fetch.
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
