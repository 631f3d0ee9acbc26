import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { registries } from "../registries.ts";
import { launch, reproduce, resume } from "../lab/experiment/launch.ts";
import {
  Box,
  defineEnvironment,
  defineExperiment,
  Discrete,
  InputError,
  makeEnv,
  type RunReport,
  train,
} from "../mod.ts";
import { fullAfter, temporaryStore } from "./lab/experiment/temporary_store.ts";

const corridor = defineEnvironment({
  id: "Corridor-v0",
  observationSpace: new Box({ low: 0, high: 5, shape: [1] }),
  actionSpace: new Discrete(2),
  timeLimit: 20,
  reset: () => 0,
  step: (state: number, action: number) => {
    const next = Math.max(0, state + (action === 1 ? 1 : -1));
    return { state: next, reward: next === 5 ? 1 : -0.1, terminated: next === 5 };
  },
  observe: (state) => Float32Array.of(state),
});

const experiment = defineExperiment({
  name: "corridor-ppo",
  budget: 6144,
  evaluation: { every: 2048, episodes: 20 },
  environment: corridor,
  agent: { name: "ppo", environments: 8, rolloutLength: 32, minibatchSize: 64, learningRate: 3e-3 },
});

Deno.test("a newcomer's world is learnt by a library call", async () => {
  const reports: RunReport[] = [];
  const result = await train(experiment, {
    seed: 7,
    onIteration: (report) => void reports.push(report),
    onEvaluation: (report) => void reports.push(report),
  });
  const again = await train(experiment, { seed: 7 });
  const other = await train(experiment, { seed: 8 });
  strictEqual(result.status, "completed");
  ok(Math.abs(result.metrics["evaluation/return_mean"] - 0.6) < 1e-9, "4 × −0.1 + 1");
  deepStrictEqual(Array.from(result.series["evaluation/return_mean"].iterations), [8, 16, 24]);
  strictEqual(reports.filter(({ kind }) => kind === "evaluation").length, 3);
  strictEqual(result.progress.environmentSteps, 6144);
  strictEqual(await result.trainer.act?.(Float32Array.of(0)), 1);
  strictEqual(result.digest, again.digest);
  ok(result.digest !== other.digest);
  for (const each of [result, again, other]) each.dispose();
});

Deno.test("a library call stops after the iteration in which it is aborted", async () => {
  const abort = new AbortController();
  const result = await train(experiment, {
    signal: abort.signal,
    onIteration: ({ progress }) => {
      if (progress.iterations === 2) abort.abort();
    },
  });
  deepStrictEqual([result.status, result.progress.iterations], ["interrupted", 2]);
  result.dispose();
});

Deno.test("a wrong definition is an InputError of the library call", async () => {
  const wrong = { ...experiment, agent: { name: "pppo" } };
  await rejects(train(wrong), (error) => {
    ok(error instanceof InputError);
    match(error.message, /no agent "pppo" \(did you mean "ppo"\?\)/);
    return true;
  });
});

Deno.test("a training is of its definition as it is at the call, whatever becomes of that", async () => {
  const rates = [1e-2, 1e-3, 1e-4];
  const changing = {
    ...experiment,
    environment: { id: "CartPole-v1" },
    agent: { name: "ppo", learningRate: 0 },
    ...{ budget: 1024, evaluation: { every: 1024, episodes: 1 } },
  };
  const set: [string, string][] = [["agent.gamma", "0.9"]];
  const results = await Promise.all(rates.map((rate) => {
    changing.agent.learningRate = rate;
    set[0][1] = `${1 - rate}`;
    return train(changing, { set });
  }));
  deepStrictEqual(results.map(({ series }) => series["schedule/learning_rate"].values[0]), rates);
  strictEqual(new Set(results.map(({ digest }) => digest)).size, rates.length);
  for (const each of results) each.dispose();
  // A part of one's own, and a signal, stay what they are.
  const signal = AbortSignal.abort();
  const stopped = await train(experiment, { signal });
  stopped.dispose();
  strictEqual(stopped.status, "interrupted");
});

Deno.test("what is no definition, or has a name in the place of a part, is refused in a line", async () => {
  const base = { ...experiment, environment: { id: "CartPole-v1" } };
  const ppo = (agent: object) => ({ ...base, agent: { name: "ppo", ...agent } });
  const wrong: [unknown, string][] = [
    [undefined, "the definition as it must be what defineExperiment takes: nothing"],
    [null, "the definition as it must be what defineExperiment takes: null"],
    ["ppo", 'the definition as it must be what defineExperiment takes: "ppo"'],
    [
      { ...base, agent: "ppo" },
      '"corridor-ppo" with the field agent as it must be { name: "ppo" }: "ppo"',
    ],
    [
      { ...base, environment: "CartPole-v1" },
      '"corridor-ppo" with the field environment as it must be { id: "CartPole-v1" }: "CartPole-v1"',
    ],
    [{ ...base, agent: 3 }, '"corridor-ppo" with the field agent as it must be { name: … }: 3'],
    [
      ppo({ learningRate: NaN }),
      '"corridor-ppo" with the field agent.learningRate as it must be number, > 0: NaN',
    ],
    [{ ...base, budget: 1e400 }, '"corridor-ppo" with the field budget as it must be '],
  ];
  for (const [definition, line] of wrong) {
    await rejects(train(definition as typeof experiment), (error: Error) => {
      strictEqual(error.name, "InputError");
      strictEqual(error.message.slice(0, 11 + line.length), `Cannot use ${line}`);
      return true;
    });
  }
});

