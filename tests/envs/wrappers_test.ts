import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";
import * as wrappers from "../../envs/wrappers/mod.ts";
import { defineEnvironment, environmentOf } from "../../lab/core/define_environment.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { defaultRng } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { RunningMoments } from "../../lab/core/running_moments.ts";
import { Box, Discrete, MultiDiscrete, Tuple } from "../../lab/core/space.ts";
import { VectorEnvironment } from "../../lab/core/vector.ts";
// Golden: tests/golden/gymnasium/record_wrappers.py.
import golden from "../golden/gymnasium_wrappers.json" with { type: "json" };

const sameAsGymnasium: Record<string, (env: Environment) => Environment> = {
  "normalizeObservation": wrappers.normalizeObservation,
  "normalizeReward": wrappers.normalizeReward,
  "normalizeReward, ends": (env) => wrappers.normalizeReward(env, { gamma: 0.9 }),
  "frameStack": (env) => wrappers.frameStack(env, 3),
  "frameStack, zero": (env) => wrappers.frameStack(env, 4, { padding: "zero" }),
  "timeAwareObservation": wrappers.timeAwareObservation,
  "timeAwareObservation, normalizeTime": (env) =>
    wrappers.timeAwareObservation(env, { normalizeTime: true }),
  "rescaleAction": (env) => wrappers.rescaleAction(env, -0.5, 1),
  "clipReward": (env) => wrappers.clipReward(env, -5, -1),
  "flattenObservation": wrappers.flattenObservation,
  "recordEpisodeStatistics": wrappers.recordEpisodeStatistics,
  "timeLimit": (env) => wrappers.timeLimit(env, 7),
};

function near(actual: ArrayLike<number>, expected: number[], where: string): void {
  strictEqual(actual.length, expected.length, where);
  expected.forEach((value, i) => {
    // Gymnasium keeps float32 moments of float32 observations.
    ok(Math.abs(actual[i] - value) <= 1e-5 * Math.max(1, Math.abs(value)), `${where}: ${value}`);
  });
}

Deno.test("every recorded wrapper is compared", () => {
  deepStrictEqual(Object.keys(sameAsGymnasium), Object.keys(golden.wrappers));
});

for (const [name, rows] of Object.entries(golden.wrappers)) {
  Deno.test(`${name} returns what Gymnasium's wrapper does`, () => {
    const env = sameAsGymnasium[name](makeEnv(rows.environment));
    near(env.reset({ seed: rows.seed }).observation, rows.observations[0], "reset");
    const restarts: number[][] = [...rows.restarts];
    const episodes: number[][] = [...rows.episodes];
    rows.actions.forEach((action, t) => {
      const result = env.step(Array.isArray(action) ? Float32Array.from(action) : action);
      near(result.observation, rows.observations[t + 1], `step ${t + 1}`);
      near([result.reward], [rows.rewards[t]], `reward ${t + 1}`);
      strictEqual(result.terminated, rows.terminated[t]);
      strictEqual(result.truncated, rows.truncated[t]);
      if (!result.terminated && !result.truncated) return;
      if (episodes.length > 0) {
        const [episodeReturn, length] = episodes.shift()!;
        deepStrictEqual(result.info.episode, { episodeReturn, length });
      }
      near(env.reset().observation, restarts.shift()!, "restart");
    });
  });
}

/** One of each, over a world that it fits. */
const all: Record<string, () => Environment> = {
  ...Object.fromEntries(
    Object.entries(sameAsGymnasium).map(([name, wrap]) => [
      name,
      () => wrap(makeEnv(golden.wrappers[name as keyof typeof golden.wrappers].environment)),
    ]),
  ),
  clipAction: () => wrappers.clipAction(makeEnv("Pendulum-v1")),
  hideVelocity: () => wrappers.hideVelocity(makeEnv("CartPole-v1")),
  stickyAction: () => wrappers.stickyAction(makeEnv("Pendulum-v1"), 0.5),
  potentialShaping: () =>
    wrappers.potentialShaping(makeEnv("MountainCar-v0"), ([position]) => position, 0.99),
  passiveEnvChecker: () => wrappers.passiveEnvChecker(makeEnv("Taxi-v4")),
  recordEpisode: () => wrappers.recordEpisode(makeEnv("Acrobot-v1")),
  renderObservation: () =>
    wrappers.renderObservation(makeEnv("CartPole-v1"), { width: 12, height: 10, grey: true }),
  "several on one another": () =>
    wrappers.frameStack(
      wrappers.normalizeObservation(wrappers.stickyAction(makeEnv("CartPole-v1"), 0.3)),
      2,
    ),
};

