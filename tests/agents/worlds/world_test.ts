import { deepStrictEqual, ok, throws } from "node:assert";
import { type ActionRows, ActionTranslator } from "../../../agents/distributions/actions.ts";
import { ObservationNormalizer, RewardNormalizer } from "../../../agents/worlds/normalizer.ts";
import { World } from "../../../agents/worlds/world.ts";
import { makeEnv } from "../../../envs/mod.ts";
import { defineEnvironment, environmentOf } from "../../../lab/core/define_environment.ts";
import { show } from "../../../lab/core/plain.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Box, Discrete, MultiDiscrete, type Space } from "../../../lab/core/space.ts";

/** Shows 0, 10, 20 and, cut off there, 30. */
const counter = defineEnvironment({
  id: "Counter-v0",
  observationSpace: new Box({ low: 0, high: 100, shape: [1] }),
  actionSpace: new Discrete(2),
  timeLimit: 3,
  reset: () => 0,
  step: (s: number) => ({ state: s + 1, reward: 1, terminated: false }),
  observe: (s) => Float32Array.of(10 * s),
});

Deno.test("actions reach environments in their own counting and inside their bounds", () => {
  const discrete = new ActionTranslator(new Discrete(3, 5), 2);
  deepStrictEqual(discrete.translate(Int32Array.of(0, 2)), Int32Array.of(5, 7));
  const box = new ActionTranslator(new Box({ low: [-1, 0], high: [1, 2] }), 2);
  const given = Float32Array.of(-3, 3, 0.5, -0.5);
  deepStrictEqual(box.translate(given), Float32Array.of(-1, 2, 0.5, 0));
  deepStrictEqual(given, Float32Array.of(-3, 3, 0.5, -0.5));
  deepStrictEqual(box.first(given), Float32Array.of(-1, 2));
  const several = new ActionTranslator(new MultiDiscrete([2, 3]), 2);
  deepStrictEqual([...several.translate(Int32Array.of(1, 2, 0, 1)) as Int32Array[]], [
    Int32Array.of(1, 2),
    Int32Array.of(0, 1),
  ]);
});

Deno.test("actions that are no rows of the space's own are refused before a step", () => {
  const inSpace = (actionSpace: Space, options = {}) =>
    new World(
      "test",
      {
        seed: 1,
        makeEnvironment: () =>
          environmentOf({ ...counter, actionSpace: actionSpace as Space<number> }),
      },
      2,
      { actions: ["discrete", "multi-discrete", "box"], ...options },
    );
  const refused = (world: World, given: unknown, message: string) =>
    throws(() => world.step(given as ActionRows), {
      name: "InputError",
      message: `Cannot act as ${message}`,
    });
  const discrete = inSpace(new Discrete(3, 5));
  const rows = "2 environments must have a row of 1 of Discrete(3, start=5) each:";
  refused(discrete, Int32Array.of(1), `${rows} 1 in all`);
  refused(discrete, Int32Array.of(1, 0, 1), `${rows} 3 in all`);
  refused(discrete, undefined, `${rows} undefined`);
  refused(discrete, Promise.resolve([0, 1]), `${rows} Promise`);
  const choices = "a choice must be a whole number of Discrete(3, start=5), counted from 0:";
  for (const wrong of [0.5, NaN, Infinity, 2 ** 32 + 1, undefined, "1", [1]]) {
    refused(discrete, [1, wrong], `${choices} ${show(wrong)}`);
  }
  refused(discrete, Float32Array.of(0, 1.5), `${choices} 1.5`);
  // The environments themselves refuse what is beyond their own.
  for (const [beyond, found] of [[3, 8], [-1, 4], [2 ** 31 - 6, 2 ** 31 - 1]]) {
    const last = new RegExp(`must lie in Discrete\\(3, start=5\\): ${found}$`);
    throws(() => discrete.step(Int32Array.of(0, beyond)), last);
  }
  refused(discrete, Int32Array.of(0, 2 ** 31 - 1), `${choices} ${2 ** 31 - 1}`);
  for (const given of [Int32Array.of(0, 2), [0, 2], Float32Array.of(0, 2), Uint8Array.of(0, 2)]) {
    deepStrictEqual([...discrete.step(given as Int32Array).rewards], [1, 1]);
  }

  const several = inSpace(new MultiDiscrete([2, 4]));
  const wrong = "a choice must be a whole number of MultiDiscrete([2, 4]), counted from 0: 2.5";
  refused(several, [1, 3, 1, 2.5], wrong);
  refused(
    several,
    Int32Array.of(1, 3, 1),
    "2 environments must have a row of 2 of MultiDiscrete([2, 4]) each: 3 in all",
  );
  throws(() => several.step(Int32Array.of(1, 3, 2, 1)), /must lie in MultiDiscrete.*\(2,1\)$/);
  deepStrictEqual([...several.step([1, 3, 0, 2] as unknown as Int32Array).rewards], [1, 1]);

  for (const scaleActions of [false, true]) {
    const box = inSpace(new Box({ low: -1, high: 1, shape: [1] }), { scaleActions });
    const message = `2 environments must have a row of 1 of ${box.shape.actionSpace} each:`;
    refused(box, Float32Array.of(0), `${message} 1 in all`);
    refused(box, Float32Array.of(0, 1, 0), `${message} 3 in all`);
    deepStrictEqual([...box.step([0.5, -3] as unknown as Float32Array).rewards], [1, 1]);
    throws(() => box.step(Float32Array.of(0, NaN)), /must lie in Box.*NaN/);
  }
});

