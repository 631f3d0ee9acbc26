/**
 * The evaluations that Stable-Baselines3's `EvalCallback` keeps in `evaluations.npz`: NumPy arrays
 * `timesteps` [N], `results` and `ep_lengths` [N, episodes], and `successes` where the world tells them.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import { entriesOf, parseNpy } from "../../core/npy.ts";
import type { ReadBytes } from "../../core/registry.ts";
import { mean, standardDeviation } from "../../statistics/scores.ts";
import type { ImportedPoint } from "./imported_run.ts";
import { isStep, onePerStep, STEPS } from "./rows.ts";
import type { Table } from "./table.ts";

/** What the callback logs of the episodes of an evaluation, by the array that holds them. */
const series = {
  results: "eval/mean_reward",
  ep_lengths: "eval/mean_ep_length",
  successes: "eval/success_rate",
};

/**
 * The run of such a file, with the series that the callback logs, and the deviation of returns.
 *
 * @throws {InputError} where it is another archive, or its arrays do not belong together.
 */
export async function runOfEvaluations({ bytes, path: name }: ReadBytes): Promise<Table> {
  const entries = entriesOf({ bytes, path: name });
  const refused = (why: string) => new InputError(`Cannot import ${name} as ${why}`);
  if (!entries.has("timesteps") || !entries.has("results")) {
    throw refused(
      "an .npz file must have the arrays timesteps and results, as Stable-Baselines3's evaluations " +
        `do: ${[...entries.keys()].join(", ") || "none"}`,
    );
  }
  const arrayOf = async (array: string) => parseNpy(await entries.get(array)!());
  const { shape: [count, ...more], values: timesteps } = await arrayOf("timesteps");
  if (more.length > 0 || !(count > 0)) {
    throw refused(
      `timesteps must have one axis and an evaluation: [${[count, ...more].join(", ")}]`,
    );
  }
  const episodesOf = async (array: string) => {
    const { shape, values } = await arrayOf(array);
    const [rows, width, ...more] = shape;
    if (rows !== count || more.length > 0 || !(width > 0)) {
      throw refused(
        `${array} must have a row of episodes for each of ${count} timesteps: [${
          shape.join(", ")
        }]`,
      );
    }
    return (row: number) => values.subarray(row * width, (row + 1) * width);
  };
  const returns = await episodesOf("results");
  const means: [metric: string, of: (row: number) => Float64Array][] = [[series.results, returns]];
  for (const array of ["ep_lengths", "successes"] as const) {
    if (entries.has(array)) means.push([series[array], await episodesOf(array)]);
  }
  const noted = onePerStep(name, "timestep");
  const points = Array.from(timesteps, (step, row): ImportedPoint => {
    const at = `evaluation ${row + 1}`;
    if (!isStep(step)) throw refused(`timesteps must be ${STEPS}: ${step} of ${at}`);
    const metrics = Object.fromEntries(means.map(([metric, of]) => [metric, mean(of(row))]));
    for (const [metric, value] of Object.entries(metrics)) noted(metric, step, value, at);
    return {
      step,
      metrics: { ...metrics, "evaluation/return_std": standardDeviation(returns(row), 0) },
    };
  });
  const unknown = [...entries.keys()].filter((array) =>
    array !== "timesteps" && !Object.hasOwn(series, array)
  );
  return {
    runs: [{ points }],
    remarks: unknown.length === 0 ? [] : [
      `Left out of ${name} as Stable-Baselines3's evaluations have no such arrays: ${
        unknown.join(", ")
      }`,
    ],
  };
}
