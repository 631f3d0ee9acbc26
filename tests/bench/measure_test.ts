import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { measure } from "../../bench/measure.ts";
import { missingRow, row, rowsDocument, tableOfRows, targetRow } from "../../bench/row.ts";

/** A subject that claims `milliseconds` for a call. */
function pretending(milliseconds: () => number, log: string[], name: string) {
  return {
    time: (count: number) => {
      log.push(name);
      return count * milliseconds();
    },
  };
}

Deno.test("subjects take turns and the median of a call's time is answered", async () => {
  const log: string[] = [];
  let calls = 0;
  const medians = await measure({
    steady: pretending(() => 4, log, "s"),
    // Interrupted at every fifth batch.
    restless: pretending(() => calls++ % 5 === 0 ? 1000 : 8, log, "r"),
  }, { rounds: 11, seconds: 100 });
  deepStrictEqual(medians, { steady: 4, restless: 8 });
  const measured = log.slice(-22).join("");
  strictEqual(measured, "srrs".repeat(5) + "sr");
});

Deno.test("a slow subject is measured less often, but spread over the whole time", async () => {
  const log: string[] = [];
  await measure({
    fast: pretending(() => 10, log, "f"),
    slow: pretending(() => 1500, log, "S"),
  }, { rounds: 100, seconds: 3 });
  const measured = log.slice(-102).join("");
  strictEqual(measured.match(/S/g)!.length, 2);
  ok(measured.indexOf("S") < 10 && measured.lastIndexOf("S") > 40);
});

Deno.test("a first call that compiles does not decide how many calls make a batch", async () => {
  const counts: number[] = [];
  await measure({
    compiled: {
      time: (count) => {
        counts.push(count);
        return counts.length === 1 ? 1000 : count;
      },
    },
  }, { batchMilliseconds: 16, rounds: 5 });
  deepStrictEqual(counts.slice(-5), [16, 16, 16, 16, 16]);
});

Deno.test("calls that return promises are awaited", async () => {
  let running = 0;
  await measure({
    asynchronous: async () => {
      strictEqual(++running, 1);
      await Promise.resolve();
      running--;
    },
  }, { rounds: 1, batchMilliseconds: 0.1 });
});

Deno.test("a ratio above 1 is better, whatever the unit", () => {
  strictEqual(row("a", 2, "ms", { name: "b", value: 6 }).ratio, 3);
  strictEqual(row("a", 6, "images/s", { name: "b", value: 2 }).ratio, 3);
  strictEqual(targetRow("a", 10, "µs", 5).ratio, 0.5);
  strictEqual(targetRow("a", 90, "GFLOP/s", 45).ratio, 2);
  strictEqual(row("a", 0, "tensors", { name: "b", value: 0 }).ratio, 1);
});

Deno.test("rows without a figure stay in the document and the table", () => {
  const missing = missingRow("conv", "ms", "no lowering yet");
  deepStrictEqual(JSON.parse(rowsDocument([missing])), {
    rows: [{ name: "conv", value: null, unit: "ms", against: "no lowering yet", ratio: null }],
  });
  deepStrictEqual(tableOfRows([missing]).split("\n"), [
    "| name | value | unit | against | ratio |",
    "| --- | ---: | --- | --- | ---: |",
    "| conv | – | ms | no lowering yet |  |",
  ]);
});
