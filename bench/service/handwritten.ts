import { fileURLToPath } from "node:url";
import { walkPath } from "../scenario.ts";
import type { Service } from "./service.ts";

/** The hand-written service. It knows no callers, so a customer is a filter. */
export const handwritten: Service = {
  name: "hand-written",
  command: (place) => ({
    file: process.execPath,
    args: [fileURLToPath(new URL("../handwritten/main.ts", import.meta.url))],
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { HOST: place.host, PORT: String(place.port), DATABASE_URL: place.databaseUrl },
  }),
  token: async () => undefined,
  ownOrdersPath: (sample) => `${walkPath}&account=${encodeURIComponent(sample.owner.account)}`,
};
