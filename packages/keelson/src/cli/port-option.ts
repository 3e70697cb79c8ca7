import { InvalidArgumentError, Option } from "commander";

export interface PortOptions {
  readonly port?: string;
}

/** Of the commands that serve. */
export const portOption = (): Option =>
  new Option("--port <number>", "port to listen on, whatever PORT says; 0 picks a free one").argParser(
    parsePort,
  );

/** The option is the variable said another way: what is started from here has it too. */
export function takePort({ port }: PortOptions): void {
  if (port !== undefined) process.env.PORT = port;
}

function parsePort(text: string): string {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return text;
  throw new InvalidArgumentError("It must be a whole number from 0 to 65535.");
}
