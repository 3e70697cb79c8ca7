import fc from "fast-check";
import { expect, it } from "vitest";
import { splitArray } from "../../src/transfer/split-array.ts";
import "../support/seed.ts";

it("gives each element exactly as it stands in the array", () => {
  expect(splitArray("[]")).toEqual([]);
  expect(splitArray('[{"a":"],{\\"\\\\"},{"n":12345678901234567890.10,"l":[[1],{}]}]')).toEqual([
    '{"a":"],{\\"\\\\"}',
    '{"n":12345678901234567890.10,"l":[[1],{}]}',
  ]);
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), (records) => {
      const texts = records.map((record) => JSON.stringify(record));
      expect(splitArray(`[${texts.join(",")}]`)).toEqual(texts);
    }),
    { numRuns: 300 },
  );
});
