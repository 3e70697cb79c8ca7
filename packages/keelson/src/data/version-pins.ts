import type { Clock } from "../base/clock.ts";
import type { Session, Statement } from "./transaction.ts";
import { textsOf } from "./wire-row.ts";

/** Which version of the API each credential began with. */
export interface VersionPins {
  /**
   * The date that is pinned to a credential; the given one is, where none was. At once where this process knows it.
   */
  of(credential: string, date: string): string | Promise<string>;
}

/** How many credentials a process remembers. */
const maxKnown = 10_000;
/** Pins only change by hand, and then within this time. */
const rememberMs = 60_000;

const pin: Statement = {
  name: "keelson_version_pin",
  text: `with made as (
  insert into keelson.version_pins (credential, version) values ($1, $2)
  on conflict (credential) do nothing returning version
)
select version from made union all select version from keelson.version_pins where credential = $1 limit 1`,
};

/** Keeps the pins in the database, and those of late in memory. */
export function newVersionPins(session: Session, clock: Pick<Clock, "now">): VersionPins {
  const known = new Map<string, { readonly date: string; readonly untilMs: number }>();
  const find = async (credential: string, date: string): Promise<string> => {
    const read = () =>
      session.run(pin, [credential, date], ([row]) => (row ? (textsOf(row)[0] ?? undefined) : undefined));
    // A row that another process has just made is not in this statement's snapshot, but in the next one's.
    const pinned = (await read()) ?? (await read()) ?? date;
    if (known.size >= maxKnown) known.delete(known.keys().next().value ?? "");
    known.set(credential, { date: pinned, untilMs: clock.now() + rememberMs });
    return pinned;
  };
  return {
    of(credential, date) {
      const found = known.get(credential);
      return found && found.untilMs > clock.now() ? found.date : find(credential, date);
    },
  };
}
