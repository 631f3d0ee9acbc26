/**
 * The episodes that a stored evaluation was made of, played again: each has a seed of its own, drawn
 * from the evaluation's stream.
 *
 * @module
 */
import { longestOf } from "../agents/trainers/evaluated_episodes.ts";
import type { Environment } from "../lab/core/environment.ts";
import { streamOf } from "../lab/core/random.ts";
import { type Actor, clear, sensed, type Senses } from "./episodes.ts";

/** Episodes of an evaluation that have a seed each; those beyond go on from others' ends. */
const SEEDED = 100;

/** Which evaluation of which run. */
export interface EvaluationOf {
  /** Of the run. */
  readonly seed: string;
  /** Counted from 0. */
  readonly evaluation: number;
  readonly episodes: number;
}

/** An episode by its seed, and its return. */
export interface EvaluatedEpisode {
  readonly seed: number;
  readonly value: number;
}

/**
 * The seeds of an evaluation's episodes, as the runner's stream and the evaluator draw them
 * (`agents/trainers/evaluation.ts`).
 */
export function evaluationSeeds({ seed, evaluation, episodes }: EvaluationOf): number[] {
  const random = streamOf(BigInt(seed), `evaluation/${evaluation}`);
  return Array.from({ length: Math.min(episodes, SEEDED) }, () => random.integers(2 ** 32));
}

/**
 * Plays one episode to where an evaluation ends it, with senses as `Episodes` has them; returns its return.
 *
 * @param episodeLimit Of an agent of tables: see `longestOf`.
 */
export function playedThrough(
  environment: Environment,
  actor: Actor,
  seed: number,
  senses: Senses = clear,
  episodeLimit = 0,
): number {
  const longest = longestOf(environment, episodeLimit);
  let { observation } = environment.reset({ seed });
  actor.reset();
  const random = streamOf(seed, "noise");
  /** Actions that have not arrived. */
  const late: unknown[] = [];
  let sum = 0;
  for (let t = 0; t < longest; t++) {
    const actionMask = actor.masked ? environment.actionMask?.() : undefined;
    const seen = sensed(observation, environment, senses, random);
    late.push(actor.act(seen, actionMask === undefined ? {} : { actionMask }));
    // Until the second one arrives the first one is repeated.
    const action = late.length > senses.latency ? late.shift() : late[0];
    const step = environment.step(action);
    sum += step.reward;
    if (step.terminated || step.truncated) break;
    observation = step.observation;
  }
  return sum;
}

/** The first episodes of the lowest and of the highest return. */
interface Extremes {
  readonly worst: EvaluatedEpisode;
  readonly best: EvaluatedEpisode;
}

/** The episodes of the lowest and of the highest return, the first of equals; there is one. */
export function extremesOf(returns: readonly EvaluatedEpisode[]): Extremes {
  const by = (better: (a: number, b: number) => boolean) =>
    returns.reduce((found, each) => better(each.value, found.value) ? each : found);
  return { worst: by((a, b) => a < b), best: by((a, b) => a > b) };
}