for (const [name, make] of Object.entries(all)) {
  const walk = (env: Environment, length: number, seed: number) => {
    const random = defaultRng(seed);
    return Array.from({ length }, () => {
      const result = env.step(env.actionSpace.sample(random));
      ok(env.observationSpace.contains(result.observation), `${result.observation}`);
      const again = result.terminated || result.truncated ? env.reset().observation : null;
      return { ...result, again };
    });
  };

  Deno.test(`${name}: a snapshot in mid-episode goes on to the same bits`, () => {
    const env = make();
    env.reset({ seed: 7 });
    walk(env, 33, 1);
    const kept = JSON.parse(JSON.stringify(env.snapshot!())) as Json;
    const expected = walk(env, 60, 2);
    const other = make();
    other.restore!(kept);
    deepStrictEqual(walk(other, 60, 2), expected);
  });

  Deno.test(`${name}: a vector of two goes the way of each alone`, () => {
    const vector = new VectorEnvironment(make, 2, { autoreset: "same-step" });
    const alone = make();
    vector.reset({ seeds: [3, 4] });
    alone.reset({ seed: 4 });
    const random = defaultRng(1);
    const flat = new Float32Array(alone.observationSpace.flatSize);
    for (let t = 0; t < 20; t++) {
      const action = alone.actionSpace.sample(random);
      const step = vector.step([action, action]);
      const result = alone.step(action);
      strictEqual(step.rewards[1], result.reward);
      const next = result.terminated || result.truncated ? alone.reset() : result;
      alone.observationSpace.flatten(next.observation, flat);
      deepStrictEqual(step.observations.subarray(flat.length), flat);
    }
  });
}

Deno.test("transforms change what they name and nothing else", () => {
  const plain = makeEnv("CartPole-v1");
  const env = wrappers.transformAction(
    wrappers.transformReward(
      wrappers.transformObservation(
        makeEnv("CartPole-v1"),
        (observation: Float32Array) => observation.subarray(0, 1).slice(),
        new Box({ low: -5, high: 5, shape: [1] }),
      ),
      (reward) => 3 * reward,
    ),
    (action: number) => 1 - (action - 10),
    new Discrete(2, 10),
  );
  deepStrictEqual(
    env.reset({ seed: 1 }).observation,
    plain.reset({ seed: 1 }).observation.slice(0, 1),
  );
  const [result, expected] = [env.step(10), plain.step(1)];
  deepStrictEqual(result.observation, expected.observation.slice(0, 1));
  strictEqual(result.reward, 3);
  throws(() => env.step(1), /must lie in Discrete\(2, start=10\): 1/);
});

Deno.test("a wrapped world that clips actions says so unless its actions are others", () => {
  const pendulum = () => makeEnv("Pendulum-v1");
  strictEqual(wrappers.timeLimit(pendulum(), 5).clipsActions, true);
  strictEqual(wrappers.rescaleAction(pendulum(), -1, 1).clipsActions, undefined);
  strictEqual(wrappers.timeLimit(makeEnv("CartPole-v1"), 5).clipsActions, undefined);
});

