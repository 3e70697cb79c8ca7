import { anonymous, type Caller } from "../../base/caller.ts";
import type { ClientAddress } from "../../base/client-address.ts";
import { KeelsonError } from "../../base/error.ts";
import type { Call } from "../call.ts";
import type { Limits } from "../limits.ts";
import { tooManyRefusals } from "../too-many.ts";

/** Finds out who calls, and how the rules stand for them. */
export function authenticate(call: Call): void | Promise<void> {
  const { credentials } = call.envelope;
  if (credentials.kind === "caller") return become(call, credentials.caller);
  if (credentials.kind === "none") return become(call, anonymous);
  const { limits } = call.app;
  const { client } = call.envelope;
  if (!limits || !client) return verify(call, credentials.token);
  refuseBarred(limits, client);
  try {
    const verifying = verify(call, credentials.token);
    return verifying?.catch((refusal: unknown) => countRefusal(limits, client, refusal));
  } catch (refusal) {
    return countRefusal(limits, client, refusal);
  }
}

function verify(call: Call, token: string): void | Promise<void> {
  const verified = call.app.verifyToken(token);
  return verified instanceof Promise
    ? verified.then((caller) => become(call, caller))
    : become(call, verified);
}

/** Whoever guesses must not learn of a hit, so that a good token fares no better from there. */
function refuseBarred(limits: Limits, client: ClientAddress): void {
  const waitMs = limits.barredForMs(client);
  if (waitMs > 0) throw tooManyRefusals(limits, waitMs);
}

async function countRefusal(limits: Limits, client: ClientAddress, refusal: unknown): Promise<never> {
  if (refusal instanceof KeelsonError && refusal.code === "invalid_token") {
    const tooMany = await limits.credentialsFailed(client);
    if (tooMany) throw tooManyRefusals(limits, limits.barredForMs(client));
  }
  throw refusal;
}

function become(call: Call, caller: Caller): void {
  call.caller = caller;
  call.view = call.app.viewOf(caller);
  if (caller.kind === "system") {
    call.app.observe({
      type: "system.access",
      requestId: call.envelope.requestId,
      reason: caller.reason,
      callerId: caller.onBehalfOf,
    });
  }
}
