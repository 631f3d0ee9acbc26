import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { defineEnvironment } from "../../../lab/core/define_environment.ts";
import { FitError, InputError } from "../../../lab/core/errors.ts";
import { Discrete } from "../../../lab/core/space.ts";
import type { ExperimentDefinition } from "../../../lab/experiment/definition.ts";
import { resolve } from "../../../lab/experiment/resolve.ts";
import { registries, toyExperiment } from "./toy_registries.ts";

const set = (...pairs: [string, string][]) => resolve(toyExperiment, registries, { set: pairs });
const change = (fields: object) => ({ ...toyExperiment, ...fields }) as ExperimentDefinition;

/** Fails unless the promise rejects with an `InputError` of exactly this line. */
async function refuses(promise: Promise<unknown>, line: string | RegExp): Promise<void> {
  await rejects(promise, (error) => {
    strictEqual((error as Error).constructor, InputError, String(error));
    const { message } = error as Error;
    if (typeof line === "string") strictEqual(message, line);
    else match(message, line);
    strictEqual(message.includes("\n"), false);
    return true;
  });
}

Deno.test("a configuration holds what was given and every default", async () => {
  const { configuration, unit, notes } = await resolve(toyExperiment, registries);
  deepStrictEqual(configuration, {
    environment: { id: "Line-v0", goal: 3 },
    agent: {
      name: "toy",
      rate: 0.25,
      size: 6,
      activation: "tanh",
      sizes: [2, 3],
      lossNaNAt: 0,
      weightInfAt: 0,
      multipleOf: 1,
      refuses: false,
      wild: false,
      crashAt: 0,
      crashAfter: 0,
      throwAt: 0,
      perIteration: 10,
      unlowered: false,
      pause: 0,
      schedule: { from: 1, to: 0 },
    },
    budget: 200,
    evaluation: { every: 40, episodes: 5 },
    checkpoint: { everyIterations: 0, everySeconds: 10, keepLast: 2 },
    stop: null,
  });
  strictEqual(unit, "environmentSteps");
  deepStrictEqual(notes, []);
});

Deno.test("fields that do not fit each other are refused together, each alone is none to refuse", async () => {
  strictEqual((await set(["agent.size", "8"], ["agent.multipleOf", "4"])).unit, "environmentSteps");
  await rejects(set(["agent.multipleOf", "4"]), (error) => {
    ok(error instanceof FitError);
    strictEqual(error.message, "Cannot train toy as multipleOf must divide the size of 6: 4");
    return true;
  });
});

Deno.test("overrides are read by the type of their field", async () => {
  const { configuration } = await set(
    ["agent.rate", "0.5"],
    ["agent.activation", "relu"],
    ["agent.sizes", "[64,32]"],
    ["agent.schedule.to", "-1e-3"],
    ["environment.goal", "7"],
    ["stop.atLeast", "475"],
    ["stop.times", "2"],
    ["evaluation.every", "10"],
    ["checkpoint.everySeconds", "0.5"],
  );
  const agent = configuration.agent as Record<string, unknown>;
  deepStrictEqual(
    [agent.rate, agent.activation, agent.sizes, agent.schedule],
    [0.5, "relu", [64, 32], { from: 1, to: -0.001 }],
  );
  deepStrictEqual(configuration.environment, { id: "Line-v0", goal: 7 });
  deepStrictEqual(configuration.stop, {
    metric: "evaluation/return_mean",
    atLeast: 475,
    times: 2,
  });
});

Deno.test("what an experiment sets is taken back by default", async () => {
  const { agent, ...rest } = (await resolve(toyExperiment, registries)).configuration;
  const stopped = change({
    agent: { name: "toy", rate: 0.5, schedule: { from: 3, to: 2 } },
    stop: { atLeast: 3, times: 2 },
  });
  const taken = async (...paths: string[]) => {
    const set = paths.map((path) => [path, "default"] as const);
    return (await resolve(stopped, registries, { set })).configuration;
  };
  const plain = (await resolve(change({ agent: { name: "toy" } }), registries)).configuration.agent;
  deepStrictEqual(
    (await taken("agent.rate", "agent.schedule.from", "agent.schedule.to")).agent,
    plain,
  );
  deepStrictEqual((await taken("stop")).stop, null);
  deepStrictEqual((await taken("stop.times")).stop, {
    ...{ atLeast: 3, metric: "evaluation/return_mean", times: 1 },
  });
  deepStrictEqual((await set(["stop.times", "default"])).configuration, { agent, ...rest });
  await refuses(taken("stop.atLeast"), /one of stop\.atLeast and stop\.atMost: neither$/);
});

