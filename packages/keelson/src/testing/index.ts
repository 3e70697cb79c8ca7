/** `keelson/testing`: runs a back end in a test, on a database of its own. */

export type { ApiOf } from "../client/api-of.ts";
export type { Page, Pages } from "../client/pages.ts";
export type { Observation } from "../observe/observation.ts";
export type { Factories, Factory, Values } from "./factory/factories.ts";
export { type Fuzzed, type FuzzOptions, fuzz } from "./fuzz/fuzz.ts";
export { FuzzError, type FuzzFailure, type FuzzReport } from "./fuzz/fuzz-report.ts";
export { LeakError } from "./leak-error.ts";
export type {
  CustomOperationOf,
  Operations,
  ResourceOperations,
  TestCallOptions,
  TestChangeOptions,
  TestListOptions,
  TestWriteOptions,
} from "./operations.ts";
export type { TestApi, TestRequestInit } from "./test-api.ts";
export { type TestBackend, type TestBackendOptions, type TestCaller, testBackend } from "./test-backend.ts";
export type { Span, TestClock } from "./test-clock.ts";
export type {
  FaultOptions,
  SentRequest,
  TestFault,
  TestIntegration,
  TestIntegrations,
} from "./test-integrations.ts";
export type { TestTables } from "./test-tables.ts";
