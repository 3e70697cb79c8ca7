import { failure } from "../../base/error.ts";
import { parseQualityList } from "./quality-list.ts";

/** Refuses a request whose `Accept` leaves no room for the media type of the answer. */
export function checkAccept(accept: string | undefined, produces: string): void {
  if (accept === undefined || accept === "*/*" || accept === produces || accept === "") return;
  const [type = ""] = produces.split("/");
  let best = -1;
  let quality = 0;
  for (const preference of parseQualityList(accept)) {
    const precision = precisionOf(preference.value, produces, type);
    if (precision < 0 || precision < best) continue;
    quality = precision === best ? Math.max(quality, preference.quality) : preference.quality;
    best = precision;
  }
  if (quality === 0) throw failure("not_acceptable", `Only ${produces} is available here.`);
}

/** The more precise range decides, whatever the order (RFC 9110 section 12.5.1). */
function precisionOf(range: string, produces: string, type: string): number {
  if (range === produces) return 2;
  if (range === `${type}/*`) return 1;
  return range === "*/*" ? 0 : -1;
}