Deno.test("a budget is said once", async () => {
  const set = [["budget", "500"]] as const;
  strictEqual((await resolve(change({}), registries, { set })).configuration.budget, 500);
  await refuses(
    resolve(change({}), registries, { set, budget: 400 }),
    "Cannot set budget as --budget says it, too: 500",
  );
});

Deno.test("a stop rule can be turned off", async () => {
  const definition = change({ stop: { metric: "evaluation/share", atLeast: 1 } });
  const { configuration } = await resolve(definition, registries, { set: [["stop", "null"]] });
  strictEqual(configuration.stop, null);
});

Deno.test("a stop rule has the one bound that fits the way in which its metric is better", async () => {
  const by = async (stop: ExperimentDefinition["stop"]) =>
    (await resolve(change({ stop }), registries)).configuration.stop;
  const [falls, rises] = ["evaluation/negative_elbo", "evaluation/elbo"];
  await refuses(
    by({ metric: falls, atLeast: 110 }),
    `Cannot use "line-toy" with stop.atLeast=110 as ${falls} is better the lower: set stop.atMost`,
  );
  await refuses(
    by({ metric: rises, atMost: 1 }),
    `Cannot use "line-toy" with stop.atMost=1 as ${rises} is better the higher: set stop.atLeast`,
  );
  const one =
    'Cannot use "line-toy" with this stop as it must have one of stop.atLeast and stop.atMost: ';
  await refuses(by({ metric: rises }), `${one}neither`);
  await refuses(by({ metric: rises, atLeast: 1, atMost: 2 }), /: both \(take the other back/);
  const rest = { times: 1 };
  deepStrictEqual(await by({ metric: falls, atMost: 9 }), { metric: falls, atMost: 9, ...rest });
  deepStrictEqual(await by({ metric: rises, atLeast: 9 }), { metric: rises, atLeast: 9, ...rest });
  // Of what has no better way both are.
  const metric = "evaluation/episodes";
  deepStrictEqual(await by({ metric, atMost: 9 }), { metric, atMost: 9, ...rest });
  deepStrictEqual(await by({ metric, atLeast: 9 }), { metric, atLeast: 9, ...rest });
});

Deno.test("evaluations come every tenth of the budget unless said otherwise", async () => {
  const definition = change({ evaluation: undefined });
  const every = async (budget?: number) =>
    (await resolve(definition, registries, { budget })).configuration.evaluation;
  deepStrictEqual(await every(), { every: 20, episodes: 100 });
  deepStrictEqual(await every(5000), { every: 500, episodes: 100 });
  deepStrictEqual(await every(3), { every: 1, episodes: 100 });
});

Deno.test("a field reports type, value, default, range, unit and meaning", async () => {
  const { fields } = await resolve(toyExperiment, registries);
  const field = (path: string) => fields.find((field) => field.path === path);
  deepStrictEqual(field("agent.rate"), {
    path: "agent.rate",
    type: "number",
    default: 0.1,
    range: "0 … 1",
    description: "How far a step goes",
    value: 0.25,
  });
  deepStrictEqual(field("agent.pause"), {
    path: "agent.pause",
    type: "number",
    default: 0,
    range: "≥ 0",
    unit: "ms",
    description: "Wait of an iteration",
    value: 0,
  });
  strictEqual(field("agent.activation")?.type, "tanh | relu");
  strictEqual(field("agent.sizes")?.type, "integer[]");
  strictEqual(field("agent.schedule.from")?.value, 1);
  strictEqual(field("environment.goal")?.unit, "cells");
  strictEqual(field("budget")?.unit, "environment steps");
  strictEqual(field("stop.atLeast")?.value, null);
  deepStrictEqual(fields.filter(({ description }) => description === ""), []);
});

Deno.test("an unknown path names the nearest known one", async () => {
  await refuses(
    set(["agent.raet", "1"]),
    'Cannot set agent.raet as "line-toy" has no such field (did you mean ' +
      '"agent.rate", "agent.name" or "agent.size"?): ' +
      "see `describe line-toy`",
  );
  await refuses(set(["goal", "1"]), /did you mean "environment\.goal"\?/);
  await refuses(set(["zzzzzzzzzzzzzzzzzzz", "1"]), /has no such field: see `describe line-toy`$/);
});

Deno.test("a wrong value names path, value and what is allowed", async () => {
  await refuses(
    set(["agent.rate", "1.5"]),
    "Cannot set agent.rate as it must be number, 0 … 1: 1.5",
  );
  await refuses(
    set(["agent.rate", "fast"]),
    "Cannot set agent.rate as it must be number, 0 … 1: fast",
  );
  await refuses(
    set(["agent.size", "2.5"]),
    "Cannot set agent.size as it must be integer, 1 … 1000: 2.5",
  );
  await refuses(
    set(["agent.activation", "gelu"]),
    "Cannot set agent.activation as it must be tanh | relu: gelu",
  );
  await refuses(
    set(["agent.sizes", "[0]"]),
    "Cannot set agent.sizes as it must be integer[], each ≥ 1, as [2,3]: [0]",
  );
  await refuses(
    set(["environment.goal", "0"]),
    "Cannot set environment.goal as it must be integer, ≥ 1: 0",
  );
  await refuses(
    resolve(toyExperiment, registries, { budget: 0 }),
    /^Cannot use the budget as it must be a whole number, ≥ 1, .*: 0$/,
  );
});

Deno.test("a wrong definition is refused in one line", async () => {
  const refused = (fields: object, line: string | RegExp) =>
    refuses(resolve(change(fields), registries), line);
  await refused({ agent: { name: "pto" } }, /no agent "pto"/);
  await refused({ agent: { name: "toz" } }, /did you mean "toy"\?/);
  await refused(
    { agent: { name: "toy", raet: 1 } },
    /no field agent\.raet \(did you mean "agent\.rate"/,
  );
  await refused(
    { agent: { name: "toy", rate: "1" } },
    /with the field agent\.rate as it must be number, 0 … 1: "1"/,
  );
  await refused({ agent: { rate: 1 } }, /agent\.name must be a string: nothing/);
  await refused({ agent: { name: "toy", rate: () => 1 } }, /rate must be plain data/);
  await refused({ environment: { id: "Line-v1" } }, /did you mean "Line-v0"\?/);
  await refused(
    { environment: undefined },
    /must have environment and agent, or dataset and model: name/,
  );
  await refused(
    { model: { name: "toy-model" } },
    /must have environment and agent, or dataset and model, not both: agent, environment, model$/,
  );
  await refused({ budget: 1.5 }, /with the field budget as it must be integer, ≥ 1: 1\.5/);
  await refused({ bugdet: 5 }, /no field "bugdet" \(did you mean "budget"\?\)/);
  await refused({ stop: { metric: "x" } }, /one of stop\.atLeast and stop\.atMost: neither/);
  await refused({ tunedOn: 100 }, /with the field tunedOn as it must be integer, 0 … 99: 100/);
  await refused({ version: 0 }, /with the field version as it must be integer, ≥ 1: 0/);
  await refused(
    { seeds: [1, 2] },
    /with the field seeds as it must be how many, integer, ≥ 1 \(--seed N says the first one\): \[1,2\]/,
  );
  await refused(
    { evaluation: { evry: 5 } },
    /no field evaluation\.evry \(did you mean "evaluation/,
  );
  await refused({ name: "" }, /must have a name/);
});

Deno.test("another agent takes over the fields that it has and the rest is said", async () => {
  const { configuration, notes } = await set(["agent.name", "other"]);
  deepStrictEqual(configuration.agent, { name: "other", rate: 0.25 });
  deepStrictEqual(notes, ["agent.name is other instead of toy: dropped agent.size"]);
  await refuses(set(["agent.name", "other"], ["agent.size", "3"]), /Cannot set agent\.size/);
});

Deno.test("an own environment is recorded by its id and can be replaced by a registered one", async () => {
  const own = defineEnvironment({
    id: "Own-v0",
    observationSpace: new Discrete(2),
    actionSpace: new Discrete(2),
    reset: () => 0,
    step: (state) => ({ state, reward: 0, terminated: true }),
    observe: (state) => state,
  });
  const definition = change({ environment: own });
  const { configuration } = await resolve(definition, registries);
  deepStrictEqual(configuration.environment, { id: "Own-v0", own: true });
  const replaced = await resolve(definition, registries, {
    set: [["environment.id", "Line-v0"], ["environment.goal", "4"]],
  });
  deepStrictEqual(replaced.configuration.environment, { id: "Line-v0", goal: 4 });
});

Deno.test("fields that are no schema are refused with what they are", async () => {
  const agent = {
    name: "own",
    summary: "Own",
    budgetUnit: "environmentSteps",
    takes: { actions: ["discrete"] },
    configuration: { gamma: 0.9 },
    create: () => {},
  };
  await refuses(
    resolve(change({ agent }), registries),
    /configuration of its agent must be a schema of zod, as z\.strictObject\(.*: \{"gamma":0\.9\}$/,
  );
});
