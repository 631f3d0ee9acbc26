/**
 * Agents over the worlds that they were compared in: 0 is what random actions return there, 1 where the
 * world counts as solved.
 *
 * @module
 */
import { RETURN } from "../core/metrics.ts";
import { isRecord } from "../core/plain.ts";
import type { Json } from "../core/snapshot.ts";
import { evaluatedRandom, type ReturnScale } from "./return_scale.ts";
import { type Bounded, normalized, type SuiteFigures, suiteFigures } from "../statistics/suite.ts";

/** What a suite takes of a group of runs. */
interface Scored {
  readonly configuration: { readonly [key: string]: Json };
  readonly metric: string | undefined;
  readonly values: readonly number[];
}

/** What agents come to over several worlds. */
export interface SuiteComparison {
  readonly worlds: readonly string[];
  readonly agents: readonly ({ readonly agent: string } & SuiteFigures)[];
}

/**
 * The agents that have one group in each world whose scale is known; undefined for less than two such
 * worlds, and where there is no such agent. Worlds stand by their names, as resamples are drawn in their
 * order.
 */
export function suiteOf(
  groups: readonly Scored[],
  scales: readonly ReturnScale[],
): SuiteComparison | undefined {
  // A world has one zero: where agents act in it within its masks and without them, that of all actions.
  const whole = scales.filter(({ masked, random }) => !masked && random !== undefined);
  const shared = scales.filter(({ id, masked }) =>
    !masked || !whole.some((each) => each.id === id)
  );
  const known = shared.flatMap(({ id, random, threshold }) =>
    random === undefined || threshold === undefined
      ? []
      : [{ id, zero: evaluatedRandom(random).mean, one: threshold }]
  );
  const once = known.filter(({ id }) => shared.filter((scale) => scale.id === id).length === 1);
  const worldOf = ({ configuration }: Scored) => (configuration.environment as { id: string })?.id;
  // A program of the user's own may name a world, and no agent.
  const agentOf = ({ configuration: { agent } }: Scored) =>
    isRecord(agent) && typeof agent.name === "string" ? agent.name : undefined;
  const returns = groups.filter((group) =>
    group.metric === RETURN && group.values.length > 0 && agentOf(group) !== undefined
  );
  const found = once.filter(({ id }) => returns.some((group) => worldOf(group) === id))
    .sort((a, b) => a.id < b.id ? -1 : 1);
  if (found.length < 2) return undefined;
  const byAgent = Map.groupBy(returns, (group) => agentOf(group)!);
  const agents = [...byAgent].flatMap(([agent, own]) => {
    const inWorlds = found.map(({ id }) => own.filter((group) => worldOf(group) === id));
    if (inWorlds.some(({ length }) => length !== 1)) return [];
    const scores = inWorlds.map(([{ values }], i) =>
      values.map((value) => normalized(value, found[i]))
    );
    return [{ agent, ...suiteFigures(scores) }];
  }).sort((a, b) => rankOf(b.iqm) - rankOf(a.iqm));
  return agents.length === 0 ? undefined : { worlds: found.map(({ id }) => id), agents };
}

/** By which agents stand: last where a seed came to no result. */
function rankOf({ value }: Bounded): number {
  return Number.isNaN(value) ? -Number.MAX_VALUE : value;
}

/** What its figures are, in a sentence. */
export function suiteLine({ worlds }: SuiteComparison): string {
  return `Over ${
    worlds.join(", ")
  } together, each return between what random actions return (0) and ` +
    "where the world counts as solved (1): the mean of the middle half of all seeds, and what the " +
    "scores lack to 1 on average.";
}
