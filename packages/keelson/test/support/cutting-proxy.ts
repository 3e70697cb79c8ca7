import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type NetConnectOpts, type Socket } from "node:net";

/**
 * What becomes of bytes: they go on, they are lost with the connection, or they arrive and the connection breaks
 * before any answer comes back.
 */
export type Fate = "pass" | "lose" | "cut";

/** Decides about bytes on their way to the server, or back. */
export type Decide = (toServer: boolean, bytes: Buffer) => Fate;

/** A TCP proxy that breaks connections where it is told to. */
export interface CuttingProxy {
  readonly port: number;
  close(): Promise<void>;
}

export async function openCuttingProxy(target: NetConnectOpts, decide: Decide): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    // Who breaks connections must live with broken ones.
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    const upstream = keep(connect(target));
    keep(client);
    let broken = false;
    const breakOff = (): void => {
      broken = true;
      client.destroy();
      // Not torn down: what was sent has to arrive.
      upstream.end();
      upstream.resume();
    };
    client.on("data", (bytes) => {
      if (broken) return;
      const fate = decide(true, bytes);
      if (fate !== "lose") upstream.write(bytes);
      if (fate !== "pass") breakOff();
    });
    upstream.on("data", (bytes) => {
      if (broken) return;
      if (decide(false, bytes) === "pass") client.write(bytes);
      else breakOff();
    });
    client.on("end", () => upstream.end());
    client.on("close", () => upstream.end());
    upstream.on("end", () => client.end());
    upstream.on("close", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
