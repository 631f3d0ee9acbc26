/** What a policy would do where two numbers of its observation were others. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { environments, makeEnv } from "../../envs/mod.ts";
import { Box, Discrete, MultiDiscrete } from "../../lab/core/space.ts";
import { observationNames } from "../../web/observation_names.ts";
import { hasMap, policyMap, rangesOf, tintsOf } from "../../web/policy_map.ts";
import { WORTH_COLOR } from "../../web/strip.ts";

/** Goes right (1) where the sum of three numbers is above 0; the sum is the score of it. */
const chooser = () => {
  const scores = new Float32Array(2);
  let resets = 0;
  return {
    actionSpace: new Discrete(2),
    scores,
    get resets() {
      return resets;
    },
    reset: () => void resets++,
    act: (observation: unknown) => {
      const [a, b, c] = observation as Float32Array;
      scores.set([0, a + 2 * b + c]);
      return scores[1] > 0 ? 1 : 0;
    },
  };
};

Deno.test("each cell is asked at its middle, the other numbers kept, without a memory", () => {
  const policy = chooser();
  const at = Float32Array.of(9, 9, 0.5);
  const map = policyMap(policy, at, [0, 1], [[-1, 1], [-4, 4]], "dqn", 4);
  deepStrictEqual([map.kind, map.rows.length, policy.resets], ["values", 16, 16]);
  // From below: b = −3, −1, 1, 3; across: a = −0.75, −0.25, 0.25, 0.75.
  deepStrictEqual(map.rows[0], [0, -0.75 - 6 + 0.5]);
  deepStrictEqual(map.rows[7], [0, 0.75 - 2 + 0.5]);
  deepStrictEqual([...at], [9, 9, 0.5]);

  const best = tintsOf(map, "best");
  deepStrictEqual(best.map(({ series }) => series), map.rows.map(([, b]) => b > 0 ? 1 : 0));
  const right = tintsOf(map, 1);
  ok(right.every(({ series }) => series === 1));
  deepStrictEqual([right[0].strength, right[15].strength], [0.15, 1]);

  strictEqual(map.worths, undefined);
  const critic = {
    ...policy,
    act: policy.act,
    get value() {
      return 10 * policy.scores[1];
    },
  };
  const { worths } = policyMap(critic, at, [0, 1], [[-1, 1], [-4, 4]], "ppo", 4);
  deepStrictEqual(worths!.rows, map.rows.map(([, b]) => [10 * b]));
  ok(tintsOf(worths!, "best").every(({ series }) => series === WORTH_COLOR));
  strictEqual(tintsOf(worths!, "best")[15].strength, 1);

  const shares = policyMap(policy, at, [0, 1], [[-1, 1], [-4, 4]], "ppo", 4);
  strictEqual(shares.kind, "probabilities");
  ok(shares.rows.every(([left, right]) => Math.abs(left + right - 1) < 1e-12));
});

Deno.test("measured actions have a colour on either side of the middle", () => {
  const action = new Float32Array(1);
  const policy = {
    actionSpace: new Box({ low: [-2], high: [2] }),
    scores: undefined,
    reset() {},
    act: (observation: unknown) => {
      action[0] = (observation as Float32Array)[0];
      return action;
    },
  };
  const map = policyMap(policy, new Float32Array(2), [0, 1], [[-1, 1], [0, 1]], "sac", 3);
  strictEqual(map.kind, "actions");
  deepStrictEqual(tintsOf(map, 0).slice(0, 3), [
    { series: 0, strength: 1 },
    { series: 1, strength: 0 },
    { series: 1, strength: 1 },
  ]);
  // About another middle than 0.
  deepStrictEqual(tintsOf({ ...map, rows: [[10], [11], [14]] }, 0), [
    { series: 0, strength: 1 },
    { series: 0, strength: 0.5 },
    { series: 1, strength: 1 },
  ]);
});

Deno.test("a number without bounds ranges over what was seen, and half as much again", () => {
  const space = new Box({ low: [-1, -Infinity, 0], high: [2, Infinity, Infinity] });
  const seen = [Float32Array.of(0, -4, 3), Float32Array.of(1, 2, 0.5)];
  deepStrictEqual(rangesOf(space, seen), [[-1, 2], [-6, 6], [0, 4.5]]);
  const long = new Array<Float32Array>(200_000).fill(seen[1]).with(7, seen[0]);
  deepStrictEqual(rangesOf(space, long), rangesOf(space, seen));
});

Deno.test("tables, pictures and several choices at once have no map", () => {
  const box = new Box({ low: [0, 0], high: [1, 1] });
  const scores = new Float32Array(2);
  const of = (observationSpace: Box | Discrete, actionSpace: Discrete | MultiDiscrete) =>
    hasMap({ observationSpace, actionSpace, scores });
  strictEqual(of(box, new Discrete(2)), true);
  strictEqual(of(new Box({ low: 0, high: 1, shape: [1] }), new Discrete(2)), false);
  strictEqual(of(new Box({ low: 0, high: 1, shape: [84, 84, 3] }), new Discrete(2)), false);
  strictEqual(of(new Discrete(5), new Discrete(2)), false);
  const table = { observationSpace: box, actionSpace: new Discrete(2), scores: undefined };
  strictEqual(hasMap(table), false);
  strictEqual(of(box, new MultiDiscrete([2, 2])), false);
});

Deno.test("the lab's worlds have a name for each number that they show", () => {
  for (const { id } of environments) {
    const { observationSpace: space } = makeEnv(id);
    if (!(space instanceof Box) || space.flatSize > 64) continue;
    strictEqual(observationNames(id, space.flatSize).length, space.flatSize, id);
  }
});
