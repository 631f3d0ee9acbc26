/**
 * The off-policy trainer: random actions first, then exploring ones, every transition into a memory,
 * gradient steps on batches out of it. An agent says how it explores, what it remembers and what a
 * gradient step is.
 *
 * @module
 */
import * as z from "zod";
import { PARAMETERS, type Resumable } from "../../lab/core/base_trainer.ts";
import { tanh } from "../../lab/core/elementary.ts";
import type { Metrics } from "../../lab/core/metrics.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { Report } from "../../lab/core/trainer.ts";
import { learningRateSchedule, type Schedule } from "../../lab/compute/schedules.ts";
import { count, LONGEST, WIDEST } from "../../lab/compute/sizes.ts";
import type { InputSpec } from "../../lab/compute/workspace.ts";
import { type AgentContext, type AgentSettings, requireFit } from "../define_agent.ts";
import { type ActionRows, actionRows } from "../distributions/actions.ts";
import { DiagonalGaussian } from "../distributions/gaussian.ts";
import type { Explorer } from "../exploration/explorer.ts";
import { gamma, learningRateFields, withDefaults } from "../fields.ts";
import { ACTING, trainMeanwhile } from "../networks/acting.ts";
import { networkFields } from "../networks/dense_settings.ts";
import { TransitionMemory, type WeightedBatch } from "../memory/transition_memory.ts";
import { mean } from "../../lab/statistics/scores.ts";
import { ObservationNormalizer, RewardNormalizer } from "../worlds/normalizer.ts";
import type { World, WorldShape, WorldSizes } from "../worlds/world.ts";
import { AgentTrainer } from "./agent_trainer.ts";
import { actorsOf, Evaluator, type Scores, type Values } from "./evaluation.ts";

// Configuration.

/** Fields that off-policy agents share. The defaults are those of Stable-Baselines3's SAC. */
export const replayFields = {
  environments: count(1, WIDEST).default(1).meta({
    description: "Environments that act side by side",
  }),
  bufferSize: count(1, LONGEST).default(1_000_000).meta({
    description: "Transitions that the replay buffer keeps; at least batchSize",
    unit: "transitions",
  }),
  learningStarts: count(0, LONGEST).default(100).meta({
    description: "Random actions before the first update",
    unit: "environment steps",
  }),
  batchSize: count(1).default(256).meta({
    description: "Transitions a gradient step",
    unit: "transitions",
  }),
  trainEvery: count(1, LONGEST).default(1).meta({
    description: "Environment steps from one training to the next; a multiple of environments",
    unit: "environment steps",
  }),
  gradientStepsPerTrain: count(1).default(1).meta({
    description: "Gradient steps at each training",
    unit: "gradient steps",
  }),
  gamma,
  targetRate: z.number().gt(0).max(1).default(0.005).meta({
    description: "τ: share of the online network in a renewal of the target network; 1 copies it",
  }),
  ...withDefaults(learningRateFields, {}, { learningRate: "Adam's step size, for every network" }),
  adamEpsilon: z.number().positive().default(1e-8).meta({ description: "Adam's ε" }),
  rewardSteps: count(1).default(1).meta({
    description: "n: rewards before the target bootstraps (3: Rainbow)",
    unit: "environment steps",
  }),
  priorityExponent: z.number().min(0).max(1).default(0).meta({
    description:
      "α: 0 draws transitions uniformly, 1 in proportion to their TD error (0.6: Schaul)",
  }),
  importanceExponent: z.number().min(0).max(1).default(0.4).meta({
    description: "β at the start, 1 at the end: how far weights undo the priorities (0.4: Schaul)",
  }),
  normalizeObservations: z.boolean().default(false).meta({
    description: "Centre and scale observations by the moments of those before learningStarts",
  }),
  normalizeRewards: z.boolean().default(false).meta({
    description: "Divide rewards by the deviation of discounted returns before learningStarts",
  }),
  storeBytes: z.boolean().default(false).meta({
    description: "Keep pictures, in [0, 1] or 0 … 255, in bytes: a quarter of the memory",
  }),
  overlap: z.boolean().optional().meta({
    description: "Collect while the gradient steps of a training are taken, by the parameters " +
      "before it; left out: in turn",
  }),
  ...networkFields,
} as const;