Deno.test("an option that is none of its sort is refused before anything is made", async () => {
  const wrong: [object, string][] = [
    [{ threads: -3 }, "threads must be a whole number ≥ 1: -3"],
    [{ threads: "4" }, 'threads must be a whole number ≥ 1: "4"'],
    [{ onIteration: 3 }, "onIteration must be a function: 3"],
    [{ signal: {} }, "signal must be an AbortSignal: {}"],
    [{ store: 3 }, "store must be a folder's path, or its file: URL: 3"],
    [{ store: "runs", module: "./x.ts" }, "module must be the file: URL of a module "],
    [{ set: "a=b" }, 'set must be a list of pairs of texts, [["agent.gamma", "0.98"]]: "a=b"'],
    [{ set: [["agent.gamma", 0.98]] }, "set must be a list of pairs of texts, "],
  ];
  for (const [options, line] of wrong) {
    await rejects(train(experiment, options), (error: Error) => {
      strictEqual(error.name, "InputError");
      strictEqual(error.message.slice(0, 16 + line.length), `Cannot train as ${line}`);
      return true;
    });
  }
});

Deno.test("a file with an own world trains in a worker, resumes and is reproduced", async () => {
  await using temporary = await temporaryStore();
  const { store, folder } = temporary;
  const lab = new URL("../mod.ts", import.meta.url).href;
  const source = (reward: string) => `
    import { Box, defineEnvironment, defineExperiment, Discrete } from "${lab}";
    const corridor = defineEnvironment({
      id: "Corridor-v0",
      observationSpace: new Box({ low: 0, high: 6, shape: [1] }),
      actionSpace: new Discrete(2),
      timeLimit: 20,
      reset: () => 0,
      step: (state, action) => ({
        state: Math.max(0, state + (action === 1 ? 1 : -1)),
        reward: ${reward},
        terminated: state + action === 6,
      }),
      observe: (state) => Float32Array.of(state),
    });
    export default defineExperiment({
      name: "corridor-ppo", budget: 1000, environment: corridor,
      evaluation: { episodes: 2 }, checkpoint: { everyIterations: 1 }, agent: { name: "ppo", environments: 4, rolloutLength: 32, minibatchSize: 64, epochs: 1 },
    });`;
  const file = `${folder}/corridor.ts`;
  await Deno.writeTextFile(file, source("-0.1"));
  const options = { store, registries, workers: 1 };
  const request = { reference: file, seed: 1, backend: "auto" } as const;
  const [failed] = await launch([request], { ...options, store: fullAfter(store, 2) });
  strictEqual(failed.message, "Cannot write the checkpoint as the disk is full");
  strictEqual(failed.manifest.definition.module, file);
  const run = await resume(failed.id, options);
  strictEqual(run.status, "completed");
  strictEqual((await reproduce(run.id, options)).identical, true);
  await Deno.writeTextFile(file, source("-0.2"));
  const { identical, lines } = await reproduce(run.id, options);
  strictEqual(identical, false);
  match(lines[0], /definition file .*corridor\.ts has changed/);
  match(lines[1], /first metric to differ is .* at iteration/);
  await Deno.remove(file);
  await rejects(reproduce(run.id, options), /must lie where it was: .*corridor\.ts is gone/);
});

Deno.test("a world that a file registers is trained on by its id, with its options", async () => {
  await using temporary = await temporaryStore();
  const { store, folder } = temporary;
  const file = `${folder}/registered.ts`;
  await Deno.writeTextFile(
    file,
    `
    import { definitionOf, defineExperiment, register } from "${
      new URL("../mod.ts", import.meta.url).href
    }";
    import * as z from "zod";
    register({
      id: "BriefCartPole-v0",
      configuration: z.strictObject({ limit: z.int().default(500).describe("steps") }),
      entry: ({ limit }) => ({ ...definitionOf("CartPole-v1"), timeLimit: limit }),
    });
    export default defineExperiment({
      name: "brief-ppo", budget: 256, environment: { id: "BriefCartPole-v0" },
      evaluation: { episodes: 2 },
      agent: { name: "ppo", environments: 4, rolloutLength: 32, minibatchSize: 64, epochs: 1 },
    });`,
  );
  const set = [["environment.limit", "5"]] as const;
  const request = { reference: file, seed: 1, backend: "auto", set } as const;
  const [run] = await launch([request], { store, registries, workers: 1 });
  strictEqual(run.status, "completed", `${run.message}`);
  strictEqual(store.series(run.id, "evaluation/length_mean").values.at(-1), 5);
});

Deno.test("the import brings no TensorFlow.js", async () => {
  const script = `
    import { makeEnv } from "${new URL("../mod.ts", import.meta.url).href}";
    makeEnv("CartPole-v1").reset({ seed: 1 });
    console.log(Object.keys(globalThis).filter((name) => /tf|tensor/i.test(name)).length);`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--no-check", script],
  }).output();
  strictEqual(new TextDecoder().decode(stdout).trim(), "0", new TextDecoder().decode(stderr));
  makeEnv("CartPole-v1").reset({ seed: 1 });
});
