import type { Fault } from "../../base/error.ts";
import { exactNumber } from "../../base/json-number.ts";
import type { FieldSpec } from "../../declare/field-spec.ts";
import type { QueryParameter } from "../http/query-parameters.ts";
import { duplicateParameter, throwFaults, unknownParameter } from "./parameter-faults.ts";

/** Reads the input of a query from the parameters that are left for it. */
export type ReadInput = (parameters: readonly QueryParameter[]) => Readonly<Record<string, unknown>>;

/**
 * Makes the reader of a query's input: scalars as texts of their kind, lists by commas or repetition. Texts
 * that are not of the kind stay texts, so that validation refuses them with the rest.
 *
 * @param specs - undefined when a schema library validates the input: then every value is a text
 * @param others - further parameters of the endpoint, for suggestions
 */
export function inputReader(
  specs: ReadonlyMap<string, FieldSpec> | undefined,
  others: readonly string[],
): ReadInput {
  const known = specs && [...specs.keys(), ...others];
  return (parameters) => {
    const input: Record<string, unknown> = Object.create(null);
    const faults: Fault[] = [];
    for (const parameter of parameters) {
      const spec = specs?.get(parameter.name);
      const fault =
        known === undefined
          ? addText(input, parameter)
          : spec
            ? addMember(input, spec, parameter)
            : unknownParameter(parameter.name, known);
      if (fault) faults.push(fault);
    }
    throwFaults(faults);
    return input;
  };
}

type Input = Record<string, unknown>;

/** Without a declared kind, several values of one name are a list. */
function addText(input: Input, { name, value }: QueryParameter): undefined {
  const before = input[name];
  input[name] = before === undefined ? value : [before, value].flat();
}

function addMember(input: Input, spec: FieldSpec, { name, value }: QueryParameter): Fault | undefined {
  const before = input[name];
  if (nested.has(spec.kind)) {
    const detail = "cannot be said in a URL; send a body with QUERY or POST.";
    return { parameter: name, code: "unsupported", detail };
  }
  if (isList(spec)) {
    const items = itemsOf(value).map((item) => fromText(spec.of, item));
    input[name] = [...((before ?? []) as unknown[]), ...items];
  } else if (before === undefined) input[name] = fromText(spec, value);
  else return duplicateParameter(name);
  return undefined;
}

const nested: ReadonlySet<FieldSpec["kind"]> = new Set(["money", "json", "object"]);

const isList = ({ kind }: FieldSpec): boolean => kind === "list" || kind === "manyToMany";

const itemsOf = (value: string): readonly string[] => (value === "" ? [] : value.split(","));

const numeric = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function fromText(spec: FieldSpec | undefined, text: string): unknown {
  switch (spec?.kind) {
    case "integer":
    case "number":
      return numeric.test(text) ? (exactNumber(text) ?? text) : text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    default:
      return text;
  }
}