Deno.test("clipAction and rescaleAction hand the world actions inside its bounds", () => {
  const seen: number[][] = [];
  const world = makeEnv("Pendulum-v1");
  const spy: Environment = {
    ...wrappers.transformReward(world, (reward) => reward),
    step(action: Float32Array) {
      ok(world.actionSpace.contains(action));
      seen.push([...action]);
      return world.step(action);
    },
  };
  const clipped = wrappers.clipAction(spy);
  clipped.reset({ seed: 1 });
  for (const value of [-7, 1.5, 1e30]) clipped.step(Float32Array.of(value));
  const scaled = wrappers.rescaleAction(spy, 0, 10);
  scaled.reset({ seed: 1 });
  for (const value of [0, 5, 10]) scaled.step(Float32Array.of(value));
  deepStrictEqual(seen.flat(), [-2, 1.5, 2, -2, 0, 2]);
  throws(
    () => scaled.step(Float32Array.of(10.5)),
    /must lie in Box\(\[0\], \[10\]\): Float32Array\(10.5\)/,
  );
  throws(() => clipped.step(Float32Array.of(NaN)), /NaN/);
});

Deno.test("shaping adds what telescopes: the discounted sum differs by the first potential", () => {
  const gamma = 0.9;
  const play = (env: Environment) => {
    env.reset({ seed: 1 });
    let [sum, discount] = [0, 1];
    for (let ended = false; !ended; discount *= gamma) {
      const result = env.step(1);
      sum += discount * result.reward;
      ended = result.terminated;
    }
    return sum;
  };
  const potential = ([x, v]: Float32Array) => 3 * x + v + 1;
  const first = potential(makeEnv("CartPole-v1").reset({ seed: 1 }).observation);
  const shaped = wrappers.potentialShaping(makeEnv("CartPole-v1"), potential, gamma);
  ok(Math.abs(play(shaped) - (play(makeEnv("CartPole-v1")) - first)) < 1e-12);
});

Deno.test("sticky actions repeat as often as configured, and never the first of an episode", () => {
  const env = wrappers.stickyAction(makeEnv("Identity-v0", { timeLimit: 2000 }), 0.25);
  let observation = env.reset({ seed: 1 }).observation;
  let right = 0;
  for (let t = 0; t < 2000; t++) {
    const result = env.step(observation);
    right += result.reward;
    if (t === 0) strictEqual(result.reward, 1);
    observation = result.observation;
  }
  // A sticky action is right in a quarter of the cases: 0.75 + 0.25 × 0.25.
  ok(Math.abs(right / 2000 - 0.8125) < 0.03, `${right}`);
});

Deno.test("what sticks is the action that was taken, not the one that was asked for", () => {
  const taken: number[] = [];
  const world = makeEnv("FrozenLake-v1", { isSlippery: false });
  const spy: Environment = {
    ...wrappers.transformReward(world, (reward) => reward),
    step(action: number) {
      taken.push(action);
      return world.step(action);
    },
  };
  const env = wrappers.stickyAction(spy, 0.9999);
  env.reset({ seed: 1 });
  for (const action of [0, 1, 2, 3, 2]) env.step(action);
  deepStrictEqual(taken, [0, 0, 0, 0, 0]);
});

Deno.test("an action sticks though its array takes the next one, and goes on from a snapshot", () => {
  const rewards = (restored: boolean) => {
    let env = wrappers.stickyAction(makeEnv("Pendulum-v1"), 0.5);
    env.reset({ seed: 1 });
    const action = new Float32Array(1);
    return Array.from({ length: 40 }, (_, t) => {
      action[0] = t % 2 === 0 ? 2 : -2;
      const { reward } = env.step(action);
      if (restored) {
        const kept = env.snapshot!();
        env = wrappers.stickyAction(makeEnv("Pendulum-v1"), 0.5);
        env.restore!(kept);
      }
      return reward;
    });
  };
  deepStrictEqual(rewards(true), rewards(false));
  const plain = makeEnv("Pendulum-v1");
  plain.reset({ seed: 1 });
  const asAsked = Array.from(
    { length: 40 },
    (_, t) => plain.step(Float32Array.of(t % 2 === 0 ? 2 : -2)).reward,
  );
  notDeepStrictEqual(rewards(false), asAsked);
});

