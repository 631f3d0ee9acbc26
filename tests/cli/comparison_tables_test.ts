/** A comparison whose every figure is another: in a terminal, as JSON, and in a report. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { Comparison } from "../../cli/comparison.ts";
import { resultOf } from "../../cli/report/report.ts";
import {
  comparisonDocument,
  comparisonTables,
  iqmCell,
  middleCells,
  scaleDocument,
  withSpread,
} from "../../cli/terminal/comparison_table.ts";
import { capturedIo } from "./captured_io.ts";

const interval = (low: number, high: number, kind = "interval") => ({ low, high, kind });
const runs = (...ids: string[]) => ids.map((id) => ({ id, status: "completed" }));
const whole = { diverged: 0, failed: 0, lacking: 0 };

const groups = [
  {
    ...{ label: "ppo one", experiment: "one", configuration: { agent: { name: "ppo" } } },
    ...{ runs: runs("r1", "r2"), metric: "evaluation/return_mean", values: [101, 102] },
    ...{ iqm: 103, spread: interval(104, 105), mean: 106, median: 107, verdict: "solved" },
    threshold: { value: 475, reached: 1, environmentSteps: 12_000, wallSeconds: 65 },
    speed: 2345,
  },
  {
    ...{ label: "dqn two", experiment: "two", configuration: { agent: { name: "dqn" } } },
    ...{ runs: runs("r3"), metric: undefined, values: [NaN], iqm: NaN, spread: null },
    ...{ mean: NaN, median: Infinity, verdict: undefined, speed: 5 },
    threshold: { value: 475, reached: 0, environmentSteps: null, wallSeconds: null },
  },
  {
    ...{ label: "a2c", experiment: "two", configuration: {}, runs: runs("r4", "r5", "r6") },
    ...{ metric: "score/return_mean", values: [1, 2, 3], iqm: 2.25, mean: 2.5, median: 2.75 },
    ...{ spread: interval(2, 3, "rough interval"), verdict: "learning", speed: 7 },
    threshold: null,
  },
].map((group) => ({ ...group, lacking: [] }));
const [ppo, dqn, a2c] = groups;

const comparison = {
  groups,
  pairs: [
    {
      ...{ first: ppo, second: a2c, probability: 0.875, p: 0.0123, detectable: 12.5 },
      spread: interval(0.5, 1),
    },
    {
      ...{ first: dqn, second: ppo, probability: 0.25, p: NaN, detectable: NaN },
      spread: null,
    },
    {
      ...{ first: a2c, second: dqn, probability: 1, p: 0.0004, detectable: 3 },
      spread: interval(0.75, 1, "lowest and highest"),
    },
  ],
  scales: [{ id: "CartPole-v1", random: { mean: 22, deviation: 11 }, threshold: 475 }],
  suite: {
    worlds: ["A-v0", "B-v0"],
    agents: [
      {
        ...{ agent: "ppo", seeds: 4 },
        iqm: { value: 0.5, spread: interval(0.25, 0.75) },
        gap: { value: 0.125, spread: null },
      },
    ],
  },
  notes: ["left out, as damaged: r9"],
} as unknown as Comparison;

/** The cells of each line, by the two spaces between them. */
const cellsOf = (text: string) =>
  text.split("\n").map((line) => line.trim().split(/\s{2,}/)).filter(([first]) => first !== "");

Deno.test("a terminal has each figure of a comparison in its own column", () => {
  const io = capturedIo({ columns: 200 });
  const tables = comparisonTables(comparison, io).split("\n\n");
  const flat = tables.map((each) => cellsOf(each).map((cells) => cells.join("|")));
  deepStrictEqual(flat[0].slice(1), [
    "ppo one|2|return|103.0 [104.0, 105.0]|solved|106.0|107.0",
    "dqn two|1|–|none|–|none|none",
    "a2c|3|return mean|2.25 [2, 3] rough|learning|2.5|2.75",
  ]);
  deepStrictEqual(flat[1], [
    "experiment|steps to 475|time|at the end|steps/s",
    "ppo one|12,000|1:05|1 of 2|2,345",
    "dqn two|–|–|0 of 1|5",
  ]);
  ok(tables[2].includes("CartPole-v1") && tables[2].includes("475") && tables[2].includes("22"));
  deepStrictEqual(flat[3], [
    "agent|fewest seeds a world|IQM [95 %]|optimality gap [95 %]",
    "ppo|4|0.5 [0.25, 0.75]|0.125",
  ]);
  const pairs = flat.find(([head]) => head.startsWith("a|b"))!;
  deepStrictEqual(pairs, [
    "a|b|P(a > b) [95 %]|p (Holm)|told apart beyond",
    "ppo one|a2c|0.88 [0.50, 1.00]|0.012|12.5",
    "dqn two|ppo one|0.25|–|–",
    "a2c|dqn two|1.00 (0.75 … 1.00)|< 0.001|3",
  ]);
  strictEqual(tables.at(-1), "left out, as damaged: r9");
});

