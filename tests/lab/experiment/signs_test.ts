import { match, strictEqual, throws } from "node:assert";
import { excessOf, Signs } from "../../../lab/experiment/signs.ts";

Deno.test("a run is ended above its limit, and before the engine ends the process", () => {
  const held = { bytes: 300 * 2 ** 20, heapShare: 0.5 };
  strictEqual(excessOf(held, Infinity), undefined);
  strictEqual(excessOf(held, held.bytes), undefined);
  match(excessOf(held, held.bytes - 1)!, /holds 300 MB of memory: its limit is 300 MB/);
  match(excessOf({ ...held, heapShare: 0.75 }, Infinity)!, /holds 300 MB .* 75 % of all that/);
});

Deno.test("a run holds what lies beside the engine's heap, too, as its numbers do", () => {
  const heldNow = () => {
    const signs = new Signs();
    signs.beat();
    return signs.held.bytes / 2 ** 20;
  };
  const before = heldNow();
  const numbers = new Float32Array(2 ** 26);
  const more = heldNow() - before;
  // Something else may go meanwhile.
  strictEqual(more > 200 && more < 300, true, `${more} MB of ${numbers.byteLength / 2 ** 20}`);
});

Deno.test("signs cross with their memory: beats, what is held, and both ways to stop", () => {
  const here = new Signs();
  const there = new Signs(here.memory);
  strictEqual(here.held.bytes, 0);
  there.beat();
  there.beat();
  strictEqual(here.beats, 2);
  strictEqual(here.held.bytes > 2 ** 20, true);
  strictEqual(here.held.heapShare < 0.75, true);
  strictEqual(there.interrupted, false);
  here.interrupt();
  strictEqual(there.interrupted, true);
  there.beat();
  here.giveUp();
  throws(() => there.beat(), { name: "LabError", message: "it was given up" });
});

Deno.test("what another process shows of its thread is held here, in the same units", () => {
  const signs = new Signs();
  signs.show({ beats: 7, bytes: 300 * 2 ** 20 + 1, heapShare: 0.254 });
  strictEqual(signs.beats, 7);
  strictEqual(signs.held.bytes, 300 * 2 ** 20);
  strictEqual(signs.held.heapShare, 0.25);
  strictEqual(signs.stop, 0);
  signs.stop = 2;
  signs.show({ beats: 8, bytes: 0, heapShare: 1 });
  strictEqual(signs.stop, 2);
  strictEqual(signs.held.heapShare, 1);
});
