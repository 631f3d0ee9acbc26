/** Small registries for the runner's tests: a world, an agent and a model that take microseconds. */
import * as z from "zod";
import type { AgentDefinition, ModelDefinition } from "../../../lab/compute/definitions.ts";
import type { Dataset } from "../../../lab/core/dataset.ts";
import { defineEnvironment, environmentOf } from "../../../lab/core/define_environment.ts";
import { FitError, InputError } from "../../../lab/core/errors.ts";
import type { Metrics, Progress } from "../../../lab/core/metrics.ts";
import { type Generator, streamOf } from "../../../lab/core/random.ts";
import type { Snapshot } from "../../../lab/core/snapshot.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";
import type { BudgetUnit, Report, Trainer } from "../../../lab/core/trainer.ts";
import type { ExperimentDefinition } from "../../../lab/experiment/definition.ts";
import type { ExperimentEntry, Registries } from "../../../lab/experiment/registries.ts";

const line = (goal: number) =>
  defineEnvironment({
    id: "Line-v0",
    observationSpace: new Box({ low: 0, high: goal, shape: [1] }),
    actionSpace: new Discrete(2),
    timeLimit: 20,
    reset: () => 0,
    step: (state: number, action: number) => ({
      state: Math.min(goal, state + action),
      reward: action,
      terminated: state + action >= goal,
    }),
    observe: (state) => Float32Array.of(state),
  });

const toyConfiguration = z.strictObject({
  rate: z.number().min(0).max(1).default(0.1).meta({ description: "How far a step goes" }),
  size: z.int().min(1).max(1000).default(4).meta({ description: "Length of the weights" }),
  activation: z.enum(["tanh", "relu"]).default("tanh").meta({ description: "Nothing" }),
  sizes: z.array(z.int().min(1)).default([2, 3]).meta({ description: "Nothing" }),
  lossNaNAt: z.int().min(0).default(0).meta({ description: "Iteration with a NaN loss; 0: none" }),
  weightInfAt: z.int().min(0).default(0).meta({ description: "Iteration with an infinite weight" }),
  crashAt: z.int().min(0).default(0).meta({ description: "Iteration that kills the thread" }),
  crashAfter: z.int().min(0).default(0).meta({ description: "Iterations until the thread dies" }),
  throwAt: z.int().min(0).default(0).meta({ description: "Iteration that throws; 0: none" }),
  perIteration: z.int().min(1).default(10).meta({ description: "Budget an iteration uses" }),
  unlowered: z.boolean().default(false).meta({ description: "A program with a host kernel" }),
  pause: z.number().min(0).default(0).meta({ description: "Wait of an iteration", unit: "ms" }),
  multipleOf: z.int().min(1).default(1).meta({ description: "Divides the size" }),
  refuses: z.boolean().default(false).meta({ description: "The trainer cannot be made" }),
  wild: z.boolean().default(false).meta({ description: "Rolls dice that no seed determines" }),
  schedule: z.strictObject({
    from: z.number().default(1).meta({ description: "Where the factor begins" }),
    to: z.number().default(0).meta({ description: "Where it ends" }),
  }).prefault({}),
});

type ToyConfiguration = z.output<typeof toyConfiguration>;

/** A random walk that shrinks: every number depends on all draws and updates before it. */
class ToyTrainer implements Trainer {
  readonly progress: Progress = {
    iterations: 0,
    environmentSteps: 0,
    gradientSteps: 0,
    examples: 0,
  };
  /** The iteration that it began or was restored at. */
  #beganAt = 0;
  readonly #weights: Float32Array;
  readonly #moment: Float32Array;

  constructor(
    readonly configuration: ToyConfiguration,
    readonly budget: Trainer["budget"],
    readonly noise: Generator,
    readonly calls: string[] = [],
  ) {
    this.#weights = new Float32Array(configuration.size).fill(1);
    this.#moment = new Float32Array(configuration.size);
  }

  get irreproducible(): string | undefined {
    return this.configuration.wild ? "the dice are real" : undefined;
  }

