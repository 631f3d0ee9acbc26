/**
 * How much a policy bears: what it returns where its world, or what stands between the world and it,
 * is another one than it was trained in.
 *
 * @module
 */
import type { Constant, Constants } from "../envs/tunable.ts";
import type { Environment } from "../lab/core/environment.ts";
import { Box } from "../lab/core/space.ts";
import { playedThrough } from "./evaluated_episodes.ts";
import { type Actor, clear, type Senses } from "./episodes.ts";

/** What is turned. */
export interface Disturbance {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  /** What the policy was trained with. */
  readonly own: number;
  /** Where it is measured, ascending, `own` among them. */
  readonly values: readonly number[];
}

/** Values at which a constant is measured, beside its own. */
const VALUES = 12;
/** Steps that an action comes late, and noise as a share of the observation's range. */
const late = [0, 1, 2, 3, 4, 6, 8, 10];
const noises = [0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2];

/** What may be turned in a world of such constants. */
export function disturbancesOf(
  turnable: readonly Constant[],
  { observationSpace }: Pick<Environment, "observationSpace">,
): Disturbance[] {
  const constants = turnable.map(
    ({ key, title, unit, value, least, most }): Disturbance => {
      const even = Array.from(
        { length: VALUES },
        (_, i) => least + i * (most - least) / (VALUES - 1),
      );
      const values = [...new Set([...even, value])].sort((a, b) => a - b);
      return { key, title, unit, own: value, values };
    },
  );
  const noise: Disturbance = {
    ...{ key: "noise", title: "noise on what it sees", unit: "of the range", own: 0 },
    values: noises,
  };
  return [
    ...constants,
    { key: "latency", title: "late actions", unit: "steps", own: 0, values: late },
    ...(observationSpace instanceof Box ? [noise] : []),
  ];
}

/**
 * Plays one episode under a disturbance.
 *
 * @param worldWith The run's world, with other constants where there are some.
 * @param constants Those of the run's world.
 * @param episodeLimit Of an agent of tables: see `longestOf`.
 * @returns Its return.
 */
export function returnUnder(
  worldWith: (values?: Constants) => Environment,
  actor: Actor,
  { key, own }: Disturbance,
  value: number,
  constants: Constants,
  seed: number,
  episodeLimit?: number,
): number {
  const isSense = key in clear;
  const senses: Senses = isSense ? { ...clear, [key]: value } : clear;
  const environment = worldWith(
    isSense || value === own ? undefined : {
      ...constants,
      [key]: value,
    },
  );
  return playedThrough(environment, actor, seed, senses, episodeLimit);
}
