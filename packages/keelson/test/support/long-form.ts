/**
 * `KEELSON_LONG_TESTS=1` runs also what takes long and seldom finds what the rest does not. Without it the suite stays
 * within ten minutes on two cores.
 */
export const longForm = process.env["KEELSON_LONG_TESTS"] === "1";
