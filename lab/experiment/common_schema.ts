/**
 * The fields that every experiment has: budget, evaluation, checkpoints and early stop.
 *
 * @module
 */
import * as z from "zod";
import { unitWords } from "../core/budget.ts";
import { RETURN } from "../core/metrics.ts";
import type { BudgetUnit } from "../core/trainer.ts";

/**
 * The schema of a configuration's common fields.
 *
 * @param agents Whether an agent is trained: it has episodes and a return to stop by.
 * @param budget Total budget, from which the time between evaluations follows.
 */
export function commonSchema(agents: boolean, budget: number, unit: BudgetUnit): z.ZodType {
  const count = (minimum: number) => z.int().min(minimum);
  const every = Number.isFinite(budget) ? Math.max(1, Math.round(budget / 10)) : 1;
  const evaluation = {
    every: count(1).default(every).meta({
      description: "Budget between evaluations (default: a tenth of the budget)",
      unit: unitWords[unit].full,
    }),
  };
  const metric = z.string().meta({ description: "Evaluated series that ends the run early" });
  return z.strictObject({
    budget: count(1).meta({ description: "Total budget of training", unit: unitWords[unit].full }),
    evaluation: z.strictObject(
      agents
        ? {
          ...evaluation,
          episodes: count(1).max(1_000_000).default(100).meta({
            description: "Episodes an evaluation",
            unit: "episodes",
          }),
          stochastic: z.boolean().optional().meta({
            description:
              "Whether evaluations draw actions from the policy; left out: the best ones",
          }),
        }
        : evaluation,
    ).prefault({}),
    checkpoint: z.strictObject({
      everyIterations: count(0).default(0).meta({
        description: "Iterations between checkpoints; 0: by time alone",
        unit: "iterations",
      }),
      everySeconds: z.number().positive().default(10).meta({
        description: "Time between checkpoints",
        unit: "s",
      }),
      keepLast: count(1).default(2).meta({ description: "How many of the last to keep" }),
    }).prefault({}),
    stop: z.strictObject({
      metric: agents ? metric.default(RETURN) : metric,
      atLeast: z.number().optional().meta({
        description: "Value that the metric must rise to; left out: it is to fall to atMost",
      }),
      atMost: z.number().optional().meta({
        description: "Value that the metric must fall to; left out: it is to rise to atLeast",
      }),
      times: count(1).default(1).meta({ description: "Evaluations in a row that must reach it" }),
    }).nullable().default(null).meta({ description: "Early stop; null: none" }),
  });
}
