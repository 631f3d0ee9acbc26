/**
 * Determinism, registries and bad input of the agents over tables.
 */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import * as z from "zod";
import { tabularAgents } from "../../../agents/tabular/mod.ts";
import { makeEnv } from "../../../envs/mod.ts";
import { defineEnvironment } from "../../../lab/core/define_environment.ts";
import type { Environment } from "../../../lab/core/environment.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { decodeSafetensors, encodeSafetensors } from "../../../lab/core/safetensors.ts";
import type { Snapshot } from "../../../lab/core/snapshot.ts";
import { Discrete } from "../../../lab/core/space.ts";
import { bandits, learners, trainerOf, trainThrough } from "./laboratory.ts";

const planners = ["value-iteration", "policy-iteration"];

/** Worlds in which an iteration ends in the middle of an episode. */
const worldOf = (agent: string) => () => {
  if (bandits.includes(agent)) return makeEnv("ContextualBandit-v0");
  return makeEnv(planners.includes(agent) ? "FrozenLake-v1" : "CliffWalking-v1");
};

/** Fields with every part in use; planners that need many iterations. */
const small: Record<string, object> = {
  "value-iteration": { gamma: 0.9999, tolerance: 1e-12 },
  "sarsa-lambda": { offline: true, traces: "accumulating" },
};

/** Through the bytes of a checkpoint and back. */
function savedAndLoaded({ parameters, state, values }: Snapshot): Snapshot {
  const through = (tensors: Snapshot["state"]) =>
    decodeSafetensors(encodeSafetensors(tensors)).tensors;
  return {
    parameters: through(parameters),
    state: through(state),
    values: JSON.parse(JSON.stringify(values)),
  };
}

async function run(
  agent: string,
  iterations: number,
  { from, seed = 1 }: { from?: Snapshot; seed?: number } = {},
) {
  const limit = planners.includes(agent) ? {} : { episodeLimit: 170 };
  const fields = { ...limit, ...small[agent] };
  const trainer = await trainerOf(agent, worldOf(agent), fields, { budget: 100_000, seed });
  if (from !== undefined) await trainer.restore(from);
  const metrics = [];
  for (let i = 0; i < iterations; i++) metrics.push((await trainer.iterate()).metrics);
  const snapshot = await trainer.snapshot();
  trainer.dispose();
  return { snapshot, metrics };
}

Deno.test("every agent over tables is examined here", () =>
  deepStrictEqual(
    tabularAgents.map(({ name }) => name).sort(),
    [...planners, ...learners, ...bandits].sort(),
  ));

