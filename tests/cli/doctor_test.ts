/** What the doctor says of a library of matrix products. */
import { deepStrictEqual } from "node:assert";
import { fastest, ratesOf, ratesTable } from "../../cli/commands/doctor.ts";
import { capturedIo } from "./captured_io.ts";

Deno.test("a rate is operations by time, each library's in its own column", () => {
  // Two million operations in a millisecond are 2 GFLOP/s.
  deepStrictEqual(ratesOf(2e6, [1, 0.25]), { wasm: 2, native: 8 });
  const table = ratesTable([
    { what: "short", ...ratesOf(2e6, [1, 0.25]) },
    { what: "long", ...ratesOf(2e9, [40, 80]) },
  ], capturedIo());
  const rows = table.split("\n").map((line) => line.trim().split(/\s{2,}/));
  deepStrictEqual(rows, [
    ["wasm", "native", "gain"],
    ["short", "2 GFLOP/s", "8 GFLOP/s", "4.0 ×"],
    ["long", "50 GFLOP/s", "25 GFLOP/s", "0.5 ×"],
  ]);
});

Deno.test("of each product its fastest burst counts, and bursts take turns", () => {
  let now = 0;
  const clock = Object.getOwnPropertyDescriptor(performance, "now");
  Object.defineProperty(performance, "now", { value: () => now, configurable: true });
  const order: string[] = [];
  /** One that takes so long, and three times that in every other burst. */
  const slow = (name: string, milliseconds: number) => () => {
    if (order.at(-1) !== name) order.push(name);
    const burst = order.filter((each) => each === name).length;
    now += milliseconds * (burst % 2 === 1 ? 3 : 1);
  };
  try {
    const [own, library] = fastest([slow("own", 8), slow("library", 2)]);
    deepStrictEqual([own, library], [8, 2]);
    deepStrictEqual(order.slice(0, 4), ["own", "library", "own", "library"]);
  } finally {
    if (clock === undefined) delete (performance as { now?: unknown }).now;
    else Object.defineProperty(performance, "now", clock);
  }
});
