import { deepStrictEqual, match, rejects } from "node:assert";
import {
  Box,
  type Callbacks,
  defineAgent,
  defineCallbacks,
  defineEnvironment,
  defineExperiment,
  Discrete,
  type ModelDefinition,
  type Report,
  train,
  type Trainer,
} from "reverie";
import { AgentTrainer, BaseTrainer, type TensorGroups } from "reverie/blocks";
import * as z from "zod";
import type { Generator } from "../../../lab/core/random.ts";
import { checkTrainer } from "../../../lab/experiment/trainer_check.ts";
import { registries } from "../../../registries.ts";
import sound, { points } from "./own_parts.ts";

/** What a trainer does wrong. */
type Fault =
  | "measures"
  | "loss"
  | "clock"
  | "outside"
  | "evaluation"
  | "counter"
  | "generator"
  | "moments";

let outside = 0;

/** A random walk whose every number depends on all that came before, and one fault. */
function walk(fault: Fault | undefined) {
  class Walk extends BaseTrainer {
    protected readonly parts;
    readonly #weights = new Float32Array(3);
    readonly #moments = new Float32Array(3);
    readonly #random;
    #count = 0;

    constructor(stream: (name: string) => Generator) {
      super("environmentSteps", 1000);
      const random = this.#random = stream("walk");
      const tensor = (values: Float32Array) => ({
        ...{ shape: [3], dtype: "float32" as const, values: values.slice() },
      });
      const groups: TensorGroups = {
        read: (group) => Promise.resolve({ w: tensor(this.#of(group)) }),
        write: (group, { w }) => this.#of(group).set(w.values),
        dispose: () => {},
      };
      const counter = {
        snapshot: () => this.#count,
        restore: (value: unknown) => void (this.#count = value as number),
      };
      const resumables = {
        ...fault === "generator" ? {} : { walk: random },
        ...fault === "counter" ? {} : { counter },
      };
      const kept = fault === "moments" ? [] : ["moments"];
      this.parts = { name: "walk", workspace: groups, groups: kept, resumables };
    }

    #of(group: string) {
      return group === "moments" ? this.#moments : this.#weights;
    }

    // deno-lint-ignore require-await
    async iterate(): Promise<Report> {
      const chance = fault === "clock" ? Math.random() : fault === "outside" ? outside++ : 0;
      this.#weights.forEach((_, i) => {
        this.#moments[i] = 0.9 * this.#moments[i] + this.#random.standardNormal() + chance;
        this.#weights[i] += this.#moments[i] / (1 + this.#count);
      });
      this.#count += 1;
      this.progress.environmentSteps += 10;
      this.progress.iterations += 1;
      const loss = fault === "loss" && this.#count === 2 ? NaN : this.#weights[0];
      return { metrics: { "losses/walk": loss, count: this.#count } };
    }

    evaluate(): Promise<Report> {
      if (fault === "evaluation") this.#random.random();
      const chance = fault === "measures" ? outside++ : 0;
      return Promise.resolve({ metrics: { "evaluation/return_mean": this.#weights[0] + chance } });
    }
  }
  const agent = defineAgent({
    name: "walk",
    summary: "A random walk",
    takes: { actions: ["discrete"] },
    configuration: z.strictObject({}),
    trainer: ({ stream }) => new Walk(stream),
  });
  const environment = defineEnvironment({
    id: "Walk-v0",
    observationSpace: new Box({ low: 0, high: 9, shape: [1] }),
    actionSpace: new Discrete(2),
    timeLimit: 5,
    reset: () => 0,
    step: (state: number) => ({ state: state + 1, reward: 1, terminated: false }),
    observe: (state) => Float32Array.of(state),
  });
  return defineExperiment({ name: "walk", environment, agent, budget: 1000 });
}

Deno.test("nothing is found in a trainer that keeps the contract", async () => {
  for (const definition of [sound, points, walk(undefined)]) {
    deepStrictEqual(await checkTrainer(definition, registries), []);
  }
});

const faults: Record<Fault, [check: string, message: RegExp]> = {
  loss: ["losses", /^a loss is no number .*: losses\/walk is NaN at iteration 2$/],
  clock: ["seeds", /: the first metric to differ is losses\/walk at iteration 1: /],
  outside: ["seeds", /losses\/walk at iteration 1/],
  evaluation: ["evaluation", /after an evaluation: the first metric .* at iteration 4: /],
  measures: ["measures", /gives? another evaluation: .* evaluation\/return_mean at iteration 3: /],
  counter: ["snapshot", /the first metric to differ is count at iteration 4: 4, now 1$/],
  generator: ["snapshot", /losses\/walk at iteration 4/],
  moments: ["snapshot", /losses\/walk at iteration 4/],
};

for (const [fault, [check, message]] of Object.entries(faults)) {
  Deno.test(`a trainer's fault is found: ${fault}`, async () => {
    const findings = await checkTrainer(walk(fault as Fault), registries);
    deepStrictEqual(findings.map((each) => [each.severity, each.check]), [["error", check]]);
    match(findings[0].message, message);
  });
}

Deno.test("a model is found that is judged by what no evaluation measures", async () => {
  const { model } = points as Extract<typeof points, { model: unknown }>;
  const judgedBy = (metric: string) => ({
    ...points,
    model: { ...model as ModelDefinition, bestBy: { metric, goal: "minimize" as const } },
  });
  deepStrictEqual(await checkTrainer(judgedBy("evaluation/return_mean"), registries), []);
  const misspelt = judgedBy("evaluation/return_maen");
  const [{ check, message }] = await checkTrainer(misspelt, registries);
  deepStrictEqual(check, "best");
  match(message, /: evaluation\/return_maen \(did you mean "evaluation\/return_mean"\?\)$/);
  const onEvaluation = () => ({ metrics: { "evaluation/return_maen": 1 } });
  const later = { ...misspelt, callbacks: defineCallbacks({ onEvaluation }) };
  deepStrictEqual(await checkTrainer(later, registries), []);
});

Deno.test("what is no trainer, or reports what none may, is said in a line", async () => {
  const { environment } = walk(undefined) as Extract<ReturnType<typeof walk>, { agent: unknown }>;
  const refused = async (trainer: unknown, message: RegExp) => {
    const agent = defineAgent({
      name: "broken",
      summary: "None",
      takes: { actions: ["discrete"] },
      configuration: z.strictObject({}),
      trainer: () => trainer as Trainer,
    });
    const definition = defineExperiment({ name: "broken", environment, agent, budget: 1000 });
    await rejects(checkTrainer(definition, registries), message);
    await rejects(train(definition), message);
  };
  const whole = {
    progress: { environmentSteps: 0, gradientSteps: 0, examples: 0, iterations: 0 },
    budget: { unit: "environmentSteps", total: 1000 },
    iterate: () => Promise.resolve({ metrics: {} }),
    evaluate: () => Promise.resolve({ metrics: {} }),
    snapshot: () => Promise.resolve({ parameters: {}, state: {}, values: {} }),
    restore: () => Promise.resolve(),
    dispose: () => {},
  };
  await refused(undefined, /^InputError: Cannot train "broken" as .* method iterate: undefined$/);
  const { evaluate, ...others } = whole;
  await refused({ ...others, evalute: evaluate }, /have the method evaluate: it has evalute$/);
  const { dispose: _dispose, ...undisposed } = whole;
  await refused(undisposed, /have the method dispose: none$/);
  const { progress, ...aimless } = whole;
  await refused({ ...aimless, progres: progress }, /have the field progress: it has progres$/);
  await refused(whole, /must raise progress\.iterations: 0 after 0$/);
  const text = () => Promise.resolve({ metrics: { "losses/walk": "1" } });
  await refused({ ...whole, iterate: text }, /losses\/walk as a metric must be a number: string$/);
});

Deno.test("callbacks are found whose values do not come again, or whose state cannot be kept", async () => {
  const checked = async (callbacks: Callbacks) => {
    const findings = await checkTrainer({ ...walk(undefined), callbacks }, registries);
    return findings.map(({ check, message }) => [check, message.replace(/^[^:]*: /, "")] as const);
  };
  const state = () => ({ calls: 0 });
  const sound = defineCallbacks<{ calls: number; seen?: number }>({
    state,
    onIteration: ({ state, stream }) => ({
      metrics: {
        "mine/calls": ++state.calls,
        "mine/drawn": stream("noise").random(),
        "timing/mine": performance.now(),
      },
    }),
    // Changes what is kept, as no iteration without an evaluation before it would.
    onEvaluation: ({ state }) => {
      state.calls += 100;
      return { metrics: { "mine/evaluated": 1 } };
    },
  });
  deepStrictEqual(await checked(sound), []);

  const [[chance, line]] = await checked({
    onIteration: () => ({ metrics: { "mine/noise": Math.random() } }),
  });
  deepStrictEqual(chance, "callbacks");
  match(line, /^the first metric to differ is mine\/noise at iteration 1: /);

  const [[evaluated, difference]] = await checked({
    onEvaluation: () => ({ metrics: { "evaluation/noise": Math.random() } }),
  });
  deepStrictEqual(evaluated, "callbacks");
  match(difference, /^the first metric to differ is evaluation\/noise at iteration 3: /);
  deepStrictEqual(
    await checked({ onEvaluation: ({ state }) => void (state.noise = Math.random()) }),
    [["callbacks", "what onEvaluation keeps"]],
  );

  // Begins with the run, and is lost where the run goes on.
  const lost = new WeakMap<object, number>();
  deepStrictEqual(
    await checked({
      state,
      onIteration: ({ state }) => {
        lost.set(state, (lost.get(state) ?? 0) + 1);
        return { metrics: { "mine/lost": lost.get(state)! } };
      },
    }),
    [["callbacks", "the first metric to differ is mine/lost at iteration 4: 4, now 1"]],
  );

  const [[kind, why]] = await checked({
    state: () => ({ calls: 0 }),
    onIteration: ({ state }) => void (state.since = new Date(0)),
  });
  deepStrictEqual(kind, "callbacks");
  match(why, /state\.since must be plain JSON/);

  await rejects(
    checked({ onIteration: () => ({ metrics: { "losses/walk": 1 } }) }),
    /^InputError: Cannot log losses\/walk as the trainer reports a metric of that name$/,
  );
  await rejects(
    checked({ onEvaluation: () => ({ metrics: { "evaluation/return_mean": 1 } }) }),
    /Cannot log evaluation\/return_mean as the trainer reports/,
  );
  await rejects(
    checked({ onIteration: () => ({ metrics: { "timing/iteration_seconds": 1 } }) }),
    /Cannot log timing\/iteration_seconds as the run itself reports/,
  );
  deepStrictEqual(await checked({ onIteration: () => ({ metrics: { constructor: 1 } }) }), []);
});

Deno.test("what callbacks begin with is refused before a run where no checkpoint can hold it", async () => {
  let steps = 0;
  const onIteration = () => void steps++;
  const definition = walk(undefined);
  for (
    const [since, kind] of [
      [new Date(0), "[object Date]"],
      [new Map(), "[object Map]"],
      [() => 0, "function"],
      [new (class Seen {})(), "[object Object]"],
    ] as const
  ) {
    const message =
      `Cannot keep what the callbacks remember as state.since must be plain JSON: ${kind}`;
    const callbacks = { state: () => ({ since }), onIteration };
    const given = { ...definition, callbacks };
    await rejects(checkTrainer(given, registries), { name: "InputError", message });
    await rejects(train(given), { name: "InputError", message });
  }
  deepStrictEqual(steps, 0);
  // Numbers that JSON has none for are kept, and what is undefined is left out.
  const callbacks = { state: () => ({ best: -Infinity, last: undefined }), onIteration };
  deepStrictEqual(await checkTrainer({ ...definition, callbacks }, registries), []);
});

Deno.test("a callback that never answers is found, and not waited for", async () => {
  const callbacks = defineCallbacks({ onIteration: () => new Promise<void>(() => {}) });
  await rejects(
    checkTrainer({ ...walk(undefined), callbacks }, registries, 20),
    /^InputError: Cannot go on as onIteration must return, or its promise settle, within 0\.02 s$/,
  );
});

Deno.test("an own agent whose parts lack its world is refused before it is trained", async () => {
  class Worldless extends AgentTrainer {
    protected readonly evaluator = undefined as never;
    protected readonly parts = {
      name: "mine",
      resumables: {},
      workspace: { dispose() {} },
    } as never;
    iterate(): never {
      throw new Error("it is not asked to learn");
    }
  }
  const agent = defineAgent({
    name: "mine",
    summary: "Has no world",
    takes: { actions: ["discrete"] },
    configuration: z.strictObject({}),
    trainer: ({ budget }) => new Worldless(budget),
  });
  const refusal = {
    name: "InputError",
    message:
      "Cannot train mine as parts.resumables must hold its World, with episodes, as world: it holds nothing",
  };
  const definition = { ...walk(undefined), agent };
  await rejects(() => checkTrainer(definition, registries), refusal);
  await rejects(() => train(definition), refusal);
});
