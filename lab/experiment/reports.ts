/**
 * What a trainer must have, what it may report, and how its progress goes: the contract of `iterate` and
 * `evaluate`.
 *
 * @module
 */
import { checkNames, InputError, nearestNames } from "../core/errors.ts";
import { checkCounts, checkMetrics, type Progress } from "../core/metrics.ts";
import { isRecord, show } from "../core/plain.ts";
import type { BudgetUnit, Report } from "../core/trainer.ts";

/** Iterations in a row that may spend nothing of the budget: a replay may have to fill first. */
const MOST_IDLE = 100;

/** Groups of series that evaluations alone write. */
const judged = /^(evaluation|validation|score)\//;
const parts: Readonly<Record<keyof Report, true>> = {
  metrics: true,
  events: true,
  artifacts: true,
  pending: true,
};

/** Whether evaluations alone write a series of this name. */
export function isJudged(name: string): boolean {
  return judged.test(name);
}

/** What is thrown for a series that is written after the other of an iteration and an evaluation. */
export function writtenElsewhere(
  name: string,
  kind: "iteration" | "evaluation",
  at: "iteration" | "evaluation",
): InputError {
  return new InputError(
    `Cannot log ${name} after an ${kind} as its points are those of ${at}s`,
  );
}

/**
 * @throws InputError where a report has no metrics, or a part that is none; where a metric is no number
 * or has no name; and where an iteration reports what evaluations alone measure.
 */
export function checkReport(call: "iterate" | "evaluate", report: unknown): void {
  if (!isRecord(report)) {
    throw new InputError(`Cannot go on as ${call} must return { metrics }: ${show(report)}`);
  }
  checkNames(`use what ${call} returns`, "field", report, Object.keys(parts));
  const { metrics } = report;
  checkMetrics(call, metrics);
  if (call === "evaluate") return;
  for (const name in metrics) {
    if (isJudged(name)) throw writtenElsewhere(name, "iteration", "evaluation");
  }
}

/** How a trainer's progress goes from one iteration to the next. */
export class Course {
  #idle = 0;

  /** @param unit What the budget counts. */
  constructor(private readonly unit: BudgetUnit) {}

  /**
   * @throws InputError where a count is no whole number ≥ 0, iterations do not rise, or what the
   * budget counts has not risen for long: training would have no end.
   */
  check(before: Progress, after: Progress): void {
    const { unit } = this;
    checkCounts("go on", after);
    if (after.iterations <= before.iterations) {
      throw new InputError(
        "Cannot go on as iterate must raise progress.iterations: " +
          `${after.iterations} after ${before.iterations}`,
      );
    }
    this.#idle = after[unit] > before[unit] ? 0 : this.#idle + 1;
    if (this.#idle < MOST_IDLE) return;
    throw new InputError(
      `Cannot go on as iterate must raise progress.${unit}, which the budget counts: ` +
        `${after[unit]} for ${MOST_IDLE} iterations`,
    );
  }
}

/** What is called and read of every trainer. */
const members = {
  iterate: "function",
  evaluate: "function",
  snapshot: "function",
  restore: "function",
  dispose: "function",
  progress: "object",
  budget: "object",
} as const;

/** @throws InputError where a trainer is none, or lacks a member. */
export function requireTrainer(experiment: string, trainer: unknown): void {
  const names = namesOf(trainer);
  for (const [name, sort] of Object.entries(members)) {
    const member: unknown = (trainer as Record<string, unknown> | null | undefined)?.[name];
    if (typeof member === sort && member !== null) continue;
    const [near] = nearestNames(name, names, 1);
    const given = names.length === 0
      ? show(trainer)
      : near === undefined
      ? "none"
      : `it has ${near}`;
    const kind = sort === "function" ? "method" : "field";
    throw new InputError(
      `Cannot train "${experiment}" as its trainer must have the ${kind} ${name}: ${given}`,
    );
  }
}

/** The names of an object's methods and fields, those of its classes included. */
function namesOf(value: unknown): string[] {
  if (value === null || typeof value !== "object" || value === Object.prototype) return [];
  return [...Object.getOwnPropertyNames(value), ...namesOf(Object.getPrototypeOf(value))];
}
