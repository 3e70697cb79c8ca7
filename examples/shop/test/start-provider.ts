import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type Misbehaviour, newProvider } from "../payment-provider/provider.ts";

/** A payment provider on a port of its own. */
export async function startProvider(misbehaviour?: Misbehaviour) {
  const server = newProvider(misbehaviour);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
