import { type HttpReply, noStore } from "./http-reply.ts";
import type { HttpRoute } from "./http-route.ts";

/**
 * Where orchestrators ask: `/livez` answers as long as the process does; `/readyz` says whether requests
 * should come here, which is false while starting, draining, or without the database.
 *
 * @param notes - what readiness does not depend on and somebody should know
 */
export function healthRoutes(
  isReady: () => boolean | Promise<boolean>,
  notes: () => readonly string[] = () => [],
): readonly HttpRoute[] {
  return [
    { path: "/livez", endpoints: { GET: { vital: true, handle: () => plain(200, "ok") } } },
    {
      path: "/readyz",
      endpoints: {
        GET: {
          vital: true,
          handle: async () =>
            (await isReady()) ? plain(200, ["ready", ...notes()].join("\n")) : plain(503, "not ready"),
        },
      },
    },
  ];
}

const plain = (status: number, text: string): HttpReply => ({
  status,
  contentType: "text/plain; charset=utf-8",
  body: `${text}\n`,
  cacheControl: noStore,
});
