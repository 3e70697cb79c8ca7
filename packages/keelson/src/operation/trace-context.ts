/** Header fields that tie calls of several services together (W3C Trace Context), as they are passed on. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}
