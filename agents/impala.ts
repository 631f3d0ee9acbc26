/**
 * IMPALA: actors play with copies of the policy that are some updates old, one learner takes their
 * rollouts in turn and corrects for the policy's age with V-trace.
 *
 * Espeholt, Soyer, Munos, Simonyan, Mnih, Ward, Doron, Firoiu, Harley, Dunning, Legg, Kavukcuoglu,
 * "IMPALA: Scalable Distributed Deep-RL with Importance Weighted Actor-Learner Architectures" (2018,
 * arXiv 1802.01561): the V-trace targets (equation 1), and the gradients of value, policy and
 * entropy of section 4.2.
 *
 * Differs from the paper:
 * - Actors and learner take turns in one thread, so that a run is the same to the bit: an actor
 *   plays its rollout right after the learner has taken its last one, and the learner comes back to
 *   it when it has learned from all others. With K actors of one speed the policy that acted is
 *   K − 1 updates old, as it would be on K machines; with one actor nothing is old.
 * - Policy and value network share no layer, and there is no recurrent one.
 * - An episode that a time limit cut bootstraps from the value of its final observation.
 * - The mean over the rollout in place of the sum; rewards are not clipped.
 * - Actions are discrete, multi-discrete or continuous (Gaussian with a learned standard deviation
 *   that does not depend on the state).
 *
 * @module
 */
import * as z from "zod";
import type { Environment } from "../lab/core/environment.ts";
import { InputError } from "../lab/core/errors.ts";
import type { Metrics } from "../lab/core/metrics.ts";
import { deriveSeed } from "../lab/core/random.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { belowPrefix, type NamedTensors } from "../lab/core/tensor_data.ts";
import type { Report } from "../lab/core/trainer.ts";
import type { AgentDefinition, TrainerContext } from "../lab/compute/definitions.ts";
import { activationNames } from "../lab/compute/networks.ts";
import { constant, linear, type Schedule } from "../lab/compute/schedules.ts";
import { actionInput, type ActionRows } from "./distributions/actions.ts";
import {
  policyOutputs,
  policyParameters,
  stateValues,
  valueParameters,
} from "./networks/actor_critic.ts";
import { explainedVariance, meanAndDeviation } from "./returns/advantages.ts";
import { AgentTrainer } from "./trainers/agent_trainer.ts";
import { PARAMETERS } from "../lab/core/base_trainer.ts";
import { meanMetrics } from "./worlds/episodes.ts";
import {
  compileScores,
  Evaluator,
  greedyActors,
  type ScoreProgram,
  type Scores,
} from "./trainers/evaluation.ts";
import { importanceRatio } from "./returns/importance_sampling.ts";
import { vtrace } from "./returns/off_policy.ts";
import {
  distributionKinds,
  type PolicyDistribution,
  policyDistribution,
} from "./distributions/policy_distribution.ts";
import { compilePolicyGradientStep, lossMetrics, optimizerOf } from "./trainers/policy_gradient.ts";
import { perBatch } from "./trainers/programs.ts";
import { Rollout } from "./memory/rollout.ts";
import { RolloutValues } from "./memory/rollout_values.ts";
import { World, type WorldShape } from "./worlds/world.ts";

// Configuration. Defaults are those of the paper's Atari runs where nothing else is said.

