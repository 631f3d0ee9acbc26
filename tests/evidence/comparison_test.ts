import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { chartScene } from "../../lab/core/chart.ts";
import {
  compareSuite,
  comparisonPage,
  curveChart,
  profileChart,
  type Suite,
} from "../../evidence/comparison.ts";
import { comparisonFiles } from "../../evidence/pages.ts";
import type { MeasuredRow } from "../../evidence/tables.ts";
import { iqm } from "../../lab/statistics/mod.ts";
import { results } from "./measured.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

const suite: Suite = {
  name: "toys",
  title: "Toys",
  worlds: [{ id: "A-v0", prefix: "a" }, { id: "B-v0", prefix: "b" }],
};
const environments = [
  { id: "A-v0", randomReturn: { mean: 0, deviation: 1 } },
  { id: "B-v0", randomReturn: { mean: -200, deviation: 1 } },
];

function rowOf(experiment: string, scores: readonly (number | null)[], value: number): MeasuredRow {
  return {
    row: { experiment, page: "", seeds: 5, reference: { value, source: "" } },
    definition: {
      name: experiment,
      environment: { id: "" },
      agent: { name: "" },
      budget: 4000,
    },
    runs: results(...scores),
    toVerify: false,
    references: undefined,
  };
}

// Golden: agent A of the example in tests/golden (5 runs, 2 tasks), computed with NumPy as rliable
// does: IQM 0.775, optimality gap 0.25, profile 1, 0.8, 0.6, 0.2 at 0.25, 0.5, 0.75, 0.9; the interval
// of the IQM, from all resamples, is [0.683333, 0.841667].
const first = [0.9, 0.8, 1, 0.85, 0.95];
const second = [0.6, 0.5, 0.7, 0.4, 0.8];
const rows = [
  rowOf("a-good", first.map((score) => 500 * score), 500),
  rowOf("b-good", second.map((score) => -200 + 100 * score), -110),
  rowOf("a-part", [1, 2, 3, 4], 400),
  rowOf("b-part", [1, 2, 3, 4, 5], -100),
  rowOf("a-lost", [1, 2, 3, 4, null], 400),
  rowOf("b-lost", [1, 2, 3, 4, 5], -100),
  rowOf("a-alone", [1, 2, 3, 4, 5], 1),
];

