/** What a change means for programs that were written for the contract before it. */
export type Level = "breaking" | "risky" | "safe";

type Side = "request" | "response";

const sided = (side: Side, rules: Readonly<Record<string, Level>>): Record<string, Level> =>
  Object.fromEntries(Object.entries(rules).map(([name, level]) => [`${side}-${name}`, level]));

/** Upper and lower bounds, by the keyword that says them. */
export const upperBounds: Readonly<Record<string, string>> = {
  maximum: "maximum",
  "x-maximum": "maximum",
  maxLength: "max-length",
  maxItems: "max-items",
  "x-precision": "precision",
  "x-scale": "scale",
};
export const lowerBounds: Readonly<Record<string, string>> = {
  minimum: "minimum",
  "x-minimum": "minimum",
  minLength: "min-length",
  minItems: "min-items",
};

const bounds = (
  names: Readonly<Record<string, string>>,
  levels: Readonly<Record<string, Level>>,
): Record<string, Level> =>
  Object.fromEntries(
    Object.values(names).flatMap((name) =>
      Object.entries(levels).map(([change, level]) => [`${name}-${change}`, level]),
    ),
  );

/** What may be sent: taking less breaks, taking more does not. */
const requestSchema = sided("request", {
  "property-added-required": "breaking",
  "property-added-optional": "safe",
  "property-removed": "risky",
  "closed-property-removed": "breaking",
  "property-became-required": "breaking",
  "property-became-optional": "safe",
  "property-default-added": "risky",
  "property-default-changed": "breaking",
  "property-default-removed": "breaking",
  "property-deprecated": "safe",
  "type-changed": "breaking",
  "type-widened": "safe",
  "became-nullable": "safe",
  "became-not-nullable": "breaking",
  "format-changed": "breaking",
  "format-added": "breaking",
  "format-removed": "safe",
  "enum-value-removed": "breaking",
  "enum-value-added": "safe",
  "enum-added": "breaking",
  "enum-removed": "safe",
  "const-changed": "breaking",
  "pattern-added": "risky",
  "pattern-changed": "risky",
  "pattern-removed": "safe",
  "alternative-removed": "breaking",
  "alternative-added": "safe",
  "unknown-members-refused": "breaking",
  "unknown-members-allowed": "safe",
  "unique-items-added": "breaking",
  "unique-items-removed": "safe",
  ...bounds(upperBounds, { lowered: "breaking", raised: "safe", added: "risky", removed: "safe" }),
  ...bounds(lowerBounds, { raised: "breaking", lowered: "safe", added: "risky", removed: "safe" }),
});

/** What is answered: more than before breaks, less does not. */
const responseSchema = sided("response", {
  "property-removed": "breaking",
  "optional-property-removed": "risky",
  "property-added": "safe",
  "property-became-optional": "breaking",
  "property-became-required": "safe",
  "property-deprecated": "safe",
  "type-changed": "breaking",
  "type-narrowed": "safe",
  "became-nullable": "breaking",
  "became-not-nullable": "safe",
  "format-changed": "breaking",
  "format-added": "safe",
  "format-removed": "risky",
  "enum-value-added": "risky",
  "extensible-enum-value-added": "safe",
  "enum-value-removed": "safe",
  "enum-removed": "breaking",
  "enum-added": "safe",
  "const-changed": "breaking",
  "pattern-added": "safe",
  "pattern-changed": "risky",
  "pattern-removed": "risky",
  "alternative-added": "breaking",
  "alternative-removed": "safe",
  "unknown-members-allowed": "risky",
  "unknown-members-refused": "safe",
  "unique-items-added": "safe",
  "unique-items-removed": "risky",
  ...bounds(upperBounds, { raised: "breaking", removed: "breaking", lowered: "safe", added: "safe" }),
  ...bounds(lowerBounds, { lowered: "breaking", removed: "breaking", raised: "safe", added: "safe" }),
});

const rest: Readonly<Record<string, Level>> = {
  "api-version-removed": "breaking",
  "api-version-ended": "safe",
  "api-version-added": "safe",
  "operation-removed": "breaking",
  "operation-removed-after-sunset": "safe",
  "operation-added": "safe",
  "operation-deprecated": "safe",
  "operation-revived": "safe",
  "operation-id-changed": "risky",
  "operation-tags-changed": "safe",
  "security-tightened": "breaking",
  "security-loosened": "safe",
  "parameter-added-required": "breaking",
  "parameter-added-optional": "safe",
  "query-parameter-removed": "breaking",
  "header-parameter-removed": "risky",
  "parameter-became-required": "breaking",
  "parameter-became-optional": "safe",
  "parameter-default-added": "breaking",
  "parameter-default-changed": "breaking",
  "parameter-default-removed": "breaking",
  "parameter-style-changed": "breaking",
  "parameter-deprecated": "safe",
  "request-body-added-required": "breaking",
  "request-body-added-optional": "safe",
  "request-body-removed": "breaking",
  "request-body-became-required": "breaking",
  "request-body-became-optional": "safe",
  "request-media-type-removed": "breaking",
  "request-media-type-added": "safe",
  "success-status-removed": "breaking",
  "success-status-added": "risky",
  "error-status-removed": "safe",
  "error-status-added": "safe",
  "error-code-removed": "risky",
  "error-code-added": "safe",
  "response-body-removed": "breaking",
  "response-body-added": "safe",
  "response-media-type-removed": "breaking",
  "response-media-type-added": "safe",
  "response-header-removed": "risky",
  "response-header-added": "safe",
};

/** Every kind of change that is told apart, by its stable id, and how bad it is. */
export const contractRules: ReadonlyMap<string, Level> = new Map(
  Object.entries({ ...rest, ...requestSchema, ...responseSchema }),
);
