import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { defaultRng } from "../../../lab/core/random.ts";
import { type Curve, type PrunerName, pruners } from "../../../lab/search/pruners.ts";

/**
 * Losses, −evaluation/return_mean, of 60 trials of cartpole-a2c after each of 27 thousand steps:
 * seed 1, 5 episodes an evaluation, agent.learningRate log:1e-5..1e-1, agent.entropyCoefficient
 * log:1e-4..0.1 and agent.gamma 0.8..0.999 by the random sampler with seed 1.
 */
const table: number[][] = JSON.parse(
  Deno.readTextFileSync(new URL("../../golden/learning_curves.json", import.meta.url)),
);
const rungs = table[0].length;

/** Trains the trials of a table one after another; the curves as far as they were let. */
function searched(name: PrunerName, order: readonly number[]): number[][] {
  const curves: number[][] = [];
  for (const trial of order) {
    const curve: number[] = [];
    curves.push(curve);
    for (const loss of table[trial]) {
      curve.push(loss);
      if (pruners[name](curves, curves.length - 1, rungs, {})) break;
    }
  }
  return curves;
}

/** The least loss of those that ran in full. */
const least = (curves: readonly (readonly number[])[]) =>
  Math.min(...curves.filter(({ length }) => length === rungs).map((curve) => curve[rungs - 1]));
const steps = (curves: readonly Curve[]) => curves.reduce((sum, { length }) => sum + length, 0);

Deno.test("ASHA reaches what chance finds best with a third of its steps", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const order = [...defaultRng(seed).permutation(table.length)];
    const [pruned, whole] = [searched("asha", order), searched("none", order)];
    strictEqual(least(pruned), least(whole), `order ${seed}`);
    ok(steps(pruned) < steps(whole) / 3);
    ok(steps(searched("hyperband", order)) < steps(whole) / 2);
    ok(steps(searched("median", order)) < steps(whole) / 2);
  }
});

Deno.test("the median pruner ends what is worse at its best than half of the others there", () => {
  const curves = [[5, 4, 3], [5, 5, 5], [9, 8, 7], [4, 2, 1], [6, 6, 6]];
  const isPruned = (curve: number[]) => pruners.median([...curves, curve], 5, 3, {});
  deepStrictEqual([[5, 5], [5, 5.1], [5.1, 5.1], [NaN]].map(isPruned), [false, false, true, true]);
  // Of six others the mean of the third and the fourth: 4 and 6 at the first rung.
  const even = [[1, 1, 1], [2, 2, 2], [4, 4, 4], [6, 6, 6], [8, 8, 8], [9, 9, 9]];
  const isPrunedOfEven = (curve: number[]) => pruners.median([...even, curve], 6, 3, {});
  deepStrictEqual([[5], [5.1]].map(isPrunedOfEven), [false, true]);
  // What is no finite number is the worst, whichever end of the line it lies at.
  deepStrictEqual([[-Infinity], [Infinity], [-Infinity, 1]].map(isPruned), [true, true, false]);
  // The first five run in full.
  strictEqual(pruners.median([...curves.slice(1), [99]], 4, 3, {}), false);
});

Deno.test("ASHA halves at 1, 3, 9 … and lets the best third of a rung go on", () => {
  const curves = [[3], [2], [1], [5], [4]];
  const isPruned = (curve: number[], rungs = 27) =>
    pruners.asha([...curves, curve], 5, rungs, { reduction: 3 });
  // Of six at the first rung the two best.
  deepStrictEqual([0.5, 1.5, 2.5, NaN].map((loss) => isPruned([loss])), [false, false, true, true]);
  // Of seven there, too: a third of them is counted down.
  strictEqual(pruners.asha([...curves, [6], [2.5]], 6, 27, { reduction: 3 }), true);
  strictEqual(isPruned([9, 9]), false); // no rung of it
  strictEqual(isPruned([9, 9, 9]), false); // the first there
  strictEqual(isPruned([9], 1), false); // its last
  strictEqual(pruners.asha([[1], [2]], 1, 27, { reduction: 2 }), true);
});

Deno.test("a trial is neither judged nor counted at rungs before it was looked at", () => {
  const late: Curve = [undefined, undefined, undefined, 4];
  const early = [[9, 8, 7, 6], [9, 8, 7, 5]];
  for (const name of ["median", "asha", "hyperband"] as const) {
    const ends = (curves: readonly Curve[], trial: number, rungs = 16) =>
      pruners[name](curves, trial, rungs, { startup: 1 });
    // With its first rungs alone it goes on, and the others there have nothing to fear from it.
    strictEqual(ends([...early, late.slice(0, 1)], 2, 4), false, name);
    strictEqual(ends([late, late, [9]], 2, 4), false, name);
    // Where it was looked at, it counts.
    strictEqual(ends([late, late, [9, 8, 7, 5]], 2), name !== "median", name);
  }
  strictEqual(pruners.median([late, late, [9, 8, 7, 5]], 2, 4, { startup: 2 }), true);
});

