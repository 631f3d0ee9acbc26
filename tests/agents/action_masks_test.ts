/** Action masks: in vectors, while training, in evaluation and in the single action. */
import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { maskLogits } from "../../agents/distributions/actions.ts";
import {
  Categorical,
  categoricalTerms,
  maskedLogits,
} from "../../agents/distributions/categorical.ts";
import { encodePolicy, loadPolicy } from "../../agents/policy.ts";
import { TableWorld } from "../../agents/tabular/table_world.ts";
import { tabularAgents } from "../../agents/tabular/mod.ts";
import { identity } from "../../envs/identity.ts";
import { makeEnv } from "../../envs/mod.ts";
import { openWorkspace } from "../../lab/compute/backend.ts";
import { copyActionMask } from "../../lab/core/action_mask.ts";
import { vectorOf } from "../../lab/core/batched.ts";
import { defineEnvironment, environmentOf } from "../../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../../lab/core/environment.ts";
import { defaultRng, streamOf } from "../../lab/core/random.ts";
import { Discrete, MultiDiscrete, type Space } from "../../lab/core/space.ts";
import { discreteAgents, knownFields, subjectOf } from "./laboratory.ts";

await openWorkspace("cpu");

const small = { environments: 4, rolloutLength: 16, minibatchSize: 32, hiddenSizes: [16] };

/** In state s only s and s + 1 may be chosen, and the second of them pays; others are refused. */
function narrow(space: Discrete | MultiDiscrete): EnvironmentDefinition<number> {
  const allowed = (state: number) => [0, 1, 2, 3].map((a) => a === state || a === state + 1);
  const pair = space.kind === "multi-discrete";
  return defineEnvironment({
    id: "Narrow-v0",
    observationSpace: new Discrete(3),
    actionSpace: space as Space<number | Int32Array>,
    timeLimit: 10,
    reset: (random) => random.integers(3),
    step: (state: number, action: number | Int32Array, random) => {
      const chosen = typeof action === "number" ? action : action[0];
      if (!allowed(state)[chosen]) throw new Error(`${chosen} was chosen in ${state}`);
      return { state: random.integers(3), reward: chosen - state, terminated: false };
    },
    observe: (state) => state,
    actionMask: (state) => [...allowed(state).map(Number), ...pair ? [1, 0] : []],
  });
}

Deno.test("Taxi's vector shows the masks that its information has", () => {
  const vector = vectorOf(() => makeEnv("Taxi-v4"), 3, { autoreset: "same-step" });
  vector.reset({ seed: 1 });
  const alone = [1, 2, 3].map((seed) => {
    const environment = makeEnv("Taxi-v4");
    return { environment, info: environment.reset({ seed }).info };
  });
  for (let t = 0; t < 50; t++) {
    const masks = vector.actionMasks!();
    alone.forEach(({ environment, info }, i) => {
      deepStrictEqual([...masks.subarray(6 * i, 6 * i + 6)], info.actionMask);
      deepStrictEqual(environment.actionMask!(), info.actionMask);
    });
    const actions = Int32Array.from({ length: 3 }, (_, i) => (t + i) % 4);
    vector.step(actions);
    alone.forEach((one, i) => one.info = one.environment.step(actions[i]).info);
  }
});

Deno.test("a mask is copied to its row, and looked at there", () => {
  for (const space of [new Discrete(3), new MultiDiscrete([2, 1])]) {
    const out = new Uint8Array(9).fill(7);
    copyActionMask("Narrow-v0", space, [0, 1, 1], out, 3);
    deepStrictEqual([...out], [7, 7, 7, 0, 1, 1, 7, 7, 7]);
    // What stands in the rows before allows nothing.
    out.fill(1);
    throws(() => copyActionMask("Narrow-v0", space, [0, 0, 0], out, 3), /must allow one at least/);
    out.fill(0);
    copyActionMask("Narrow-v0", space, [1, 0, 1], out, 6);
    deepStrictEqual([...out], [0, 0, 0, 0, 0, 0, 1, 0, 1]);
  }
});

