import type { Comparison, Expr, Literal, Operand } from "../declare/expression.ts";

const signs: Readonly<Record<Comparison, string>> = {
  eq: "=",
  ne: "!=",
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
};

/** How tightly a printed part holds together; what is looser than its place gets parentheses. */
type Strength = 0 | 1 | 2;

/** Prints an expression as people read it: `caller is support, or customer.account = caller.id`. */
export function printExpression(expr: Expr): string {
  // Only the outermost alternatives are set apart by commas; further in, parentheses do that.
  return expr.op === "or" ? alternatives(expr.args, [""]).join(", or ") : print(expr, [""], 0);
}

/** @param names - what each row in sight is called, the innermost first; the outermost has no name */
function print(expr: Expr, names: readonly string[], place: Strength): string {
  switch (expr.op) {
    case "always":
      return "everyone";
    case "never":
      return "nobody";
    case "and":
      return enclose(expr.args.map((arg) => print(arg, names, 2)).join(" and "), place > 1);
    case "or":
      return enclose(alternatives(expr.args, names).join(" or "), place > 0);
    case "not":
      return printNot(expr.arg, names);
    case "role":
      return `caller is ${expr.role}`;
    case "signedIn":
      return "caller is signed in";
    case "isNull":
      return `${printOperand(expr.arg, names)} is missing`;
    case "oneOf":
      return `${printOperand(expr.left, names)} in (${expr.values.map(printLiteral).join(", ")})`;
    case "oneOfClaim":
      return `${printOperand(expr.left, names)} in caller.claims.${expr.claim}`;
    case "some": {
      const name = nameFor(expr.many.at(-1) ?? "", names);
      const relation = [names[0], ...expr.many].filter((part) => part !== "").join(".");
      const alias = name === expr.many.at(-1) ? "" : ` as ${name}`;
      if (expr.where.op === "always") return `some ${relation}`;
      return `some ${relation}${alias} with ${enclose(print(expr.where, [name, ...names], 0), true)}`;
    }
    default:
      return `${printOperand(expr.left, names)} ${signs[expr.op]} ${printOperand(expr.right, names)}`;
  }
}

/** Roles that stand side by side are said in one breath. */
function alternatives(args: readonly Expr[], names: readonly string[]): readonly string[] {
  const roles = args.flatMap((arg) => (arg.op === "role" ? [arg.role] : []));
  const rest = args.filter((arg) => arg.op !== "role").map((arg) => print(arg, names, 1));
  return roles.length === 0 ? rest : [`caller is ${roles.join(" or ")}`, ...rest];
}

function printNot(arg: Expr, names: readonly string[]): string {
  switch (arg.op) {
    case "role":
      return `caller is not ${arg.role}`;
    case "signedIn":
      return "caller is not signed in";
    case "isNull":
      return `${printOperand(arg.arg, names)} is there`;
    case "some":
      return print(arg, names, 0).replace(/^some/, "no");
    default:
      return `not ${enclose(print(arg, names, 0), true)}`;
  }
}

const enclose = (text: string, needed: boolean): string => (needed ? `(${text})` : text);

function printOperand(operand: Operand, names: readonly string[]): string {
  switch (operand.from) {
    case "row": {
      const name = names[operand.depth] ?? "";
      return [...(name === "" ? [] : [name]), ...operand.path].join(".");
    }
    case "callerId":
      return "caller.id";
    case "claim":
      return `caller.claims.${operand.claim}`;
    case "now":
      return "now";
    case "literal":
      return printLiteral(operand.value);
  }
}

const printLiteral = (value: Literal): string => JSON.stringify(value);

/** A relation inside itself needs a second name. */
function nameFor(relation: string, names: readonly string[]): string {
  let name = relation;
  for (let count = 2; names.includes(name); count += 1) name = `${relation}${count}`;
  return name;
}
