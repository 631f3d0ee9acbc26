/**
 * Greedy evaluation in lockstep over many environments, and the greedy action for one observation.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { givenActionMask } from "../../lab/core/action_mask.ts";
import { vectorOf } from "../../lab/core/batched.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type {
  ActOptions,
  EvaluationContext,
  PolicyFileOptions,
  Report,
} from "../../lab/core/trainer.ts";
import type { Vector } from "../../lab/core/vector.ts";
import type { RowStep } from "../../lab/compute/row_step.ts";
import type { Program, Tensors, Workspace } from "../../lab/compute/workspace.ts";
import {
  type ActionRows,
  actionRows,
  type ActionSpace,
  ActionTranslator,
  bestActions,
  maskLogits,
} from "../distributions/actions.ts";
import { standalone } from "../../lab/compute/compile/standalone.ts";
import { type NamedTensors, zeros } from "../../lab/core/tensor_data.ts";
import { encodePolicy } from "../policy.ts";
import { PARAMETERS } from "../../lab/core/base_trainer.ts";
import {
  EvaluatedEpisodes,
  longestOf,
  type TrainingSoFar,
  withoutProbabilities,
} from "./evaluated_episodes.ts";
import type { PolicyDistribution } from "../distributions/policy_distribution.ts";
import { requireFinite, requireObservation } from "../worlds/finite.ts";
import { LARGEST, type ObservationNormalizer } from "../worlds/normalizer.ts";
import { perBatch } from "./programs.ts";
import type { WorldShape } from "../worlds/world.ts";

/** Most environments of one evaluation. */
const WIDTH = 100;

/** Scores of the actions, [B, P], for observations [B, D]: distribution inputs or action values. */
export type Scores = (parameters: Tensors, observations: tf.Tensor) => tf.Tensor;

/**
 * What states are worth, [B], in the unit of the rewards that are learned from: V(s) of observations
 * [B, D], or Q(s, a) of them and the scores [B, P] where these are the actions.
 */
export type Values = (
  parameters: Tensors,
  observations: tf.Tensor,
  scores: tf.Tensor,
) => tf.Tensor;

/** A program from observations to scores. */
export type ScoreProgram = Program<
  { readonly observations: readonly [readonly number[], "float32"] },
  never,
  "scores"
>;

/**
 * Compiles `scores`, or any function of observations, for batches of `batch` of them.
 *
 * @param options `onHost`: computed beside the environments where the backend is a GPU; default true.
 *   `state`: the group of the parameters.
 */
export function compileScores(
  workspace: Workspace,
  name: string,
  batch: number,
  observationSize: number,
  scores: Scores,
  { onHost = true, state: group = PARAMETERS }: {
    readonly onHost?: boolean;
    readonly state?: string;
  } = {},
): ScoreProgram {
  return workspace.compile(
    {
      name,
      inputs: { observations: [[batch, observationSize], "float32"] },
      state: [group],
      ...onHost && { placement: "host" },
    },
    ({ input, state }) => ({ outputs: { scores: scores(state[group], input.observations) } }),
  );
}

/** Chooses the actions of N environments in lockstep. */
export interface Actor {
  /**
   * The actions for `observations`.
   *
   * @param observations [N, D].
   * @param started [N], 1 where the observation is an episode's first.
   * @param actions Out: [N, K].
   * @param masks [N, A], 1 for each action that may be chosen; undefined: all may.
   * @param random Given: actions are drawn by it, in place of the best ones.
   */
  act(
    observations: Float32Array,
    started: Uint8Array,
    actions: ActionRows,
    masks?: Uint8Array,
    random?: Generator,
  ): Promise<void>;
}

/** Writes actions [N, K] for scores [N, P]; `random` is given where they are to be drawn. */
export type Choice = (scores: Float32Array, actions: ActionRows, random?: Generator) => void;

/** The best actions by the distribution inputs, or draws from the distribution. */
export function choiceOf(space: ActionSpace, distribution: PolicyDistribution): Choice {
  return (inputs, actions, random) => {
    if (random === undefined) bestActions(space, inputs, actions);
    else distribution.draw(inputs, random, actions);
  };
}