const configuration = z.strictObject({
  actors: z.int().min(1).default(4).meta({
    description: "Actors K that play in turn: the policy that acted is K − 1 updates old",
  }),
  environments: z.int().min(1).default(8).meta({
    description: "Environments N of each actor, whose rollouts make an update (32 in the paper)",
  }),
  rolloutLength: z.int().min(1).default(20).meta({
    description: "Steps n of each environment before an update",
    unit: "environment steps",
  }),
  correction: z.enum(["vtrace", "none"]).default("vtrace").meta({
    description: "What corrects for the policy's age; none takes the rollouts for its own",
  }),
  clipRho: z.number().positive().default(1).meta({
    description: "ρ̄: which policy is valued; great values trust the ratio π/μ",
  }),
  clipC: z.number().positive().default(1).meta({
    description: "c̄: how far back a difference reaches; at most ρ̄",
  }),
  vtraceLambda: z.number().min(0).max(1).default(1).meta({
    description: "λ of the traces: 0 looks one step ahead",
  }),
  optimizer: z.enum(["rmsprop", "adam"]).default("adam").meta({
    description: "Rule of the update (RLlib; RMSProp in the paper, with ε inside the root)",
  }),
  learningRate: z.number().positive().default(6e-4).meta({ description: "Step size" }),
  annealLearningRate: z.boolean().default(true).meta({
    description: "Lower the learning rate linearly to 0 over the budget",
  }),
  optimizerEpsilon: z.number().positive().default(1e-5).meta({
    description: "ε of the optimizer (Stable-Baselines3's A2C; 0.01 for the paper's sums)",
  }),
  rmspropDecay: z.number().min(0).lt(1).default(0.99).meta({
    description: "Decay of RMSProp's mean square; Adam does not use it",
  }),
  gamma: z.number().min(0).max(1).default(0.99).meta({ description: "Discount γ" }),
  valueCoefficient: z.number().min(0).default(0.5).meta({
    description: "Weight of the value loss",
  }),
  entropyCoefficient: z.number().min(0).default(0.01).meta({
    description: "Weight of the entropy bonus",
  }),
  maximumGradientNorm: z.number().positive().default(0.5).meta({
    description: "Longer gradients are scaled down to this global norm (40 for the paper's sums)",
  }),
  hiddenSizes: z.array(z.int().min(1)).default([64, 64]).meta({
    description: "Widths of the hidden layers of each network",
  }),
  activation: z.enum(activationNames).default("tanh").meta({
    description: "Activation of the hidden layers",
  }),
});

/** The fields of {@linkcode impala}. */
export type ImpalaConfiguration = z.output<typeof configuration>;

type Context = TrainerContext<ImpalaConfiguration> & { makeEnvironment(): Environment };

// Programs.

/** Compiles ln π(a|s) of `batch` transitions under the policy as it is now. */
function compileLogProbabilities(
  { configuration: { activation }, workspace }: Context,
  { observationSize, actionSpace }: WorldShape,
  distribution: PolicyDistribution,
  batch: number,
) {
  return workspace.compile(
    {
      name: "impala/log-probabilities",
      inputs: {
        observations: [[batch, observationSize], "float32"],
        actions: actionInput(actionSpace, batch),
      },
      state: [PARAMETERS],
    },
    ({ input, state }) => {
      const outputs = policyOutputs(state[PARAMETERS], input.observations, activation);
      const rows = distribution.rows(state[PARAMETERS], outputs);
      const { logProbability } = distribution.terms(rows, input.actions);
      return { outputs: { logProbability } };
    },
  );
}

// Trainer.

/** Environment steps of one iteration, so that it takes a tenth of a second and not a thousandth. */
const ITERATION = 512;

/** Environments, and what was played in them before the learner comes. */
interface Actor {
  readonly world: World;
  readonly rollout: Rollout;
  /** [N, D]: the observations after it. */
  readonly following: Float32Array;
  /** Rows of the rollout that wait for the learner. */
  waiting: number;
}

/** One gradient step and what it was made from. */
interface Learned {
  readonly update: ReturnType<typeof compilePolicyGradientStep>;
  readonly ratios: Float64Array;
  readonly values: Float64Array;
  readonly valueTargets: Float64Array;
  readonly learningRate: number;
}

class ImpalaTrainer extends AgentTrainer {
  protected readonly parts;
  protected readonly evaluator: Evaluator;
  readonly #actors: readonly Actor[];
  /** Whose rollout is learned from next. */
  #turn = 0;
  readonly #distribution: PolicyDistribution;
  readonly #act: ScoreProgram;
  readonly #logProbabilities: ReturnType<typeof compileLogProbabilities>;
  readonly #values: RolloutValues;
  /** Of one batch size, and of another for a shortened rollout. */
  readonly #update: (batch: number) => ReturnType<typeof compilePolicyGradientStep>;
  readonly #learningRate: Schedule;

