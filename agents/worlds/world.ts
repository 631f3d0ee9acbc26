/**
 * The environments that an agent trains in: a seeded vector with its episode window, flat
 * observations and, where it is asked for, running normalisation of observations and rewards.
 *
 * @module
 */
import { vectorOf } from "../../lab/core/batched.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { deriveSeed, type Seed } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { type Box, type Space, spaceNames } from "../../lab/core/space.ts";
import type { Vector, VectorStep } from "../../lab/core/vector.ts";
import { ActionScale } from "../distributions/action_scale.ts";
import { type ActionRows, type ActionSpace, ActionTranslator } from "../distributions/actions.ts";
import { EpisodeWindow } from "./episodes.ts";
import { requireFinite } from "./finite.ts";
import { inheritMoments, ObservationNormalizer, RewardNormalizer } from "./normalizer.ts";

/** The widths that an agent's networks must fit. */
export interface WorldSizes {
  /** Length D of a flat observation: a Box's size, a Discrete's n (one-hot). */
  readonly observationSize: number;
  /** Length of a flat action: the number A of a Discrete, Σ n_k of a MultiDiscrete, a Box's size. */
  readonly flatActionSize: number;
}

/** What an agent's networks must fit. */
export interface WorldShape extends WorldSizes {
  /** Observations enter networks in their flat form. */
  readonly observationSpace: Space;
  /** Where actions are chosen from. */
  readonly actionSpace: ActionSpace;
  /** Whether actions are chosen within the environment's masks. */
  readonly masked?: boolean;
}

/**
 * The shape of an environment.
 *
 * @param agent Named in the error.
 * @param kinds Kinds of actions that the agent can choose.
 * @param maskActions Whether it chooses within the environment's masks, where there are some.
 * @throws InputError for actions of other kinds, and for observations or actions without numbers.
 */
export function worldShape(
  agent: string,
  environment:
    & Pick<Environment, "id" | "observationSpace" | "actionSpace" | "actionMask">
    & Pick<Partial<Vector>, "actionMasks">,
  kinds: readonly ActionSpace["kind"][],
  maskActions = false,
): WorldShape {
  const { observationSpace, actionSpace } = environment;
  if (!(kinds as readonly string[]).includes(actionSpace.kind)) {
    throw new InputError(
      `Cannot train ${agent} in ${environment.id} as it takes ` +
        `${kinds.map((kind) => spaceNames[kind]).join(" or ")} actions: ${actionSpace}`,
    );
  }
  for (
    const [what, space] of [["observations", observationSpace], ["actions", actionSpace]] as const
  ) {
    if (space.flatSize > 0) continue;
    throw new InputError(
      `Cannot train ${agent} in ${environment.id} as its ${what} must have a number at least: ${space}`,
    );
  }
  return {
    observationSpace,
    observationSize: observationSpace.flatSize,
    actionSpace: actionSpace as ActionSpace,
    flatActionSize: actionSpace.flatSize,
    masked: maskActions && (environment.actionMask ?? environment.actionMasks) !== undefined,
  };
}

/** The seed of training environment `index` of a run. */
export function environmentSeed(seed: Seed, index: number): number {
  return deriveSeed(seed, `environment/${index}`);
}

/** What a world does beside stepping. */
export interface WorldOptions {
  /** Kinds of actions that the agent can choose; Discrete by default. */
  readonly actions?: readonly ActionSpace["kind"][];
  /** Show observations normalised by their running moments. */
  readonly normalizeObservations?: boolean;
  /** Scale rewards by the deviation of returns discounted with this γ. */
  readonly normalizeRewards?: false | { readonly gamma: number };
  /** Choose within the environment's action masks, where it has them. */
  readonly maskActions?: boolean;
  /** `step` takes the actions of a Box in [−1, 1]; its bounds must be finite. */
  readonly scaleActions?: boolean;
}

/** N training environments in lockstep, with same-step autoreset, and their episodes. */
export class World {
  readonly vector: Vector;
  readonly episodes: EpisodeWindow;
  readonly shape: WorldShape;
  /** Frozen copies of it go into evaluation. */
  readonly normalizer: ObservationNormalizer | undefined;
  /** Between [−1, 1] and the environment's unit, where `step` takes scaled actions. */
  readonly scale: ActionScale | undefined;
  /** Whether `restore` could not go on with the episodes and began new ones. */
  beganAnew = false;
  readonly #rewardNormalizer: RewardNormalizer | undefined;
  readonly #translator: ActionTranslator;
  /** What `observations` and `step` return where something is normalised. */
  readonly #shown: Pick<VectorStep, "observations" | "finalObservations" | "rewards"> | undefined;

