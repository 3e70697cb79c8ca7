import type { Sample } from "../database/sample.ts";
import type { Call } from "../scenario.ts";

/** Where a service is to listen, and which database it is to use. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
}

/** A service under measurement: how to start it and what its callers send along. */
export interface Service {
  readonly name: string;
  /** The command that becomes the server process. */
  command(place: Place): {
    readonly file: string;
    readonly args: readonly string[];
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
  };
  /** A bearer token, or undefined where the service knows no callers. */
  token(role: Call["role"], sample: Sample): Promise<string | undefined>;
  /** The list that shows a customer their own orders. */
  ownOrdersPath(sample: Sample): string;
}

/** The same service with further settings in its environment. */
export const withSettings = (service: Service, settings: Readonly<Record<string, string>>): Service => ({
  ...service,
  command: (place) => {
    const command = service.command(place);
    return { ...command, env: { ...command.env, ...settings } };
  },
});

/** The same service without a memory for answers. */
export const keptNothing = (service: Service): Service => ({
  ...withSettings(service, { KEELSON_CACHE_MB: "0" }),
  name: `${service.name}, no cache`,
});
