import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { openRedis } from "../../src/limit/open-redis.ts";

const url = process.env["KEELSON_LOCAL_REDIS"] ?? "redis://127.0.0.1:6379";

/** The Redis or Valkey that the machine may have; undefined where there is none. */
export async function localRedis(): Promise<string | undefined> {
  const redis = await openRedis(url);
  redis.on("error", () => {});
  try {
    await redis.connect();
    await redis.ping();
    return url;
  } catch {
    return undefined;
  } finally {
    redis.disconnect();
  }
}

/** A way to Redis that can be blocked and cut. */
export interface RedisPath extends AsyncDisposable {
  readonly url: string;
  /** Ends every connection and takes no further ones. */
  cut(): Promise<void>;
  /** Takes connections again, on the same port. */
  mend(): Promise<void>;
  /** Lets nothing more through, in either direction, and tells nobody. */
  block(): void;
  /** Lets through what was held up. */
  unblock(): void;
}

export async function redisPath(target: string): Promise<RedisPath> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port || 6379), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  const listen = async (on: number): Promise<number> => {
    server.listen(on, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const ownPort = await listen(0);
  const cut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    url: `redis://127.0.0.1:${ownPort}`,
    cut,
    mend: async () => void (await listen(ownPort)),
    block: () => {
      for (const socket of sockets) socket.pause();
    },
    unblock: () => {
      for (const socket of sockets) socket.resume();
    },
    [Symbol.asyncDispose]: cut,
  };
}
