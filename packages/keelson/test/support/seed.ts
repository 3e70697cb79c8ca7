import fc from "fast-check";

/**
 * What generated tests start from. The same for everyone unless `KEELSON_TEST_SEED` says otherwise, so that a
 * change is judged by what it changed; `KEELSON_TEST_SEED=random` explores, and each failure prints its seed.
 */
export const seed =
  process.env["KEELSON_TEST_SEED"] === "random"
    ? Date.now() % 2 ** 31
    : Number(process.env["KEELSON_TEST_SEED"] ?? 20_261_121);

fc.configureGlobal({ seed });