Deno.test("Hyperband's brackets have the trials and the halvings of its paper's table", () => {
  // Li et al. (2018), table 1: of 81 rungs and η = 3 the trials of a bracket, and its halvings.
  const brackets = [[81, 1, 3, 9, 27], [34, 3, 9, 27], [15, 9, 27], [8, 27], [5]];
  let from = 0;
  for (const [count, ...halvings] of brackets) {
    for (const trial of [from, from + count - 1]) {
      const best = Array.from({ length: 143 }, () => Array(81).fill(0));
      const ends = Array.from({ length: 81 }, (_, i) => i + 1).filter((rung) =>
        pruners.hyperband(best.with(trial, Array(rung).fill(1)), trial, 81, { reduction: 3 })
      );
      deepStrictEqual(ends, halvings, `trial ${trial}`);
    }
    from += count;
  }
  // Where the last rung is no power of η they are counted from there: 16 / 3, and 16 / 9.
  const ends = Array.from({ length: 16 }, (_, i) => i + 1).filter((rung) =>
    pruners.hyperband([Array(16).fill(0), Array(rung).fill(1)], 1, 16, { reduction: 3 })
  );
  deepStrictEqual(ends, [2, 6]);
});

Deno.test("Hyperband's later brackets look at their own trials alone", () => {
  // 27 rungs make brackets of 27, 12, 6 and 4 trials.
  const bad = Array.from({ length: 49 }, (_, i) => i < 27 ? [i] : [99]);
  const isPruned = (trial: number, curve: number[], curves: readonly Curve[] = bad) =>
    pruners.hyperband(curves.with(trial, curve), trial, 27, { reduction: 3 });
  strictEqual(isPruned(26, [26]), true);
  strictEqual(isPruned(0, [0]), false);
  strictEqual(isPruned(27, [1000]), false);
  const grown = bad.with(28, [1, 1, 1]).with(29, [1, 1, 2]);
  strictEqual(isPruned(27, [1, 1, 3], grown), true);
  strictEqual(isPruned(39, [1, 1, 3], grown), false);
  strictEqual(isPruned(45, Array(9).fill(3), grown), false);
  // The best of its own bracket goes on, however much better all of another bracket are there.
  const others = Array.from({ length: 27 }, () => [0, 0, 0]);
  strictEqual(isPruned(27, [1, 1, 1], [...others, [], [2, 2, 2], [2, 2, 2]]), false);
  strictEqual(isPruned(27, [1, 1, 1], [...bad.slice(0, 39), [0, 0, 0]]), false);
});

/**
 * Sixteen curves of whole losses with ties, some whole, some with a NaN. Which of them each pruner
 * ends, as bits of sixteen trials a case, is Python's answer from the papers' words: by
 * `statistics.median`, by the sorted losses of a rung, a bracket's trials taken out of the list.
 */
function curvesOf(s: number, rungs: number): number[][] {
  return Array.from({ length: 16 }, (_, i) => {
    const length = (i + s) % 3 === 0 ? rungs : (7 * i + 3 * s) % rungs + 1;
    return Array.from(
      { length },
      (_, r) => (31 * i + 17 * r + 13 * s) % 41 === 0 ? NaN : (37 * i + 11 * r + 53 * s) % 23,
    );
  });
}

const ended = {
  median: "0000 0040 1000 0000 0000 0040 1000 0000 " +
    "0000 0000 0000 0000 0000 0000 0000 0002 " +
    "694b 52d6 b4a5 296b ",
  asha: "0012 04c1 1040 0012 0100 8040 180c 0100 " +
    "0120 8000 0108 0000 0020 0001 0840 0002 " +
    "0000 0000 0000 0000 ",
  hyperband: "0110 0012 0004 0110 0100 0040 080c 0100 " +
    "0120 8000 0108 0000 0020 0001 0840 0002 " +
    "0000 0000 0000 0000 ",
} as const;

for (const [name, wanted] of Object.entries(ended)) {
  Deno.test(`${name} ends the trials that its paper says, among ties, gaps and NaN`, () => {
    let bits = "";
    for (const [rungs, reduction] of [[9, 2], [9, 3], [27, 3], [16, 4], [1, 4]]) {
      for (let s = 0; s < 4; s++) {
        const curves = curvesOf(s, rungs);
        const ends = (trial: number) =>
          pruners[name as PrunerName](curves, trial, rungs, { reduction });
        const sum = curves.reduce((sum, _, trial) => sum + (ends(trial) ? 2 ** trial : 0), 0);
        bits += `${sum.toString(16).padStart(4, "0")} `;
      }
    }
    strictEqual(bits, wanted);
  });
}