Deno.test("observations are centred and scaled by all that were seen, and clipped at 10", () => {
  const normalizer = new ObservationNormalizer(2);
  const random = defaultRng(1);
  const seen = Float32Array.from(
    { length: 2 * 5000 },
    (_, i) => i % 2 === 0 ? random.normal(5, 3) : random.normal(-1, 0.1),
  );
  for (let first = 0; first < seen.length; first += 40) {
    normalizer.update(seen.subarray(first, first + 40));
  }
  const out = new Float32Array(6);
  normalizer.normalize(Float32Array.of(5, -1, 8, -1.1, 500, -500), out);
  [0, 0, 1, -1].forEach((expected, i) => ok(Math.abs(out[i] - expected) < 0.06, `${out}`));
  deepStrictEqual([...out.subarray(4)], [10, -10]);
});

Deno.test("rewards are divided by the deviation of the discounted return, their sign kept", () => {
  const normalizer = new RewardNormalizer(1, 0.5);
  const out = new Float64Array(1);
  const returns: number[] = [];
  let running = 0;
  const rewards = [1, -2, 3, 0, 5, 1];
  rewards.forEach((reward, t) => {
    const ended = t === 2 ? 1 : 0;
    running = 0.5 * running + reward;
    returns.push(running);
    if (ended) running = 0;
    const flags = { terminated: Uint8Array.of(0), truncated: Uint8Array.of(ended) };
    normalizer.normalize({ rewards: Float64Array.of(reward), ...flags }, out);
  });
  // Weighted moments of the returns and of a 0-mean, unit-variance prior of weight 1e-4.
  const weight = 1e-4 + returns.length;
  const mean = returns.reduce((sum, r) => sum + r, 0) / weight;
  const second = (1e-4 + returns.reduce((sum, r) => sum + r * r, 0)) / weight;
  ok(Math.abs(out[0] - 1 / Math.sqrt(second - mean * mean + 1e-8)) < 1e-12, `${out[0]}`);
});

Deno.test("rewards of which none but 0 was seen are divided by 1", () => {
  const normalizer = new RewardNormalizer(1, 0.5);
  const flags = { terminated: Uint8Array.of(0), truncated: Uint8Array.of(0) };
  for (let t = 0; t < 1000; t++) normalizer.update({ rewards: Float64Array.of(0), ...flags });
  const rewards = Float32Array.of(1, -3);
  normalizer.scale(rewards);
  deepStrictEqual([...rewards], [1, -3]);
});

Deno.test("rewards that balance exactly are divided by their deviation, also after a restore", () => {
  let balanced = 0;
  for (let seed = 0; seed < 20; seed++) {
    const random = defaultRng(seed);
    let normalizer = new RewardNormalizer(1, 0.99);
    for (let t = 0; t < 200; t++) {
      const rewards = Float64Array.of(random.random() < 0.5 ? 100 : -100);
      normalizer.update({ rewards, terminated: Uint8Array.of(1), truncated: Uint8Array.of(0) });
      const kept = normalizer.snapshot() as { moments: { mean: number[] } };
      if (kept.moments.mean[0] !== 0) continue;
      balanced++;
      normalizer = new RewardNormalizer(1, 0.99);
      normalizer.restore(kept);
      ok(Math.abs(normalizer.deviation - 100) < 1, `${normalizer.deviation} at ${seed}, ${t}`);
    }
  }
  ok(balanced > 0);
});

Deno.test("a normalised world shows its agent normalised values and counts plain episodes", () => {
  const context = { seed: 1, makeEnvironment: () => makeEnv("Pendulum-v1") };
  const plain = new World("test", context, 2, { actions: ["box"] });
  const world = new World("test", context, 2, {
    actions: ["box"],
    normalizeObservations: true,
    normalizeRewards: { gamma: 0.9 },
  });
  for (let t = 0; t < 250; t++) {
    plain.step(Float32Array.of(1, -1));
    const { rewards } = world.step(Float32Array.of(1, -1));
    ok(rewards.every((reward) => reward <= 0 && reward >= -10));
  }
  deepStrictEqual(world.episodes.metrics(), plain.episodes.metrics());
  ok(world.observations.every((value) => Math.abs(value) <= 10));
  const kept = world.snapshot();
  const other = new World("test", { ...context, seed: 2 }, 2, {
    actions: ["box"],
    normalizeObservations: true,
    normalizeRewards: { gamma: 0.9 },
  });
  other.restore(JSON.parse(JSON.stringify(kept)));
  deepStrictEqual([...other.observations], [...world.observations]);
});

