import { deepStrictEqual } from "node:assert";
import { chosenCheckpoint } from "../../../lab/store/chosen_checkpoint.ts";

/** Iterations of the checkpoint that each choice means, of kinds oldest first. */
function chosen(...kinds: ("last" | "best" | "final" | "diverged")[]) {
  const kept = kinds.map((kind, iteration) => ({ kind, iteration }));
  return (["final", "last", "best"] as const).map((choice) =>
    chosenCheckpoint(kept, choice)?.iteration
  );
}

Deno.test("final is the newest checkpoint, last the newest on the way, best the newest of its kind", () => {
  deepStrictEqual(chosen("best", "last", "last", "best", "final"), [4, 2, 3]);
  // It went on from its end.
  deepStrictEqual(chosen("best", "final", "last", "last"), [3, 3, 0]);
  deepStrictEqual(chosen("best", "final"), [1, 1, 0]);
  deepStrictEqual(chosen("final"), [0, 0, undefined]);
  deepStrictEqual(chosen("last", "diverged"), [1, 0, undefined]);
  deepStrictEqual(chosen("diverged"), [0, 0, undefined]);
  deepStrictEqual(chosen(), [undefined, undefined, undefined]);
});
