/**
 * The evaluations that Stable-Baselines3's `EvalCallback` keeps in `evaluations.npz`: NumPy arrays
 * `timesteps` [N], `results` and `ep_lengths` [N, episodes], and `successes` where the world tells them.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import { entriesOf, type NpyArray, parseNpy } from "../../core/npy.ts";
import type { ReadBytes } from "../../core/registry.ts";
import { mean, standardDeviation } from "../../statistics/scores.ts";
import type { ImportedPoint } from "./imported_run.ts";
import { isStep, onePerStep, STEPS } from "./rows.ts";
import { baseName, type Table } from "./table.ts";

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
  const arrayOf = async (array: string): Promise<NpyArray | undefined> => {
    const entry = entries.get(array);
    return entry && parseNpy(await entry());
  };
  const [timesteps, results] = [await arrayOf("timesteps"), await arrayOf("results")];
  if (timesteps === undefined || results === undefined) {
    throw refused(
      "an .npz file must have the arrays timesteps and results, as Stable-Baselines3's evaluations " +
        `do: ${[...entries.keys()].join(", ") || "none"}`,
    );
  }
  const [count] = timesteps.shape;
  if (timesteps.shape.length !== 1 || count === 0) {
    throw refused(
      `timesteps must have one axis and an evaluation: [${timesteps.shape.join(", ")}]`,
    );
  }
  const arrays: [metric: string, episodes: (row: number) => Float64Array][] = [];
  for (const [array, metric] of Object.entries(series)) {
    const found = await arrayOf(array);
    if (found === undefined) continue;
    const [rows, width, ...more] = found.shape;
    if (rows !== count || more.length > 0 || !(width > 0)) {
      throw refused(
        `${array} must have a row of episodes for each of ${count} timesteps: ` +
          `[${found.shape.join(", ")}]`,
      );
    }
    arrays.push([metric, (row) => found.values.subarray(row * width, (row + 1) * width)]);
  }
  const noted = onePerStep(name, "timestep");
  const points = Array.from(timesteps.values, (step, row): ImportedPoint => {
    const at = `evaluation ${row + 1}`;
    if (!isStep(step)) throw refused(`timesteps must be ${STEPS}: ${step} of ${at}`);
    const means = arrays.map(([metric, episodes]) => [metric, mean([...episodes(row)])] as const);
    for (const [metric, value] of means) noted(metric, step, value, at);
    const [[, returns]] = arrays;
    const deviation = standardDeviation([...returns(row)], 0);
    return {
      step,
      metrics: { ...Object.fromEntries(means), "evaluation/return_std": deviation },
    };
  });
  const unknown = [...entries.keys()].filter((array) =>
    array !== "timesteps" && !Object.hasOwn(series, array)
  );
  return {
    runs: [{ name: baseName(name), points }],
    remarks: unknown.length === 0 ? [] : [
      `Left out of ${name} as Stable-Baselines3's evaluations have no such arrays: ${
        unknown.join(", ")
      }`,
    ],
  };
}