/**
 * Actors without memory, by their number of environments: scores from a program, then `choose`.
 *
 * @param name Of the programs, before the number of environments.
 * @param choose By default the best ones, always.
 */
export function actorsOf(
  name: string,
  workspace: Workspace,
  { observationSize, actionSpace }: WorldShape,
  scores: Scores,
  choose: Choice = (scores, actions) => bestActions(actionSpace, scores, actions),
): (count: number) => Actor {
  return perBatch((count) => {
    const program = compileScores(workspace, `${name}/${count}`, count, observationSize, scores);
    return {
      async act(observations, _started, actions, masks, random) {
        program.input.observations.set(observations);
        program.run();
        choose(maskLogits(await program.read("scores"), masks), actions, random);
      },
    };
  });
}

/** The greedy policy of an agent with memory: one step from observations [B, D] and memory [B, M]. */
export interface RecurrentPolicy {
  /** M; 0 in all of it where an episode starts. */
  readonly memorySize: number;
  step(parameters: Tensors, observations: tf.Tensor, memory: tf.Tensor): {
    readonly scores: tf.Tensor;
    readonly memory: tf.Tensor;
    /** V(s), [B]; left out: the agent has no critic. */
    readonly values?: tf.Tensor;
  };
}

/** The greedy policy of any agent. */
interface ChosenBy {
  readonly memorySize: number;
  step(
    parameters: Tensors,
    observations: tf.Tensor,
    memory: tf.Tensor,
  ): Partial<ReturnType<RecurrentPolicy["step"]>> & { readonly scores: tf.Tensor };
}

/** What an {@linkcode Evaluator} is made from. */
export interface EvaluatorOptions {
  readonly shape: WorldShape;
  readonly makeEnvironment: () => Environment;
  /** The greedy policy for a number of environments. */
  readonly actors: (count: number) => Actor;
  /** Those that draw from the policy; left out: it has no probabilities. */
  readonly drawing?: (count: number) => Actor;
  /** What `actors` choose the best of: a policy file is made of it. */
  readonly scores?: Scores | RecurrentPolicy;
  /** The critic of a policy without memory, for policy files that value; left out: it has none. */
  readonly values?: Values;
  /** What a reward of 1 that is learned from is in the world's own unit; default 1, always. */
  readonly rewardUnit?: () => number;
  /** Whether `scores` lie in [−1, 1] and stand for the actions between a Box's bounds. */
  readonly scaled?: boolean;
  /** Observations are normalised by its moments, which stay as they are. */
  readonly normalizer?: ObservationNormalizer;
  /** Steps after which an episode counts as it stands; default: see {@linkcode longestOf}. */
  readonly longest?: number;
}

/** A policy without memory. */
export interface EvaluatedPolicy {
  /** Distribution inputs [B, P] of observations [B, D]. */
  readonly policy: Scores;
  readonly distribution: PolicyDistribution;
  /** Its critic, where it has one. */
  readonly values?: Values;
}

/**
 * What an {@linkcode Evaluator} needs of such a policy: actors that take the best action or draw one.
 *
 * @param agent Stands in the names of programs.
 */
export function policyActors(
  agent: string,
  workspace: Workspace,
  shape: WorldShape,
  { policy, distribution, values }: EvaluatedPolicy,
): Pick<EvaluatorOptions, "actors" | "drawing" | "scores" | "values"> {
  const choose = choiceOf(shape.actionSpace, distribution);
  const actors = actorsOf(`${agent}/act`, workspace, shape, policy, choose);
  return { actors, drawing: actors, scores: policy, values };
}

/** Measures the policy of an agent's parameters. */
export class Evaluator {
  #vector: Vector | undefined;
  /** The vector before its first episode, where it can be kept. */
  #asNew: Json | undefined;
  /** Has what a vector does not say. */
  #world: Environment | undefined;

  constructor(private readonly options: EvaluatorOptions) {}

