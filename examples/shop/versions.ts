import { renamed, split, text, version } from "keelson";
import { payOrder } from "./commands/move-order.ts";
import { customer } from "./customer.ts";
import { orderLine } from "./order-line.ts";

/** The shop's API from its beginning, the oldest version first. */
export const versions = [
  version("2026-06-01", [], {
    description: "The first version.",
    deprecated: "2027-01-01",
    sunset: "2027-07-01",
  }),
  version(
    "2026-11-21",
    [
      renamed(orderLine, "price", "unitPrice", {
        description: "A line's `price` is called `unitPrice`, since it is the price of one piece.",
      }),
      renamed(payOrder, "token", "reference"),
      split(customer, "address.street", ["address.line1", "address.line2"], {
        description:
          "The lines of an address are members of their own, instead of one `street` with line breaks.",
        was: text({ max: 200 }),
        up: (street) => {
          const [line1 = "", ...rest] = street.split("\n");
          return { line1, line2: rest.length === 0 ? null : rest.join("\n") };
        },
        down: ({ line1, line2 }) => (line2 === null ? line1 : `${line1}\n${line2}`),
        examples: ["12 High Street", "Flat 3\n12 High Street", "c/o Grace\nFlat 3\n12 High Street"],
      }),
    ],
    { description: "Addresses line by line, and clearer names." },
  ),
];