Deno.test("a mask that forbids everything, or of another length, is refused", () => {
  const out = new Uint8Array(5);
  throws(
    () => copyActionMask("Narrow-v0", new Discrete(3), [0, 0, 0], out),
    /Cannot choose an action in Narrow-v0 as its mask must allow one at least: \[0,0,0\]/,
  );
  throws(
    () => copyActionMask("Narrow-v0", new MultiDiscrete([3, 2]), [1, 0, 0, 0, 0], out),
    /must allow one at least: \[1,0,0,0,0\]/,
  );
  throws(
    () => copyActionMask("Narrow-v0", new Discrete(3), [1, 1], out),
    /Cannot choose an action in Narrow-v0 as its mask must have 3 values: 2/,
  );
  throws(
    () => copyActionMask("Narrow-v0", new Discrete(3), undefined as unknown as number[], out),
    {
      name: "InputError",
      message: "Cannot choose an action in Narrow-v0 as its mask must have 3 values: undefined",
    },
  );
  for (const space of [new Discrete(3), new MultiDiscrete([1, 2]), new MultiDiscrete([3])]) {
    for (const length of [0, 2, 4]) {
      throws(
        () => copyActionMask("Narrow-v0", space, new Array(length).fill(1), out),
        new RegExp(`its mask must have 3 values: ${length}$`),
      );
    }
  }
});

Deno.test("a table learns what is forbidden in a state that episodes are cut off in", () => {
  // A corridor that is cut off after one step: its second cell is never acted in, only valued. What
  // is forbidden there must not count, however highly it is valued at first.
  const corridor = defineEnvironment({
    ...{ id: "Cut-v0", observationSpace: new Discrete(2), actionSpace: new Discrete(2) },
    timeLimit: 1,
    reset: () => 0,
    step: () => ({ state: 1, reward: 0, terminated: false }),
    observe: (cell: number) => cell,
    actionMask: (cell) => cell === 0 ? [1, 1] : [1, 0],
  });
  const forbidden: [number, number][] = [];
  const world = new TableWorld("test", {
    seed: 1,
    makeEnvironment: () => environmentOf(corridor),
  }, 0);
  const note = (state: number, action: number, isAllowed: boolean) => {
    if (!isAllowed) forbidden.push([state, action]);
  };
  world.watchMasks(note);
  for (let t = 0; t < 3; t++) world.step(0);
  deepStrictEqual(forbidden, [[1, 1], [1, 1], [1, 1]]);
  // What ended has nothing behind it that could be forbidden.
  const ending = { ...corridor, step: () => ({ state: 1, reward: 0, terminated: true }) };
  const end = new TableWorld("test", {
    seed: 1,
    makeEnvironment: () => environmentOf(ending),
  }, 0);
  end.watchMasks(note);
  end.step(0);
  strictEqual(forbidden.length, 3);
});

Deno.test("forbidden actions have probability 0 and get no gradient, on the host and as tensors", () => {
  const logits = [0.5, 3, -1, 0.5];
  const mask = [1, 0, 1, 1];
  const host = maskLogits(Float32Array.from(logits), Uint8Array.from(mask));
  const actions = new Int32Array(1);
  const logProbability = new Float64Array(1);
  const random = defaultRng(2);
  for (let i = 0; i < 200; i++) {
    new Categorical([4]).sample(host, random, actions, logProbability);
    ok(actions[0] !== 1);
    // The softmax over the three others.
    const sum = 2 * Math.exp(0.5) + Math.exp(-1);
    ok(Math.abs(logProbability[0] - (logits[actions[0]] - Math.log(sum))) < 1e-7);
  }
  const gradient = tf.grad((x: tf.Tensor) =>
    tf.sum(
      categoricalTerms(maskedLogits(x, tf.tensor2d([mask])), tf.tensor1d([0], "int32")).entropy,
    )
  )(tf.tensor2d([logits])).dataSync();
  strictEqual(gradient[1], 0);
  ok(gradient[2] !== 0);
  deepStrictEqual(maskedLogits(tf.tensor2d([logits]), tf.tensor2d([mask])).dataSync(), host);
});

