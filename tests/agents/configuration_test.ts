import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert";
import * as z from "zod";
import { FitError } from "../../lab/core/errors.ts";
import { Box } from "../../lab/core/space.ts";
import { makeEnv } from "../../envs/mod.ts";
import { definitions, forgetful, knownFields, subjectOf, worldFor } from "./laboratory.ts";

const cartPole = () => makeEnv("CartPole-v1");

/** What makes an iteration of any agent short. */
const smallOf = (agent: string) =>
  knownFields(agent, {
    ...{ bufferSize: 500, learningStarts: 100, batchSize: 16, trainEvery: 64 },
    ...{ gradientStepsPerTrain: 3, hiddenSizes: [16] },
  });

for (const [name, definition] of Object.entries(definitions)) {
  Deno.test(`${name}: every field may be left out, and has a description and a value that is JSON`, () => {
    ok(definition.configuration instanceof z.ZodObject);
    const defaults = definition.configuration.parse({});
    deepStrictEqual(JSON.parse(JSON.stringify(defaults)), defaults);
    for (const [field, schema] of Object.entries(definition.configuration.shape)) {
      const { description } = (schema as z.ZodType).meta() ?? {};
      ok(typeof description === "string" && description.length > 5, `${name}.${field}`);
      ok(field in defaults || schema instanceof z.ZodOptional, `${name}.${field}`);
    }
  });

  Deno.test(`${name}: an unknown field and a value out of range are refused`, () => {
    strictEqual(definition.configuration.safeParse({ learnigRate: 1 }).success, false);
    strictEqual(definition.configuration.safeParse({ gamma: 1.1 }).success, false);
    strictEqual(definition.configuration.safeParse({ learningRate: 0 }).success, false);
  });

  Deno.test(`${name} goes on with new episodes where the environment cannot be kept`, async () => {
    const { trainer } = await subjectOf(name, () => forgetful(worldFor(name)()), smallOf(name));
    await trainer.iterate();
    const snapshot = await trainer.snapshot();
    await trainer.restore(snapshot);
    deepStrictEqual((await trainer.snapshot()).parameters, snapshot.parameters);
    await trainer.iterate();
    strictEqual(trainer.progress.iterations, 2);
    trainer.dispose();
  });
}

Deno.test("a checkpoint of another algorithm, or of other shapes, is refused", async () => {
  const subject = async (agent: string, fields: object = {}) =>
    (await subjectOf(agent, worldFor(agent), { ...smallOf(agent), ...fields })).trainer;
  const names = Object.keys(definitions);
  const trainers = await Promise.all(names.map((agent) => subject(agent)));
  const snapshots = await Promise.all(trainers.map((trainer) => trainer.snapshot()));
  for (const [i, agent] of names.entries()) {
    for (const [j, other] of names.entries()) {
      if (i === j) continue;
      await rejects(trainers[i].restore(snapshots[j]), {
        name: "InputError",
        message: `Cannot restore as the checkpoint must be of ${agent}: ${other}`,
      });
    }
    const narrow = await subject(agent, { hiddenSizes: [8] });
    await rejects(
      trainers[i].restore(await narrow.snapshot()),
      /^InputError: Cannot load "parameters/,
      agent,
    );
    narrow.dispose();
  }
  for (const trainer of trainers) trainer.dispose();
});

Deno.test("what agents require of their fields shows before there is a world", () => {
  const wrong: Record<string, [object, RegExp]> = {
    "ppo": [
      { minibatchSize: 100 },
      /must divide the rollout of 4 · 128 = 512 transitions .*: 100$/,
    ],
    "recurrent-ppo": [{ sequenceLength: 7 }, /sequenceLength must divide the rolloutLength/],
    "impala": [{ clipC: 2 }, /clipC must be at most clipRho/],
    "dqn": [{ quantiles: 50, loss: "mse" }, /the loss of 50 quantiles must be huber: mse$/],
    "ddpg": [{ learningStarts: 2000 }, /learningStarts must be below the budget of 1000 /],
    "td3": [{ bufferSize: 100 }, /bufferSize must be at least the batchSize of /],
    "sac": [{ temperature: 0 }, /temperature must be above 0 where automaticTemperature learns it/],
  };
  for (const [name, [fields, message]] of Object.entries(wrong)) {
    const { configuration, requires } = definitions[name];
    const settings = configuration.parse({
      ...knownFields(name, { learningStarts: 100 }),
      ...fields,
    });
    throws(() => requires!(settings, 1000), (error) => {
      ok(error instanceof FitError, String(error));
      match(error.message, message);
      return true;
    }, name);
  }
});