Deno.test("hidden velocities are gone, and other worlds need indices", () => {
  const shapes = ["CartPole-v1", "MountainCar-v0", "Acrobot-v1", "Pendulum-v1"].map((id) =>
    wrappers.hideVelocity(makeEnv(id)).observationSpace.flatSize
  );
  deepStrictEqual(shapes, [2, 1, 4, 2]);
  const env = wrappers.hideVelocity(makeEnv("CartPole-v1"));
  const [x, , angle] = makeEnv("CartPole-v1").reset({ seed: 1 }).observation;
  deepStrictEqual(env.reset({ seed: 1 }).observation, Float32Array.of(x, angle));
  const grid = () => makeEnv("GridWorld-v0", { observation: "coordinates" });
  throws(() => wrappers.hideVelocity(grid()), /indices of some of the 2 elements: undefined/);
  throws(() => wrappers.hideVelocity(grid(), [2]), /: 2$/);
  strictEqual(wrappers.hideVelocity(grid(), [0]).observationSpace.flatSize, 1);
  const stacked = () => wrappers.frameStack(makeEnv("CartPole-v1"), 3);
  throws(() => wrappers.hideVelocity(stacked()), /indices of some of the 12 elements: undefined/);
  const all = wrappers.hideVelocity(stacked(), [1, 3, 5, 7, 9, 11]);
  deepStrictEqual(
    all.reset({ seed: 1 }).observation,
    Float32Array.of(x, angle, x, angle, x, angle),
  );
  const scaled = wrappers.normalizeObservation(makeEnv("CartPole-v1"));
  strictEqual(wrappers.hideVelocity(scaled).observationSpace.flatSize, 2);
});

Deno.test("recorded frames are those of the episode", () => {
  const env = wrappers.recordEpisode(makeEnv("CartPole-v1"));
  env.reset({ seed: 1 });
  for (let t = 0; t < 5; t++) env.step(1);
  strictEqual(env.frames.length, 6);
  deepStrictEqual(env.frames[5], env.scene!());
  env.reset();
  strictEqual(env.frames.length, 1);
  env.step(1);
  const going = env.snapshot!();
  const other = wrappers.recordEpisode(makeEnv("CartPole-v1"));
  const before = other.snapshot!();
  other.restore!(going);
  deepStrictEqual(other.frames, [env.scene!()]);
  // Before its first episode there is nothing to draw.
  other.restore!(before);
  deepStrictEqual(other.frames, []);
  other.reset();
  strictEqual(other.frames.length, 1);
});

Deno.test("the moments stay as they are where they are not to be updated", () => {
  const env = wrappers.normalizeObservation(makeEnv("CartPole-v1"));
  env.reset({ seed: 1 });
  env.step(1);
  const before = (env.snapshot!() as { own: Json }).own;
  env.updateRunningMean = false;
  env.step(1);
  deepStrictEqual((env.snapshot!() as { own: Json }).own, before);
});

Deno.test("the passive checker names what breaks the contract", () => {
  const broken = (change: object) =>
    wrappers.passiveEnvChecker({
      ...wrappers.transformReward(makeEnv("CartPole-v1"), (reward) => reward),
      step: () => ({
        observation: new Float32Array(4),
        reward: 1,
        terminated: false,
        truncated: false,
        info: {},
        ...change,
      }),
    });
  const cases: [object, RegExp][] = [
    [
      { observation: new Float32Array(3) },
      /observation of step must lie in .*Float32Array\(0,0,0\)/,
    ],
    [{ reward: NaN }, /reward must be a finite number: NaN/],
    [{ terminated: 1 }, /terminated must be true or false: 1/],
    [{ info: null }, /info of step must be an object: null/],
  ];
  for (const [change, message] of cases) {
    throws(() => broken(change).step(1), { name: "InputError", message });
  }
  strictEqual(broken({}).step(1).reward, 1);
});