for (const { name: agent, summary, load } of tabularAgents) {
  const iterations = agent === "policy-iteration" ? 2 : 6;

  Deno.test(`${agent}: stopped and resumed it is as if never stopped`, async () => {
    const whole = await run(agent, iterations);
    const first = await run(agent, iterations / 2);
    const second = await run(agent, iterations / 2, { from: savedAndLoaded(first.snapshot) });
    deepStrictEqual(second.snapshot, whole.snapshot);
    deepStrictEqual([...first.metrics, ...second.metrics], whole.metrics);
    notDeepStrictEqual(first.snapshot.parameters, whole.snapshot.parameters);
  });

  Deno.test(`${agent}: evaluation and acting leave training untouched`, async () => {
    const trainer = await trainerOf(agent, worldOf(agent), small[agent]);
    await trainer.iterate();
    const before = await trainer.snapshot();
    const one = await trainer.evaluate({ random: defaultRng(3), episodes: 7 });
    const action = await trainer.act!(0);
    const other = await trainer.evaluate({ random: defaultRng(3), episodes: 7 });
    deepStrictEqual(await trainer.snapshot(), before);
    deepStrictEqual(one, other);
    ok(worldOf(agent)().actionSpace.contains(action));
    await rejects(() => trainer.act!(-1), /Cannot act as the observation must lie in Discrete/);
  });

  Deno.test(`${agent}: its definition says what its registry entry says`, async () => {
    const definition = await load();
    strictEqual(definition.name, agent);
    strictEqual(definition.summary, summary);
    ok(definition.configuration instanceof z.ZodObject);
    const defaults = definition.configuration.parse({});
    deepStrictEqual(JSON.parse(JSON.stringify(defaults)), defaults);
    for (const [field, schema] of Object.entries(definition.configuration.shape)) {
      const { description } = (schema as z.ZodType).meta() ?? {};
      ok(typeof description === "string" && description.length > 5, field);
    }
    strictEqual(definition.configuration.safeParse({ gama: 1 }).success, false);
  });

  Deno.test(`${agent} refuses a world that no table fits, in one line`, () =>
    rejects(
      () => trainerOf(agent, () => makeEnv("CartPole-v1")),
      new RegExp(`Cannot train ${agent} in CartPole-v1 as it takes Discrete observations`),
    ));

  Deno.test(`${agent} refuses a world whose table has no room in memory, in one line`, () =>
    rejects(
      () =>
        trainerOf(agent, () => ({
          ...makeEnv("CliffWalking-v1"),
          id: "Vast-v0",
          observationSpace: new Discrete(2 ** 34),
          actionSpace: new Discrete(2),
        })),
      new RegExp(
        `Cannot train ${agent} in Vast-v0 as a table of it takes 256.0 GB of memory, and 4`,
      ),
    ));

  if (planners.includes(agent)) continue;

  Deno.test(`${agent}: the budget ends exactly`, async () => {
    const trainer = await trainerOf(agent, worldOf(agent), {}, { budget: 3333 });
    await trainThrough(trainer);
    strictEqual(trainer.progress.environmentSteps, 3333);
    await rejects(() => trainer.iterate(), /budget of 3333 environment steps is spent/);
  });

  Deno.test(`${agent}: another seed goes another way`, async () => {
    const [one, other] = [await run(agent, 1, { seed: 1 }), await run(agent, 1, { seed: 2 })];
    notDeepStrictEqual(one.snapshot.parameters, other.snapshot.parameters);
  });

  Deno.test(`${agent} goes on with a new episode where the world cannot be kept`, async () => {
    const forgetful = (): Environment =>
      Object.assign(worldOf(agent)(), { snapshot: undefined, restore: undefined });
    const trainer = await trainerOf(agent, forgetful);
    await trainer.iterate();
    const snapshot = await trainer.snapshot();
    await trainer.restore(snapshot);
    deepStrictEqual((await trainer.snapshot()).parameters, snapshot.parameters);
    await trainer.iterate();
    strictEqual(trainer.progress.iterations, 2);
  });
}

Deno.test("a reward that is no number ends training with its world's name", async () => {
  const broken = defineEnvironment({
    id: "Broken-v0",
    observationSpace: new Discrete(1),
    actionSpace: new Discrete(2),
    reset: () => 0,
    step: () => ({ state: 0, reward: NaN, terminated: false }),
    observe: () => 0,
  });
  const trainer = await trainerOf("q-learning", broken);
  await rejects(() => trainer.iterate(), /learn in Broken-v0 as its rewards must be finite: NaN/);
});

Deno.test("a state that no row of a table is for ends training with its world's name", async () => {
  for (const [first, then] of [[3, 0], [0, 3], [0, 0.5]]) {
    const world = (): Environment => ({
      id: "Outside-v0",
      observationSpace: new Discrete(3),
      actionSpace: new Discrete(2),
      reset: () => ({ observation: first, info: {} }),
      step: () => ({
        observation: then,
        reward: 0,
        terminated: false,
        truncated: false,
        info: {},
      }),
    });
    await rejects(
      async () => await trainThrough(await trainerOf("q-learning", world, {}, { budget: 10 })),
      /Cannot (re|)(set|step) Outside-v0 as the observation of .* which is not in Discrete\(3\)/,
    );
  }
});

Deno.test("an evaluation without end is cut off and says so", async () => {
  const world = () => makeEnv("CliffWalking-v1");
  const trainer = await trainerOf("q-learning", world, { episodeLimit: 50 });
  const { events, metrics } = await trainer.evaluate({ random: defaultRng(1), episodes: 2 });
  strictEqual(metrics["evaluation/return_mean"], -50);
  strictEqual(
    events![0].message.split(":")[0],
    "2 of 2 evaluation episodes had no end after 50 steps",
  );
});

Deno.test("a checkpoint of another shape is refused", async () => {
  const lake = await trainerOf("q-learning", () => makeEnv("FrozenLake-v1"));
  const taxi = await trainerOf("q-learning", () => makeEnv("Taxi-v4"));
  await rejects(
    async () => await taxi.restore(await lake.snapshot()),
    /Cannot restore q\/table as the snapshot must hold its 3000 values: 64/,
  );
});