  /**
   * Plays `episodes` whole episodes (default 100) with the best-scored action, or with draws. Each environment
   * plays a share fixed in advance, so that short episodes do not count more than long ones. The
   * environments are the evaluation's own, seeded from `random`.
   *
   * @param training Given: a warning where no goal was ever reached.
   * @throws InputError where actions are to be drawn and the policy has no probabilities.
   * @throws LabError where a reward or an observation is not finite.
   */
  async evaluate(
    { random, episodes = 100, stochastic = false }: EvaluationContext,
    training?: TrainingSoFar,
  ): Promise<Report> {
    const count = Math.min(episodes, WIDTH);
    const { shape: { actionSpace, masked } } = this.options;
    this.#world ??= this.options.makeEnvironment();
    const { longest = longestOf(this.#world) } = this.options;
    const actors = stochastic ? this.options.drawing : this.options.actors;
    if (actors === undefined) throw withoutProbabilities();
    const actor = actors(count);
    const draws = stochastic ? random : undefined;
    const translator = new ActionTranslator(actionSpace, count);
    const vector = this.#environments(count);
    const seeds = Array.from({ length: count }, () => random.integers(2 ** 32));
    const observations = vector.reset({ seeds }).slice();
    requireFinite(vector.id, "observations", observations, "evaluate");
    const started = new Uint8Array(count).fill(1);

    const left = Int32Array.from({ length: count }, (_, n) => Math.ceil((episodes - n) / count));
    const episodeReturn = new Float64Array(count);
    const episodeLength = new Float64Array(count);
    const actions = actionRows(actionSpace, count);
    const evaluated = new EvaluatedEpisodes();
    while (evaluated.count < episodes) {
      this.options.normalizer?.normalize(observations, observations);
      const masks = masked ? vector.actionMasks!() : undefined;
      await actor.act(observations, started, actions, masks, draws);
      const step = vector.step(translator.translate(actions));
      requireFinite(vector.id, "rewards", step.rewards, "evaluate");
      requireFinite(vector.id, "observations", step.observations, "evaluate");
      observations.set(step.observations);
      started.set(step.started);
      const cut = new Uint8Array(count);
      for (let n = 0; n < count; n++) {
        if (left[n] === 0) continue;
        episodeReturn[n] += step.rewards[n];
        episodeLength[n] += 1;
        const ended = step.terminated[n] || step.truncated[n];
        if (!ended && episodeLength[n] < longest) continue;
        if (!ended) cut[n] = started[n] = 1;
        const end = step.terminated[n] ? "terminated" : ended ? "truncated" : "cut";
        const [length, lastReward] = [episodeLength[n], step.rewards[n]];
        evaluated.add({ episodeReturn: episodeReturn[n], length, end, lastReward });
        episodeReturn[n] = 0;
        episodeLength[n] = 0;
        left[n] -= 1;
      }
      if (cut.includes(1)) observations.set(vector.reset({ mask: cut }));
    }
    return evaluated.report(longest, this.#world, training);
  }

  /**
   * The best action for one observation of the environment, or one that is drawn.
   *
   * @throws InputError where it is to be drawn and the policy has no probabilities.
   */
  async act(
    observation: unknown,
    { started = true, actionMask, random }: ActOptions = {},
  ): Promise<unknown> {
    const actors = random === undefined ? this.options.actors : this.options.drawing;
    if (actors === undefined) throw withoutProbabilities();
    const { shape: { observationSpace, observationSize, actionSpace }, normalizer } = this.options;
    requireObservation(observationSpace, observation);
    const flat = new Float32Array(observationSize);
    observationSpace.flatten(observation, flat);
    normalizer?.normalize(flat, flat);
    const actions = actionRows(actionSpace, 1);
    const masks = this.#masks(actionMask);
    await actors(1).act(flat, Uint8Array.of(started ? 1 : 0), actions, masks, random);
    return new ActionTranslator(actionSpace, 1).first(actions);
  }

  #masks(given: ArrayLike<number> | undefined): Uint8Array | undefined {
    const { actionSpace, masked } = this.options.shape;
    if (!masked || given === undefined) return undefined;
    return givenActionMask("the world of this policy", actionSpace, given);
  }

  /**
   * The greedy policy of `parameters` as a file: see `agents/policy.ts`.
   *
   * @param options `withValue`: with its critic, where there is one.
   * @throws InputError where the agent does not say what it chooses by.
   */
  export(
    parameters: NamedTensors,
    about: Readonly<Record<string, string>>,
    { withValue = false }: PolicyFileOptions = {},
  ): Uint8Array<ArrayBuffer> {
    const { shape, scaled, normalizer, rewardUnit } = this.options;
    const { memorySize, step } = this.#chosenBy();
    const groups: Readonly<Record<string, NamedTensors>> = {
      [PARAMETERS]: parameters,
      ...memorySize > 0 && { memory: { row: zeros([1, memorySize], "float32") } },
    };
    const machine = standalone(
      { name: "policy", inputs: { observations: [[1, shape.observationSize], "float32"] } },
      groups,
      ({ input: { observations }, state }) => {
        const next = step(state[PARAMETERS], observations, state.memory?.row);
        const { scores, memory: row, values } = next;
        const outputs: Tensors = { scores, ...withValue && values && { value: values } };
        return { outputs, ...row && { state: { memory: { row } } } };
      },
    );
    const valueUnit = rewardUnit?.();
    return encodePolicy({ ...shape, machine, scaled, normalizer, valueUnit }, about);
  }

  /**
   * The greedy policy of `parameters` as a function of observations as the world shows them; one with
   * memory takes it and gives the next one.
   *
   * @throws InputError where the agent does not say what it chooses by.
   */
  rowStep(parameters: NamedTensors): RowStep {
    const { shape, normalizer, scaled = false } = this.options;
    const { observationSize, observationSpace, actionSpace } = shape;
    const { memorySize, step } = this.#chosenBy();
    return {
      name: "policy",
      about: {
        observation_space: `${observationSpace}`,
        action_space: `${actionSpace}`,
        scaled: `${scaled}`,
      },
      state: { [PARAMETERS]: parameters, ...normalizer && { moments: normalizer.tensors } },
      inputs: (rows) => ({
        observations: [[rows, observationSize], "float32"],
        ...memorySize > 0 && { memory: [[rows, memorySize], "float32"] },
      }),
      step: ({ input: { observations, memory }, state }): Tensors => {
        const seen = normalizer === undefined
          ? observations
          : normalizedBy(state.moments, observations);
        const { scores: all, memory: next } = step(state[PARAMETERS], seen, memory);
        // Of measured actions what follows them says how they are drawn.
        const scores = actionSpace.kind === "box"
          ? tf.slice(all, [0, 0], [-1, actionSpace.flatSize])
          : all;
        return { scores, ...next && { next_memory: next } };
      },
    };
  }

  /** One without memory as one whose rows of memory have no elements, and are not there. */
  #chosenBy(): ChosenBy {
    const { scores: scoresOf, values: valuesOf } = this.options;
    if (typeof scoresOf === "function") {
      const step: ChosenBy["step"] = (parameters, seen) => {
        const scores = scoresOf(parameters, seen);
        return { scores, values: valuesOf?.(parameters, seen, scores) };
      };
      return { memorySize: 0, step };
    }
    if (scoresOf !== undefined) return scoresOf;
    throw new InputError("Cannot export the policy as the agent must say what it chooses by");
  }

  /** As new each time: what a world keeps over its episodes is then the same after a resume. */
  #environments(count: number): Vector {
    if (this.#vector?.count !== count) {
      this.#vector = vectorOf(this.options.makeEnvironment, count, {
        autoreset: "same-step",
      });
      this.#asNew = this.#vector.snapshot();
    } else if (this.#asNew !== undefined) {
      this.#vector.restore(this.#asNew);
    }
    return this.#vector;
  }
}

/** What the observation normaliser does, as tensors: its moments in float32. */
function normalizedBy({ mean, deviation }: Tensors, observations: tf.Tensor): tf.Tensor {
  return tf.clipByValue(tf.div(tf.sub(observations, mean), deviation), -LARGEST, LARGEST);
}