/** Values of {@linkcode replayFields}. */
export type ReplayConfiguration = z.output<z.ZodObject<typeof replayFields>>;

// What an agent plugs in.

/** A gradient step about to be taken. */
export interface LearningStep {
  /** η. */
  readonly learningRate: number;
  /** Which one it is, counted from 1 over the whole run. */
  readonly number: number;
}

/** How an agent learns from batches. */
export interface Learner {
  /** Takes a batch and returns the TD error of each of its transitions as `errors`. */
  readonly program: {
    readonly input: WeightedBatch;
    readonly scalar: { learningRate: number };
    run(random?: Generator): void;
    read(name: "errors"): Promise<Float32Array>;
  };
  /** What the program draws from, where it has noise. */
  readonly random?: Generator;
  /** What follows on the program's gradient step: those of other networks. */
  learned?(step: LearningStep): void;
  /** What the last gradient step saw. */
  losses(): Promise<Metrics>;
}

/** The parts in which off-policy agents differ. */
export interface ReplayAgent {
  readonly world: World;
  /** What the greedy policy chooses the best of; in [−1, 1] where the world scales actions. */
  readonly scores: Scores;
  /** What the critic takes these actions to be worth; left out: the scores say it, or nothing does. */
  readonly values?: Values;
  /** Means and log standard deviations [B, 2K] before tanh, of a policy that has them. */
  readonly gaussian?: Scores;
  readonly explorer: Explorer;
  readonly learner: Learner;
  /** Groups beside `parameters` that a checkpoint holds. */
  readonly groups: readonly string[];
  /** What else goes on from a checkpoint. */
  readonly resumables: Readonly<Record<string, Resumable>>;
  /** Renews a target network that no gradient step renews, `every` so many environment steps. */
  readonly target?: { readonly every: number; renew(): void };
  /** Environment steps of one iteration at least; left out: 128. */
  readonly iterationLength?: number;
}

// The trainer.

/** Trains a {@linkcode ReplayAgent}. */
export class ReplayTrainer extends AgentTrainer {
  protected readonly parts;
  protected readonly evaluator: Evaluator;
  readonly #settings: ReplayConfiguration;
  readonly #learningRate: Schedule;
  readonly #memory: TransitionMemory;
  /** Measure before learning starts; what is drawn from the memory is normalised. */
  readonly #observations: ObservationNormalizer | undefined;
  readonly #rewards: RewardNormalizer | undefined;
  /** What the actions were chosen from, as the memory keeps it and as the policy sees it. */
  readonly #before: Float32Array;
  readonly #shown: Float32Array;
  readonly #actions: ActionRows;

