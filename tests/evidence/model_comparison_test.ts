import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { onSameData, sameDataText } from "../../evidence/model_comparison.ts";
import type { MeasuredRow } from "../../evidence/tables.ts";
import { results } from "./measured.ts";

/** A row of a model on a data set, a seed for each value of a figure. */
function rowOf(
  model: string,
  dataset: { readonly name: string; readonly train?: number },
  figures: Record<string, readonly number[]>,
  page = "docs/models/gan.md",
): MeasuredRow {
  const [{ length }] = Object.values(figures);
  return {
    row: { experiment: `${dataset.name}-${model}`, page, seeds: length },
    definition: { name: model, dataset, model: { name: model }, budget: 5000 },
    runs: results(...Array.from({ length }, () => 0)).map((run, seed) => ({
      ...run,
      figures: {
        "ceiling/energy_distance": 0.001,
        ...Object.fromEntries(
          Object.entries(figures).map(([name, values]) => [`evaluation/${name}`, values[seed]]),
        ),
      },
    })),
    toVerify: false,
    references: undefined,
  };
}

const plane = { name: "two-moons" };
// IQMs of five: the mean of the middle three.
const flow = rowOf("spline-flow", plane, {
  energy_distance: [9, 2, 1, 3, -9],
  negative_log_likelihood: [3, 2, 2.5, 1, 9],
});
const gan = rowOf("gan", plane, { energy_distance: [1, 1, 1, 1, 1], modes: [8, 8, 8, 8, 8] });
const maf = rowOf("maf", plane, {
  energy_distance: [4, 4, 4, 4, 4],
  negative_log_likelihood: [7, 7, 7, 7, NaN],
}, "docs/models/flows.md");

Deno.test("rows of the same data stand side by side, best first, whatever the order of its fields", () => {
  const [few, ...others] = [
    { name: "glyphs", train: 500 },
    { train: 500, name: "glyphs" },
    { name: "glyphs" },
    { name: "glyphs" },
  ].map((dataset, i) =>
    rowOf(["vae", "dcgan", "vae", "vae"][i], dataset, { energy_distance: [i] })
  );
  // An agent's row, and a model that draws nothing.
  const agent = {
    ...gan,
    definition: { name: "a", environment: { id: "A-v0" }, agent: plane, budget: 1 },
  };
  const silent = { ...gan, runs: gan.runs.map((run) => ({ ...run, figures: {} })) };
  const groups = onSameData([maf, few, flow, gan, ...others, agent, silent]);
  deepStrictEqual(
    groups.map(({ name, fields, rows }) => [
      name,
      fields,
      rows.map(({ definition }) => definition.name),
    ]),
    [
      ["two-moons", {}, ["gan", "spline-flow", "maf"]],
      // Two rows of one model are no comparison.
      ["glyphs", { train: 500 }, ["vae", "dcgan"]],
    ],
  );
  // Likelihoods of two rows, of one of which a seed has none; modes of one row alone.
  deepStrictEqual(groups[0].figures, ["energy_distance"]);
  const known = rowOf("nice", plane, { energy_distance: [5], negative_log_likelihood: [2] });
  deepStrictEqual(onSameData([flow, known])[0].figures, [
    "energy_distance",
    "negative_log_likelihood",
  ]);
});

Deno.test("a row with a seed that diverged has none of its earlier figures, and stands last", () => {
  const [lost, good, better] = [1, 3, 2].map((fid, i) =>
    rowOf(["vae", "dcgan", "wgan"][i], plane, { fid_glyphs: [fid, fid], energy_distance: [1, 1] })
  );
  const diverged = {
    ...lost,
    runs: lost.runs.map((run, i) => i === 0 ? { ...run, score: null } : run),
  };
  for (const rows of [[diverged, good, better], [better, diverged, good]]) {
    const [group] = onSameData(rows);
    deepStrictEqual(group.figures, ["fid_glyphs", "energy_distance"]);
    deepStrictEqual(group.rows.map(({ definition }) => definition.name), ["wgan", "dcgan", "vae"]);
    match(sameDataText([group]), /two-moons-vae` .* \| {2}\| {2}\|$/m);
  }
});

Deno.test("a table begins with real examples, and shows IQMs, the first with its interval", () => {
  const nice = rowOf("nice", plane, { energy_distance: [5], negative_log_likelihood: [2] });
  const text = sameDataText(onSameData([nice, flow, gan]));
  const lines = text.split("\n");
  strictEqual(lines[0], "### `two-moons`");
  match(lines[2], /^\| row \| page \| seeds \| budget \| energy distance \| −log p\(x\) \|$/);
  strictEqual(lines[4], "| real data |  |  |  | 0.001 |  |");
  // A GAN's budget counts updates, a flow's examples; its likelihood nobody knows.
  match(
    lines[5],
    /`two-moons-gan` \| \[gan\]\(models\/gan\.md\) \| 5 \| 5,000 updates \| 1 \[1, 1\] rough \| {2}\|$/,
  );
  match(lines[6], /`two-moons-spline-flow` .* \| 5,000 examples \| 2 \[-?\d.* rough \| 2\.5 \|$/);
  match(lines[7], /`two-moons-nice` .* \| 1 \| 5,000 examples \| 5 \| 2 \|$/);
  const fields = onSameData(
    ["vae", "dcgan"].map((model) =>
      rowOf(model, { name: "glyphs", train: 500 }, { energy_distance: [1] })
    ),
  );
  ok(sameDataText(fields).startsWith("### `glyphs`, `train` 500\n"));
});

Deno.test("a likelihood of a model that is told the class says so, no other figure of it does", () => {
  const told = rowOf("conditional-pixelcnn", plane, {
    energy_distance: [1],
    negative_log_likelihood: [2],
    recall: [0.5],
  });
  const other = rowOf("pixelcnn", plane, {
    energy_distance: [2],
    negative_log_likelihood: [3],
    recall: [0.25],
  });
  const lines = sameDataText(onSameData([told, other])).split("\n");
  match(lines[5], /examples \| 1 \| 2 given the class \| 0\.5 \|$/);
  match(lines[6], /examples \| 2 \| 3 \| 0\.25 \|$/);
});