Deno.test("of a test of equal seeds is said how many both groups have, or that they have none", () => {
  const common = [8, 0, 1];
  const pairs = comparison.pairs.map((pair, i) => ({ ...pair, common: common[i] }));
  const made = { ...comparison, pairs };
  const cells = ["0.012 (of 8 common seeds)", "no common seeds", "< 0.001 (of 1 common seed)"];
  const table = cellsOf(comparisonTables(made, capturedIo({ columns: 200 })));
  const at = table.findIndex(([head]) => head === "a");
  deepStrictEqual(table.slice(at + 1, at + 4).map((row) => row[3]), cells);
  const tables = resultOf(made, { isTimed: false, paired: true })
    .flatMap((block) => block.kind === "table" ? [block] : []);
  deepStrictEqual(tables.at(-1)!.rows.map((row) => row[3]), cells);
  const stored = comparisonDocument(made).pairs as { common_seeds: number }[];
  deepStrictEqual(stored.map(({ common_seeds }) => common_seeds), common);
});

Deno.test("of a metric of which less is better a comparison says so, in a terminal and a report", () => {
  const says = ({ pairs }: Pick<Comparison, "pairs">) => {
    const made = { ...comparison, pairs };
    return [
      comparisonTables(made, capturedIo({ columns: 200 })),
      JSON.stringify(resultOf(made, { isTimed: false, paired: false })),
    ].map((text) => /Of ([^:.]*) less is better: a low P\(a > b\) speaks for a\./.exec(text)?.[1]);
  };
  deepStrictEqual(says(comparison), [undefined, undefined]);
  const pairs = ["evaluation/negative_elbo", "losses/reconstruction", "losses/reconstruction"]
    .map((metric, i) => ({ ...comparison.pairs[i], first: { ...ppo, metric } }));
  const words = "−ELBO, reconstruction";
  deepStrictEqual(says({ pairs } as unknown as Comparison), [words, words]);
});

Deno.test("a comparison as JSON has each figure under its name, and null for what is none", () => {
  const [ppo, dqn, a2c] = comparison.groups;
  const common = (group: typeof ppo) => ({
    ...{ label: group.label, experiment: group.experiment, config: group.configuration },
  });
  deepStrictEqual(comparisonDocument(comparison), {
    groups: [
      {
        ...{ ...common(ppo), runs: ["r1", "r2"], metric: "evaluation/return_mean" },
        ...{
          values: [101, 102],
          n: 2,
          finished: 2,
          ...whole,
          iqm: 103,
          interval: [104, 105],
          rough: false,
        },
        ...{ verdict: "solved", mean: 106, median: 107 },
        threshold: { value: 475, reached: 1, environment_steps: 12_000, wall_seconds: 65 },
      },
      {
        ...{
          ...common(dqn),
          runs: ["r3"],
          metric: null,
          values: [null],
          n: 1,
          finished: 1,
          ...whole,
          iqm: null,
        },
        ...{ interval: null, rough: false, verdict: null, mean: null, median: null },
        threshold: { value: 475, reached: 0, environment_steps: null, wall_seconds: null },
      },
      {
        ...{ ...common(a2c), runs: ["r4", "r5", "r6"], metric: "score/return_mean" },
        ...{
          values: [1, 2, 3],
          n: 3,
          finished: 3,
          ...whole,
          iqm: 2.25,
          interval: [2, 3],
          rough: true,
        },
        ...{ verdict: "learning", mean: 2.5, median: 2.75, threshold: null },
      },
    ],
    pairs: [
      {
        ...{ first: "ppo one", second: "a2c", probability: 0.875, interval: [0.5, 1] },
        ...{ rough: false, p: 0.0123, detectable: 12.5 },
      },
      {
        ...{ first: "dqn two", second: "ppo one", probability: 0.25, interval: null },
        ...{ rough: false, p: null, detectable: null },
      },
      {
        ...{ first: "a2c", second: "dqn two", probability: 1, interval: null },
        ...{ rough: false, p: 0.0004, detectable: 3 },
      },
    ],
    environments: [
      { id: "CartPole-v1", random_return: { mean: 22, deviation: 11 }, reward_threshold: 475 },
    ],
    suite: {
      worlds: ["A-v0", "B-v0"],
      agents: [
        {
          ...{ agent: "ppo", seeds: 4, iqm: 0.5, interval: [0.25, 0.75] },
          ...{ optimality_gap: 0.125, gap_interval: null },
        },
      ],
    },
    notes: ["left out, as damaged: r9"],
  });
  const scale = { id: "X-v0", random: undefined, masked: false, threshold: undefined };
  const { suite, environments } = comparisonDocument({
    ...comparison,
    ...{ suite: undefined, scales: [scale] },
  });
  deepStrictEqual([suite, environments], [
    null,
    [{ id: "X-v0", random_return: null, reward_threshold: null }],
  ]);
  const random = { mean: -186, deviation: 41 };
  deepStrictEqual(scaleDocument({ ...scale, random, masked: true }), {
    ...{ id: "X-v0", random_return: random, random_actions: "allowed", reward_threshold: null },
  });
});

