import pg from "pg";

const dateOid = 1082;
const timestamptzOid = 1184;

/** `2026-11-21 09:00:00.123456+00`, as a session in UTC prints it, to RFC 3339. */
const timestampText = (text: string): string =>
  `${text.slice(0, 10)}T${text.slice(11).replace(/\+00$/, "Z")}`;

/**
 * How the values of hand-written SQL are read: as the API shows them. The driver's own types would turn days
 * into midnights of the server's time zone, and cut timestamps to milliseconds.
 */
export const apiTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    if (oid === dateOid) return String;
    if (oid === timestamptzOid) return timestampText;
    return pg.types.getTypeParser(oid, format as "text");
  }) as typeof pg.types.getTypeParser,
};
