import { contentSecurityPolicy } from "./content-security-policy.ts";

/** What the page is made of. */
export interface DocsPageParts {
  /** Of the back end. */
  readonly title: string;
  /** URLs of the files that the page loads. */
  readonly urls: {
    readonly [F in "prepare" | "reference" | "start" | "style" | "icon" | "document"]: string;
  };
  /** Those that can be shown instead; without versions, none. */
  readonly versions?: readonly DocsVersion[];
  /** Unguessable, and of this answer alone. */
  readonly nonce: string;
}

/** A version of the API that the page can show. */
export interface DocsVersion {
  readonly date: string;
  /** Whether it is the one that is shown. */
  readonly shown: boolean;
  readonly note: string | undefined;
}

/** Header fields of the page, besides what every answer has: name, value, name, value … */
export const docsPageHeaders = (nonce: string): readonly string[] => [
  "Content-Security-Policy",
  contentSecurityPolicy(nonce),
  "Referrer-Policy",
  "no-referrer",
  "X-Frame-Options",
  "DENY",
  "Cross-Origin-Opener-Policy",
  "same-origin",
  "Permissions-Policy",
  "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
];

/** The HTML around the reference: it works without a request to anywhere else. */
export function docsPage({ title, urls, nonce, versions = [] }: DocsPageParts): string {
  const name = escapeHtml(title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta property="csp-nonce" content="${nonce}">
<title>${name} API</title>
<link rel="icon" type="image/svg+xml" href="${urls.icon}">
<link rel="stylesheet" href="${urls.style}">
</head>
<body>
<noscript><p class="notice">This page needs JavaScript. The same in JSON: <a href="/openapi.json">/openapi.json</a>.</p></noscript>
${versionsNav(versions)}<main id="reference" data-title="${name}" data-document="${urls.document}"></main>
<script nonce="${nonce}" src="${urls.prepare}"></script>
<script nonce="${nonce}" src="${urls.reference}"></script>
<script nonce="${nonce}" src="${urls.start}"></script>
</body>
</html>
`;
}

/** Links, which work without a script and under the strict policy. */
function versionsNav(versions: readonly DocsVersion[]): string {
  if (versions.length === 0) return "";
  const links = versions.map(({ date, shown, note }) => {
    const text = note === undefined ? date : `${date} (${note})`;
    return shown
      ? `<strong aria-current="page">${text}</strong>`
      : `<a href="/docs?version=${date}">${text}</a>`;
  });
  return `<nav class="versions" aria-label="Versions">Version ${links.join(" ")}</nav>\n`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (found) => entities[found] ?? "");