  constructor(private readonly context: Context) {
    super(context.budget);
    requireOrder(context.configuration);
    const { configuration: settings, workspace, seed, stream, makeEnvironment } = context;
    const { actors, environments, rolloutLength, hiddenSizes, activation } = settings;
    this.#actors = Array.from({ length: actors }, (_, k) => {
      const own = { seed: deriveSeed(seed, `actor/${k}`), makeEnvironment };
      const world = new World("impala", own, environments, {
        actions: distributionKinds,
      });
      return {
        world,
        rollout: new Rollout(rolloutLength, environments, world.shape),
        following: new Float32Array(environments * world.shape.observationSize),
        waiting: 0,
      };
    });
    const { world: { shape }, rollout } = this.#actors[0];
    const distribution = policyDistribution(shape.actionSpace);
    const policy: Scores = (parameters, x) =>
      distribution.rows(parameters, policyOutputs(parameters, x, activation));
    const values: Scores = (parameters, x) => stateValues(parameters, x, activation);

    const weights = stream("initial-weights");
    const parameters = {
      ...policyParameters(weights, shape.observationSize, distribution.outputSize, hiddenSizes),
      ...distribution.initialParameters(),
      ...valueParameters(weights, shape.observationSize, hiddenSizes),
    };
    workspace.define(PARAMETERS, parameters);
    workspace.define("optimizer", optimizerOf(settings).initialState(parameters));

    const rows = rolloutLength * environments;
    this.#distribution = distribution;
    this.#act = compileScores(workspace, "impala/act", environments, shape.observationSize, policy);
    this.#logProbabilities = compileLogProbabilities(context, shape, distribution, rows);
    this.#values = new RolloutValues("impala", workspace, rollout, values);
    this.#update = perBatch((batch) =>
      compilePolicyGradientStep("impala", context, shape, distribution, batch)
    );
    this.evaluator = new Evaluator({
      shape,
      makeEnvironment,
      actors: greedyActors("impala", workspace, shape, policy),
      scores: policy,
    });
    const { learningRate, annealLearningRate } = settings;
    this.#learningRate = annealLearningRate ? linear(learningRate, 0) : constant(learningRate);
    this.parts = {
      name: "impala",
      workspace,
      groups: ["optimizer"],
      resumables: { actors: stream("actors"), world: this.#worlds() },
      replay: this.#rollouts(),
    };
  }

  /** Updates from about 512 environment steps together. */
  async iterate(): Promise<Report> {
    const until = this.progress.environmentSteps + ITERATION;
    let last: Learned;
    do last = await this.#learn(); while (this.progress.environmentSteps < until && this.spent < 1);
    this.progress.iterations += 1;
    const episodes = this.#actors.map(({ world }) => world.episodes.metrics());
    return { metrics: { ...meanMetrics(episodes), ...await this.#losses(last) } };
  }

  /** The gradient step on the rollout that has waited longest. */
  async #learn(): Promise<Learned> {
    await this.#play();
    const { gamma, correction, clipRho, clipC, vtraceLambda: lambda } = this.context.configuration;
    const learningRate = this.#learningRate(this.spent);
    const actor = this.#actors[this.#turn];
    const { rollout, following, waiting: rows } = actor;
    const observations = rollout.observations.subarray(0, rows * rollout.observationSize);
    const actions = rollout.actions.subarray(0, rows * rollout.actionSize);

    const behaviour = rollout.logProbabilities.subarray(0, rows);
    const ratios = await this.#ratios(observations, actions, behaviour);
    const { values, nextValues } = await this.#values.of(rows, following, rollout);
    const { valueTargets, advantages } = vtrace(
      {
        ...rollout.columns(rows, values, nextValues),
        ratios: correction === "vtrace" ? ratios : new Float64Array(rows).fill(1),
      },
      { gamma, lambda, clipRho, clipC },
    );
    const update = this.#update(rows);
    update.input.observations.set(observations);
    update.input.actions.set(actions);
    update.input.advantages.set(advantages);
    update.input.returns.set(valueTargets);
    update.scalar.learningRate = learningRate;
    update.run();

    actor.waiting = 0;
    this.#turn = (this.#turn + 1) % this.#actors.length;
    this.progress.environmentSteps += rows;
    this.progress.gradientSteps += 1;
    this.progress.examples += rows;
    return { update, ratios, values, valueTargets, learningRate };
  }

  /** Every actor whose rollout was learned from plays the next one, as long as the budget lasts. */
  async #play(): Promise<void> {
    const { environments, rolloutLength } = this.context.configuration;
    for (let k = 0; k < this.#actors.length; k++) {
      const actor = this.#actors[(this.#turn + k) % this.#actors.length];
      if (actor.waiting > 0) continue;
      const left = this.remaining - this.#actors.reduce((sum, { waiting }) => sum + waiting, 0);
      const length = Math.min(rolloutLength, Math.ceil(left / environments));
      if (length <= 0) break;
      await actor.rollout.collect(
        actor.world,
        this.#act,
        this.#distribution,
        this.parts.resumables.actors,
        length,
      );
      actor.following.set(actor.world.observations);
      actor.waiting = length * environments;
    }
  }

  /** π/μ of the actions, by the policy as it is now and the one that acted. */
  async #ratios(
    observations: Float32Array,
    actions: ActionRows,
    behaviour: Float64Array,
  ): Promise<Float64Array> {
    const program = this.#logProbabilities;
    program.input.observations.set(observations);
    program.input.actions.set(actions);
    program.run();
    const target = await program.read("logProbability");
    return behaviour.map((logProbability, i) => importanceRatio(target[i], logProbability));
  }

  /** What the last gradient step saw. */
  async #losses(
    { update, ratios, values, valueTargets, learningRate }: Learned,
  ): Promise<Metrics> {
    const { clipRho } = this.context.configuration;
    return {
      ...await lossMetrics(update),
      "losses/approximate_kl": meanAndDeviation(ratios.map((rho) => rho - 1 - Math.log(rho))).mean,
      "losses/clip_fraction": meanAndDeviation(ratios.map((rho) => rho > clipRho ? 1 : 0)).mean,
      "losses/explained_variance": explainedVariance(values, valueTargets),
      "schedule/learning_rate": learningRate,
    };
  }

  #worlds() {
    const actors = this.#actors;
    return {
      episodes: {
        get highestReturn() {
          return Math.max(...actors.map(({ world }) => world.episodes.highestReturn));
        },
      },
      snapshot: (): Json => actors.map(({ world }) => world.snapshot()),
      restore: (worlds: Json) =>
        (worlds as Json[]).forEach((world, k) => actors[k].world.restore(world)),
    };
  }

  #rollouts() {
    return {
      snapshot: () => ({
        tensors: Object.fromEntries(
          this.#actors.flatMap(({ rollout, following, waiting }, k) => {
            const values = following.slice();
            const after = { shape: [values.length], dtype: "float32", values } as const;
            return Object.entries({ ...rollout.snapshot(waiting), following: after })
              .map(([name, tensor]) => [`${k}/${name}`, tensor]);
          }),
        ),
        values: { turn: this.#turn, waiting: this.#actors.map(({ waiting }) => waiting) },
      }),
      restore: (tensors: NamedTensors, values: Json) => {
        const { turn, waiting } = values as { turn: number; waiting: number[] };
        this.#turn = turn;
        this.#actors.forEach((actor, k) => {
          const kept = belowPrefix(tensors, `${k}/`);
          actor.rollout.restore(kept);
          actor.following.set(kept.following.values);
          actor.waiting = waiting[k];
        });
      },
    };
  }
}

/** @throws InputError where c̄ is above ρ̄. */
function requireOrder({ clipRho, clipC }: ImpalaConfiguration): void {
  if (clipC <= clipRho) return;
  throw new InputError(
    `Cannot train impala as clipC must be at most clipRho, which is ${clipRho}: ${clipC}`,
  );
}

/** Actor-learner with V-trace. */
export const impala: AgentDefinition<ImpalaConfiguration> = {
  name: "impala",
  summary: "IMPALA: actors with older policies, one learner that corrects for it by V-trace",
  budgetUnit: "environmentSteps",
  takes: { actions: distributionKinds },
  configuration,
  // deno-lint-ignore require-await
  create: async (context) => new ImpalaTrainer(context),
};
