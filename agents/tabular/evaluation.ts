/**
 * The measure of a deterministic policy over a table: whole episodes, and its value on the world's
 * transition table where there is one.
 *
 * @module
 */
import type { Environment, TransitionTable } from "../../lab/core/environment.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { Report } from "../../lab/core/trainer.ts";
import { mean } from "../../lab/statistics/scores.ts";
import {
  EvaluatedEpisodes,
  longestOf,
  playEpisode,
  type TrainingSoFar,
} from "../trainers/evaluated_episodes.ts";
import { encodePolicy } from "../policy.ts";
import { requireObservation } from "../worlds/finite.ts";
import { greedy } from "./tables.ts";
import { tableOf, tableShape } from "./table_world.ts";

/**
 * The undiscounted return that a policy expects within `horizon` steps, by starting state:
 * V_h(s) = Σ p(s', r | s, π(s)) · (r + (1 − terminated) V_{h−1}(s')), V_0 = 0. Exact but for
 * rounding. Sutton and Barto (2018), equation 4.5, over a finite horizon.
 *
 * @param policy Action index by state, [S].
 * @returns [S].
 */
export function expectedReturns(
  table: TransitionTable,
  policy: ArrayLike<number>,
  horizon: number,
): Float64Array {
  let values = new Float64Array(table.length);
  let next = new Float64Array(table.length);
  for (let h = 0; h < horizon; h++) {
    let changed = false;
    for (let state = 0; state < table.length; state++) {
      let value = 0;
      for (const { probability, state: to, reward, terminated } of table[state][policy[state]]) {
        value += probability * (reward + (terminated ? 0 : values[to]));
      }
      next[state] = value;
      changed ||= value !== values[state];
    }
    [values, next] = [next, values];
    if (!changed) break;
  }
  return values;
}

/** Plays and evaluates the greedy policy of a table of action values. */
export class TableEvaluator {
  #environment: Environment | undefined;
  /** It before its first episode, where it can be kept: what it keeps over episodes is then forgotten. */
  #asNew: Json | undefined;
  #table: TransitionTable | undefined;

  /**
   * @param q Action values [S, A]: read at each evaluation.
   * @param episodeLimit Ends an episode of a world that has no limit of its own; 0: 10 000 steps.
   */
  constructor(
    private readonly agent: string,
    private readonly makeEnvironment: () => Environment,
    private readonly q: Float64Array,
    private readonly episodeLimit: number,
  ) {}

  /**
   * Plays `episodes` whole episodes (default 100) in an environment of its own, seeded from `random`.
   * `evaluation/exact_return_mean`: what the policy expects from the states in which these episodes
   * started, computed on the transition table; exact for a world with one start.
   *
   * @param training Given: a warning where no goal was ever reached.
   */
  evaluate(
    { random, episodes = 100 }: { random: Generator; episodes?: number },
    training?: TrainingSoFar,
  ): Report {
    const environment = this.#open();
    if (this.#asNew !== undefined) environment.restore?.(this.#asNew);
    const { observationSpace, actionSpace } = tableShape(this.agent, environment);
    const limit = longestOf(environment, this.episodeLimit);
    const policy = this.#policy(observationSpace.n, actionSpace.n);
    const exact = this.#table && expectedReturns(this.#table, policy, limit);
    const expected: number[] = [];
    const evaluated = new EvaluatedEpisodes();
    for (let i = 0; i < episodes; i++) {
      const { observation } = environment.reset({ seed: random.integers(2 ** 32) });
      const { start } = observationSpace;
      if (exact !== undefined) expected.push(exact[observation - start]);
      const choose = (state: number) => policy[state - start] + actionSpace.start;
      evaluated.add(playEpisode(environment, observation, limit, choose));
    }
    const { metrics, events } = evaluated.report(limit, environment, training);
    const ofPolicy = exact && { "evaluation/exact_return_mean": mean(expected) };
    return { metrics: { ...metrics, ...ofPolicy }, events };
  }

  /** The action with the greatest value for one observation of the environment. */
  act(observation: unknown): number {
    const { observationSpace, actionSpace } = tableShape(this.agent, this.#open());
    requireObservation(observationSpace, observation);
    const row = (observation - observationSpace.start) * actionSpace.n;
    return greedy(this.q, row, actionSpace.n) + actionSpace.start;
  }

  /** The greedy policy as a file: see `agents/policy.ts`. */
  export(about: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
    const { observationSpace, actionSpace } = tableShape(this.agent, this.#open());
    const table = this.#policy(observationSpace.n, actionSpace.n);
    return encodePolicy({ observationSpace, actionSpace, table }, about);
  }

  #policy(states: number, actions: number): Int32Array {
    return Int32Array.from(
      { length: states },
      (_, state) => greedy(this.q, state * actions, actions),
    );
  }

  #open(): Environment {
    if (this.#environment === undefined) {
      this.#environment = this.makeEnvironment();
      this.#asNew = this.#environment.snapshot?.();
      const { observationSpace } = tableShape(this.agent, this.#environment);
      const table = tableOf(this.#environment);
      this.#table = table?.length === observationSpace.n ? table : undefined;
    }
    return this.#environment;
  }
}
