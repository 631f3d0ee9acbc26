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
 *   K − 1 updates old, as it would be on K machines; with one actor nothing is old. With `overlap`
 *   an actor plays while the learner takes the gradient step on its last rollout, by the parameters
 *   before that step: K updates old, and the same to the bit.
 * - Policy and value network share no layer, and there is no recurrent one.
 * - An episode that a time limit cut bootstraps from the value of its final observation.
 * - The mean over the rollout in place of the sum, and so gradients clipped at another norm; rewards
 *   are not clipped. Adam in place of RMSProp by default (`optimizer`).
 * - Actions are discrete, multi-discrete or continuous (Gaussian with a learned standard deviation
 *   that does not depend on the state).
 *
 * @module
 */
import * as z from "zod";
import { count, WIDEST } from "../lab/compute/sizes.ts";
import { exp } from "../lab/core/elementary.ts";
import { PARAMETERS, type Resumable, type ResumableRows } from "../lab/core/base_trainer.ts";
import type { Metrics } from "../lab/core/metrics.ts";
import { deriveSeed, type Generator } from "../lab/core/random.ts";
import { copyColumns } from "../lab/core/rows.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { belowPrefix, type NamedTensors, prefixed, tensorOf } from "../lab/core/tensor_data.ts";
import { mean } from "../lab/statistics/scores.ts";
import { compileUpdate, ITERATION, optimizerFields, optimizerOf } from "./a2c.ts";
import { type AgentContext, defineAgent, type ProgramContext, requireFit } from "./define_agent.ts";
import { maskedLogits } from "./distributions/categorical.ts";
import { distributionKinds } from "./distributions/mod.ts";
import type { PolicyDistribution } from "./distributions/policy_distribution.ts";
import { withDefaults } from "./fields.ts";
import { Rollout } from "./memory/rollout.ts";
import { RolloutValues } from "./memory/rollout_values.ts";
import { ACTING, actingGroup, trainMeanwhile } from "./networks/acting.ts";
import { type ActorCritic, actorCritic } from "./networks/actor_critic.ts";
import { divergenceEstimate } from "./returns/importance_sampling.ts";
import { vtrace } from "./returns/off_policy.ts";
import { compileScores, type ScoreProgram } from "./trainers/evaluation.ts";
import {
  actorCriticFields,
  batchInputs,
  lossMetrics,
  onPolicyFields,
  OnPolicyTrainer,
  onPolicyWorld,
} from "./trainers/on_policy_trainer.ts";
import { perBatch } from "./trainers/programs.ts";
import { meanMetrics } from "./worlds/episodes.ts";
import type { World, WorldShape } from "./worlds/world.ts";

// Configuration. Defaults are those of the paper's Atari runs where nothing else is said.

