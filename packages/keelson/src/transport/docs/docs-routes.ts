import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { VersionsModel } from "../../model/app-model.ts";
import { documentVersion } from "../http/document-version.ts";
import { type HttpReply, jsonType, noStore } from "../http/http-reply.ts";
import type { HttpRequest } from "../http/http-request.ts";
import type { HttpRoute } from "../http/http-route.ts";
import { type CodedContent, codedFile, codedText } from "./coded-content.ts";
import { type DocsVersion, docsPage, docsPageHeaders } from "./docs-page.ts";

export interface DocsOptions {
  /** Of the back end, for people. */
  readonly title: string;
  /** The description of the API as JSON text that the page shows. */
  readonly openapi: (version?: string) => string;
  /** Versions that the page can show; `?version=…` chooses. */
  readonly versions?: VersionsModel | undefined;
}

/** Beside `src` and `dist`, at the same distance from both. */
const folder = new URL("../../../assets/docs/", import.meta.url);
const textOf = (file: string): string => readFileSync(new URL(file, folder), "utf8");

const htmlType = "text/html; charset=utf-8";
const scriptType = "text/javascript; charset=utf-8";
/** The hash in the URL changes with the content. */
const forever = "public, max-age=31536000, immutable";
const revalidate = "no-cache";

/** The API reference at `/docs` and the files that it loads, all from this origin. */
export function docsRoutes({ title, openapi, versions }: DocsOptions): readonly HttpRoute[] {
  const { sha256 } = JSON.parse(textOf("scalar-source.json")) as { readonly sha256: string };
  const reference = codedFile(sha256.slice(0, 20), () => readFile(new URL("scalar.js.br", folder)));
  const prepare = codedText(textOf("prepare.js"));
  const start = codedText(textOf("start.js"));
  const style = codedText(textOf("style.css"));
  const icon = codedText(textOf("icon.svg"));
  const urls = {
    prepare: `/docs/prepare-${prepare.hash}.js`,
    reference: `/docs/reference-${reference.hash}.js`,
    start: `/docs/start-${start.hash}.js`,
    style: `/docs/style-${style.hash}.css`,
    icon: `/docs/icon-${icon.hash}.svg`,
    document: "/docs/openapi.json",
  };
  return [
    pageRoute((nonce, request) => {
      const version = documentVersion(request, versions);
      return docsPage({
        title,
        urls: version === undefined ? urls : { ...urls, document: `${urls.document}?version=${version}` },
        nonce,
        ...(versions && version !== undefined ? { versions: choicesOf(versions, version) } : {}),
      });
    }),
    contentRoute(urls.prepare, scriptType, forever, () => prepare),
    contentRoute(urls.reference, scriptType, forever, () => reference),
    contentRoute(urls.start, scriptType, forever, () => start),
    contentRoute(urls.style, "text/css; charset=utf-8", forever, () => style),
    contentRoute(urls.icon, "image/svg+xml", forever, () => icon),
    contentRoute(
      urls.document,
      jsonType,
      revalidate,
      latest((request) => openapi(documentVersion(request, versions))),
    ),
  ];
}

function pageRoute(page: (nonce: string, request: HttpRequest) => string): HttpRoute {
  const handle = (request: HttpRequest): HttpReply => {
    const nonce = randomBytes(18).toString("base64url");
    return {
      status: 200,
      contentType: htmlType,
      body: page(nonce, request),
      // A nonce is good for one answer, so this page, which is small, is not to be kept.
      cacheControl: noStore,
      headers: docsPageHeaders(nonce),
    };
  };
  return { path: "/docs", endpoints: { GET: { produces: "text/html", handle } } };
}

function contentRoute(
  path: string,
  contentType: string,
  cacheControl: string,
  content: (request: HttpRequest) => CodedContent,
): HttpRoute {
  const handle = async (request: HttpRequest): Promise<HttpReply> => {
    const accepted = request.headers["accept-encoding"];
    const coded = await content(request).reply(typeof accepted === "string" ? accepted : undefined);
    return { status: 200, contentType, cacheControl, headers: resourcePolicy, ...coded };
  };
  return { path, endpoints: { GET: { handle } } };
}

/** Pages of other origins cannot load these files. */
const resourcePolicy = ["Cross-Origin-Resource-Policy", "same-origin"];

/** How many texts are kept coded: one for each version. */
const maxKnown = 50;

/** Codes a text again only when it is another one. */
function latest(read: (request: HttpRequest) => string): (request: HttpRequest) => CodedContent {
  const known = new Map<string, CodedContent>();
  return (request) => {
    const text = read(request);
    let content = known.get(text);
    if (!content) {
      if (known.size >= maxKnown) known.clear();
      content = codedText(text);
      known.set(text, content);
    }
    return content;
  };
}

/** The newest first, as people look for it. */
const choicesOf = ({ known }: VersionsModel, shown: string): readonly DocsVersion[] =>
  [...known.values()].toReversed().map(({ date, current, declaration }) => ({
    date,
    shown: date === shown,
    note: current
      ? "newest"
      : declaration.deprecated === undefined
        ? undefined
        : `deprecated from ${declaration.deprecated}`,
  }));
