import { boolean, choice, type Fields, integer, json, list, text, timestamp, uuid } from "./field.ts";

/** What an import takes besides the file. */
export const importInput = {
  onConflict: choice("fail", "skip", "update")
    .default("fail")
    .description(
      "What to do with a row whose record is there already: refuse it, pass it over, or change the record.",
    ),
  key: list(text({ min: 1, max: 200 }), { max: 16 })
    .optional()
    .description(
      "Fields by which records are found: the id, or those of a unique index. By default the id, or a natural key.",
    ),
  ignore: list(text({ min: 1, max: 200 }), { max: 100 })
    .optional()
    .description("Members of rows that are passed over."),
  maxErrors: integer({ min: 0, max: 100_000 })
    .default(1_000)
    .description("Refused rows after which the import ends. What was written before stays."),
} satisfies Fields;

/** What an export takes. */
export const exportInput = {
  format: choice("ndjson", "csv").default("ndjson").description("One JSON object a line, or a table."),
  filter: json({ type: "object" }).optional().description("Which records, as in a list."),
  fields: list(text({ min: 1, max: 200 }), { max: 200 })
    .optional()
    .description("Fields to write. By default all."),
} satisfies Fields;

/** Which operations are listed. */
export const operationListInput = {
  limit: integer({ min: 1, max: 200 }).default(50),
  before: uuid().optional().description("The `nextBefore` of the page before."),
} satisfies Fields;

/** A long-running operation as it is shown. */
export const operationOutput = {
  id: uuid(),
  kind: choice("import", "export"),
  resource: text().description("The resource whose records are read or written."),
  state: choice("pending", "running", "succeeded", "failed", "cancelled"),
  done: boolean().description("Whether it has ended, however."),
  cancelRequested: boolean(),
  progress: json({
    type: "object",
    properties: {
      done: { type: "integer", minimum: 0, description: "Rows so far, refused ones included." },
      total: { type: ["integer", "null"], minimum: 0, description: "Rows in all; null while nobody knows." },
      failed: { type: "integer", minimum: 0, description: "Rows that were refused." },
    },
    required: ["done", "total", "failed"],
    additionalProperties: false,
  }),
  result: json({
    type: ["object", "null"],
    properties: {
      created: { type: "integer", minimum: 0 },
      updated: { type: "integer", minimum: 0 },
      skipped: { type: "integer", minimum: 0 },
      failed: { type: "integer", minimum: 0 },
      file: { type: "string", format: "uri-reference", description: "Where the exported file is." },
      report: {
        type: "string",
        format: "uri-reference",
        description: "Where the rows are told of that were refused.",
      },
    },
    additionalProperties: false,
  }).description("What it has brought; null until it has ended."),
  error: json({ type: ["object", "null"] }).description("Why it failed, as a problem; null otherwise."),
  createdAt: timestamp(),
  startedAt: timestamp().optional(),
  endedAt: timestamp().optional(),
  expiresAt: timestamp().description("When it is forgotten, with its file and its report."),
} satisfies Fields;
