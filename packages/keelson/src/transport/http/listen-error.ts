import { DiagnosticError } from "../../base/diagnostic.ts";

export interface ListenAddress {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
}

/** Says in one line why the server could not listen and what to do; anything unexpected comes back as it is. */
export function explainListenError(thrown: unknown, { host, port }: ListenAddress): unknown {
  const told = reasons[(thrown as { readonly code?: string }).code ?? ""]?.(host, port);
  if (!told) return thrown;
  const error = new DiagnosticError([{ severity: "error", where: `${host}:${port}`, ...told }]);
  error.cause = thrown;
  return error;
}

type Reason = (host: string, port: number) => { code: string; what: string; instead: string };

const unknownHost: Reason = (host) => ({
  code: "unknown-address",
  what: `This machine has no address "${host}".`,
  instead: "Set HOST to one of its addresses: 127.0.0.1 for this machine only, 0.0.0.0 for all.",
});

const reasons: Readonly<Record<string, Reason>> = {
  EADDRINUSE: (_host, port) => ({
    code: "port-in-use",
    what: `Another process already listens on port ${port}.`,
    instead: "Stop it, or choose another port with --port or PORT (0 picks a free one).",
  }),
  EACCES: (_host, port) => ({
    code: "port-forbidden",
    what: `This user may not listen on port ${port}.`,
    instead: "Choose a port from 1024 up with --port or PORT.",
  }),
  EADDRNOTAVAIL: unknownHost,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
};
