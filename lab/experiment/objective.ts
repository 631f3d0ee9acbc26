/**
 * What is to be brought up or down, as it is typed.
 *
 * @module
 */
import { InputError, unknownName } from "../core/errors.ts";
import { directionOf } from "./metric_direction.ts";

/** A metric, and which way of it is better. */
export interface Objective {
  readonly metric: string;
  readonly goal: "maximize" | "minimize";
}

/**
 * `METRIC`, or `max:METRIC` and `min:METRIC` for one that is not known to be better either way.
 *
 * @param options.action What cannot be done without, for the message.
 * @param options.otherwise Tells of metrics that nothing is known of.
 * @throws {InputError} where it does not say which way is better, and nothing else does.
 */
export function objectiveIn(
  text: string,
  { action, otherwise }: {
    readonly action: string;
    readonly otherwise?: (metric: string) => Objective["goal"] | undefined;
  },
): Objective {
  // Names of series have a slash, which no direction has.
  const [, said, metric] = /^(?:([^/:]*):)?(.*)$/s.exec(text)!;
  const ways: Partial<Record<string, "down" | "up">> = { min: "down", max: "up" };
  if (said !== undefined && !Object.hasOwn(ways, said)) {
    throw unknownName(action, "direction", said, ["max", "min"]);
  }
  if (metric === "") throw new InputError(`Cannot ${action} as a metric must be named: ${text}`);
  const way = ways[said] ?? directionOf(metric);
  if (way !== null) return { metric, goal: way === "up" ? "maximize" : "minimize" };
  const goal = otherwise?.(metric);
  if (goal !== undefined) return { metric, goal };
  throw new InputError(
    `Cannot ${action} by ${metric} as it must be said which way is better: max:${metric} or min:${metric}`,
  );
}

/** An objective as {@linkcode objectiveIn} takes it. */
export function typedObjective({ metric, goal }: Objective): string {
  return `${goal === "maximize" ? "max" : "min"}:${metric}`;
}