Deno.test("a wrapper keeps what it does not change of its world", () => {
  const still = {
    scene: () => ({ view: [0, 0, 1, 1], background: "#ffffff", shapes: [] }) as const,
    actionMask: () => [1],
    rewardThreshold: 3,
    goal: "terminated",
    timeLimit: 9,
  } as const;
  const world = () =>
    environmentOf(defineEnvironment({
      id: "Still-v0",
      observationSpace: new Box({ low: -1, high: 1, shape: [1] }),
      actionSpace: new Box({ low: -1, high: 1, shape: [1] }),
      reset: () => 0,
      step: () => ({ state: 0, reward: 0, terminated: false }),
      observe: () => new Float32Array(1),
      ...still,
    }));
  for (const [name, wrapped] of Object.entries(sameAsGymnasium)) {
    const env = wrapped(world());
    env.reset({ seed: 1 });
    // A threshold is one of the world's own rewards.
    const threshold = /Reward/.test(name) ? undefined : 3;
    deepStrictEqual(
      [env.id, env.rewardThreshold, env.goal],
      ["Still-v0", threshold, "terminated"],
      name,
    );
    strictEqual(env.timeLimit, name === "timeLimit" ? 7 : 9, name);
    deepStrictEqual(env.scene!(), still.scene(), name);
    // A mask is of the actions that there were.
    deepStrictEqual(env.actionMask?.(), name === "rescaleAction" ? undefined : [1], name);
  }
});

Deno.test("frames that are not there yet lie in the space, whatever the world's own bounds", () => {
  const bounded = environmentOf(defineEnvironment({
    id: "Bounded-v0",
    observationSpace: new Box({ low: [1, -5], high: [5, -1] }),
    actionSpace: new Discrete(2),
    timeLimit: 5,
    reset: () => 2,
    step: (state: number) => ({ state, reward: 0, terminated: false }),
    observe: (state) => Float32Array.of(state, -state),
  }));
  const env = wrappers.frameStack(bounded, 2, { padding: "zero" });
  const { observation } = env.reset({ seed: 1 });
  deepStrictEqual([...observation as Float32Array], [0, 0, 2, -2]);
  ok(env.observationSpace.contains(observation));
});

Deno.test("a time stands behind the numbers of a picture, however many they are", () => {
  const pictures = wrappers.renderObservation(makeEnv("CartPole-v1"), { width: 256, height: 256 });
  const { observation } = wrappers.timeAwareObservation(pictures).reset({ seed: 1 });
  strictEqual((observation as Float32Array).at(-1), 0);
  strictEqual((observation as Float32Array).length % 256, 1);
});

Deno.test("wrong arguments are refused and say what to do", () => {
  const [pole, lake] = [() => makeEnv("CartPole-v1"), () => makeEnv("FrozenLake-v1")];
  const cases: [() => Environment, RegExp][] = [
    [() => wrappers.timeLimit(pole(), 0), /≥ 1: 0/],
    [() => wrappers.frameStack(pole(), 1.5), /≥ 1: 1.5/],
    [() => wrappers.frameStack(lake(), 2), /flattenObservation first: Discrete\(16\)/],
    [() => wrappers.clipAction(pole()), /action space must be a Box: Discrete\(2\)/],
    [() => wrappers.rescaleAction(makeEnv("Pendulum-v1"), 1, 1), /: 1, 1/],
    [() => wrappers.clipReward(pole(), 1, 0), /: 1, 0/],
    [() => wrappers.stickyAction(pole(), 1), /\[0, 1\): 1/],
    [() => wrappers.normalizeReward(pole(), { gamma: 2 }), /: 2, 1e-8/],
    [() => wrappers.potentialShaping(pole(), () => 0, -1), /\[0, 1\]: -1/],
    [() => wrappers.timeAwareObservation(makeEnv("CliffWalking-v1")), /timeLimit first/],
    ...[0, -1, NaN, "1"].map((epsilon): [() => Environment, RegExp] => [
      () => wrappers.normalizeObservation(pole(), epsilon as number),
      /normalizeObservation as epsilon must be above 0: /,
    ]),
    ...[0, -1, NaN, 1.5, Infinity].flatMap((count): [() => Environment, RegExp][] => [
      [
        () => wrappers.recordEpisode(pole(), count),
        new RegExp(`recordEpisode as most must be a whole number ≥ 1: ${count}$`),
      ],
      [
        () => wrappers.recordEpisodeStatistics(pole(), count),
        new RegExp(`recordEpisodeStatistics as bufferLength must be a .* ≥ 1: ${count}$`),
      ],
    ]),
  ];
  for (const [make, message] of cases) throws(make, { name: "InputError", message });
  const env = wrappers.timeLimit(pole(), 2);
  env.reset({ seed: 1 });
  env.step(1);
  strictEqual(env.step(0).truncated, true);
  throws(() => env.step(0), /truncated at step 2/);
});

