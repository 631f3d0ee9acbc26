import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { NStepWindows } from "../../../agents/memory/n_step.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";

const shape = { observationSize: 1, actionSpace: new Discrete(100) };

interface Closed {
  readonly from: number;
  readonly action: number;
  readonly rewards: number;
  readonly discount: number;
  /** The step that closed it. */
  readonly at: number;
}

/** Steps one environment through rewards; episodes end after the steps in `ends`. */
function closed(n: number, gamma: number, rewards: number[], ends: number[]): Closed[] {
  const windows = new NStepWindows(1, shape, n, gamma);
  const all: Closed[] = [];
  rewards.forEach((reward, at) => {
    windows.step(
      0,
      Float32Array.of(at),
      Int32Array.of(10 + at),
      reward,
      ends.includes(at),
      (window) => {
        all.push({
          from: window.observation[0],
          action: window.action[0],
          rewards: window.rewards,
          discount: window.discount,
          at,
        });
      },
    );
  });
  return all;
}

Deno.test("windows of three rewards, by hand", () => {
  // R = r + γr' + γ²r'' with γ = ½; the episode ends after the fourth reward.
  deepStrictEqual(closed(3, 0.5, [1, 2, 4, 8, 16], [3]), [
    { from: 0, action: 10, rewards: 1 + 1 + 1, discount: 0.125, at: 2 },
    { from: 1, action: 11, rewards: 2 + 2 + 2, discount: 0.125, at: 3 },
    { from: 2, action: 12, rewards: 4 + 4, discount: 0.25, at: 3 },
    { from: 3, action: 13, rewards: 8, discount: 0.5, at: 3 },
  ]);
});

Deno.test("windows of one reward are the transitions themselves", () => {
  const rewards = [0.1, -3, 2.5];
  deepStrictEqual(
    closed(1, 0.9, rewards, [1]),
    rewards.map((reward, t) => ({
      from: t,
      action: 10 + t,
      rewards: reward,
      discount: 0.9,
      at: t,
    })),
  );
});

Deno.test("every window is the textbook's sum, and none crosses an end", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 6 }),
    fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.boolean()), { maxLength: 30 }),
    (n, steps) => {
      const rewards = steps.map(([reward]) => reward);
      const ends = steps.flatMap(([, ended], t) => ended ? [t] : []);
      const expected = rewards.flatMap((_, t) => {
        const end = ends.find((each) => each >= t) ?? Infinity;
        const at = Math.min(t + n - 1, end);
        if (at >= rewards.length) return [];
        const window = rewards.slice(t, at + 1);
        return [{
          from: t,
          action: 10 + t,
          rewards: window.reduce((sum, reward, i) => sum + reward * 0.5 ** i, 0),
          discount: 0.5 ** window.length,
          at,
        }];
      });
      deepStrictEqual(closed(n, 0.5, rewards, ends), expected);
    },
  ));
});

Deno.test("environments have windows of their own", () => {
  const windows = new NStepWindows(2, shape, 2, 1);
  const seen: number[][] = [];
  const step = (n: number, reward: number, ended = false) =>
    windows.step(n, Float32Array.of(0, 1), Int32Array.of(0, 1), reward, ended, (window) => {
      seen.push([window.observation[0], window.rewards, window.discount]);
    });
  step(0, 1);
  step(1, 10, true);
  step(0, 2);
  step(1, 20);
  step(0, 3);
  step(1, 30);
  deepStrictEqual(seen, [[1, 10, 1], [0, 3, 1], [0, 5, 1], [1, 50, 1]]);
});

Deno.test("restored windows go on as the original, abandoned ones do not", () => {
  const make = () => new NStepWindows(1, shape, 3, 0.5);
  const feed = (windows: NStepWindows, from: number, to: number) => {
    const rewards: number[] = [];
    for (let t = from; t < to; t++) {
      windows.step(0, Float32Array.of(t), Int32Array.of(t), 2 ** t, false, (window) => {
        rewards.push(window.rewards);
      });
    }
    return rewards;
  };
  const [original, restored, abandoned] = [make(), make(), make()];
  feed(original, 0, 5);
  const { tensors, values } = original.snapshot();
  restored.restore(tensors, JSON.parse(JSON.stringify(values)));
  abandoned.restore(tensors, values);
  abandoned.abandon();
  const expected = feed(original, 5, 9);
  strictEqual(expected.length, 4);
  deepStrictEqual(feed(restored, 5, 9), expected);
  deepStrictEqual(feed(abandoned, 5, 9), expected.slice(2));
  ok(expected[0] > 0);
});

Deno.test("windows keep measured actions whole", () => {
  const actionSpace = new Box({ low: -1, high: 1, shape: [2] });
  const windows = new NStepWindows(2, { observationSize: 1, actionSpace }, 2, 1);
  const seen: number[][] = [];
  for (const actions of [[0, 0, 0.25, -0.5], [0, 0, 0.75, 1]]) {
    windows.step(1, Float32Array.of(0, 1), Float32Array.from(actions), 1, false, ({ action }) => {
      seen.push([...action]);
    });
  }
  deepStrictEqual(seen, [[0.25, -0.5]]);
});
