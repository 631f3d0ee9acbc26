import { strictEqual } from "node:assert";
import { Distribution, type Touched } from "../../../../lab/compute/compile/wasm/distribution.ts";

const [here, there] = [[0, 64], [64, 128]] as const;

for (
  const [what, first, second, barriers] of [
    ["a write to what another thread reads", { reads: [here], writes: [] }, {
      reads: [],
      writes: [here],
    }, 1],
    ["a read of what another thread writes", { reads: [], writes: [here] }, {
      reads: [here],
      writes: [],
    }, 1],
    ["a write to what another thread writes", { reads: [], writes: [here] }, {
      reads: [],
      writes: [here],
    }, 1],
    ["a read of what another thread reads", { reads: [here], writes: [] }, {
      reads: [here],
      writes: [],
    }, 0],
    ["work beside another thread's", { reads: [here], writes: [here] }, {
      reads: [there],
      writes: [there],
    }, 0],
  ] as [string, Touched, Touched, number][]
) {
  Deno.test(`${what} waits at ${barriers} barriers`, () => {
    const distribution = new Distribution(2, 0);
    distribution.split(first, [[], []]);
    distribution.split(second, [[], []]);
    strictEqual(distribution.barriers, barriers);
  });
}