Deno.test("agents with a row in every world are compared between random actions and the best reference", () => {
  const compared = compareSuite(suite, rows, environments);
  deepStrictEqual(compared.scale, [
    { id: "A-v0", zero: 0, one: 500 },
    { id: "B-v0", zero: -200, one: -100 },
  ]);
  deepStrictEqual(compared.unmeasured, ["part"]);
  const [{ agent, scores, curve }, lost] = compared.agents;
  deepStrictEqual([compared.agents.length, lost.agent], [2, "lost"]);
  strictEqual(agent, "good");
  ok(Math.abs(iqm(scores) - 0.775) < 1e-12);
  // Nothing was evaluated at the beginning: as random actions. Then each first evaluation gave 0.
  deepStrictEqual(curve[0], [[0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]);
  deepStrictEqual(curve[2], [[0, 0, 0, 0, 0], [2, 2, 2, 2, 2]]);
  const page = comparisonPage([compared], rows, []);
  match(
    page,
    /`good` \| 5 \| 0\.7[78] \[0\.68, 0\.84\] rough \| 0\.25 \[0\.\d\d, 0\.\d\d\] rough \|/,
  );
  match(page, /`part` \|\s+\| to be measured/);
  // All seeds were measured, of which one came to nothing.
  match(page, /`lost` \| 5 \| none \| none \|/);
  match(page, /profile-toys\.svg/);
  doesNotMatch(page, /alone/);
});

Deno.test("a curve takes the evaluation next to a place, also one just past it", () => {
  const evaluations = [[20, 50], [410, 100], [560, 150], [1010, 200], [1190, 250]] as const;
  const late = (experiment: string, one: number) => {
    const row = rowOf(experiment, [1], one);
    return { ...row, row: { ...row.row, seeds: 1 }, runs: [{ ...row.runs[0], evaluations }] };
  };
  const { agents: [{ curve }] } = compareSuite(
    suite,
    [late("a-late", 500), late("b-late", 0)],
    environments,
  );
  // Of 4,000: 400 is measured at 410, 800 is not, 1,200 is at 1,190.
  deepStrictEqual(curve.map(([scores]) => scores[0]).slice(0, 5), [0, 0.2, 0.3, 0.5, 0.5]);
});

Deno.test("rows with a peer stand beside it, and the mean of P counts each row once", () => {
  const peerOf = (...scores: number[]): MeasuredRow["references"] => ({
    experiment: "",
    key: "",
    peer: "Peer",
    runs: scores.map((score, i) => ({
      ...{ seed: 101 + i, score, steps: 2000, seconds: 2, versions: {} },
    })),
  } as unknown as MeasuredRow["references"]);
  const better: MeasuredRow = { ...rows[0], references: peerOf(0, 1, 2, 3, 4) };
  const less: MeasuredRow = {
    ...rows[3],
    row: { ...rows[3].row, better: "less" },
    references: peerOf(1, 2, 3, 4, 5),
  };
  const page = comparisonPage(
    [],
    [better, less, rows[4], { ...rows[4], references: "no peer" }],
    [],
  );
  // What few seeds cannot show has no interval of no width.
  match(page, /\| `a-good` \| .* Peer \| 1\.00 \(25 of 25 pairs\) \|/);
  match(page, /\| `b-part` \| .* Peer \| 0\.50 \[0\.\d\d, 0\.\d\d\] rough \|/);
  const none = comparisonPage([], [{ ...rows[0], references: peerOf(...Array(5).fill(1e9)) }], []);
  match(none, /\| `a-good` \| .* Peer \| 0\.00 \(0 of 25 pairs\) \|/);
  const even = { ...rows[3], runs: results(1, 1, 1, 1, 1), references: peerOf(1, 1, 1, 1, 1) };
  match(comparisonPage([], [even], []), /\| `b-part` \| .* Peer \| 0\.50 \(25 ties\) \|/);
  const definition = { name: "m", model: {}, dataset: {}, budget: 1 } as never;
  const kinds = comparisonPage([], [better, less, { ...even, definition }], []);
  match(
    kinds,
    /: 0\.75 over 2 rows of agents, 0\.50 over 1 row of models, 0\.67 over 3 rows of both; /,
  );
});

Deno.test("profiles are the share of runs above a score, and curves lie in their bands", () => {
  const compared = compareSuite(suite, rows, environments);
  const [profile, ...others] = profileChart(compared).lines;
  deepStrictEqual([profile.name, others, curveChart(compared).lines.length], ["good", [], 1]);
  const alone = { ...compared, agents: compared.agents.slice(1) };
  doesNotMatch(comparisonPage([alone], [], []), /\.svg/);
  const at = (threshold: number) => profile.y[profile.x.indexOf(threshold)];
  deepStrictEqual([0.25, 0.5, 0.75, 0.9].map(at), [1, 0.8, 0.6, 0.2]);
  for (const { y, low, high } of [profile, ...curveChart(compared).lines]) {
    ok(y.every((value, i) => low![i] <= value && value <= high![i]));
  }
});

Deno.test("a chart lies within its view, lines over bands, and takes what does not vary", () => {
  const lines = [{ name: "x", x: [0, 1], y: [3, 3], low: [3, 3], high: [3, 3] }];
  const { view, shapes } = chartScene({ xLabel: "a", yLabel: "b", lines });
  const points = shapes.flatMap((shape) =>
    shape.kind === "line" || shape.kind === "polygon"
      ? shape.points
      : shape.kind === "text"
      ? [shape.at]
      : []
  );
  for (const [x, y] of points) {
    ok(x >= view[0] && x <= view[2] && y >= view[1] && y <= view[3], `${x}, ${y}`);
  }
  strictEqual(shapes[0].kind, "polygon");
});

Deno.test("the page that compares agents and its pictures show what docs/results/ holds", async () => {
  for (const [path, text] of await comparisonFiles({ root })) {
    const written = await Deno.readTextFile(root + path);
    ok(text === written, `${path} is behind its figures: deno task docs:results --tables`);
  }
});