Deno.test("a report has each figure of a comparison in its own column", () => {
  const tablesOf = (isTimed: boolean, paired = false) =>
    resultOf(comparison, { isTimed, paired }).flatMap((block) =>
      block.kind === "table" ? [block] : []
    );
  const [groups, suite, pairs] = tablesOf(true);
  deepStrictEqual([groups.head, ...groups.rows], [
    [
      ...["", "experiment", "seeds", "figure", "IQM [95 %]", "verdict", "mean", "median"],
      ...["steps to solved", "time", "at the end"],
    ],
    [
      ...["a", "ppo one", "2", "return", "103.0 [104.0, 105.0]", "solved", "106.0", "107.0"],
      ...["12,000", "1:05", "1 of 2"],
    ],
    ["b", "dqn two", "1", "–", "none", "–", "none", "none", "–", "–", "0 of 1"],
    [
      ...["c", "a2c", "3", "return mean", "2.25 [2, 3] rough", "learning", "2.5", "2.75"],
      ...["–", "–", "–"],
    ],
  ]);
  deepStrictEqual(suite.rows, [["ppo", "4", "0.5 [0.25, 0.75]", "0.125"]]);
  deepStrictEqual(pairs.head, ["a", "b", "P(a > b) [95 %]", "p (Holm)", "told apart beyond"]);
  const [, , alone] = resultOf({ ...comparison, pairs: comparison.pairs.slice(1, 2) }, {
    ...{ isTimed: true, paired: false },
  }).flatMap((block) => block.kind === "table" ? [block] : []);
  deepStrictEqual(alone.head, ["a", "b", "P(a > b)", "p", "told apart beyond"]);
  deepStrictEqual(pairs.rows, [
    ["a", "c", "0.88 [0.50, 1.00]", "0.012", "12.5"],
    ["b", "a", "0.25", "–", "–"],
    ["c", "b", "1.00 (0.75 … 1.00)", "< 0.001", "3"],
  ]);
  // What a clock says stands only where times are asked for.
  const [untimed] = tablesOf(false);
  deepStrictEqual([untimed.head.slice(-2), untimed.rows[0].slice(-2)], [
    ...[["steps to solved", "at the end"], ["12,000", "1 of 2"]],
  ]);
  const texts = (paired: boolean) =>
    resultOf(comparison, { isTimed: true, paired }).flatMap((block) =>
      block.kind === "text" ? [block.text] : []
    );
  deepStrictEqual([true, false].map((paired) => texts(paired).at(-1)!.includes("equal seeds")), [
    ...[true, false],
  ]);
  const bare = { ...comparison, pairs: [], suite: undefined, scales: [] };
  strictEqual(resultOf(bare, { isTimed: true, paired: false }).length, 1);
});

Deno.test("a report tells groups apart by their letters, also where they are called the same", () => {
  const pairs = [{ ...comparison.pairs[0], first: ppo, second: { ...dqn, label: ppo.label } }];
  const named = { ...comparison, pairs, groups: [ppo, a2c, pairs[0].second] };
  const tables = resultOf(named as unknown as Comparison, { isTimed: true, paired: false })
    .flatMap((block) => block.kind === "table" ? [block] : []);
  deepStrictEqual(tables.at(-1)!.rows[0].slice(0, 2), ["a", "c"]);
});

Deno.test("notes are wrapped as other lines are", () => {
  const note = Array(30).fill("left out").join(" ");
  const tables = comparisonTables({ ...comparison, notes: [note] }, capturedIo({ columns: 80 }));
  const [last] = tables.split("\n\n").slice(-1);
  strictEqual(last.replaceAll("\n", " "), note);
  deepStrictEqual(last.split("\n").map((line) => line.length > 80), [false, false, false, false]);
});

Deno.test("figures that differ are written apart, as far as their bounds tell", () => {
  const group = (iqm: number, half: number) =>
    ({
      ...{ ...groups[0], metric: "validation/negative_log_likelihood", threshold: null },
      ...{ iqm, mean: iqm + half / 4, median: iqm, spread: interval(iqm - half, iqm + half) },
    }) as unknown as Parameters<typeof iqmCell>[0];
  strictEqual(iqmCell(group(2.40156, 0.00015)), "2.4016 [2.4014, 2.4017]");
  deepStrictEqual(middleCells(group(2.40156, 0.00015)), ["2.4016", "2.4016"]);
  strictEqual(iqmCell(group(481.2, 4)), "481.2 [477.2, 485.2]");
  strictEqual(iqmCell(group(0.86, 0)), "0.86 [0.86, 0.86]");
  const nearby = {
    ...group(474.96, 3),
    metric: "evaluation/return_mean",
    threshold: ppo.threshold,
  };
  strictEqual(iqmCell(nearby as typeof nearby), "474.96 [472.0, 478.0]");
  strictEqual(withSpread(3, null), "3");
});