for (const space of [new Discrete(4), new MultiDiscrete([4, 2])]) {
  Deno.test(`ppo never chooses what a mask forbids, and learns within it: ${space}`, async () => {
    const { trainer } = await subjectOf("ppo", narrow(space), { ...small, learningRate: 1e-2 }, {
      budget: 2560,
    });
    // The world throws where a forbidden action is taken, in evaluation too.
    await trainer.evaluate({ random: defaultRng(1), episodes: 20 });
    for (let i = 0; i < 40; i++) await trainer.iterate();
    const { metrics } = await trainer.evaluate({ random: defaultRng(1), episodes: 20 });
    ok(metrics["evaluation/return_mean"] >= 9.5, JSON.stringify(metrics));
    const free = space.kind === "discrete" ? [] : [1, 1];
    const chosen = async (mask: number[]) => {
      const action = await trainer.act!(1, { actionMask: [...mask, ...free] });
      return typeof action === "number" ? action : (action as Int32Array)[0];
    };
    strictEqual(await chosen([1, 0, 0, 0]), 0);
    strictEqual(await chosen([0, 0, 0, 1]), 3);
    await rejects(() => chosen([0, 0, 0, 0]), /must allow one at least/);

    const policy = loadPolicy(await trainer.exportPolicy!());
    for (const mask of [[1, 0, 0, 0], [0, 1, 0, 1], [1, 1, 1, 1]]) {
      const action = policy.act(1, { actionMask: [...mask, ...free] });
      strictEqual(
        typeof action === "number" ? action : (action as Int32Array)[0],
        await chosen(mask),
      );
    }
    throws(() => policy.act(1, { actionMask: [0, 0, 0, 0, ...free] }), /must allow one at least/);
    throws(() => policy.act(1, { actionMask: [1] }), /its mask must have \d values: 1$/);
    for (const [wrong, found] of [[2, "2"], [NaN, "NaN"], [0.5, "0\\.5"], ["1", '"1"']] as const) {
      const refusal = new RegExp(
        "^InputError: Cannot choose an action in the world of this policy as each value of its mask " +
          `must be 0 or 1, false or true: ${found}$`,
      );
      const mask = [1, wrong as number, 0, 0];
      throws(() => policy.act(1, { actionMask: [...mask, ...free] }), refusal);
      await rejects(() => chosen(mask), refusal);
    }
    const truths = [false, true, false, false, ...free.map(Boolean)] as unknown as number[];
    deepStrictEqual(
      policy.act(1, { actionMask: truths }),
      await trainer.act!(1, {
        actionMask: truths,
      }),
    );
    trainer.dispose();
  });
}

const replay = { learningStarts: 200, trainEvery: 4, targetUpdateEvery: 50, batchSize: 32 };
const sequences = { sequenceLength: 8, recurrentSize: 8, chunkSize: 64, actors: 2 };

for (const agent of discreteAgents) {
  const fields = knownFields(agent, { ...small, ...replay, ...sequences, learningRate: 3e-3 });

  Deno.test(`${agent} keeps within masks that leave one way, and reports finite losses`, async () => {
    const { trainer } = await subjectOf(agent, narrow(new Discrete(4)), fields, { budget: 3000 });
    // The world throws where a forbidden action is taken, in evaluation too.
    await trainer.evaluate({ random: defaultRng(1), episodes: 20 });
    for (let i = 0; i < 3; i++) {
      const { metrics } = await trainer.iterate();
      ok(Object.values(metrics).every(Number.isFinite), JSON.stringify(metrics));
    }
    const snapshot = await trainer.snapshot();
    await trainer.iterate();
    await trainer.restore(snapshot);
    await trainer.iterate();
    await trainer.evaluate({ random: defaultRng(1), episodes: 20 });
    trainer.dispose();
  });

  Deno.test(`${agent} without masks runs into what they forbid`, async () => {
    const unmasked = { ...fields, maskActions: false };
    const { trainer } = await subjectOf(agent, narrow(new Discrete(4)), unmasked);
    await rejects(() => trainer.iterate(), /was chosen in/);
    trainer.dispose();
  });
}

