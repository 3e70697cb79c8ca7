/** How each package manager is told to do what a project needs. */
export interface PackageManager {
  readonly name: "npm" | "pnpm" | "yarn" | "bun";
  /** Installs everything. */
  readonly install: string;
  /** What people type before the name of a script. */
  readonly run: string;
  /** What people type before the name of a command of a dependency. */
  readonly exec: string;
  /** The file that fixes the versions of all dependencies. */
  readonly lockfile: string;
  /** Installs exactly what the lockfile says, for CI. */
  readonly frozen: string;
  /** The same without development and optional packages, in an image that has Node and npm only. */
  readonly production: string;
}

export const packageManagers = {
  npm: {
    name: "npm",
    install: "npm install",
    run: "npm run",
    exec: "npx",
    lockfile: "package-lock.json",
    frozen: "npm ci --ignore-scripts",
    production: "npm ci --omit=dev --omit=optional --ignore-scripts",
  },
  pnpm: {
    name: "pnpm",
    install: "pnpm install",
    run: "pnpm run",
    exec: "pnpm exec",
    lockfile: "pnpm-lock.yaml",
    frozen: "npx --yes pnpm@10 install --frozen-lockfile --ignore-scripts",
    production: "npx --yes pnpm@10 install --frozen-lockfile --prod --no-optional --ignore-scripts",
  },
  yarn: {
    name: "yarn",
    install: "yarn install",
    run: "yarn run",
    exec: "yarn run",
    lockfile: "yarn.lock",
    frozen: "npx --yes yarn@1 install --frozen-lockfile --ignore-scripts",
    production: "npx --yes yarn@1 install --frozen-lockfile --production --ignore-optional --ignore-scripts",
  },
  bun: {
    name: "bun",
    install: "bun install",
    run: "bun run",
    exec: "bunx",
    lockfile: "bun.lock",
    frozen: "npx --yes bun@1 install --frozen-lockfile --ignore-scripts",
    production: "npx --yes bun@1 install --frozen-lockfile --production --omit=optional --ignore-scripts",
  },
} as const satisfies Record<string, PackageManager>;

export type PackageManagerName = keyof typeof packageManagers;

export const isPackageManager = (name: string): name is PackageManagerName =>
  Object.hasOwn(packageManagers, name);

/**
 * The package manager that started this process, from `npm_config_user_agent`, e.g.
 * `pnpm/10.4.0 npm/? node/v24.21.0 linux x64`; npm where it cannot be told.
 */
export function detectPackageManager(userAgent: string | undefined): PackageManagerName {
  const [name = ""] = (userAgent ?? "").split("/");
  return isPackageManager(name) ? name : "npm";
}