Deno.test("a refused reset leaves the episode, and what is counted of it, as it was", () => {
  const refuse = (env: Environment) =>
    throws(() => env.reset({ options: { low: 1, high: 0 } }), { name: "InputError" });
  const limited = wrappers.timeLimit(makeEnv("CartPole-v1"), 5);
  const aware = wrappers.timeAwareObservation(makeEnv("CartPole-v1"));
  const counted = wrappers.recordEpisodeStatistics(makeEnv("CartPole-v1"));
  for (const env of [limited, aware, counted]) {
    env.reset({ seed: 3 });
    for (let t = 0; t < 4; t++) env.step(t % 2);
    refuse(env);
  }
  strictEqual(limited.step(0).truncated, true);
  strictEqual(aware.step(0).observation[4], 5);
  for (let ended = false; !ended;) ended = counted.step(0).terminated;
  const alone = makeEnv("CartPole-v1");
  alone.reset({ seed: 3 });
  let length = 1;
  while (!alone.step(length <= 4 ? (length - 1) % 2 : 0).terminated) length++;
  deepStrictEqual(counted.episodeLengths, [length]);
});

Deno.test("a snapshot that a wrapper has not made is refused", () => {
  const env = wrappers.frameStack(makeEnv("CartPole-v1"), 4);
  for (const wrong of [null, 5, [1], {}, makeEnv("CartPole-v1").snapshot!()]) {
    throws(() => env.restore!(wrong as Json), {
      name: "InputError",
      message: /^Cannot restore CartPole-v1 as this is no snapshot of a wrapped environment: /,
    });
  }
  const other = wrappers.frameStack(makeEnv("CartPole-v1"), 2);
  other.reset({ seed: 1 });
  throws(() => env.restore!(other.snapshot!()), {
    name: "InputError",
    message: "Cannot restore CartPole-v1 in frameStack as the snapshot must be of 16 numbers: 8",
  });
  for (const own of [null, {}, [1, 2]]) {
    throws(() => env.restore!({ ...other.snapshot!() as object, own }), /must be of 16 numbers: /);
  }
});

Deno.test("frames that JSON has no word for are kept in a snapshot, older ones are taken as they are", () => {
  const far = () =>
    wrappers.frameStack(
      environmentOf(defineEnvironment({
        id: "Far-v0",
        observationSpace: new Box({ low: -Infinity, high: Infinity, shape: [1] }),
        actionSpace: new Discrete(1),
        reset: () => 0,
        step: (at: number) => ({ state: at + 1, reward: 0, terminated: false }),
        observe: (at) => Float32Array.of([Infinity, -0, NaN, 1e-45, 5][at]),
      })),
      4,
    );
  const [env, other] = [far(), far()];
  env.reset();
  for (let t = 0; t < 3; t++) env.step(0);
  const kept = JSON.parse(JSON.stringify(env.snapshot!()));
  other.restore!(kept);
  const { observation } = env.step(0);
  deepStrictEqual([...observation], [-0, NaN, Math.fround(1e-45), 5]);
  deepStrictEqual(other.step(0).observation, observation);
  other.restore!({ inner: kept.inner, own: [1, 2, 3, 4] });
  deepStrictEqual([...other.step(0).observation], [2, 3, 4, 5]);
});