const configuration = z.strictObject({
  ...withDefaults(actorCriticFields, {
    learningRate: 6e-4,
    annealLearningRate: true,
    entropyCoefficient: 0.01,
    valueCoefficient: 0.25,
  }, {
    valueCoefficient: "Weight of mean((V − v)²) (0.25: the paper's 0.5 of half the square)",
    environments: "Environments N of each actor, whose rollouts make an update (32 in the paper)",
    maximumGradientNorm:
      "Longer gradients are scaled down to this global norm (40 for the paper's sums)",
  }),
  ...withDefaults(optimizerFields, { optimizer: "adam" }, {
    optimizer: "Rule of the update (adam: RLlib; rmsprop-tensorflow: the paper)",
    optimizerEpsilon: "ε of the optimizer (Stable-Baselines3's A2C; 0.01 for the paper's sums)",
  }),
  rolloutLength: withDefaults(onPolicyFields, { rolloutLength: 20 }).rolloutLength,
  actors: count(1, WIDEST).default(4).meta({
    description: "Actors K that play in turn: the policy that acted is K − 1 updates old",
  }),
  overlap: z.boolean().optional().meta({
    description: "Play while the gradient step is taken, by the parameters before it; left out: " +
      "in turn",
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
});

/** The fields of {@linkcode impala}. */
type ImpalaConfiguration = z.output<typeof configuration>;

// Actors.

/** Environments, and what was played in them before the learner comes. */
interface Actor {
  readonly world: World;
  readonly rollout: Rollout;
  /** [N, D]: the observations after it. */
  readonly following: Float32Array;
  /** Transitions of the rollout that wait for the learner. */
  waiting: number;
}

/** Actors that play in turn: their worlds are the trainer's, their rollouts wait for the learner. */
class ActorPool implements Resumable {
  readonly shape: WorldShape;
  readonly episodes: { readonly highestReturn: number; metrics(): Metrics };
  readonly #actors: readonly Actor[];
  /** Whose rollout is learned from next. */
  #turn = 0;

  constructor(context: AgentContext<ImpalaConfiguration>) {
    const { actors, environments, rolloutLength } = context.configuration;
    this.#actors = Array.from({ length: actors }, (_, k) => {
      const world = onPolicyWorld({ ...context, seed: deriveSeed(context.seed, `actor/${k}`) });
      return {
        world,
        rollout: new Rollout(rolloutLength, environments, world.shape),
        following: world.observations.slice(),
        waiting: 0,
      };
    });
    const windows = this.#actors.map(({ world }) => world.episodes);
    this.shape = this.#actors[0].world.shape;
    this.episodes = {
      get highestReturn() {
        return Math.max(...windows.map(({ highestReturn }) => highestReturn));
      },
      metrics: () => meanMetrics(windows.map((window) => window.metrics())),
    };
  }

  /** A rollout, for its shape. */
  get rollout(): Rollout {
    return this.#actors[0].rollout;
  }

  /** Every actor whose rollout was learned from plays the next one, as long as the budget lasts. */
  async play(
    act: ScoreProgram,
    distribution: PolicyDistribution,
    random: Generator,
    remaining: number,
  ): Promise<void> {
    for (let k = 0; k < this.#actors.length; k++) {
      const actor = this.#actors[(this.#turn + k) % this.#actors.length];
      if (actor.waiting > 0) continue;
      const { rollout, world } = actor;
      const left = remaining - this.#actors.reduce((sum, { waiting }) => sum + waiting, 0);
      const length = Math.min(rollout.length, Math.ceil(left / rollout.environments));
      if (length <= 0) break;
      await rollout.collect(world, act, distribution, random, length);
      actor.following.set(world.observations);
      actor.waiting = length * rollout.environments;
    }
  }

  /** The rollout that has waited longest; the next `play` overwrites it. */
  take(): PlayedRollout {
    const actor = this.#actors[this.#turn];
    this.#turn = (this.#turn + 1) % this.#actors.length;
    const { rollout, following, waiting: transitions } = actor;
    actor.waiting = 0;
    return { rollout, following, transitions };
  }

  snapshot(): Json {
    return this.#actors.map(({ world }) => world.snapshot());
  }

  restore(worlds: Json): void {
    this.#actors.forEach(({ world }, k) => world.restore((worlds as Json[])[k]));
  }

  /** The rollouts that wait. */
  readonly rollouts: ResumableRows = {
    snapshot: () => ({
      tensors: Object.assign(
        {},
        ...this.#actors.map(({ rollout, following, waiting }, k) => {
          const after = tensorOf(following.slice(), [following.length]);
          return prefixed({ ...rollout.snapshot(waiting), following: after }, `${k}/`);
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

/** A rollout that a policy of some updates ago played. */
interface PlayedRollout {
  readonly rollout: Rollout;
  /** [N, D]: the observations after it. */
  readonly following: Float32Array;
  readonly transitions: number;
}

/** The same, and how many environment steps remain to be played or wait after it. */
interface Batch extends PlayedRollout {
  readonly remaining: number;
}

// Learner.

/** Compiles ln π(a|s) of `batch` transitions under the policy as it is. */
function compileLogProbabilities(
  { name, workspace }: ProgramContext<ImpalaConfiguration>,
  shape: WorldShape,
  { policy, distribution }: ActorCritic,
  batch: number,
) {
  return workspace.compile(
    { name: `${name}/log-probabilities`, inputs: batchInputs(shape, batch), state: [PARAMETERS] },
    ({ input, state }) => {
      const inputs = maskedLogits(policy(state[PARAMETERS], input.observations), input.masks);
      const { logProbability } = distribution.terms(inputs, input.actions);
      return { outputs: { logProbability } };
    },
  );
}

/** Actor-learner with V-trace. */
export const impala = defineAgent({
  name: "impala",
  summary: "IMPALA: actors with older policies, one learner that corrects for it by V-trace",
  takes: { actions: distributionKinds, body: true },
  configuration,
  requires({ name, configuration: { clipC, clipRho } }) {
    requireFit(
      name,
      clipC <= clipRho,
      `clipC must be at most clipRho, which is ${clipRho}`,
      clipC,
    );
  },
  trainer(context) {
    const { name, configuration: settings, workspace, stream } = context;
    const { gamma, correction, clipRho, clipC, vtraceLambda: lambda, overlap } = settings;
    const pool = new ActorPool(context);
    const random = stream("actors");
    const { shape, rollout: { environments, observationSize, size } } = pool;
    const networks = actorCritic(shape, settings, context.body);
    const { policy, distribution } = networks;
    const act = compileScores(workspace, `${name}/act`, environments, observationSize, policy, {
      state: actingGroup(settings),
    });
    const logProbabilities = compileLogProbabilities(context, shape, networks, size);
    const rolloutValues = new RolloutValues(name, workspace, pool.rollout, networks.values);
    /** Of one batch size, and of another for a shortened rollout. */
    const updates = perBatch((batch) => compileUpdate(context, shape, networks, batch));

    /** ln π/μ of the actions, by the policy as it is and the one that acted. */
    const logRatiosOf = async ({ rollout, transitions }: PlayedRollout): Promise<Float64Array> => {
      copyColumns(rollout, logProbabilities.input);
      logProbabilities.run();
      const target = await logProbabilities.read("logProbability");
      return rollout.logProbabilities.subarray(0, transitions)
        .map((logProbability, i) => target[i] - logProbability);
    };

    return new OnPolicyTrainer<Batch>(context, {
      world: pool,
      evaluated: networks,
      parameters: networks.initialParameters(stream("initial-weights")),
      optimizer: optimizerOf(settings),
      resumables: { actors: random },
      replay: pool.rollouts,
      iterationSteps: ITERATION,
      async collect(remaining) {
        if (overlap) workspace.copy(PARAMETERS, ACTING);
        await pool.play(act, distribution, random, remaining);
        const played = pool.take();
        return { ...played, remaining: remaining - played.transitions };
      },
      async learn(batch, { step }) {
        const { rollout, following, transitions } = batch;
        const logRatios = await logRatiosOf(batch);
        const ratios = logRatios.map(exp);
        const { values, nextValues } = await rolloutValues.of(transitions, following, rollout);
        const { valueTargets, advantages } = vtrace(
          {
            ...rollout.columns(transitions, values, nextValues),
            ratios: correction === "vtrace" ? ratios : new Float64Array(transitions).fill(1),
          },
          { gamma, lambda, clipRho, clipC },
        );
        const update = updates(transitions);
        copyColumns({ ...rollout, advantages, returns: valueTargets }, update.input);
        const take = () => step(update, transitions);
        if (overlap) {
          const ended = trainMeanwhile(workspace, take);
          await pool.play(act, distribution, random, batch.remaining);
          ended();
        } else take();
        return async () => ({
          ...await lossMetrics(update, values, valueTargets),
          "losses/approximate_kl": mean(logRatios.map(divergenceEstimate)),
          "losses/clip_fraction": mean(ratios.map((rho) => rho > clipRho ? 1 : 0)),
        });
      },
    });
  },
});
