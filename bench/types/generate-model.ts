/** Source files of a model, by name. */
export type ModelFiles = Readonly<Record<string, string>>;

/**
 * A model of a realistic shape, one file per resource: every resource has scalar fields of all common kinds,
 * refers to an earlier one, is listed by it, has access rules that walk the reference, and a command whose
 * handler reads with `expand`, creates and updates. The types of all of it are inferred.
 */
export function generateModel(resources: number): ModelFiles {
  const names = Array.from({ length: resources }, (_, index) => `thing${index + 1}`);
  const files: Record<string, string> = {};
  names.forEach((name, index) => {
    // Two levels of references in most places, as in an ordinary schema, rather than one chain of sixty.
    const parent = index === 0 ? undefined : names[(index - 1) >> 1];
    const child = names[index * 2 + 1];
    files[`${name}.ts`] = resourceFile(name, parent, child);
  });
  files["model.ts"] = modelFile(names);
  return files;
}

/** The smallest model: what checking costs before there is anything of the user's to check. */
export const emptyModel: ModelFiles = {
  "model.ts": `import { backend } from "keelson";\n\nexport default backend({ name: "empty", resources: [] });\n`,
};

function resourceFile(name: string, parent: string | undefined, child: string | undefined): string {
  const rule = parent === undefined ? "eq(row.owner, caller.id)" : "eq(row.parent.owner, caller.id)";
  return `import {
  boolean, choice, command, date, decimal, email, eq, integer, list, many, money, object, or, reference,
  resource, text, timestamp, url,
} from "keelson";
${parent === undefined ? "" : `import { ${parent} } from "./${parent}.ts";\n`}
export const ${name} = resource("${name}", {
  fields: {
    owner: text({ max: 200 }),
    title: text({ max: 200 }),
    note: text({ max: 2000 }).optional(),
    status: choice("draft", "open", "closed").default("draft").readOnly(),
    price: money(),
    discount: decimal({ precision: 6, scale: 2 }).optional(),
    quantity: integer({ min: 0 }).default(0),
    active: boolean().default(true),
    contact: email().optional(),
    website: url().optional(),
    due: date().optional(),
    closedAt: timestamp().optional().readOnly(),
    tags: list(text({ max: 40 })).default([]),
    address: object({ line: text(), city: text(), postcode: text().optional() }).optional(),
${parent === undefined ? "" : `    parent: reference(() => ${parent}),\n`}${
  child === undefined ? "" : `    children: many<{ readonly id: string }>("${child}", { via: "parent" }),\n`
}  },
  access: {
    read: (row, caller) => or(caller.is("support"), ${rule}),
    create: (row, caller) => ${rule},
    update: (row, caller) => or(caller.is("support"), eq(row.status, "draft")),
    fields: { price: { read: (_row, caller) => caller.is("support") } },
  },
  list: { filter: ["status", "owner", "createdAt"], sort: ["createdAt", "quantity"] },
});

export const ${close(name)} = command(${name}, "close", {
  input: { reason: text({ max: 200 }), refund: money().optional() },
  output: ${name},
  errors: { alreadyClosed: { status: 409, title: "Closed before" } },
  access: (row, caller) => or(caller.is("support"), ${rule}),
  async run({ row, input, db, fail, now }) {
    if (row.status === "closed") return fail("alreadyClosed", input.reason);
    const again = await db.get(${name}, row.id${parent === undefined ? "" : ", { expand: { parent: true } }"});
    const amount: number = again.price.amount + (input.refund?.amount ?? 0);
    const page = await db.find(${name}, { filter: { status: "open" }, sort: "-createdAt", limit: 5 });
    const titles: readonly string[] = page.data.map((other) => other.title.toUpperCase());
${parent === undefined ? "" : "    const owner: string | undefined = again.parent?.owner;\n"}    return db.update(${name}, row.id, {
      status: "closed", closedAt: now(), quantity: amount, tags: [...titles],
      note: ${parent === undefined ? "input.reason" : "owner ?? input.reason"},
    });
  },
});
`;
}

function modelFile(names: readonly string[]): string {
  const imports = names.map((name) => `import { ${close(name)}, ${name} } from "./${name}.ts";`).join("\n");
  return `import { backend } from "keelson";
${imports}

export default backend({
  name: "generated",
  roles: ["support"],
  resources: [${names.join(", ")}],
  commands: [${names.map(close).join(", ")}],
});
`;
}

/** `thing1` → `closeThing1`. */
const close = (name: string): string => `close${name.charAt(0).toUpperCase()}${name.slice(1)}`;