  async iterate(): Promise<Report> {
    const { rate, perIteration, lossNaNAt, weightInfAt, pause, schedule } = this.configuration;
    const { crashAt, crashAfter, throwAt } = this.configuration;
    if (pause > 0) await new Promise((resume) => setTimeout(resume, pause));
    const left = this.budget.total - this.progress[this.budget.unit];
    this.progress.iterations++;
    this.progress.gradientSteps++;
    if (this.budget.unit !== "gradientSteps") {
      this.progress[this.budget.unit] += Math.min(left, perIteration);
    }
    const { iterations } = this.progress;
    if (iterations === crashAt || iterations - this.#beganAt === crashAfter) {
      setTimeout(() => {
        throw new TypeError("nobody caught this");
      }, 0);
      await new Promise(() => {});
    }
    if (iterations === throwAt) throw new RangeError("toy broke\nat a second line");
    const share = this.progress[this.budget.unit] / this.budget.total;
    const factor = schedule.from + (schedule.to - schedule.from) * share;
    for (let i = 0; i < this.#weights.length; i++) {
      this.#moment[i] = 0.9 * this.#moment[i] + this.noise.standardNormal() - this.#weights[i];
      this.#weights[i] += rate * factor * this.#moment[i];
    }
    if (this.configuration.wild) this.#weights[0] += Math.random();
    if (iterations === weightInfAt) this.#weights[1] = Infinity;
    this.calls.push("iterate");
    const metrics: Metrics = { "losses/toy": iterations === lossNaNAt ? NaN : this.#weights[0] };
    const events = iterations === 2 ? [{ level: "info", message: "second" } as const] : [];
    return { metrics, events };
  }

  evaluate({ random, episodes = 0 }: { random: Generator; episodes?: number }): Promise<Report> {
    this.calls.push(`evaluate ${this.progress.iterations}`);
    const share = this.progress[this.budget.unit] / this.budget.total;
    const pixels = Uint8Array.of(0, Math.round(255 * share));
    const raster = { width: 2, height: 1, channels: 1, pixels } as const;
    return Promise.resolve({
      metrics: {
        "evaluation/return_mean": this.#weights[0] + random.random(),
        "evaluation/share": share,
        "evaluation/episodes": episodes,
      },
      artifacts: [{ name: "samples", raster }],
    });
  }

  snapshot(): Promise<Snapshot> {
    const tensor = (values: Float32Array) =>
      ({ shape: [values.length], dtype: "float32", values: values.slice() }) as const;
    return Promise.resolve({
      parameters: { "policy/weights": tensor(this.#weights) },
      state: { "moments/weights": tensor(this.#moment) },
      values: { progress: { ...this.progress }, noise: this.noise.snapshot() },
    });
  }

  restore({ parameters, state, values }: Snapshot): Promise<void> {
    const { progress, noise } = values as unknown as { progress: Progress; noise: never };
    this.#weights.set(parameters["policy/weights"].values);
    this.#moment.set(state["moments/weights"].values);
    Object.assign(this.progress, progress);
    this.#beganAt = progress.iterations;
    this.noise.restore(noise);
    return Promise.resolve();
  }

  dispose(): void {}
}

/** A toy trainer without registries around it. */
export function toyTrainer(
  options: z.input<typeof toyConfiguration>,
  total: number,
  unit: BudgetUnit = "environmentSteps",
): ToyTrainer {
  return new ToyTrainer(toyConfiguration.parse(options), { unit, total }, streamOf(1, "noise"));
}

const toyAgent: AgentDefinition<ToyConfiguration> = {
  name: "toy",
  summary: "A toy",
  budgetUnit: "environmentSteps",
  takes: { actions: ["discrete"] },
  configuration: toyConfiguration,
  requires: ({ multipleOf, size }) => {
    if (size % multipleOf === 0) return;
    throw new FitError(
      `Cannot train toy as multipleOf must divide the size of ${size}: ${multipleOf}`,
    );
  },
  create: async ({ configuration, budget, stream, makeEnvironment, workspace }) => {
    const { refuses } = configuration;
    if (refuses) throw new InputError(`Cannot train toy as it must not refuse: ${refuses}`);
    makeEnvironment().reset({ seed: 1 });
    const total = { unit: "environmentSteps", total: budget } as const;
    if (configuration.unlowered) {
      const { topk } = await import("@tensorflow/tfjs");
      const program = workspace.compile(
        { name: "largest", inputs: { x: [[4], "float32"] } },
        ({ input }) => ({ outputs: { y: topk(input.x, 2).values } }),
      );
      program.run();
    }
    return new ToyTrainer(configuration, total, stream("noise"));
  },
};

const otherAgent: AgentDefinition<{ rate: number }> = {
  ...toyAgent,
  name: "other",
  requires: () => {},
  configuration: z.strictObject({
    rate: z.number().default(0.5).meta({ description: "Another rate" }),
  }),
  create: ({ configuration, budget, stream }) => {
    const total = { unit: "environmentSteps", total: budget } as const;
    const filled = toyConfiguration.parse(configuration);
    return Promise.resolve(new ToyTrainer(filled, total, stream("noise")));
  },
};

const toyModel: ModelDefinition<ToyConfiguration> = {
  name: "toy-model",
  summary: "A toy",
  budgetUnit: "examples",
  takes: { examples: ["points"] },
  configuration: toyConfiguration,
  bestBy: { metric: "evaluation/share", goal: "minimize" },
  create: ({ configuration, budget, stream }) => {
    const total = { unit: "examples", total: budget } as const;
    return Promise.resolve(new ToyTrainer(configuration, total, stream("noise")));
  },
};

const point = { count: 1, values: Float32Array.of(1) };
const points: Dataset = {
  ...{ name: "points", seed: 0, kind: "points", shape: [1] },
  ...{ train: point, validation: point, test: point },
};

/** The experiment of most tests: 20 iterations, an evaluation every 4. */
export const toyExperiment: ExperimentDefinition = {
  name: "line-toy",
  budget: 200,
  evaluation: { every: 40, episodes: 5 },
  environment: { id: "Line-v0", goal: 3 },
  agent: { name: "toy", rate: 0.25, size: 6 },
};

const modelExperiment: ExperimentDefinition = {
  name: "points-toy",
  budget: 100,
  dataset: { name: "points" },
  model: { name: "toy-model" },
};

const entry = (definition: ExperimentDefinition): ExperimentEntry => ({
  name: definition.name,
  summary: "A toy",
  expectedSeconds: 1,
  module: import.meta.url,
  load: () => Promise.resolve(definition),
});

/** Registries of toys. */
export const registries: Registries = {
  module: import.meta.url,
  environments: [{
    id: "Line-v0",
    summary: "A line",
    configuration: z.strictObject({
      goal: z.int().min(1).default(5).meta({ description: "Where the line ends", unit: "cells" }),
    }),
    make: ({ goal }: { goal: number }) => environmentOf(line(goal)),
  }, {
    id: "Hidden-v0",
    summary: "A line that cannot be restored",
    configuration: z.strictObject({}),
    make: () => {
      const { snapshot: _, restore: __, ...hidden } = environmentOf(line(5));
      return { ...hidden, reset: () => ({ observation: Float32Array.of(0), info: {} }) };
    },
  }],
  agents: [
    { name: "toy", summary: "A toy", load: () => Promise.resolve(toyAgent) },
    { name: "other", summary: "Another toy", load: () => Promise.resolve(otherAgent) },
  ],
  models: [{ name: "toy-model", summary: "A toy", load: () => Promise.resolve(toyModel) }],
  datasets: [{
    name: "points",
    summary: "A point",
    load: () =>
      Promise.resolve({
        name: "points",
        summary: "A point",
        holds: { kind: "points" },
        configuration: z.strictObject({}),
        create: () => Promise.resolve(points),
      }),
  }],
  experiments: [entry(toyExperiment), entry(modelExperiment)],
};

/** The same with an experiment that a rule ends half-way: `line-toy-stopping`. */
export const withStopping: Registries = {
  ...registries,
  experiments: [
    ...registries.experiments,
    entry({
      ...toyExperiment,
      name: "line-toy-stopping",
      stop: { metric: "evaluation/share", atLeast: 0.5, times: 1 },
    }),
  ],
};
