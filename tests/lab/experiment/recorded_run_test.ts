/** What is required of a stored run before something is done with it. */
import { deepStrictEqual, doesNotThrow, strictEqual, throws } from "node:assert";
import { requireLibrary, requireTrained, threadsOf } from "../../../lab/experiment/recorded_run.ts";
import type { Opened } from "../../../lab/experiment/protocol.ts";
import type { Run } from "../../../lab/store/store.ts";

const runBy = (determined: object) => ({ id: "r1", manifest: { determined } }) as unknown as Run;

Deno.test("bits are a library's own: another one, one more or one less is refused", () => {
  const require = (then: string | null | undefined, now: string | null) =>
    requireLibrary(runBy({ library: then }), { library: now } as Opened, "go on with", ": why");
  for (const same of ["OpenBLAS 0.3", null]) doesNotThrow(() => require(same, same));
  doesNotThrow(() => require(undefined, null));
  const cases = [
    ["OpenBLAS 0.3", "OpenBLAS 0.4", "OpenBLAS 0.3", "OpenBLAS 0.4"],
    ["OpenBLAS 0.3", null, "OpenBLAS 0.3", "none"],
    [null, "OpenBLAS 0.4", "no library", "OpenBLAS 0.4"],
    [undefined, "OpenBLAS 0.4", "no library", "OpenBLAS 0.4"],
  ] as const;
  for (const [then, now, was, is] of cases) {
    throws(() => require(then, now), {
      name: "InputError",
      message: `Cannot go on with run r1 to the same bits as ${was} computed its products: ` +
        `here it is ${is}: why`,
    });
  }
});

Deno.test("what a loop of the user's own logged is not trained", () => {
  doesNotThrow(() => requireTrained(runBy({ backend: "wasm" }), "resume"));
  throws(() => requireTrained(runBy({ backend: "logged" }), "resume"), /Cannot resume .*r1/);
});

Deno.test("runs at a time share the machine's cores, each at least one thread, four unasked", () => {
  const before = Object.getOwnPropertyDescriptor(navigator, "hardwareConcurrency");
  Object.defineProperty(navigator, "hardwareConcurrency", { value: 12, configurable: true });
  try {
    const threads = (asked: number | undefined, ...parallel: number[]) =>
      parallel.map((each) => threadsOf({ threads: asked }, each));
    deepStrictEqual(threads(undefined, 1, 2, 3, 4, 5, 12, 40), [4, 4, 4, 3, 2, 1, 1]);
    deepStrictEqual(threads(8, 1, 2, 40), [8, 6, 1]);
    deepStrictEqual(threads(1, 1, 2), [1, 1]);
  } finally {
    if (before !== undefined) Object.defineProperty(navigator, "hardwareConcurrency", before);
    else delete (navigator as { hardwareConcurrency?: number }).hardwareConcurrency;
  }
  strictEqual(typeof navigator.hardwareConcurrency, "number");
});
