/**
 * One environment with Discrete observations and actions, as methods over tables learn in it.
 *
 * @module
 */
import { copyActionMask } from "../../lab/core/action_mask.ts";
import type { Environment, TransitionTable } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { requireKind } from "../../lab/core/misfit.ts";
import type { Seed } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { Discrete } from "../../lab/core/space.ts";
import { tableFault } from "../../lab/core/transition_table.ts";
import { EpisodeWindow } from "../worlds/episodes.ts";
import { requireFinite } from "../worlds/finite.ts";
import { environmentSeed } from "../worlds/world.ts";

const BYTES = Float64Array.BYTES_PER_ELEMENT;
const GIB = 2 ** 30;
/** Gigabytes of a table. */
const MOST = 4;

/** What a table must fit. */
interface TableShape {
  /** Observations, start … start + n − 1: the states S. */
  readonly observationSpace: Discrete;
  /** Actions, start … start + n − 1: A. */
  readonly actionSpace: Discrete;
}

/**
 * The shape of an environment with Discrete observations and actions.
 *
 * @param agent Named in the error.
 * @throws InputError for other spaces, and where a table would be larger than memory.
 */
export function tableShape(agent: string, environment: Environment): TableShape {
  const { id, observationSpace, actionSpace } = environment;
  if (observationSpace.kind !== "discrete" || actionSpace.kind !== "discrete") {
    throw new InputError(
      `Cannot train ${agent} in ${id} as it takes Discrete observations and Discrete actions: ` +
        `${observationSpace} and ${actionSpace}`,
    );
  }
  const size = observationSpace.flatSize * actionSpace.flatSize * BYTES / GIB;
  if (size > MOST) {
    throw new InputError(
      `Cannot train ${agent} in ${id} as a table of it takes ${
        size.toFixed(1)
      } GB of memory, and ` +
        `${MOST.toFixed(1)} GB is the most: ${observationSpace} and ${actionSpace}`,
    );
  }
  return { observationSpace: observationSpace as Discrete, actionSpace: actionSpace as Discrete };
}

/**
 * The transition table of an environment with Discrete actions; undefined where it has none.
 *
 * @throws InputError where it is none that could be planned on.
 */
export function tableOf(environment: Environment): TransitionTable | undefined {
  const table = environment.transitions?.();
  const wrong = table && tableFault(table, environment.actionSpace.flatSize);
  if (wrong === undefined) return table;
  throw new InputError(
    `Cannot read the transitions of ${environment.id} as each action must list every way in which ` +
      `it may turn out: ${wrong}`,
  );
}

/** The training environment, its open episode and those before it. */
export class TableWorld {
  /** What a table must fit. */
  readonly shape: TableShape;
  /** The last episodes that were completed. */
  readonly episodes = new EpisodeWindow(1);
  /** Index of the present state, 0 … S − 1. */
  state = 0;
  /** Index of the state that the last step led to, before the next episode began. */
  nextState = 0;
  /** Of the last step. */
  reward = 0;
  /** The last step ended its episode in a terminal state. */
  terminated = false;
  /** The last step ended its episode by a time limit only. */
  truncated = false;
  readonly #environment: Environment;
  readonly #limit: number;
  readonly #mask: Uint8Array;
  #note: ((state: number, action: number, isAllowed: boolean) => void) | undefined;
  #elapsed = 0;

  /**
   * Makes and seeds the environment.
   *
   * @param episodeLimit Steps after which an episode is truncated; 0: the world's own limit only.
   * @throws InputError where the spaces do not fit (see {@linkcode tableShape}).
   */
  constructor(
    agent: string,
    { seed, makeEnvironment }: { readonly seed: Seed; makeEnvironment(): Environment },
    episodeLimit: number,
  ) {
    this.#environment = makeEnvironment();
    this.shape = tableShape(agent, this.#environment);
    this.#limit = episodeLimit === 0 ? Infinity : episodeLimit;
    this.#mask = new Uint8Array(this.shape.actionSpace.n);
    this.#start(environmentSeed(seed, 0));
  }

  /**
   * Acts once. Where the episode ended, `state` is the first one of the next episode.
   *
   * @param action 0 … A − 1.
   * @throws LabError where the observation or reward is not finite, and what the environment throws.
   */
  step(action: number): void {
    const { observationSpace, actionSpace } = this.shape;
    const result = this.#environment.step(action + actionSpace.start);
    requireFinite(this.#environment.id, "rewards", [result.reward]);
    requireFinite(this.#environment.id, "observations", [result.observation]);
    requireKind(this.#environment, result.observation, "step");
    this.#elapsed += 1;
    this.reward = result.reward;
    this.terminated = result.terminated;
    this.truncated = !result.terminated && (result.truncated || this.#elapsed >= this.#limit);
    this.nextState = result.observation - observationSpace.start;
    const ended = this.terminated || this.truncated;
    this.episodes.add(0, result.reward, ended);
    if (!this.terminated) this.#readMask(this.nextState);
    if (ended) this.#start();
    else this.state = this.nextState;
  }

  #readMask(state: number): void {
    const { id, actionMask } = this.#environment;
    if (this.#note === undefined || actionMask === undefined) return;
    const { actionSpace } = this.shape;
    copyActionMask(id, actionSpace, this.#environment.actionMask!(), this.#mask);
    for (let a = 0; a < actionSpace.n; a++) this.#note(state, a, this.#mask[a] === 1);
  }

  /** Calls `note` from here on with what the world's mask says of each action in each state that it is in. */
  watchMasks(note: (state: number, action: number, isAllowed: boolean) => void): void {
    this.#note = note;
    this.#readMask(this.state);
  }

  #start(seed?: Seed): void {
    const { observation } = this.#environment.reset(seed === undefined ? undefined : { seed });
    requireKind(this.#environment, observation, "reset");
    this.state = observation - this.shape.observationSpace.start;
    this.#elapsed = 0;
    this.#readMask(this.state);
  }

  /** The environment is null where it cannot be kept. */
  snapshot(): Json {
    return {
      environment: this.#environment.snapshot?.() ?? null,
      episodes: this.episodes.snapshot(),
      state: this.state,
      elapsed: this.#elapsed,
    };
  }

  /**
   * Goes on from a snapshot; an environment that could not be kept starts a new episode.
   *
   * @returns Whether the open episode goes on.
   */
  restore(snapshot: Json): boolean {
    const { environment, episodes, state, elapsed } = snapshot as {
      environment: Json;
      episodes: Json;
      state: number;
      elapsed: number;
    };
    this.episodes.restore(episodes);
    if (environment === null || this.#environment.restore === undefined) {
      this.episodes.abandon();
      this.#start();
      return false;
    }
    this.#environment.restore(environment);
    this.state = state;
    this.#elapsed = elapsed;
    return true;
  }
}