  /** Of an agent that {@linkcode requireCounts} lets be. */
  constructor(
    context: AgentContext<ReplayConfiguration>,
    private readonly agent: ReplayAgent,
  ) {
    super(context.budget);
    const { name, configuration: settings, workspace, stream } = context;
    const { environments, normalizeObservations, normalizeRewards } = settings;
    const { world, groups, resumables } = agent;
    const { observationSize, actionSpace } = world.shape;
    this.#settings = settings;
    this.#learningRate = learningRateSchedule(settings);
    this.#memory = new TransitionMemory(world.shape, settings);
    if (normalizeObservations) this.#observations = new ObservationNormalizer(observationSize);
    if (normalizeRewards) this.#rewards = new RewardNormalizer(environments, settings.gamma);
    this.#before = new Float32Array(environments * observationSize);
    this.#shown = normalizeObservations ? this.#before.slice() : this.#before;
    this.#actions = actionRows(actionSpace, environments);
    this.evaluator = evaluatorOf(context, agent, this.#observations, this.#rewards);
    this.parts = {
      name,
      workspace,
      groups,
      resumables: {
        replay: stream("replay"),
        world,
        ...this.#observations && { normalizer: this.#observations },
        ...this.#rewards && { rewards: this.#rewards },
        ...resumables,
      },
      replay: this.#memory,
    };
  }

  /** At least `iterationLength` environment steps, with the trainings that fall due. */
  async iterate(): Promise<Report> {
    const { trainEvery, environments, overlap } = this.#settings;
    const { world, explorer, learner, target, iterationLength = 128 } = this.agent;
    const before = this.progress.gradientSteps;
    let taken = 0;
    do {
      const length = this.nextLength(trainEvery / environments, environments);
      const ended = overlap ? this.#trainMeanwhile() : undefined;
      let renewals = 0;
      for (let t = 0; t < length; t++) renewals += await this.#step(t);
      ended?.();
      for (; renewals > 0; renewals--) target!.renew();
      if (!overlap) await this.#train();
      taken += trainEvery;
    } while (taken < iterationLength && this.spent < 1);
    this.progress.iterations += 1;
    return {
      metrics: {
        ...world.episodes.metrics(),
        ...this.progress.gradientSteps > before ? await learner.losses() : {},
        "schedule/learning_rate": this.#learningRate(this.spent),
        ...explorer.schedules?.(this.spent),
        ...this.#memory.schedules(this.spent),
      },
    };
  }

  /** One step of every environment, stored. @returns The renewals of the target that fall due. */
  async #step(sinceTraining: number): Promise<number> {
    const { progress, agent: { world, explorer, target } } = this;
    const { environments, learningStarts } = this.#settings;
    const measures = progress.environmentSteps < learningStarts;
    this.#before.set(world.observations);
    if (measures) {
      this.#observations?.update(this.#before);
      explorer.random(this.#actions, world.masks);
    } else {
      this.#observations?.normalize(this.#before, this.#shown);
      const when = { spent: this.spent, sinceTraining, masks: world.masks };
      await explorer.explore(this.#shown, this.#actions, when);
    }
    const step = world.step(this.#actions);
    if (measures) this.#rewards?.update(step);
    this.#memory.store(this.#before, this.#actions, step, world.masks);
    for (let n = 0; n < environments; n++) {
      if (step.terminated[n] || step.truncated[n]) explorer.episodeEnded?.(n);
    }
    const before = progress.environmentSteps;
    progress.environmentSteps += environments;
    if (target === undefined) return 0;
    const renewals = (steps: number) => Math.floor(steps / target.every);
    return renewals(progress.environmentSteps) > renewals(before) ? 1 : 0;
  }

  /** Gradient steps of one training. */
  get #due(): number {
    const { learningStarts, gradientStepsPerTrain } = this.#settings;
    // The first transitions of several steps may still be open.
    const learns = this.progress.environmentSteps > learningStarts && this.#memory.size > 0;
    return learns ? gradientStepsPerTrain : 0;
  }

  async #train(): Promise<void> {
    const { program } = this.agent.learner;
    for (let left = this.#due; left > 0; left--) {
      this.#takeGradientStep();
      if (this.#settings.priorityExponent > 0) {
        this.#memory.prioritize(await program.read("errors"));
      }
    }
  }

  /**
   * Begins the training on what the memory holds now, and has the parameters before it act.
   *
   * @returns What waits for its end, where it has not come.
   */
  #trainMeanwhile(): (() => void) | undefined {
    const { workspace } = this.parts;
    workspace.copy(PARAMETERS, ACTING);
    const train = (steps: number) => {
      for (let left = steps; left > 0; left--) this.#takeGradientStep();
    };
    const due = this.#due;
    return due === 0 ? undefined : trainMeanwhile(workspace, () => train(due));
  }

  #takeGradientStep(): void {
    const { progress, agent: { learner } } = this;
    const { program, program: { input } } = learner;
    const learningRate = this.#learningRate(this.spent);
    this.#memory.sample(this.parts.resumables.replay, input, this.spent);
    this.#observations?.normalize(input.observations, input.observations);
    this.#observations?.normalize(input.nextObservations, input.nextObservations);
    this.#rewards?.scale(input.rewards);
    program.scalar.learningRate = learningRate;
    program.run(learner.random);
    progress.gradientSteps += 1;
    progress.examples += this.#settings.batchSize;
    learner.learned?.({ learningRate, number: progress.gradientSteps });
  }
}

