import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { Box, Discrete, MultiDiscrete } from "../../lab/core/space.ts";
import { softmax, stripOf, worthsOf } from "../../web/strip.ts";

Deno.test("a softmax adds up to 1, also of large logits", () => {
  deepStrictEqual(softmax([0, 0]), [0.5, 0.5]);
  const [a, b] = softmax([1000, 1000 + Math.log(3)]);
  ok(Math.abs(a - 0.25) < 1e-9 && Math.abs(b - 0.75) < 1e-9);
});

Deno.test("logits are drawn as probabilities, values and measured actions as they are", () => {
  const scores = [Float32Array.of(0, 0), undefined, Float32Array.of(1, 3)];
  const choices = new Discrete(2);
  deepStrictEqual(stripOf(scores, [0, 1, 1], choices, "ppo")!.rows[0], [0.5, 0.5]);
  deepStrictEqual(stripOf(scores, [0, 1, 1], choices, "dqn"), {
    kind: "values",
    rows: [[0, 0], undefined, [1, 3]],
    range: [0, 3],
  });
  const torque = new Box({ low: -2, high: 2, shape: [1] });
  deepStrictEqual(stripOf([], [Float32Array.of(1)], torque, "sac"), {
    kind: "actions",
    rows: [[1]],
    range: [0, 2],
  });
  strictEqual(stripOf([undefined], [1], choices, "q-learning"), undefined);
  strictEqual(stripOf(scores, [], new MultiDiscrete([2, 2]), "ppo"), undefined);
});

Deno.test("an action that was forbidden has no probability, and its value widens no range", () => {
  const scores = [Float32Array.of(0, -Infinity, 0), Float32Array.of(1, 3, 2)];
  const choices = new Discrete(3);
  deepStrictEqual(stripOf(scores, [0, 1], choices, "ppo")!.rows[0], [0.5, 0, 0.5]);
  const values = stripOf(scores, [0, 1], choices, "dqn")!;
  deepStrictEqual([values.rows[0], values.range], [[0, -Infinity, 0], [0, 3]]);
});

Deno.test("beside what is expected stands what came, once the world ended the episode", () => {
  const steps = [{ value: 5, reward: 1 }, { value: undefined, reward: 2 }, { value: 3, reward: 4 }];
  deepStrictEqual(worthsOf(steps, "terminated", 0.5), {
    kind: "worths",
    rows: [[5, 1 + 0.5 * (2 + 0.5 * 4)], undefined, [3, 4]],
    range: [3, 5],
  });
  deepStrictEqual(worthsOf(steps, null, 0.5)!.rows, [[5], undefined, [3]]);
  strictEqual(worthsOf([{ value: undefined, reward: 1 }], "terminated", 0.5), undefined);
  strictEqual(worthsOf([], null, 0.5), undefined);
});

Deno.test("where time is up stands what was expected of the last step, if the policy said it", () => {
  const steps = [{ value: 5, reward: 1 }, { value: 7, reward: 2 }, { value: 3, reward: 4 }];
  deepStrictEqual(worthsOf(steps, "truncated", 0.5)!.rows, [
    [5, 1 + 0.5 * (2 + 0.5 * 3)],
    [7, 2 + 0.5 * 3],
    [3, 3],
  ]);
  deepStrictEqual(worthsOf(steps, "cut", 0.5), worthsOf(steps, "truncated", 0.5));
  const unsaid = steps.with(2, { value: undefined as never, reward: 4 });
  deepStrictEqual(worthsOf(unsaid, "truncated", 0.5)!.rows, [[5], [7], undefined]);
});
