import { doesNotMatch, match, ok, strictEqual, throws } from "node:assert";
import { pageWithResults } from "../../evidence/pages.ts";
import type { References } from "../../evidence/references.ts";
import type { EvidenceRow } from "../../evidence/row.ts";
import { evidence } from "../../evidence/rows.ts";
import {
  besideOthers,
  type MeasuredRow,
  resultsText,
  summaryOf,
  withResults,
} from "../../evidence/tables.ts";
import type { ExperimentDefinition } from "../../lab/experiment/definition.ts";
import { results } from "./measured.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

const row: EvidenceRow = {
  experiment: "toy",
  page: "docs/toy.md",
  seeds: 5,
  reference: { value: 480, source: "480, they say" },
};

const definition: ExperimentDefinition = {
  name: "toy",
  environment: { id: "Toy-v0" },
  agent: { name: "toy" },
  budget: 1000,
};

const peer = (...scores: number[]): References => ({
  experiment: "toy",
  peer: "Peer, TOY",
  key: "",
  runs: scores.map((score, i) => ({
    seed: 101 + i,
    score,
    steps: 4000,
    seconds: 20,
    machine: "2 × processor",
    versions: { peer: "1.2" },
    date: "",
  })),
});

/** A measured row with these scores. */
function measured(
  scores: readonly (number | null)[],
  others: Partial<MeasuredRow> = {},
): MeasuredRow {
  return {
    row,
    definition,
    runs: results(...scores),
    toVerify: false,
    references: "none",
    ...others,
  };
}

/** The first row of a page's table. */
const lineOf = (one: MeasuredRow) =>
  resultsText([one]).split("\n").find((text) => text.startsWith("| `"))!;
const line = (...given: Parameters<typeof measured>) => lineOf(measured(...given));

Deno.test("every page shows what docs/results/ and docs/references/ hold", async () => {
  for (const page of new Set(evidence.map(({ page }) => page))) {
    const text = await Deno.readTextFile(root + page);
    const written = await pageWithResults(page, text, { root });
    ok(text === written, `${page} is behind its figures: deno task docs:results --tables`);
  }
});

Deno.test("a page's first line names the rows that fall short, with the seeds that they leave behind", () => {
  const [reached, short] = [[500, 500, 500, 500, 500], [470, 474, 474, 473, 500]];
  const first = (...rows: MeasuredRow[]) => resultsText(rows).split("\n")[0];
  const named = measured(short, { row: { ...row, experiment: "steep" } });
  strictEqual(
    first(measured(reached), named, measured(short)),
    "Short of their goals: `steep` with 4 of 5 seeds, `toy` with 4 of 5 seeds.",
  );
  // Whether a row reaches its goal is open while seeds are missing.
  for (const rows of [[measured(reached)], [measured(short.slice(1))]]) {
    match(first(...rows), /^\| experiment/);
  }
});

Deno.test("a table says what fell short, what hangs on a hair, what diverged and what is missing", () => {
  match(
    line([500, 500, 480, 480, 9]),
    /101–105 \| 486\.67 \[.*\] rough \| 9, 500 \| 500 \| ≥ 475\.2: reached, narrow \| 4 of 5 \| 480, they/,
  );
  match(line([470, 474, 474, 473, 500]), /\*\*falls short\*\* \| 1 of 5/);
  match(line([476, 477, 478, 477, 476]), /≥ 475\.2: reached, below \| 5 of 5/);
  match(
    line([500, null, 490, 500, 500]),
    /; diverged: 102 \| none .*\*\*falls short\*\*.*; 1 never/,
  );
  match(line([500, 500]), /101,102 of 101–105 .* \(500 … 500\) .*≥ 475\.2: unfinished \| 2 of 2/);
  match(line([]), /to be measured/);
  match(line([500, 500, 500, 500, 500], { toVerify: true }), /: reached, to verify/);
  match(summaryOf(measured([500, 500])), /2 of 2 seeds, 3 seeds missing/);
  const free = { row: { ...row, reference: undefined }, toVerify: true };
  match(line([500, 500, 500, 500, 500], free), /\| none yet: to verify \|/);
  match(summaryOf(measured([500, 500, 500, 500, 500], free)), /\]? rough: to verify \(5 seeds\)$/);
});

