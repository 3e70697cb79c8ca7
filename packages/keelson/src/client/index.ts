/** `keelson/client`: calls a Keelson API from Node, browsers and edge runtimes. Loads nothing of the server. */

export type { ApiOf, BackendTypes } from "./api-of.ts";
export type { ApiShape, Embedded, Money, OperationShape, RelationShape, ResourceShape } from "./api-shape.ts";
export { type Attempt, attempt, type BuiltInCode, type Call, type Failure } from "./attempt.ts";
export type { BatchItem, BatchRefused, BatchResult, BatchTarget, BatchWritten } from "./batch.ts";
export {
  ApiError,
  CallError,
  type Fault,
  NetworkError,
  type Problem,
  TimeoutError,
  UnexpectedAnswerError,
} from "./call-error.ts";
export type {
  CallOptions,
  ChangeOptions,
  ClientOptions,
  HeaderFields,
  WriteOptions,
} from "./call-options.ts";
export type {
  AnswerOptions,
  BatchCall,
  BatchOptions,
  Client,
  ListOptions,
  ResourceClient,
} from "./client-of.ts";
export { createClient, type InferredOptions } from "./create-client.ts";
export { type ApiDescription, createDescribedClient } from "./described-client.ts";
export {
  CancelledError,
  type DoneOptions,
  type ExportRequest,
  type ImportOptions,
  type ImportSource,
  Operation,
  type OperationResult,
  type OperationStatus,
  type RefusedRow,
} from "./operation.ts";
export { type Page, Pages } from "./pages.ts";