Deno.test("an action of several parts sticks as it was taken, and goes on from a snapshot", () => {
  const taken: unknown[] = [];
  const world = () =>
    environmentOf(defineEnvironment({
      id: "Parts-v0",
      observationSpace: new Discrete(1),
      actionSpace: new Tuple([
        new Box({ low: -1, high: 1, shape: [1] }),
        new Tuple([new MultiDiscrete([2, 3]), new Discrete(2)]),
      ]),
      reset: () => 0,
      step: (_: number, action: unknown[]) => {
        taken.push(structuredClone(action));
        return { state: 0, reward: 0, terminated: false };
      },
      observe: () => 0,
    }));
  const env = wrappers.stickyAction(world(), 0.9999);
  env.reset({ seed: 1 });
  const choices = Int32Array.of(1, 2);
  const first = [Float32Array.of(0.5), [choices, 1]];
  const before = structuredClone(first);
  env.step(first);
  (first[0] as Float32Array)[0] = -1;
  choices[1] = 0;
  (first[1] as unknown[])[1] = 0;
  env.step(first);
  const other = wrappers.stickyAction(world(), 0.9999);
  other.restore!(JSON.parse(JSON.stringify(env.snapshot!())));
  other.step(first);
  deepStrictEqual(taken, [before, before, before]);
});

/** One step an episode, cut off by its time limit, for the reward 1. */
const cutOff = () =>
  environmentOf(defineEnvironment({
    id: "One-v0",
    observationSpace: new Discrete(2),
    actionSpace: new Discrete(2),
    timeLimit: 1,
    reset: () => 0,
    step: () => ({ state: 0, reward: 1, terminated: false }),
    observe: () => 0,
  }));

Deno.test("a truncated episode's last state keeps its potential", () => {
  const env = wrappers.potentialShaping(cutOff(), () => 3, 0.5);
  env.reset({ seed: 1 });
  strictEqual(env.step(0).reward, 1 + 0.5 * 3 - 3);
});

Deno.test("the discounted sum of rewards goes on over truncated episodes", () => {
  const env = wrappers.normalizeReward(cutOff(), { gamma: 0.9 });
  const moments = new RunningMoments(1);
  let sum = 0;
  for (let i = 0; i < 3; i++) {
    env.reset({ seed: 1 });
    moments.update([sum = 0.9 * sum + 1]);
    strictEqual(env.step(0).reward, 1 / Math.sqrt(moments.variance[0] + 1e-8));
  }
});

Deno.test("shaping's table has the rewards that shaped steps give, and an end counts nothing", () => {
  const potential = (cell: number) => 0.1 * cell + 1;
  const make = () =>
    wrappers.potentialShaping(makeEnv("GridWorld-v0", { map: "S.O\n..G" }), potential, 0.9);
  const [table, plain] = [
    make().transitions!(),
    makeEnv("GridWorld-v0", { map: "S.O\n..G" }).transitions!(),
  ];
  let ends = 0;
  for (const [state, actions] of plain.entries()) {
    for (const [action, transitions] of actions.entries()) {
      for (const [i, { reward, ...kept }] of transitions.entries()) {
        const { reward: shaped, ...found } = table[state][action][i];
        deepStrictEqual(found, kept);
        const after = kept.terminated ? 0 : potential(kept.state);
        ends += Number(kept.terminated);
        ok(Math.abs(shaped - (reward + 0.9 * after - potential(state))) < 1e-12);
      }
    }
  }
  ok(ends > 1);
  const env = make();
  let state = env.reset({ seed: 1 }).observation;
  for (const action of [2, 1, 0, 3, 2]) {
    const [{ reward }] = table[state][action];
    const step = env.step(action);
    ok(Math.abs(step.reward - reward) < 1e-12, `cell ${state}, action ${action}`);
    state = step.observation;
    if (step.terminated) break;
  }
  const refused = wrappers.potentialShaping(makeEnv("GridWorld-v0"), () => NaN, 0.9);
  throws(() => refused.reset(), /the potential must be finite: NaN/);
  throws(() => refused.transitions!(), /the potential must be finite: NaN/);
});