Deno.test("a peer that was measured on all seeds is the reference, with who is better; none is said", () => {
  const scores = [300, 310, 320, 330, 340];
  const whole = line([315, 315, 315, 315, 315], { references: peer(...scores) });
  match(whole, /≥ 305\.\d+: reached/); // 320 less two standard errors of 7.07
  match(whole, /320 \[.*\] rough Peer, TOY \| 0\.40 \[.*\] rough \| 5,000, 4,000 \|.*\| 4, 20 \|$/);
  const unknown = results(...scores).map((run) => ({ ...run, seconds: null }));
  match(line([], { runs: unknown, references: peer(...scores) }), / \| –, 20 \|$/);
  match(line([], { runs: unknown }), / \| 5,000 \|.*\| {2}\|$/);
  // Core-seconds of another machine, or of an unknown one, are no comparison.
  for (const machine of ["8 × another", undefined]) {
    const known = peer(...scores);
    const elsewhere = { ...known, runs: known.runs.map((run) => ({ ...run, machine })) };
    match(line(scores, { references: elsewhere }), / 5,000, 4,000 \|.*\| 4, – \|$/);
  }
  match(
    line(scores, { references: peer(...scores), theirsToMeasureAgain: true }),
    /: reached, narrow, theirs to measure again/,
  );
  const threshold = { ...row, reference: { value: 330, margin: 0, source: "330, solved" } };
  match(
    line([335, 335, 335, 335, 335], { row: threshold, references: peer(...scores) }),
    /≥ 330: reached \|.* 320 \[.*\] rough Peer, TOY; 330, solved \|/,
  );
  const part = line([315, 315, 315, 315, 315], { references: peer(300, 310) });
  match(
    part,
    /≥ 475\.2: \*\*falls short\*\*, below \|.*305 \(300 … 310\) Peer, TOY, 2 of 5 seeds \| 1\.00 /,
  );
  const two = { row: { ...row, referenceSeeds: 2 }, references: peer(300, 310) };
  match(line([315, 315, 315, 315, 315], two), / 305 \(300 … 310\) Peer, TOY, 2 seeds \| 1\.00 /);
  const none = [315, 315, 315, 315, 315];
  match(line(none), /480, they say \| no peer \|/);
  match(line([]), /480, they say \| no peer \|/);
  match(line(none, { references: undefined }), /480, they say \| not measured \|/);
  const less = { ...row, better: "less" } as const;
  match(line([315, 315, 315, 315, 315], { row: less, references: peer(...scores) }), / 0\.60 \[/);
});

Deno.test("a seed that diverged is worse than any other, on either side", () => {
  const references = peer(300, 310, 320, 330, 340);
  const less = { ...row, better: "less" } as const;
  // Four of ours are better than two of theirs: 8 of 25 pairs.
  match(line([315, 315, null, 315, 315], { references }), / 0\.32 \[0\.\d\d, 0\.\d\d\] rough \|/);
  match(line([315, 315, null, 315, 315], { row: less, references }), / 0\.48 \[/);
  const [lost, ...others] = references.runs;
  const theirs = { ...references, runs: [{ ...lost, score: null }, ...others] };
  match(line([315, 315, 315, 315, 315], { row: less, references: theirs }), / 0\.80 \[/);
  const all = besideOthers([measured([315, 315, null, 315, 315], { references: theirs })]);
  match(all, /The mean of P, ties counted half: 0\.34 over 1 row of agents/);
  const lacking = besideOthers([measured([1, 2, 3, 4, 5], { references: peer(0, 0, 0, 0) })]);
  match(lacking, /The mean of P, ties counted half: – over 0 rows of agents/);
});

Deno.test("a row stands beside those that it is to be better than, seed by seed", () => {
  const beside = (ours: (number | null)[], theirs: (number | null)[], better?: "less") => {
    const other = { ...row, experiment: "other" };
    const lines = resultsText([
      measured(ours, { row: { ...row, better, betterThan: ["other"] } }),
      measured(theirs, { row: other }),
    ]).split("\n");
    const title = "| seed by seed | better than | seeds | by: IQM [95 %] | interval above 0 |";
    const at = lines.indexOf(title);
    ok(at > 0);
    return lines[at + 2];
  };
  // The seeds differ by more than ours and theirs: each gains 1 to 3.
  match(
    beside([11, 22, 33, 42, 51], [10, 20, 30, 40, 50]),
    /^\| `toy` \| `other` \| 5 of 5 \| 1\.6667 \[1, .*\] rough \| yes \|$/,
  );
  match(
    beside([11, 22, 33, 42, 51], [10, 20, 30, 40, 50], "less"),
    /\| -1\.6667 \[.* \*\*no\*\* \|$/,
  );
  match(beside([10, 20, 30, 40, 50], [11, 22, 33, 42, 51], "less"), /\| 1\.6667 \[.* yes \|$/);
  match(beside([11, 19, 31, 39, 51], [10, 20, 30, 40, 50]), /\*\*no\*\* \|$/);
  match(beside([11, null, 33, 42, 51], [10, 20, 30, 40, 50]), /5 of 5 \| none \| \*\*no\*\* \|$/);
  match(beside([11, 22, 33], [10, 20, 30, 40, 50]), /3 of 5 \| 2 \(1 … 3\) \| unfinished \|$/);
  match(beside([], [10, 20]), /^\| `toy` \| `other` \| {2}\| to be measured \| {2}\|$/);
});

Deno.test("what a row is to be better than is measured by the same figure, on its page", () => {
  let pairs = 0;
  for (const { experiment, betterThan = [], ...own } of evidence) {
    for (const than of betterThan) {
      const other = evidence.find((each) => each.experiment === than);
      const of = (each: Omit<EvidenceRow, "experiment">) =>
        [each.page, each.metric, each.better, each.seeds].join();
      strictEqual(other && of(other), of(own), `${experiment}: ${than}`);
      // A likelihood given the class is none of the example alone.
      const isTold = (name: string) => name.includes("-conditional-");
      strictEqual(isTold(experiment), isTold(than), `${experiment}: ${than}`);
      pairs++;
    }
  }
  ok(pairs > 0);
});

Deno.test("a model's further figures stand beside what real examples get; without a reference no goal", () => {
  const figures = { "evaluation/recall": 0.9, "ceiling/recall": 0.97, "evaluation/kl": 17.25 };
  const runs = results(1, 2).map((run) => ({ ...run, figures }));
  const model = {
    ...row,
    seeds: 2,
    reference: undefined,
    figures: ["evaluation/recall", "evaluation/kl"],
  };
  const text = resultsText([measured([], { row: model, runs }), measured([500])]);
  // An application's figures are no samples', of which real examples could have some.
  const applied = { "application/ssim": 0.5, "ceiling/ssim": 1 };
  match(
    lineOf(measured([], {
      row: { ...model, figures: ["application/ssim"] },
      runs: runs.map((run) => ({ ...run, figures: applied })),
    })),
    /\| ssim 0\.5 \|$/,
  );
  match(
    text,
    /\| none yet \|(?:[ ]{2}\|){2} no peer \| 5,000 \|[ ]{2}\| 2\.5 \| recall 0\.9 \(0\.97\), kl 17\.3 \|$/m,
  );
  strictEqual(
    new Set(text.split("\n").slice(0, 4).map((line) => line.split(" | ").length)).size,
    1,
  );
});

Deno.test("a table names each machine and version once, whatever commits and days it was measured on", () => {
  const others = [{}, { commit: "1234567", date: "2027-01-01" }, { machine: "8 × another" }];
  const runs = results(500, 500, 500).map((run, i) => ({ ...run, ...others[i] }));
  const text = resultsText([measured([], { runs, references: peer(1, 2) })]);
  match(text, / on 2 × processor, .*; 8 × another, Deno 2\.9\.6/);
  match(text, /Theirs with `deno task docs:references`: peer 1\.2; core-seconds of .*\.\n$/);
  strictEqual(text.match(/2 × processor/g)!.length, 1);
  doesNotMatch(text, /1234567|2027/);
  match(text, /, one thread a run; /);
  const threaded = { ...definition, agent: { name: "toy", workers: 2 } } as ExperimentDefinition;
  match(
    resultsText([measured([500]), measured([500], { definition: threaded })]),
    /, one thread a run, but 2 of `toy`; /,
  );
});

Deno.test("a page keeps what stands around its table", () => {
  const page = "a\n<!-- results -->\nold\n<!-- /results -->\nb\n";
  const written = withResults(page, "page", [measured([])]);
  match(written, /^a\n<!-- results -->\n\| experiment [^]*\n<!-- \/results -->\nb\n$/);
  strictEqual(withResults(written, "page", [measured([])]), written);
  throws(() => withResults("a", "page", []), /Cannot write the results into page/);
});

Deno.test("further figures of a row of which a seed diverged are none, and so are bounds", () => {
  const figuresOf = (...values: (number | null)[]) =>
    results(...values).map((run, i) => ({
      ...run,
      figures: {
        ...values[i] !== null && { "evaluation/recall": values[i] },
        "ceiling/recall": 0.9,
      },
    }));
  const further = { ...row, figures: ["evaluation/recall"] };
  const shown = (...values: (number | null)[]) =>
    resultsText([measured([], { row: further, runs: figuresOf(...values) })]).split("\n")[2];
  match(shown(0.1, 0.2, 0.3, 0.4), /\| recall 0\.25 \(0\.9\) \|$/);
  match(shown(0.1, 0.2, 0.3, null), /\| recall none \(0\.9\) \|$/);
  const page = besideOthers([
    measured([500, 500, 490, 480, null], { references: peer(1, 2, NaN) }),
  ]);
  match(page, /\| `toy` \| none \| none Peer, TOY, 3 of 5 seeds \|/);
});

Deno.test("an IQM that misses its goal is not rounded to it", () => {
  const reference = { value: 1, margin: 0, source: "" };
  const shown = (score: number) => line([score], { row: { ...row, seeds: 1, reference } });
  match(shown(0.999996), /\| 0\.999996 \|.*≥ 1: \*\*falls short\*\*/);
  match(shown(0.99999996), /\| 0\.99999996 \|.*≥ 1: \*\*falls short\*\*/);
  match(shown(1.000004), /\| 1 \|.*≥ 1: reached/);
  match(shown(0.98765432), /\| 0\.98765 \|/);
});
