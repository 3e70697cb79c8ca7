/**
 * @typedef {object} LockedPackage
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [optionalDependencies]
 * @property {string} [resolved]
 *
 * @typedef {object} DependencyCount
 * @property {number} direct what package.json names
 * @property {number} all those, and what they bring along
 * @property {number} optional what may be left out; one suits a platform
 */

/**
 * Counts what an installation for production brings, as the lockfile has it.
 *
 * @param {Record<string, LockedPackage>} packages of the lockfile
 * @param {string} folder of the package, e.g. `packages/keelson`
 * @returns {DependencyCount}
 */
export function countDependencies(packages, folder) {
  const own = packages[folder];
  if (!own) throw new Error(`the lockfile has no ${folder}`);
  /** @type {Set<string>} */
  const found = new Set();
  const open = [folder];
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const name of Object.keys(packages[from]?.dependencies ?? {})) {
      const path = resolve(packages, from, name);
      if (found.has(path)) continue;
      found.add(path);
      open.push(path);
    }
  }
  return {
    direct: Object.keys(own.dependencies ?? {}).length,
    all: found.size,
    optional: Object.keys(own.optionalDependencies ?? {}).length,
  };
}

/**
 * Where Node finds a dependency: in the nearest node_modules above.
 *
 * @param {Record<string, LockedPackage>} packages
 * @param {string} from
 * @param {string} name
 */
function resolve(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
    const path = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (packages[path]) return path;
    if (folder === "") throw new Error(`the lockfile lacks ${name}, which ${from} needs`);
  }
}