  /**
   * Makes and seeds the environments.
   *
   * @throws InputError where the spaces do not fit (see {@linkcode worldShape}).
   */
  constructor(
    agent: string,
    context: { readonly seed: Seed; makeEnvironment(): Environment },
    environments: number,
    options: WorldOptions = {},
  ) {
    const { actions = ["discrete"], normalizeObservations, normalizeRewards } = options;
    this.vector = vectorOf(context.makeEnvironment, environments, { autoreset: "same-step" });
    this.shape = worldShape(agent, this.vector, actions, options.maskActions);
    this.episodes = new EpisodeWindow(environments);
    const { observationSize, actionSpace } = this.shape;
    this.#translator = new ActionTranslator(actionSpace, environments);
    if (options.scaleActions) {
      this.scale = new ActionScale(agent, this.vector.id, actionSpace as Box);
    }
    if (normalizeObservations) this.normalizer = new ObservationNormalizer(observationSize);
    if (normalizeRewards) {
      this.#rewardNormalizer = new RewardNormalizer(environments, normalizeRewards.gamma);
    }
    if (normalizeObservations || normalizeRewards) {
      this.#shown = {
        observations: new Float32Array(environments * observationSize),
        finalObservations: new Float32Array(environments * observationSize),
        rewards: new Float64Array(environments),
      };
    }
    const seeds = Array.from({ length: environments }, (_, i) => environmentSeed(context.seed, i));
    requireFinite(this.vector.id, "observations", this.vector.reset({ seeds }));
    this.normalizer?.update(this.vector.observations);
    this.#show();
  }

  /** [N, D]: what the next actions are chosen from. `step` overwrites it. */
  get observations(): Float32Array {
    return this.normalizer === undefined ? this.vector.observations : this.#shown!.observations;
  }

  /** [N, A] where actions are masked: what may be chosen next. The next call overwrites it. */
  get masks(): Uint8Array | undefined {
    return this.shape.masked ? this.vector.actionMasks!() : undefined;
  }

  /**
   * Steps every environment; counts its episode with the rewards as they are.
   *
   * @param actions [N, K], choices counted from 0, Box values in the environment's unit or, with
   *   `scaleActions`, in [−1, 1].
   * @throws InputError where `actions` are none of the space's; LabError where an observation or reward
   *   is not finite; and what the environments throw.
   */
  step(actions: ActionRows): VectorStep {
    const sent = this.scale?.toEnvironment(actions) ?? actions;
    const step = this.vector.step(this.#translator.translate(sent));
    const { rewards, terminated, truncated, finalObservations } = step;
    requireFinite(this.vector.id, "rewards", rewards);
    requireFinite(this.vector.id, "observations", step.observations);
    requireFinite(this.vector.id, "observations", finalObservations);
    this.episodes.step(rewards, terminated, truncated);
    if (this.#shown === undefined) return step;
    this.normalizer?.update(step.observations);
    this.#show();
    this.normalizer?.normalize(finalObservations, this.#shown.finalObservations);
    this.#rewardNormalizer?.normalize(step, this.#shown.rewards);
    return {
      ...step,
      ...this.normalizer === undefined ? {} : {
        observations: this.#shown.observations,
        finalObservations: this.#shown.finalObservations,
      },
      ...this.#rewardNormalizer === undefined ? {} : { rewards: this.#shown.rewards },
    };
  }

  /** What a reward of 1 in `step` is in the environment's own unit. */
  get rewardUnit(): number {
    return this.#rewardNormalizer?.deviation ?? 1;
  }

  #show(): void {
    this.normalizer?.normalize(this.vector.observations, this.#shown!.observations);
  }

  /** Environments, windows and moments; `vector` is null where the environments cannot be kept. */
  snapshot(): Json {
    return {
      vector: this.vector.snapshot() ?? null,
      episodes: this.episodes.snapshot(),
      observations: this.normalizer?.snapshot() ?? null,
      rewards: this.#rewardNormalizer?.snapshot() ?? null,
    };
  }

  /** Takes the moments of another run's snapshot. */
  inherit(snapshot: Json): void {
    const { observations, rewards } = snapshot as Record<string, Json>;
    inheritMoments(this.normalizer, observations);
    if (rewards !== null) this.#rewardNormalizer?.inherit(rewards);
    this.#show();
  }

  /** Goes on from a snapshot; environments that could not be kept start new episodes. */
  restore(snapshot: Json): void {
    const { vector, episodes, observations, rewards } = snapshot as Record<string, Json>;
    this.episodes.restore(episodes);
    this.normalizer?.restore(observations);
    this.#rewardNormalizer?.restore(rewards);
    this.beganAnew = vector === null;
    if (!this.beganAnew) {
      this.vector.restore(vector);
    } else {
      this.episodes.abandon();
      this.#rewardNormalizer?.abandon();
      this.vector.reset();
    }
    this.#show();
  }
}
