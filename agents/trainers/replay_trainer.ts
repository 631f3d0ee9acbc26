/**
 * What DDPG, TD3 and SAC have in common beside their losses: random actions first, then exploring
 * ones, every transition into a replay buffer, gradient steps on batches out of it.
 *
 * @module
 */
import * as z from "zod";
import { InputError } from "../../lab/core/errors.ts";
import type { Metrics } from "../../lab/core/metrics.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { Box } from "../../lab/core/space.ts";
import type { Report } from "../../lab/core/trainer.ts";
import { activationNames } from "../../lab/compute/networks.ts";
import type { InputSpec } from "../../lab/compute/workspace.ts";
import { ActionScale } from "../distributions/action_scale.ts";
import type { AgentContext } from "../define_agent.ts";
import type { ActionRows } from "../distributions/actions.ts";
import { meanAndDeviation } from "../returns/advantages.ts";
import { AgentTrainer } from "./agent_trainer.ts";
import { Evaluator, greedyActors, type Scores } from "./evaluation.ts";
import { ReplayBuffer } from "../memory/replay.ts";
import { World, type WorldShape } from "../worlds/world.ts";

/** Fields that the three share, with the defaults of Stable-Baselines3. */
export const replayFields = {
  environments: z.int().min(1).default(1).meta({
    description: "Environments that act side by side",
  }),
  bufferSize: z.int().min(1).default(1_000_000).meta({
    description: "Transitions that the replay buffer keeps; at least batchSize",
    unit: "transitions",
  }),
  learningStarts: z.int().min(0).default(100).meta({
    description: "Random actions before the first update",
    unit: "environment steps",
  }),
  batchSize: z.int().min(1).default(256).meta({
    description: "Transitions a gradient step",
    unit: "transitions",
  }),
  trainEvery: z.int().min(1).default(1).meta({
    description: "Environment steps from one training to the next; a multiple of environments",
    unit: "environment steps",
  }),
  gradientStepsPerTrain: z.int().min(1).default(1).meta({
    description: "Gradient steps at each training",
    unit: "gradient steps",
  }),
  gamma: z.number().min(0).max(1).default(0.99).meta({ description: "Discount γ" }),
  targetRate: z.number().gt(0).max(1).default(0.005).meta({
    description: "τ: share of the online networks in each renewal of the target networks",
  }),
  activation: z.enum(activationNames).default("relu").meta({
    description: "Activation of the hidden layers",
  }),
} as const;

/** Values of {@linkcode replayFields}. */
type ReplayConfiguration = z.output<z.ZodObject<typeof replayFields>> & {
  readonly learningRate: number;
};

/** What such an agent is made from. */
export type ReplayContext<Configuration extends ReplayConfiguration> = AgentContext<Configuration>;

/** A batch out of the replay buffer as the inputs of an update. */
export function transitionInputs(
  batch: number,
  { observationSize, flatActionSize }: Pick<WorldShape, "observationSize" | "flatActionSize">,
) {
  const rows = (...width: number[]): InputSpec & readonly [unknown, "float32"] => [
    [batch, ...width],
    "float32",
  ];
  return {
    observations: rows(observationSize),
    actions: rows(flatActionSize),
    rewards: rows(),
    nextObservations: rows(observationSize),
    terminated: rows(),
  };
}

/** Programs that answer what a critic's gradient step saw. */
interface CriticProgram {
  read(name: "value" | "errors" | "taken"): Promise<Float32Array>;
}

/** The critic's part of the metrics: its loss, its mean absolute TD error, its mean value. */
export async function criticMetrics(program: CriticProgram): Promise<Metrics> {
  const [value] = await program.read("value");
  const errors = await program.read("errors");
  return {
    "losses/value": value,
    "losses/td_error": meanAndDeviation(errors.map(Math.abs)).mean,
    "losses/action_value": meanAndDeviation(await program.read("taken")).mean,
  };
}

/** Environment steps of one iteration at least. */
const ITERATION = 128;