Deno.test("statistics of episodes keep the last ones alone, the oldest first", () => {
  const env = wrappers.recordEpisodeStatistics(makeEnv("GridWorld-v0", { map: "S..G" }), 2);
  // Ever fewer detours before the goal: a step costs 0.01.
  for (const detours of [3, 2, 1, 0]) {
    env.reset();
    const right = [1, 1, 1];
    for (const action of [...new Array(detours).fill(0), ...right]) env.step(action);
  }
  deepStrictEqual(env.episodeLengths, [4, 3]);
  strictEqual(env.episodeReturns.length, 2);
  ok(Math.abs(env.episodeReturns[0] - (env.episodeReturns[1] - 0.01)) < 1e-12);
});

Deno.test("a restore leaves the episodes of the snapshot alone", () => {
  const env = wrappers.recordEpisodeStatistics(makeEnv("GridWorld-v0", { map: "S..G" }));
  /** An episode with as many detours before the goal. */
  const walk = (detours: number) => {
    env.reset();
    for (const action of [...new Array(detours).fill(0), 1, 1, 1]) env.step(action);
  };
  walk(2);
  const kept = env.snapshot!();
  const returns = [...env.episodeReturns];
  walk(0);
  env.restore!(kept);
  deepStrictEqual(env.episodeLengths, [5]);
  deepStrictEqual(env.episodeReturns, returns);
});

Deno.test("statistics of more episodes than a call takes arguments are restored", () => {
  const make = () => wrappers.recordEpisodeStatistics(makeEnv("GridWorld-v0", { map: "SG" }), 2e5);
  const env = make();
  env.reset({ seed: 1 });
  for (let episode = 0; episode < 150_000; episode++) {
    env.step(1);
    env.reset();
  }
  const other = make();
  other.restore!(env.snapshot!());
  deepStrictEqual(other.episodeReturns, env.episodeReturns);
  deepStrictEqual(other.episodeLengths, env.episodeLengths);
});

Deno.test("rewards are divided by a deviation that stands still where it is told to", () => {
  const env = wrappers.normalizeReward(makeEnv("CartPole-v1"), { gamma: 0.5 });
  env.reset({ seed: 1 });
  for (let t = 0; t < 3; t++) env.step(t % 2);
  env.updateRunningMean = false;
  const still = Array.from({ length: 4 }, (_, t) => env.step(t % 2).reward);
  strictEqual(new Set(still).size, 1);
  // Returns 1, 1.5 and 1.75 beside a 0 of variance 1 that counts as 10⁻⁴ of one.
  const returns = [1, 1.5, 1.75];
  const count = 3 + 1e-4;
  const mean = returns.reduce((sum, value) => sum + value, 0) / count;
  const square = (1e-4 + returns.reduce((sum, value) => sum + value * value, 0)) / count;
  ok(Math.abs(still[0] - 1 / Math.sqrt(square - mean * mean + 1e-8)) < 1e-9, `${still[0]}`);
  env.updateRunningMean = true;
  ok(env.step(0).reward !== still[0]);
});

Deno.test("a time limit is the shorter one of its own and the world's", () => {
  const limits = [7, 500, 900].map((limit) =>
    wrappers.timeLimit(makeEnv("CartPole-v1"), limit).timeLimit
  );
  deepStrictEqual(limits, [7, 500, 500]);
  const { timeLimit: none, ...endless } = makeEnv("CartPole-v1");
  strictEqual(none, 500);
  strictEqual(wrappers.timeLimit(endless, 900).timeLimit, 900);
});

Deno.test("no more drawings of an episode are kept than is said", () => {
  const env = wrappers.recordEpisode(makeEnv("CartPole-v1"), 3);
  env.reset({ seed: 1 });
  const first = env.scene!();
  strictEqual(env.frames.length, 1);
  for (let t = 0; t < 6; t++) env.step(t % 2);
  strictEqual(env.frames.length, 3);
  deepStrictEqual(env.frames[0], first);
  env.reset();
  strictEqual(env.frames.length, 1);
});
