/** Models and data sets that do not fit each other: refused before the data are made. */
import { ok, rejects } from "node:assert";
import { resolve } from "../../lab/experiment/resolve.ts";
import { registries } from "../../registries.ts";
import { dataHeld, dataTaken, takesData } from "../../lab/core/dataset.ts";

const definitions = await Promise.all(registries.models.map(({ load }) => load()));
const datasets = await Promise.all(registries.datasets.map(({ load }) => load()));

for (const { name, takes } of definitions) {
  Deno.test(`${name} resolves on the data sets that it takes, and names those that fit others`, async () => {
    for (const dataset of datasets) {
      const resolved = resolve({
        name: "trial",
        budget: 100,
        model: { name },
        dataset: { name: dataset.name },
      }, registries);
      // What a user's files hold is seen when they are read.
      if (dataset.holds === undefined || takesData(takes, dataset.holds)) {
        await resolved;
        continue;
      }
      const fitting = definitions.filter((other) => takesData(other.takes, dataset.holds!));
      ok(fitting.length > 0);
      await rejects(resolved, {
        name: "InputError",
        message: `Cannot train ${name} on ${dataset.name} as it takes ${dataTaken(takes)}: ` +
          `${dataset.name} holds ${dataHeld(dataset.holds)}. Models that fit: ` +
          fitting.map((each) => each.name).join(", "),
      });
    }
  });
}
