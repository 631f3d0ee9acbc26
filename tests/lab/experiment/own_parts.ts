/** A user's file with everything of its own: tests copy it and train it. */
import {
  type AgentContext,
  Box,
  defineAgent,
  defineCallbacks,
  defineDataset,
  defineEnvironment,
  defineExperiment,
  Discrete,
  type ModelDefinition,
  type Report,
  type Trainer,
} from "reverie";
import { BaseTrainer, type Resumable, type TensorGroups } from "reverie/blocks";
import * as z from "zod";

const configuration = z.strictObject({
  size: z.int().min(1).default(3).meta({ description: "Length of the weights" }),
});
type Fields = z.output<typeof configuration>;

/** A random walk whose every number depends on all draws before it. */
class WalkTrainer extends BaseTrainer {
  protected readonly parts;
  readonly #weights: Float32Array;
  readonly #random;

  constructor(
    context: Omit<AgentContext<Fields>, "makeEnvironment">,
    unit: Trainer["budget"]["unit"],
  ) {
    super(unit, context.budget);
    const { size } = context.configuration;
    this.#weights = new Float32Array(size);
    this.#random = context.stream("walk");
    const groups: TensorGroups = {
      read: () =>
        Promise.resolve({ w: { shape: [size], dtype: "float32", values: this.#weights.slice() } }),
      write: (_, { w }) => this.#weights.set(w.values),
      dispose: () => {},
    };
    const resumables: Record<string, Resumable> = { walk: this.#random };
    this.parts = { name: context.name, workspace: groups, groups: [], resumables };
  }

  // deno-lint-ignore require-await
  async iterate(): Promise<Report> {
    this.requireBudget();
    for (let i = 0; i < this.#weights.length; i++) {
      this.#weights[i] += this.#random.standardNormal();
    }
    this.progress[this.budget.unit] += 10;
    this.progress.iterations += 1;
    return { metrics: { "losses/walk": this.#weights[0] } };
  }

  evaluate(): Promise<Report> {
    return Promise.resolve({ metrics: { "evaluation/return_mean": this.#weights[0] } });
  }
}

const world = defineEnvironment({
  id: "Own-v0",
  observationSpace: new Box({ low: 0, high: 9, shape: [1] }),
  actionSpace: new Discrete(2),
  timeLimit: 5,
  reset: () => 0,
  step: (state: number, action: number) => ({
    state: state + action,
    reward: action,
    terminated: false,
  }),
  observe: (state) => Float32Array.of(state),
});

const agent = defineAgent({
  name: "own-walk",
  summary: "A random walk",
  takes: { actions: ["discrete"] },
  configuration,
  trainer: (context) => new WalkTrainer(context, "environmentSteps"),
});

const callbacks = defineCallbacks({
  state: () => ({ highest: -Infinity, calls: 0 }),
  onIteration: async ({ metrics, state, stream, progress }) => {
    await Promise.resolve();
    state.highest = Math.max(state.highest, metrics["losses/walk"]);
    state.calls += 1;
    return {
      metrics: {
        "own/highest": state.highest,
        "own/noise": stream("noise").random(),
        "timing/own_clock": performance.now(),
      },
      stop: state.calls === 17 && progress.iterations === 17 ? "seventeen" : undefined,
    };
  },
  onEvaluation: ({ trainer }) => ({ metrics: { "own/steps": trainer.progress.environmentSteps } }),
});

export default defineExperiment({
  name: "own-everything",
  environment: world,
  agent: { definition: agent, size: 4 },
  callbacks,
  budget: 200,
  evaluation: { every: 40 },
  checkpoint: { everyIterations: 1 },
});

const dataset = defineDataset({
  name: "own-points",
  summary: "Points",
  configuration: z.strictObject({ high: z.number().default(1).meta({ description: "Largest" }) }),
  create: ({ configuration: { high }, stream }) => {
    const values = Float32Array.from({ length: 8 }, () => high * stream("dataset").random());
    const split = { count: 4, values };
    return {
      kind: high > 100 ? "images" : "points",
      shape: high > 100 ? [2, 1, 1] : [2],
      train: split,
      test: split,
    };
  },
});

const model: ModelDefinition<Fields> = {
  name: "own-model",
  summary: "A random walk",
  budgetUnit: "examples",
  takes: { examples: ["points"] },
  configuration,
  create: (context) =>
    Promise.resolve(new WalkTrainer({ ...context, name: "own-model" }, "examples")),
};

export const points = defineExperiment({
  name: "own-points",
  dataset,
  model,
  budget: 50,
});
