import type { IncomingHttpHeaders } from "node:http";
import type { TraceContext } from "../../operation/trace-context.ts";

const traceparent = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:$|-)/;
/** Longer ones need not be passed on (Trace Context section 3.3.1.5). */
const maxLength = 512;

/** The trace that a request belongs to; what is not well-formed is as if it were not there. */
export function traceOf(headers: IncomingHttpHeaders): TraceContext | undefined {
  const parent = headers["traceparent"];
  if (typeof parent !== "string" || parent.length > maxLength || !traceparent.test(parent)) return undefined;
  // Version 00 has these parts and no more.
  if (parent.startsWith("00") && parent.length !== 55) return undefined;
  const state = headers["tracestate"];
  const hasState = typeof state === "string" && state.length <= maxLength && /^[\x20-\x7e]+$/.test(state);
  return hasState ? { traceparent: parent, tracestate: state } : { traceparent: parent };
}
