import { type Clock, systemClock } from "../base/clock.ts";
import { type NewId, newId } from "../base/id.ts";
import type { AppModel } from "../model/app-model.ts";
import { offersTransfers } from "../model/link-transfers.ts";
import type { Observe } from "../observe/observation.ts";
import type { Pressure } from "../operation/pressure.ts";
import type { CountRefusal } from "../operation/refusal-count.ts";
import type { RunCall } from "../operation/run-call.ts";
import { type DocsOptions, docsRoutes } from "./docs/docs-routes.ts";
import type { TrustedProxies } from "./http/client-of.ts";
import { documentRoute } from "./http/document-route.ts";
import { documentVersion } from "./http/document-version.ts";
import { healthRoutes } from "./http/health-routes.ts";
import { defaultHttpLimits, type HttpLimits } from "./http/http-limits.ts";
import type { HttpRoute } from "./http/http-route.ts";
import { type HttpServer, newHttpServer } from "./http/http-server.ts";
import { restDoor } from "./rest/rest-door.ts";

/** How long the file of an import may be on its way. */
const longestUploadMs = 3_600_000;

export interface HttpServerOptions {
  readonly model: AppModel;
  /** The pipeline. */
  readonly run: RunCall;
  readonly observe: Observe;
  readonly options?: Partial<HttpLimits> & {
    /** Origins that browsers may call from. @defaultValue none */
    readonly corsOrigins?: readonly string[];
  };
  /** Whether requests should come here; asked by `/readyz`, which is also false while draining. */
  readonly ready?: () => boolean | Promise<boolean>;
  /** What is not as it should be while requests may come all the same; `/readyz` says it. */
  readonly notes?: () => readonly string[];
  /** Whose word on where a request came from is taken. @defaultValue nobody's */
  readonly proxies?: TrustedProxies;
  /** Refuses what would only wait. @defaultValue nobody does */
  readonly pressure?: Pressure;
  /** Counts what is refused before it is a call. @defaultValue nobody does */
  readonly countRefusal?: CountRefusal;
  /** The description of the API, or of one of its versions, as JSON text, served at `/openapi.json`. */
  readonly openapi?: (version?: string) => string;
  /** The page at `/docs`, for people; without it there is none. */
  readonly docs?: DocsOptions;
  /** Announce the end of every request too; for development. */
  readonly announceRequests?: boolean;
  /** Routes of other doors. */
  readonly extraRoutes?: readonly HttpRoute[];
  readonly newId?: NewId;
  readonly clock?: Clock;
}

/** The HTTP server with the REST door, health checks and the description of the API. */
export function createHttpServer(parts: HttpServerOptions): HttpServer {
  const { corsOrigins = [], ...given } = parts.options ?? {};
  const limits = {
    ...defaultHttpLimits,
    ...(offersTransfers(parts.model) ? { uploadTimeoutMs: longestUploadMs } : {}),
    ...given,
  };
  const phase = { draining: false };
  const { ready = () => true, openapi, docs } = parts;
  return newHttpServer({
    routes: [
      ...healthRoutes(() => !phase.draining && ready(), parts.notes),
      ...(openapi
        ? [
            documentRoute("/openapi.json", (request) =>
              openapi(documentVersion(request, parts.model.versions)),
            ),
          ]
        : []),
      ...(docs ? docsRoutes({ ...docs, versions: parts.model.versions }) : []),
      ...restDoor(parts.model, { run: parts.run, maxParameters: limits.maxParameters }),
      ...(parts.extraRoutes ?? []),
    ],
    observe: parts.observe,
    limits,
    corsOrigins,
    ...(parts.proxies ? { proxies: parts.proxies } : {}),
    ...(parts.pressure ? { pressure: parts.pressure } : {}),
    ...(parts.countRefusal ? { countRefusal: parts.countRefusal } : {}),
    ...(parts.model.versions ? { vary: [parts.model.versions.header] } : {}),
    newId: parts.newId ?? newId,
    clock: parts.clock ?? systemClock,
    phase,
    ...(parts.announceRequests ? { announceRequests: true } : {}),
  });
}
