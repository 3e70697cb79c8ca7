import { Socket } from "node:net";
import pg from "pg";
import { WireBuffer } from "./wire-buffer.ts";

type OnChunk = (chunk: Buffer) => void;

/** What the driver's connection listens to: the socket, or the encrypted one that takes its place. */
interface ChunkSource {
  on(event: string, listener: OnChunk): unknown;
}

interface Connection {
  attachListeners(stream: ChunkSource): void;
  rows?: WireBuffer;
}

/**
 * The driver's client, whose connection hands rows over as bytes to a query that asks for them. The driver's
 * own parser still reads every other message. Without encryption the socket reads straight into the buffer.
 */
export class WireClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    const rows = new WireBuffer();
    const onread = {
      buffer: () => rows.room(),
      callback: (count: number) => {
        rows.filled(count);
        return true;
      },
    };
    const options = typeof config === "string" ? { connectionString: config } : config;
    const stream = ({ ssl }: { readonly ssl?: unknown }) => (ssl ? new Socket() : new Socket({ onread }));
    super({ ...options, stream: stream as never });
    const { connection } = this as unknown as { readonly connection: Connection };
    connection.rows = rows;
    const attach = connection.attachListeners.bind(connection);
    connection.attachListeners = (source) =>
      attach({
        on: (event, listener) => {
          if (event !== "data") return source.on(event, listener);
          rows.toDriver = listener;
          return source.on("data", (chunk) => rows.push(chunk));
        },
      });
  }
}