Deno.test("actions of a kind that an agent cannot choose are refused", () => {
  throws(
    () => new World("dqn", { seed: 1, makeEnvironment: () => makeEnv("Pendulum-v1") }, 1),
    /Cannot train dqn in Pendulum-v1 as it takes Discrete actions: Box/,
  );
});

Deno.test("final observations are normalised as all others are", () => {
  const world = new World("test", { seed: 1, makeEnvironment: () => environmentOf(counter) }, 1, {
    normalizeObservations: true,
  });
  world.step(Int32Array.of(0));
  world.step(Int32Array.of(0));
  const { finalObservations, truncated } = world.step(Int32Array.of(0));
  const { mean, variance } = world.normalizer!.snapshot() as Record<"mean" | "variance", number[]>;
  deepStrictEqual([...truncated], [1]);
  const expected = (30 - mean[0]) / Math.sqrt(variance[0] + 1e-8);
  ok(Math.abs(finalObservations[0] - expected) < 1e-5, `${finalObservations}`);
});

/** A world of two counters whose rewards and observations are normalised. */
const normalizing = (seed = 1) =>
  new World("test", { seed, makeEnvironment: () => environmentOf(counter) }, 2, {
    normalizeObservations: true,
    normalizeRewards: { gamma: 0.5 },
  });

/** What a world's snapshot holds. */
interface Kept {
  readonly vector: unknown;
  readonly episodes: unknown;
  readonly observations: Record<"mean" | "variance", number[]>;
  readonly rewards: { readonly moments: unknown; readonly discounted: number[] };
}

Deno.test("episodes that do not go on leave nothing of themselves to the next ones' rewards", () => {
  const world = normalizing();
  for (let t = 0; t < 2; t++) world.step(Int32Array.of(0, 0));
  const kept = world.snapshot() as unknown as Kept;
  // 1 + ½ of each.
  deepStrictEqual(kept.rewards.discounted, [1.5, 1.5]);
  const other = normalizing(2);
  other.restore({ ...kept, vector: null } as never);
  ok(other.beganAnew);
  const begun = other.snapshot() as unknown as Kept;
  deepStrictEqual(begun.rewards, { moments: kept.rewards.moments, discounted: [0, 0] });
  deepStrictEqual(begun.observations, kept.observations);
  deepStrictEqual(other.episodes.metrics(), {});
  // Three steps end both episodes, of three rewards each and not of five.
  for (let t = 0; t < 3; t++) other.step(Int32Array.of(0, 0));
  deepStrictEqual(other.episodes.metrics(), {
    "rollout/episode_return_mean": 3,
    "rollout/episode_length_mean": 3,
  });
  other.restore(kept as never);
  ok(!other.beganAnew);
  deepStrictEqual(other.snapshot() as unknown, kept);
});

Deno.test("another run's moments are taken, of rewards and of observations, and no episode of it", () => {
  const world = normalizing();
  for (let t = 0; t < 5; t++) world.step(Int32Array.of(0, 0));
  const kept = world.snapshot() as unknown as Kept;
  const other = normalizing(2);
  const before = other.snapshot() as unknown as Kept;
  other.inherit(kept as never);
  const after = other.snapshot() as unknown as Kept;
  deepStrictEqual(after.rewards, { moments: kept.rewards.moments, discounted: [0, 0] });
  deepStrictEqual(after.observations, kept.observations);
  deepStrictEqual([after.vector, after.episodes], [before.vector, before.episodes]);
  ok(Math.abs(other.rewardUnit - world.rewardUnit) < 1e-12);
  // What is shown is normalised by them at once.
  const { mean, variance } = kept.observations;
  const shown = (0 - mean[0]) / Math.sqrt(variance[0] + 1e-8);
  ok(other.observations.every((value) => Math.abs(value - shown) < 1e-5), `${other.observations}`);
  const plain = new World("test", { seed: 1, makeEnvironment: () => environmentOf(counter) }, 2);
  deepStrictEqual(plain.rewardUnit, 1);
  throws(
    () => plain.inherit(kept as never),
    /^InputError: Cannot start from these weights as observations are not normalised \(.*\): for them they were normalised$/,
  );
  throws(
    () => other.inherit(plain.snapshot()),
    /observations are normalised \(.*\): for them they were not normalised$/,
  );
});
