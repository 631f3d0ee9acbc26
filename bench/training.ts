/**
 * Agents and models end to end: named experiments with a short budget, in a worker, with runner and
 * store; the evaluations are left to one small one at the end.
 *
 * @module
 */
import { registries } from "../registries.ts";
import { LabError } from "../lab/core/errors.ts";
import { launch } from "../lab/experiment/launch.ts";
import { median } from "../lab/statistics/mod.ts";
import { temporaryStore } from "./temporary_store.ts";
import type { Bench } from "./group.ts";
import { type Row, row } from "./row.ts";

/** Experiments, budgets of a few seconds in their units, and what is counted. */
const runs = [
  ["cartpole-dqn", 20_000, "environmentSteps", "environment steps/s"],
  ["cartpole-reinforce", 100_000, "environmentSteps", "environment steps/s"],
  ["cartpole-a2c", 100_000, "environmentSteps", "environment steps/s"],
  ["cartpole-ppo", 50_000, "environmentSteps", "environment steps/s"],
  ["glyphs-autoencoder", 50_000, "examples", "images/s"],
  ["glyphs-vae", 50_000, "examples", "images/s"],
  ["glyphs-classifier", 100_000, "examples", "images/s"],
  ["ring-wgan-gp", 1000, "examples", "points/s"],
] as const;

const repeats = 3;

/** Rows of every agent and model. */
export async function* training({ progress }: Bench): AsyncIterable<Row> {
  for (const [reference, budget, counted, unit] of runs) {
    progress(reference);
    const small = counted === "examples" ? [] : [["evaluation.episodes", "1"] as const];
    await using opened = await temporaryStore();
    const rates: number[] = [];
    for (let seed = 1; seed <= repeats; seed++) {
      const request = {
        reference,
        budget,
        seed,
        backend: "auto" as const,
        set: [["evaluation.every", `${budget}`] as const, ...small],
      };
      const [run] = await launch([request], { store: opened.store, registries, workers: 1 });
      if (run.status !== "completed") {
        throw new LabError(`Cannot time ${reference} as it must complete: ${run.message}`);
      }
      rates.push(run[counted] / run.wallSeconds);
    }
    yield row(`${reference}, end to end`, median(rates), unit);
  }
}
