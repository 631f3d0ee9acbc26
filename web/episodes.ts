/**
 * Episodes of a policy in its world, a step at a time.
 *
 * @module
 */
import type { Environment } from "../lab/core/environment.ts";
import type { ActOptions } from "../lab/core/trainer.ts";

/** What acts: see `Policy` in agents/policy.ts. */
export interface Actor {
  /** Whether it acts within the world's action masks. */
  readonly masked: boolean;
  act(observation: unknown, options?: Pick<ActOptions, "actionMask">): unknown;
  reset(): void;
}

/** Where the play stands. */
export interface Standing {
  /** From 1. */
  readonly episode: number;
  /** Steps and return of this episode so far. */
  readonly steps: number;
  readonly episodeReturn: number;
  /** How it ended; null while it goes on. */
  readonly end: "terminated" | "truncated" | null;
  /** Returns of the episodes that ended. */
  readonly returns: readonly number[];
}

/** Plays one episode after the other; the first one starts from seed 0. */
export class Episodes {
  #observation: unknown;
  #standing: Standing = { episode: 0, steps: 0, episodeReturn: 0, end: null, returns: [] };
  #actor: Actor;
  /** What acts from the next episode on. */
  #next: Actor;

  constructor(readonly environment: Environment, actor: Actor) {
    this.#actor = actor;
    this.#next = actor;
    this.begin();
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** Another policy acts from the next episode on; with it they count from 1 again. */
  follow(actor: Actor): void {
    this.#next = actor;
  }

  /** Leaves this episode for the next one. */
  begin(): void {
    const isNew = this.#next !== this.#actor;
    this.#actor = this.#next;
    const { episode, returns } = isNew ? { episode: 0, returns: [] } : this.#standing;
    const options = episode === 0 ? { seed: 0 } : {};
    this.#observation = this.environment.reset(options).observation;
    this.#actor.reset();
    this.#standing = { episode: episode + 1, steps: 0, episodeReturn: 0, end: null, returns };
  }

  /** One step; after an end the next episode begins instead. */
  step(): void {
    if (this.#standing.end !== null) return this.begin();
    const actionMask = this.#actor.masked ? this.environment.actionMask?.() : undefined;
    const options = actionMask === undefined ? {} : { actionMask };
    const action = this.#actor.act(this.#observation, options);
    const { observation, reward, terminated, truncated } = this.environment.step(action);
    this.#observation = observation;
    const { episode, steps, episodeReturn, returns } = this.#standing;
    const sum = episodeReturn + reward;
    const end = terminated ? "terminated" : truncated ? "truncated" : null;
    this.#standing = {
      episode,
      steps: steps + 1,
      episodeReturn: sum,
      end,
      returns: end === null ? returns : [...returns, sum],
    };
  }
}
