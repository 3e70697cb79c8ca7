/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [resolved]
 * @property {boolean} [link]
 * @property {boolean} [optional]
 * @property {string | string[]} [os]
 * @property {string | string[]} [cpu]
 * @property {string | string[]} [libc]
 *
 * @typedef {{ packages: Record<string, LockedPackage> }} Lockfile
 * @typedef {{ os: string, cpu: string, libc: string | undefined }} Platform
 */

/**
 * Compares what the lockfile asks for with what npm noted down after its last install
 * (`node_modules/.package-lock.json`), so that an install made by hand counts too.
 *
 * @param {Lockfile} lockfile
 * @param {Lockfile | undefined} installed
 * @param {Platform} platform
 * @returns {string | undefined} why an install is needed; undefined when it is not
 */
export function staleness(lockfile, installed, platform) {
  if (!installed) return "nothing is installed yet";
  for (const [path, wanted] of Object.entries(lockfile.packages)) {
    if (!path.includes("node_modules/")) continue;
    const present = installed.packages[path];
    if (!present && mayBeAbsent(wanted, platform)) continue;
    if (!present) return `${path} is missing`;
    const moved = wanted.link && present.resolved !== wanted.resolved;
    if (moved || present.version !== wanted.version) return `${path} has changed`;
  }
  const foreign = Object.entries(installed.packages).find(([, present]) => !suitsMachine(present, platform));
  return foreign && `${foreign[0]} was installed for another platform`;
}

/**
 * Binaries for other platforms are left out. So are optional packages without a platform: npm installs
 * them for the sake of such a binary.
 *
 * @param {LockedPackage} wanted
 * @param {Platform} platform
 */
function mayBeAbsent(wanted, platform) {
  return wanted.optional === true && !(wanted.os && wanted.cpu && suits(wanted, platform));
}

/**
 * @param {LockedPackage} item
 * @param {Platform} platform
 */
function suits(item, platform) {
  return suitsMachine(item, platform) && (platform.os !== "linux" || admits(item.libc, platform.libc));
}

/**
 * Leaves libc aside: older versions of npm do not know it and install the binaries for each.
 *
 * @param {LockedPackage} item
 * @param {Platform} platform
 */
function suitsMachine(item, platform) {
  return admits(item.os, platform.os) && admits(item.cpu, platform.cpu);
}

/**
 * The rule of package.json's `os`, `cpu` and `libc`: a list of names, or of `!name` to exclude.
 *
 * @param {string | string[] | undefined} list
 * @param {string | undefined} value
 */
function admits(list, value) {
  const names = [list ?? []].flat();
  if (names.length === 0 || names.includes("any")) return true;
  if (names.includes(`!${value}`)) return false;
  return names.every((name) => name.startsWith("!")) || names.includes(`${value}`);
}
