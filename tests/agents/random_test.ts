/** The random agent: what it draws, that it resumes, that evaluation follows its generator alone. */
import { deepStrictEqual, match, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { random as randomAgent } from "../../agents/random.ts";
import { makeEnv } from "../../envs/mod.ts";
import { normalizeReward } from "../../envs/wrappers/normalize_reward.ts";
import type { Workspace } from "../../lab/compute/workspace.ts";
import { sampleAction } from "../../lab/core/action_mask.ts";
import { defineEnvironment, environmentOf } from "../../lab/core/define_environment.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { defaultRng, streamOf } from "../../lab/core/random.ts";
import type { Snapshot } from "../../lab/core/snapshot.ts";
import { Box, Discrete, MultiDiscrete, type Space } from "../../lab/core/space.ts";

/** A world of these actions that keeps the last one in its state; `mask`: one of each choice is out. */
function worldOf(actionSpace: Space, mask?: readonly number[]): () => Environment {
  return () =>
    environmentOf({
      // deno-lint-ignore no-explicit-any
      ...defineEnvironment<any, any, any>({
        id: "Open-v0",
        observationSpace: new Box({ low: -Infinity, high: Infinity, shape: [1] }),
        actionSpace,
        timeLimit: 7,
        reset: (random) => ({ last: 0, sum: random.random() }),
        step: ({ sum }, action) => {
          const last = typeof action === "number" ? [action] : [...action];
          const next = sum + last.reduce((all: number, each: number) => all + each, 0);
          return { state: { last, sum: next }, reward: next, terminated: false };
        },
        observe: ({ sum }) => Float32Array.of(sum),
      }),
      ...mask === undefined ? {} : { actionMask: () => mask },
    });
}

const worlds: Record<string, () => Environment> = {
  "Discrete, masked": worldOf(new Discrete(3, 5), [1, 0, 1]),
  "MultiDiscrete, masked": worldOf(new MultiDiscrete([3, 2]), [1, 0, 1, 0, 1]),
  "Box, bounded": worldOf(new Box({ low: [-1, 0], high: [1, 5] })),
  "Box, unbounded": worldOf(new Box({ low: [-Infinity, 0], high: [Infinity, Infinity] })),
  "Tuple observations": () => makeEnv("Blackjack-v1"),
  "rewards scaled over episodes": () => normalizeReward(makeEnv("Pendulum-v1")),
};

function trainerIn(makeEnvironment: () => Environment, { budget = 9000, seed = 1 } = {}) {
  return randomAgent.create({
    configuration: {},
    budget,
    workspace: undefined as unknown as Workspace,
    seed,
    stream: (name) => streamOf(seed, name),
    makeEnvironment,
  });
}

async function run(make: () => Environment, iterations: number, from?: Snapshot) {
  const trainer = await trainerIn(make);
  if (from !== undefined) await trainer.restore(from);
  const metrics = [];
  for (let i = 0; i < iterations; i++) metrics.push((await trainer.iterate()).metrics);
  const snapshot = await trainer.snapshot();
  trainer.dispose();
  return { snapshot, metrics };
}

for (const [name, make] of Object.entries(worlds)) {
  Deno.test(`random in a world of ${name}: stopped and resumed it is as if never stopped`, async () => {
    const whole = await run(make, 4);
    const first = await run(make, 2);
    const second = await run(make, 2, JSON.parse(JSON.stringify(first.snapshot)));
    deepStrictEqual(second.snapshot, whole.snapshot);
    deepStrictEqual([...first.metrics, ...second.metrics], whole.metrics);
    notDeepStrictEqual(first.snapshot, whole.snapshot);
  });

  Deno.test(`random in a world of ${name}: evaluation follows its generator, and leaves no trace`, async () => {
    const trainer = await trainerIn(make);
    await trainer.iterate();
    const before = await trainer.snapshot();
    const one = await trainer.evaluate({ random: defaultRng(3), episodes: 20 });
    const { observation } = make().reset({ seed: 1 });
    ok(make().actionSpace.contains(await trainer.act!(observation)));
    deepStrictEqual(await trainer.snapshot(), before);
    deepStrictEqual(await trainer.evaluate({ random: defaultRng(3), episodes: 20 }), one);
    notDeepStrictEqual(await trainer.evaluate({ random: defaultRng(4), episodes: 20 }), one);
    trainer.dispose();
  });
}

Deno.test("the budget is spent to the step, and a policy file is refused with the agent's name", async () => {
  const trainer = await trainerIn(worlds["Box, bounded"], { budget: 2345 });
  await trainer.iterate();
  await trainer.iterate();
  strictEqual(trainer.progress.environmentSteps, 2345);
  strictEqual(trainer.progress.gradientSteps, 0);
  strictEqual(trainer.exportPolicy, undefined);
  match(randomAgent.summary, /baseline/);
});

Deno.test("allowed choices are equally probable, forbidden ones never drawn", () => {
  const random = defaultRng(7);
  const draws = 6000;
  const counts = new Float64Array(5);
  for (let i = 0; i < draws; i++) {
    const [first, second] = sampleAction(
      "Open-v0",
      new MultiDiscrete([3, 2]),
      random,
      [1, 0, 1, 1, 1],
    ) as Int32Array;
    counts[first] += 1;
    counts[3 + second] += 1;
  }
  strictEqual(counts[1], 0);
  // Five standard deviations of a fair coin over 6000 draws: 5 · √(6000 / 4) ≈ 194.
  for (const choice of [0, 2, 3, 4]) ok(Math.abs(counts[choice] - draws / 2) < 194, `${counts}`);
  for (let i = 0; i < 50; i++) {
    ok([5, 7].includes(sampleAction("Open-v0", new Discrete(3, 5), random, [1, 0, 1]) as number));
  }
});

Deno.test("an evaluation's actions stay within the world's masks", async () => {
  const base = worlds["Discrete, masked"]();
  const seen = new Set<unknown>();
  const trainer = await trainerIn(() => ({
    ...base,
    reset: (options) => base.reset(options),
    step: (action) => {
      seen.add(action);
      return base.step(action);
    },
  }));
  await trainer.evaluate({ random: defaultRng(1), episodes: 30 });
  deepStrictEqual([...seen].sort(), [5, 7]);
});

Deno.test("an action is drawn within a mask of 0 and 1 alone", async () => {
  const trainer = await trainerIn(worlds["Discrete, masked"]);
  const { observation } = worlds["Discrete, masked"]().reset({ seed: 1 });
  strictEqual(await trainer.act!(observation, { actionMask: [0, 1, 0] }), 6);
  await rejects(() => trainer.act!(observation, { actionMask: [0, NaN, 1] }), {
    name: "InputError",
    message: /each value of its mask must be 0 or 1, false or true: NaN$/,
  });
  trainer.dispose();
});
