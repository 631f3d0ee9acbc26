/**
 * The environments that an agent trains in: a seeded vector with its episode window, for agents
 * that choose among discrete actions from flat observations.
 *
 * @module
 */
import { vectorOf } from "../../lab/core/batched.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { deriveSeed, type Seed } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { Discrete, Space } from "../../lab/core/space.ts";
import type { Vector, VectorStep } from "../../lab/core/vector.ts";
import { EpisodeWindow } from "./episodes.ts";

/** What an agent's networks must fit. */
export interface WorldShape {
  /** A Box or a Discrete space. */
  readonly observationSpace: Space;
  /** Length D of a flat observation: a Box's size, a Discrete's n (one-hot). */
  readonly observationSize: number;
  /** Number of actions A. */
  readonly actionCount: number;
  /** The lowest action: networks count from 0. */
  readonly actionStart: number;
}

/**
 * The shape of an environment with Box or Discrete observations and Discrete actions.
 *
 * @param agent Named in the error.
 * @throws InputError for other spaces.
 */
export function discreteWorld(
  agent: string,
  environment: Pick<Environment, "id" | "observationSpace" | "actionSpace">,
): WorldShape {
  const { observationSpace, actionSpace } = environment;
  const observable = observationSpace.kind === "box" || observationSpace.kind === "discrete";
  if (!observable || actionSpace.kind !== "discrete") {
    throw new InputError(
      `Cannot train ${agent} in ${environment.id} as it takes Box or Discrete observations and ` +
        `Discrete actions: ${observationSpace} and ${actionSpace}`,
    );
  }
  const { n, start } = actionSpace as Discrete;
  const observationSize = observationSpace.flatSize;
  return { observationSpace, observationSize, actionCount: n, actionStart: start };
}

/** The seed of training environment `index` of a run. */
export function environmentSeed(seed: Seed, index: number): number {
  return deriveSeed(seed, `environment/${index}`);
}

/** N training environments in lockstep, with same-step autoreset, and their episodes. */
export class World {
  readonly vector: Vector;
  readonly episodes: EpisodeWindow;
  readonly shape: WorldShape;
  readonly #actions: Int32Array;

  /**
   * Makes and seeds the environments.
   *
   * @throws InputError where the spaces do not fit (see {@linkcode discreteWorld}).
   */
  constructor(
    agent: string,
    context: { readonly seed: Seed; makeEnvironment(): Environment },
    environments: number,
  ) {
    this.vector = vectorOf(context.makeEnvironment, environments, {
      autoreset: "same-step",
    });
    this.shape = discreteWorld(agent, this.vector);
    this.episodes = new EpisodeWindow(environments);
    this.#actions = new Int32Array(environments);
    const seeds = Array.from({ length: environments }, (_, i) => environmentSeed(context.seed, i));
    this.vector.reset({ seeds });
  }

  /** [N, D]: what the next actions are chosen from. `step` overwrites it. */
  get observations(): Float32Array {
    return this.vector.observations;
  }

  /**
   * Steps every environment; counts its episode.
   *
   * @param actions [N], 0 … A − 1.
   */
  step(actions: Int32Array): VectorStep {
    const { actionStart } = this.shape;
    for (let n = 0; n < actions.length; n++) this.#actions[n] = actions[n] + actionStart;
    const step = this.vector.step(this.#actions);
    this.episodes.step(step.rewards, step.terminated, step.truncated);
    return step;
  }

  /** Environments and windows; `vector` is null where the environments cannot be kept. */
  snapshot(): Json {
    return { vector: this.vector.snapshot() ?? null, episodes: this.episodes.snapshot() };
  }

  /** Goes on from a snapshot; environments that could not be kept start new episodes. */
  restore(snapshot: Json): void {
    const { vector, episodes } = snapshot as { vector: Json; episodes: Json };
    this.episodes.restore(episodes);
    if (vector !== null) return this.vector.restore(vector);
    this.episodes.abandon();
    this.vector.reset();
  }
}
