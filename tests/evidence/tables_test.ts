import { deepStrictEqual, doesNotMatch, match, ok, strictEqual, throws } from "node:assert";
import { pageWithResults } from "../../evidence/main.ts";
import { keyOf, type SeedResult, valid } from "../../evidence/results.ts";
import { type EvidenceRow, verdictOf } from "../../evidence/row.ts";
import { evidence } from "../../evidence/rows.ts";
import { resultsText, withResults } from "../../evidence/tables.ts";
import { experiments } from "../../experiments/mod.ts";
import type { ExperimentDefinition } from "../../lab/experiment/definition.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

const row: EvidenceRow = {
  experiment: "toy",
  page: "docs/toy.md",
  seeds: 4,
  bar: { atLeast: 475, seeds: 3 },
  reference: "500",
};

const definition: ExperimentDefinition = {
  name: "toy",
  environment: { id: "Toy-v0" },
  agent: { name: "toy" },
  budget: 1000,
};

function results(...scores: (number | null)[]): SeedResult[] {
  return scores.map((score, i) => ({
    seed: i + 1,
    status: score === null ? "diverged" : "completed",
    score,
    best: 500,
    stepsToGoal: score === null ? null : 1000 * (i + 1),
    environmentSteps: 5000,
    wallSeconds: 2,
    digest: null,
    commit: "abcdef0",
    date: "2026-11-20",
    deno: "2.9.6",
    machine: "2 × processor",
    backend: "wasm",
    threads: 1,
  }));
}

Deno.test("every page shows what docs/results/ holds", async () => {
  for (const page of new Set(evidence.map(({ page }) => page))) {
    const text = await Deno.readTextFile(root + page);
    const written = await pageWithResults(page, text, { root });
    ok(text === written, `${page} is behind its figures: deno task docs:results --tables`);
  }
});

Deno.test("every results file belongs to a row, and names its figures' experiment", async () => {
  for await (const { name } of Deno.readDir(`${root}docs/results`)) {
    if (!name.endsWith(".json")) continue;
    const { experiment } = JSON.parse(await Deno.readTextFile(`${root}docs/results/${name}`));
    strictEqual(name, `${experiment}.json`);
    ok(evidence.some((row) => row.experiment === experiment), name);
  }
});

Deno.test("every row names an experiment, once, and five seeds where seeds matter", () => {
  const names = evidence.map(({ experiment }) => experiment);
  strictEqual(new Set(names).size, names.length);
  for (const { experiment, seeds } of evidence) {
    ok(experiments.some(({ name }) => name === experiment), experiment);
    ok(seeds >= 5 || /-(value|policy)-iteration$/.test(experiment), experiment);
  }
});

Deno.test("a row holds where its IQM and enough of its seeds do", () => {
  const verdict = (...scores: number[]) => verdictOf(row, scores).reached;
  ok(verdict(500, 480, 475, 9));
  ok(!verdict(500, 480, 474, 9)); // two seeds
  ok(!verdict(500, 480, 475)); // one is missing
  ok(!verdict(500, 500, NaN, 500)); // one diverged
  ok(
    !verdictOf({ ...row, bar: { atLeast: 475 } }, [500, 470, 470, 500].map((x) => x - 20)).reached,
  );
  const loss = { ...row, bar: { atMost: 0.1, seeds: 4 } };
  ok(verdictOf(loss, [0.1, 0.05, 0.01, 0.1]).reached);
  ok(!verdictOf(loss, [0.1, 0.05, 0.01, 0.11]).reached);
});

Deno.test("a table says what fell short, what diverged and what is missing", () => {
  const line = (...scores: (number | null)[]) =>
    resultsText([{ row, definition, runs: results(...scores) }]).split("\n")[2];
  match(line(500, 480, 475, 9), /1–4 .* 477\.5 \[.* \| 9, 500 .* ≥ 475, 3 seeds: reached/);
  match(line(500, 480, 474, 9), /\*\*falls short\*\* \| 2 of 4/);
  match(
    line(500, null, 490, 500),
    /diverged: 2 .* none .*\*\*falls short\*\*.* 1,000–4,000; 1 never/,
  );
  match(line(500, 500), /1,2 of 4 .*\*\*falls short\*\*/);
  match(line(), /not measured yet/);
  match(
    resultsText([{ row, definition, runs: results(500) }]),
    /on 2 × processor, Deno 2\.9\.6, backend `wasm`, 1 thread a run; commits and dates/,
  );
});

Deno.test("a table names each machine once, whatever commits and days it was measured on", () => {
  const others = [{}, { commit: "1234567", date: "2027-01-01" }, { machine: "8 × another" }];
  const runs = results(500, 500, 500).map((run, i) => ({ ...run, ...others[i] }));
  const text = resultsText([{ row, definition, runs }]);
  match(text, / on 2 × processor, .*; 8 × another, Deno 2\.9\.6/);
  strictEqual(text.match(/2 × processor/g)!.length, 1);
  doesNotMatch(text, /1234567|2027/);
});

Deno.test("a page keeps what stands around its table", () => {
  const page = "a\n<!-- results -->\nold\n<!-- /results -->\nb\n";
  const written = withResults(page, "page", [{ row, definition, runs: [] }]);
  match(written, /^a\n<!-- results -->\n\| experiment [^]*\n<!-- \/results -->\nb\n$/);
  strictEqual(withResults(written, "page", [{ row, definition, runs: [] }]), written);
  throws(() => withResults("a", "page", []), /Cannot write the results into page/);
});

Deno.test("figures count on while what a definition says about results stays", () => {
  const key = keyOf(row, definition);
  strictEqual(keyOf(row, { ...definition, summary: "another", seeds: 3 }), key);
  ok(keyOf(row, { ...definition, budget: 2000 }) !== key);
  ok(keyOf(row, { ...definition, agent: { name: "toy", gamma: 0.9 } }) !== key);
  ok(keyOf({ ...row, metric: "losses/elbo" }, definition) !== key);
  const kept = { experiment: "toy", metric: "", key, runs: results(1, 2, 3, 4, 5) };
  deepStrictEqual(valid(kept, row, key).map(({ seed }) => seed), [1, 2, 3, 4]);
  deepStrictEqual(valid(kept, row, "other"), []);
});