for (const fields of [{}, { doubleQ: true }, { quantiles: 4 }, { rewardSteps: 2 }]) {
  Deno.test(`dqn's targets look at allowed actions alone: ${JSON.stringify(fields)}`, async () => {
    // The forbidden action's value is never learned, and begins far above the allowed one's.
    const world = defineEnvironment({
      id: "Only-v0",
      observationSpace: new Discrete(2),
      actionSpace: new Discrete(2),
      reset: () => 0,
      step: (s: number) => ({ state: s + 1, reward: 0, terminated: s === 1 }),
      observe: (s) => Math.min(s, 1),
      actionMask: () => [1, 0],
    });
    const own = { ...{ learningStarts: 64, batchSize: 16, hiddenSizes: [], gamma: 1 }, ...fields };
    const { trainer } = await subjectOf("dqn", world, { ...own, learningRate: 1e-3 });
    const { parameters, ...rest } = await trainer.snapshot();
    const { values, shape: [count] } = parameters["q/0/bias"];
    for (let i = count / 2; i < count; i++) values[i] = 100;
    await trainer.restore({
      ...rest,
      parameters,
      state: { ...rest.state, "target/q/0/bias": parameters["q/0/bias"] },
    });
    const { metrics } = await trainer.iterate();
    // With it the target of the first state is 100.
    ok(metrics["losses/td_error"] < 5, JSON.stringify(metrics));
    trainer.dispose();
  });
}

for (const { name, load } of tabularAgents.filter(({ budgetUnit }) => budgetUnit === undefined)) {
  const trainerOf = async (maskActions: boolean) => {
    const definition = await load();
    const { workspace } = await openWorkspace("cpu");
    return await definition.create({
      configuration: definition.configuration.parse({ maskActions }),
      budget: 20_000,
      workspace,
      seed: 1,
      stream: (name) => streamOf(1, name),
      makeEnvironment: () => environmentOf(narrow(new Discrete(4))),
    });
  };

  Deno.test(`${name} keeps within masks, and finds what pays there`, async () => {
    const trainer = await trainerOf(true);
    // The world throws where a forbidden action is taken, in evaluation too.
    while (trainer.progress.environmentSteps < 20_000) await trainer.iterate();
    const { metrics } = await trainer.evaluate({ random: defaultRng(1), episodes: 20 });
    ok(metrics["evaluation/return_mean"] >= 9, JSON.stringify(metrics));
    trainer.dispose();
  });

  Deno.test(`${name} without masks runs into what they forbid`, async () => {
    const trainer = await trainerOf(false);
    await rejects(() => trainer.iterate(), /was chosen in/);
    trainer.dispose();
  });
}

Deno.test("a policy over a table takes no mask", () => {
  const space = new Discrete(2);
  const table = Int32Array.of(0, 1);
  const policy = loadPolicy(encodePolicy({ observationSpace: space, actionSpace: space, table }));
  throws(() => policy.act(1, { actionMask: [1, 0] }), /takes none: it is a table/);
});

Deno.test("a mask of ones changes no bit", async () => {
  const course = async (world: EnvironmentDefinition) => {
    const { trainer } = await subjectOf("ppo", world, small);
    for (let i = 0; i < 5; i++) await trainer.iterate();
    const { parameters } = await trainer.snapshot();
    trainer.dispose();
    return Object.entries(parameters).map(([name, { values }]) => [name, [...values]]);
  };
  const open = { ...identity(), actionMask: () => [1, 1, 1, 1] };
  deepStrictEqual(await course(open), await course(identity()));
});

Deno.test("a policy file says whether it learned within masks", () => {
  const space = new Discrete(2);
  const table = Int32Array.of(0, 1);
  const masked = [true, false, undefined].map((masked) =>
    loadPolicy(encodePolicy({ observationSpace: space, actionSpace: space, table, masked })).masked
  );
  deepStrictEqual(masked, [true, false, false]);
});