/** An off-policy trainer but for its networks, its exploration and its gradient step. */
export abstract class ReplayTrainer<Configuration extends ReplayConfiguration>
  extends AgentTrainer {
  protected readonly settings: Configuration;
  protected readonly shape: WorldShape;
  protected readonly scale: ActionScale;
  protected readonly world: World;
  protected readonly replay: ReplayBuffer;
  /** Draws the random actions of the beginning. */
  protected readonly exploration: Generator;
  readonly #before: Float32Array;
  /** In [−1, 1], as networks and replay have them. */
  readonly #actions: Float32Array;
  /** The same in the environment's unit. */
  readonly #sent: Float32Array;

  /** @throws InputError where the world's spaces or the counts do not fit. */
  constructor(private readonly context: ReplayContext<Configuration>) {
    super(context.budget);
    const { name, configuration: settings, stream } = context;
    requireFit(name, settings, context.budget);
    this.settings = settings;
    this.world = new World(name, context, settings.environments, { actions: ["box"] });
    this.shape = this.world.shape;
    const { observationSize, flatActionSize, actionSpace } = this.shape;
    this.scale = new ActionScale(name, this.world.vector.id, actionSpace as Box);
    this.replay = new ReplayBuffer(settings.bufferSize, this.shape);
    this.exploration = stream("exploration");
    this.#before = new Float32Array(settings.environments * observationSize);
    this.#actions = new Float32Array(settings.environments * flatActionSize);
    this.#sent = new Float32Array(settings.environments * flatActionSize);
  }

  /**
   * Exploring actions in [−1, 1], [N, K], for `observations` [N, D].
   *
   * @param t Steps since the last training; iterations begin at 0.
   */
  protected abstract explore(
    observations: Float32Array,
    actions: Float32Array,
    t: number,
  ): Promise<void>;

  /** One gradient step on a batch from the replay buffer. */
  protected abstract gradientStep(): void;

  /** What the last gradient step saw. */
  protected abstract losses(): Promise<Metrics>;

  /** Measures the policy whose actions in [−1, 1] `mode` gives. */
  protected evaluatorOf(mode: Scores): Evaluator {
    const { shape, context: { name, workspace, makeEnvironment } } = this;
    const choose = (scores: Float32Array, actions: ActionRows) =>
      this.scale.toEnvironment(scores, actions as Float32Array);
    return new Evaluator({
      shape,
      makeEnvironment,
      actors: greedyActors(name, workspace, shape, mode, choose),
      scores: mode,
      scaled: true,
    });
  }

  /** Called when an episode of environment `n` ended. */
  protected episodeEnded(_n: number): void {}

  /** At least 128 environment steps, with the trainings that fall due. */
  async iterate(): Promise<Report> {
    const { trainEvery, environments } = this.settings;
    const trained = this.progress.gradientSteps;
    let taken = 0;
    do {
      const length = this.nextLength(trainEvery / environments, environments);
      for (let t = 0; t < length; t++) await this.#step(t);
      this.#train();
      taken += trainEvery;
    } while (taken < ITERATION && this.spent < 1);
    this.progress.iterations += 1;
    return {
      metrics: {
        ...this.world.episodes.metrics(),
        ...this.progress.gradientSteps > trained ? await this.losses() : {},
        "schedule/learning_rate": this.settings.learningRate,
      },
    };
  }

  /** One step of every environment, stored. */
  async #step(t: number): Promise<void> {
    const { observations } = this.world;
    const { environments, learningStarts } = this.settings;
    this.#before.set(observations);
    if (this.progress.environmentSteps < learningStarts) {
      for (let i = 0; i < this.#actions.length; i++) {
        this.#actions[i] = this.exploration.uniform(-1, 1);
      }
    } else {
      await this.explore(observations, this.#actions, t);
    }
    this.scale.toEnvironment(this.#actions, this.#sent);
    const step = this.world.step(this.#sent);
    for (let n = 0; n < environments; n++) {
      const ended = step.terminated[n] || step.truncated[n];
      this.replay.add(
        this.#before,
        ended ? step.finalObservations : step.observations,
        n,
        this.#actions,
        step.rewards[n],
        step.terminated[n],
      );
      if (ended) this.episodeEnded(n);
    }
    this.progress.environmentSteps += environments;
  }

  #train(): void {
    const { learningStarts, gradientStepsPerTrain, batchSize } = this.settings;
    if (this.progress.environmentSteps <= learningStarts) return;
    for (let i = 0; i < gradientStepsPerTrain; i++) {
      this.gradientStep();
      this.progress.gradientSteps += 1;
      this.progress.examples += batchSize;
    }
  }
}

/** @throws InputError where the counts do not fit each other or the budget. */
function requireFit(
  agent: string,
  { environments, trainEvery, learningStarts, bufferSize, batchSize }: ReplayConfiguration,
  budget: number,
): void {
  if (trainEvery % environments !== 0) {
    throw new InputError(
      `Cannot train ${agent} as trainEvery must be a multiple of the ${environments} ` +
        `environments: ${trainEvery}`,
    );
  }
  if (learningStarts >= budget) {
    throw new InputError(
      `Cannot train ${agent} as learningStarts must be below the budget of ${budget} environment ` +
        `steps, else nothing is learned: ${learningStarts}`,
    );
  }
  if (bufferSize < batchSize) {
    throw new InputError(
      `Cannot train ${agent} as bufferSize must be at least the batchSize of ${batchSize}: ` +
        `${bufferSize}`,
    );
  }
}