Deno.test("ppo refuses a minibatch that is larger than the rollout", () =>
  rejects(
    () => subjectOf("ppo", cartPole, { environments: 2, rolloutLength: 6, minibatchSize: 24 }),
    /minibatchSize must divide the rollout of 2 · 6 = 12 transitions/,
  ));

Deno.test("ppo refuses a minibatch that does not divide the rollout and names the divisors", () =>
  rejects(
    () => subjectOf("ppo", cartPole, { environments: 2, rolloutLength: 6, minibatchSize: 5 }),
    /minibatchSize must divide the rollout of 2 · 6 = 12 transitions \(2, 3, 4, 6, 12\): 5/,
  ));

Deno.test("impala refuses traces that reach further than it trusts the ratios", () =>
  rejects(
    () => subjectOf("impala", cartPole, { clipRho: 1, clipC: 2 }),
    /clipC must be at most clipRho, which is 1: 2/,
  ));

Deno.test("dqn refuses a budget within which nothing would be learned", () =>
  rejects(
    () => subjectOf("dqn", cartPole, { learningStarts: 1000 }, { budget: 1000 }),
    /learningStarts must be below the budget of 1000 environment steps/,
  ));

Deno.test("dqn refuses a period that the environments do not divide", () =>
  rejects(
    () => subjectOf("dqn", cartPole, { environments: 3, trainEvery: 4 }),
    /trainEvery must be a multiple of the 3 environments: 4/,
  ));

Deno.test("ppo and a2c train on a last rollout that the budget shortens", async () => {
  for (const agent of ["ppo", "a2c"]) {
    const fields = agent === "ppo"
      ? { environments: 2, rolloutLength: 16, minibatchSize: 16, epochs: 1 }
      : { environments: 2, rolloutLength: 16 };
    const { trainer } = await subjectOf(agent, cartPole, fields, { budget: 50 });
    while (trainer.progress.environmentSteps < 50) await trainer.iterate();
    strictEqual(trainer.progress.environmentSteps, 50);
    strictEqual(trainer.progress.examples, 50);
    strictEqual(trainer.progress.gradientSteps, agent === "ppo" ? 4 : 2);
    trainer.dispose();
  }
});

for (const agent of ["sac", "td3", "ddpg"]) {
  const refused = (fields: object, message: RegExp, world = worldFor(agent)) =>
    rejects(() => subjectOf(agent, world, fields, { budget: 1000 }), message);

  Deno.test(`${agent} refuses a budget within which nothing would be learned`, () =>
    refused(
      { learningStarts: 1000 },
      /learningStarts must be below the budget of 1000 environment steps/,
    ));

  Deno.test(`${agent} refuses a buffer smaller than a batch`, () =>
    refused({ bufferSize: 100 }, /bufferSize must be at least the batchSize of 256: 100/));

  Deno.test(`${agent} refuses a period that the environments do not divide`, () =>
    refused(
      { environments: 3, trainEvery: 4 },
      /trainEvery must be a multiple of the 3 environments: 4/,
    ));

  Deno.test(`${agent} refuses discrete actions`, () =>
    refused({}, /it takes Box actions: Discrete\(2\)/, cartPole));

  Deno.test(`${agent} refuses actions without finite bounds`, () =>
    refused({}, /it scales its actions to finite bounds: Box/, () => ({
      ...makeEnv("Pendulum-v1"),
      actionSpace: new Box({ low: -Infinity, high: Infinity, shape: [1] }),
    })));
}

Deno.test("sac refuses to learn a temperature that starts at 0", () =>
  rejects(
    () => subjectOf("sac", worldFor("sac"), { temperature: 0 }),
    /temperature must be above 0 where automaticTemperature learns it: 0/,
  ));

for (const agent of ["dqn", "sac", "td3", "ddpg"]) {
  Deno.test(`${agent} refuses to normalise by what it never measures`, () => {
    const { configuration, requires } = definitions[agent];
    const settings = (fields: object) =>
      configuration.parse({ learningStarts: 0, bufferSize: 5000, ...fields });
    for (const field of ["normalizeObservations", "normalizeRewards"]) {
      throws(() => requires!(settings({ [field]: true }), 1000), {
        name: "InputError",
        message:
          /learningStarts must be above 0 to measure observations or rewards that are .*: 0$/,
      });
      requires!(settings({ [field]: true, learningStarts: 1 }), 1000);
    }
    requires!(settings({}), 1000);
  });
}

Deno.test("ppo says how long a rollout must be that is too short for a minibatch", async () => {
  const short = { environments: 1, rolloutLength: 1 };
  await rejects(
    () => subjectOf("ppo", cartPole, { ...short, minibatchSize: 2 }),
    /environments · rolloutLength must be 2 transitions at least, a minibatch: 1$/,
  );
});
