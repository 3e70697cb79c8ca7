import { type Clock, systemClock } from "../base/clock.ts";
import { type Diagnostic, DiagnosticError } from "../base/diagnostic.ts";
import { randomBelow } from "../base/random.ts";
import { type StartTimer, systemTimer } from "../base/timer.ts";
import type { Setting } from "../declare/integration.ts";
import type { BreakerStanding } from "../integration/breaker.ts";
import { openIntegration } from "../integration/open-integration.ts";
import type { AppModel } from "../model/app-model.ts";
import type { IntegrationModel, IntegrationOperationModel, ShapeModel } from "../model/integration-model.ts";
import type { Observe } from "../observe/observation.ts";
import type { Integrations } from "../operation/integrations.ts";
import { fieldsValidator, type InputValidator, standardValidator } from "../operation/validate-input.ts";
import { type Connections, openConnections } from "../outbound/open-connections.ts";
import type { Config } from "./config.ts";

export interface IntegrationOptions {
  readonly model: Pick<AppModel, "integrations">;
  readonly config: Pick<Config, "mode" | "variable">;
  readonly observe: Observe;
  readonly clock?: Clock | undefined;
  /** How a service is reached; tests answer themselves. @defaultValue over the network */
  readonly network?: Network;
}

/** What integrations reach their services by. */
export interface Network {
  connect(model: IntegrationModel, url: URL): Connections;
  /** For the pauses between attempts. @defaultValue they are waited for */
  readonly startPause?: StartTimer;
  /** What breakers go by. @defaultValue the back end's */
  readonly clock?: Clock;
  /** Whether settings may be missing, since nobody is called. */
  readonly withoutSettings?: boolean;
}

/** The integrations of a running back end, and what is to be said about them. */
export interface OpenIntegrations extends Integrations {
  /** Those that are not called at the moment. */
  notes(): readonly string[];
  close(): void;
}

/**
 * Opens the integrations; undefined where there are none.
 *
 * @throws DiagnosticError with every setting that is missing or means nothing
 */
export function openIntegrations(options: IntegrationOptions): OpenIntegrations | undefined {
  const { model, observe, network } = options;
  if (model.integrations.size === 0) return undefined;
  const clock = network?.clock ?? options.clock ?? systemClock;
  const problems: Diagnostic[] = [];
  const settings = newSettings(options, problems);
  const checks = newChecks();
  // What is missing is told all at once; what only a function asks for, when it asks.
  const setting = (of: Setting): string => {
    const value = settings.read(of);
    if (problems.length > 0) throw new DiagnosticError(problems.splice(0));
    return value;
  };
  const prepared = [...model.integrations.values()].map((each) => ({
    model: each,
    baseUrl: settings.url(each),
    missing: secretsOf(each).map(settings.read),
  }));
  if (problems.length > 0) throw new DiagnosticError(problems);
  const open = new Map(
    prepared.map(({ model: each, baseUrl }) => {
      const { connectTimeoutMs } = each;
      const connections =
        network?.connect(each, baseUrl) ??
        openConnections({ origin: baseUrl, connectTimeoutMs, startTimer: systemTimer });
      const checkOf = (operation: IntegrationOperationModel) => checks(operation.output);
      const parts = {
        model: each,
        baseUrl,
        setting,
        connections,
        checkOf,
        observe,
        clock,
        startTimer: systemTimer,
        ...(network?.startPause ? { startPause: network.startPause } : {}),
        randomBelow,
      };
      return [each.name, openIntegration(parts)] as const;
    }),
  );
  return {
    open,
    inputOf: (operation) => checks(operation.input),
    notes: () =>
      [...open.values()].flatMap(({ model: { name }, standing }) =>
        standing === "closed" ? [] : note(name, standing),
      ),
    close: () => {
      for (const each of open.values()) each.close();
    },
  };
}

const note = (name: string, standing: BreakerStanding): string =>
  standing === "open"
    ? `integration ${name}: calls are refused, since most of them failed`
    : `integration ${name}: calls are tried again`;

/** Validators, each compiled when it is first asked for. */
function newChecks(): (shape: ShapeModel | undefined) => InputValidator | undefined {
  const known = new Map<ShapeModel, InputValidator>();
  return (shape) => {
    if (shape === undefined) return undefined;
    const check =
      known.get(shape) ??
      (shape.kind === "fields" ? fieldsValidator(shape.fields) : standardValidator(shape.schema));
    known.set(shape, check);
    return check;
  };
}

/** Settings that are read beforehand, so that what is missing is known before the first call. */
function secretsOf({ auth }: IntegrationModel): readonly Setting[] {
  if (auth === undefined || typeof auth === "function") return [];
  if ("bearer" in auth) return [auth.bearer];
  if ("header" in auth) return [auth.value];
  const { user, password } = auth.basic;
  return typeof user === "string" ? [password] : [user, password];
}

function newSettings({ config, network }: IntegrationOptions, problems: Diagnostic[]) {
  const without = network?.withoutSettings === true;
  const bad = (where: string, what: string, instead: string): void => {
    problems.push({ code: "invalid-configuration", severity: "error", where, what, instead });
  };
  const read = (setting: Setting): string => {
    const value = config.variable(setting.env);
    if (value !== undefined) return value;
    if (setting.development !== undefined && (config.mode === "development" || without))
      return setting.development;
    if (without) return "";
    bad(
      setting.env,
      "An integration needs it, and it is not set.",
      config.mode === "production"
        ? `Set ${setting.env}; what is declared for development does not count in production.`
        : `Set ${setting.env}, or declare { env: "${setting.env}", development: "…" }.`,
    );
    return "";
  };
  const url = ({ name, baseUrl }: IntegrationModel): URL => {
    const text = typeof baseUrl === "string" ? baseUrl : read(baseUrl);
    const parsed = URL.parse(text);
    if (parsed && isBaseUrl(parsed)) return parsed;
    // The value may hold a password, so it is not repeated.
    if (text !== "" && typeof baseUrl !== "string")
      bad(
        baseUrl.env,
        `Integration "${name}" cannot use its value as a base URL.`,
        "Write http or https, a host and perhaps a path, without user, query or fragment.",
      );
    return new URL("http://unset.invalid");
  };
  return { read, url };
}

const isBaseUrl = ({ protocol, username, password, search, hash }: URL): boolean =>
  (protocol === "https:" || protocol === "http:") && `${username}${password}${search}${hash}` === "";