/** The evaluator of the greedy policy. */
function evaluatorOf(
  { name, workspace, makeEnvironment }: AgentContext<ReplayConfiguration>,
  { world: { shape, scale }, scores, values, gaussian }: ReplayAgent,
  normalizer: ObservationNormalizer | undefined,
  rewards: RewardNormalizer | undefined,
): Evaluator {
  const choose = scale && ((rows: Float32Array, actions: ActionRows) => {
    scale.toEnvironment(rows, actions as Float32Array);
  });
  const actors = actorsOf(`${name}/act`, workspace, shape, scores, choose);
  const distribution = new DiagonalGaussian(shape.flatActionSize);
  const drawing = gaussian && scale &&
    actorsOf(`${name}/draw`, workspace, shape, gaussian, (rows, actions, random) => {
      const drawn = new Float32Array(actions.length);
      distribution.draw(rows, random!, drawn);
      scale.toEnvironment(drawn.map(tanh), actions as Float32Array);
    });
  const scaled = scale !== undefined;
  const rewardUnit = () => rewards?.deviation ?? 1;
  return new Evaluator({
    ...{ shape, makeEnvironment, actors, drawing, scores, values, scaled, normalizer, rewardUnit },
  });
}

/** @throws FitError where the counts do not fit each other or the budget. */
export function requireCounts(
  { name: agent, configuration: settings, budget }: AgentSettings<ReplayConfiguration>,
): void {
  const { environments, trainEvery, learningStarts, bufferSize, batchSize } = settings;
  const { overlap, priorityExponent } = settings;
  requireFit(
    agent,
    trainEvery % environments === 0,
    `trainEvery must be a multiple of the ${environments} environments`,
    trainEvery,
  );
  requireFit(
    agent,
    learningStarts + (overlap ? trainEvery : 0) < budget,
    `learningStarts must be below the budget of ${budget} environment steps` +
      `${overlap ? ` by more than trainEvery (${trainEvery})` : ""}, else nothing is learned`,
    learningStarts,
  );
  requireFit(
    agent,
    !(overlap && priorityExponent > 0),
    "overlap must be false where transitions are drawn by priority, which each gradient step sets " +
      `(priorityExponent ${priorityExponent})`,
    overlap,
  );
  requireFit(
    agent,
    bufferSize >= batchSize,
    `bufferSize must be at least the batchSize of ${batchSize}`,
    bufferSize,
  );
  requireFit(
    agent,
    learningStarts > 0 || !(settings.normalizeObservations || settings.normalizeRewards),
    "learningStarts must be above 0 to measure observations or rewards that are normalised",
    learningStarts,
  );
}

// Update programs.

/** The numbers of a transition that every update reads, and with priorities its weight. */
type TransitionColumns = Record<
  | "observations"
  | "actions"
  | "rewards"
  | "nextObservations"
  | "terminated"
  | "discounts"
  | "weights"
  | "nextMasks",
  InputSpec & readonly [unknown, "float32"]
>;

/**
 * A batch of transitions with Box actions as the inputs of an update: `weights` with priorities,
 * `nextMasks` [B, A] where actions are masked.
 */
export function transitionInputs(
  { batchSize: batch, priorityExponent }: ReplayConfiguration,
  { observationSize, flatActionSize, masked }: WorldSizes & Pick<WorldShape, "masked">,
): TransitionColumns {
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
    discounts: rows(),
    ...priorityExponent > 0 && { weights: rows() },
    ...masked && { nextMasks: rows(flatActionSize) },
  } as TransitionColumns;
}

/** Programs that return what the gradient step of a critic, or of action values, saw. */
interface ValueProgram {
  read(name: "value" | "errors" | "taken"): Promise<Float32Array>;
}

/** The part of the metrics about values: the loss, the mean absolute TD error, the mean value. */
export async function valueMetrics(program: ValueProgram): Promise<Metrics> {
  const [value] = await program.read("value");
  const errors = await program.read("errors");
  return {
    "losses/value": value,
    "losses/td_error": mean(errors.map(Math.abs)),
    "losses/action_value": mean(await program.read("taken")),
  };
}
