const validName = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const maxLength = 50;

/** Names that npm or Node keep for themselves. */
const taken = new Set(["node-modules", "keelson", "create-keelson", "node", "npm", "test"]);

/** What a name may be; part of every message about a wrong one. */
export const nameRule = `a name has lower-case letters, digits and single hyphens, begins with a letter, and has at most ${maxLength} characters`;

/**
 * Why a project cannot have this name; undefined when it can. The rule is the one for the name of a back end,
 * which npm's rule for packages includes.
 */
export function whyNotName(name: string): string | undefined {
  if (taken.has(name)) return `"${name}" is the name of something else already`;
  if (name.length > maxLength || !validName.test(name)) return `"${name}" is not a name for a project`;
  return undefined;
}

/** The nearest valid name, e.g. `my-app` for `My App!`; undefined where nothing of it can be used. */
export function suggestName(name: string): string | undefined {
  const suggestion = name
    .normalize("NFKD")
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-")
    .toLowerCase()
    .replace(/\p{Mark}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, maxLength)
    .replace(/^[^a-z]+|-+$/g, "");
  if (taken.has(suggestion)) return `${suggestion}-app`;
  return validName.test(suggestion) ? suggestion : undefined;
}
