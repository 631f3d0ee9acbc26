import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { metricLabel } from "../../lab/experiment/metric_label.ts";
import { evaluatedFigures, headline, scaleLines } from "../../cli/terminal/figures.ts";
import {
  briefly,
  bytes,
  chunks,
  clipped,
  count,
  duration,
  figure,
  figureBeside,
  figureTo,
  heading,
  padded,
  pictures,
  plural,
  roughly,
  table,
  width,
  wrapped,
} from "../../cli/terminal/format.ts";
import { capturedIo } from "./captured_io.ts";

Deno.test("figures are short, and NaN and infinities keep their names", () => {
  strictEqual(figure(487.25), "487.3");
  strictEqual(figure(12345.6), "12346");
  strictEqual(figure(0.00012345), "0.000123");
  strictEqual(figure(0), "0");
  strictEqual(figure(NaN), "NaN");
  strictEqual(figure(-Infinity), "-∞");
  strictEqual(figure(undefined), "–");
});

Deno.test("a zero at a figure's end stands for what is rounded", () => {
  const values = [0.9, 0.9005, 0.99951, 1, 2.40155, 2.4, 0.1 + 0.2, Math.fround(0.2), -0.9005];
  deepStrictEqual(values.map((value) => figure(value)), [
    ...["0.9", "0.900", "1.00", "1", "2.40", "2.4", "0.3", "0.2", "-0.900"],
  ]);
});

Deno.test("a figure has the digits that it is known to, and no fewer than usual", () => {
  const shown: [number, number, string][] = [
    [3.0813979, 0.00432, "3.081"],
    [203.9, 1.12, "203.9"],
    [2.40156, 0.00015, "2.4016"],
    [12_345.678, 0.02, "12345.68"],
    [1.000003e15, 1e10, "1.00000e+15"],
    [0.9005, NaN, "0.900"],
    [0.9005, 0, "0.900"],
    [0.5, 1e-9, "0.5"],
    [Math.PI, 1e-12, "3.141593"],
    [Infinity, 1, "∞"],
  ];
  for (const [value, precision, text] of shown) strictEqual(figureTo(value, precision), text);
});

Deno.test("a figure beside a mark is never rounded over it, nor to it", () => {
  deepStrictEqual(
    [474.96, 475, 475.04, 475.1, 474.9999].map((value) => figureBeside(value, 475)),
    ["474.96", "475.0", "475.04", "475.1", "474.9999"],
  );
  deepStrictEqual([0.9996, 1, 0.7, 1234.4].map((value) => figureBeside(value, 1)), [
    ...["0.9996", "1", "0.7", "1234"],
  ]);
  deepStrictEqual([-110.04, NaN, Infinity].map((value) => figureBeside(value, -110)), [
    ...["-110.04", "NaN", "∞"],
  ]);
  // A rounding away from it no figure tells.
  strictEqual(figureBeside((0.7 + 0.7 + 0.7) / 3, 0.7), "0.7");
  fc.assert(fc.property(fc.double({ min: -600, max: 600, noNaN: true }), (mark) => {
    for (const value of [mark + 0.001, mark - 0.001]) {
      strictEqual(Math.sign(Number(figureBeside(value, mark)) - mark), Math.sign(value - mark));
    }
  }));
});

Deno.test("no finite figure takes more than ten characters", () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
    ok(figure(value).length <= 10, figure(value));
  }));
});

Deno.test("times are minutes and seconds, with hours where there are any", () => {
  strictEqual(duration(7.4), "0:07");
  strictEqual(duration(59.6), "1:00");
  strictEqual(duration(3723), "1:02:03");
  strictEqual(duration(Infinity), "–");
});

Deno.test("counts have separators, bytes have units, nouns have their plural", () => {
  strictEqual(count(1234567), "1,234,567");
  strictEqual(count(NaN), "–");
  strictEqual(bytes(999), "999 B");
  strictEqual(bytes(1_234_000), "1.2 MB");
  // What is rounded to a thousand is one of the next unit; a rate may be no whole number.
  deepStrictEqual([999.4, 999.6, 999_949, 999_951].map(bytes), [
    ...["999 B", "1.0 kB", "999.9 kB", "1.0 MB"],
  ]);
  deepStrictEqual([999_994, 999_996].map(briefly), ["999.99k", "1M"]);
  deepStrictEqual([119.4, 119.6, 5969, 5971].map(roughly), ["119 s", "2 min", "99 min", "2 h"]);
  strictEqual(plural(1, "run"), "1 run");
  strictEqual(plural(1200, "run"), "1,200 runs");
});

Deno.test("a table that is too wide wraps its flexible column and fits", () => {
  const long = "a sentence that is much longer than what is left of the line for it";
  const columns = [{ title: "name" }, { title: "meaning", flexible: true }, { title: "n" }];
  for (const wide of [40, 60, 200]) {
    const io = capturedIo({ columns: wide });
    const lines = table(columns, [["cartpole-ppo", long, "7"]], io).split("\n");
    ok(lines.every((line) => width(line) <= wide), lines.join("\n"));
    strictEqual(lines.length > 2, wide < 100);
  }
});

Deno.test("characters of East Asia and emoji are two columns wherever a text is measured or cut", () => {
  deepStrictEqual([width("歩く猫"), width("🐈 x"), width("👨‍👩‍👧"), width("\x1b[32mok\x1b[0m")], [
    6,
    4,
    2,
    2,
  ]);
  strictEqual(clipped("歩く猫の夢", 6), "歩く…");
  deepStrictEqual(chunks("a歩く👨‍👩‍👧b", 3), ["a歩", "く", "👨‍👩‍👧b"]);
  deepStrictEqual(wrapped("歩く 猫の 夢", 6), ["歩く", "猫の", "夢"]);
  deepStrictEqual([padded("歩", 4), padded("歩", 4, "right")], ["歩  ", "  歩"]);
  const columns = [{ title: "name" }, { title: "n", align: "right" as const }];
  const lines = table(columns, [["歩く猫", "7"], ["cat", "12"]], capturedIo({ columns: 80 }));
  deepStrictEqual(lines.split("\n"), ["name     n", "歩く猫   7", "cat     12"]);
});

Deno.test("a table that is too wide takes from the widest, leaves out what it may, then wraps all words", () => {
  const [a, b] = ["cartpole-ppo (agent.gamma=0.98)", "cartpole-a2c (agent.gamma=0.995)"];
  const columns = [
    { title: "a", flexible: true },
    { title: "b", flexible: true },
    { title: "what it is worth", optional: 2 },
    { title: "time", align: "right" as const, optional: 1 },
  ];
  const rows = [[a, b, "no better than random", "0:07"]];
  const drawn = (wide: number) => {
    const lines = table(columns, rows, capturedIo({ columns: wide })).split("\n");
    ok(lines.every((line) => width(line) <= wide), lines.join("\n"));
    return lines;
  };
  const heads = [100, 80, 58, 40, 20].map((wide) => drawn(wide)[0].trim().split(/\s{2,}/));
  const all = ["a", "b", "what it is worth", "time"];
  deepStrictEqual(heads, [all, all, all.slice(0, 3), all.slice(0, 2), all.slice(0, 2)]);
  strictEqual(drawn(80).join(" ").replaceAll(/\s+/g, "").includes("cartpole-ppo"), true);
  const words = table(
    [{ title: "x" }, { title: "y" }],
    [["one two three", "four five"]],
    capturedIo({ columns: 18 }),
  );
  ok(words.split("\n").every((line) => width(line) <= 18), words);
});

Deno.test("a word that is wider than its column is cut into lines, none of it left out", () => {
  const columns = [{ title: "experiment", flexible: true }, { title: "n" }];
  const words = ["cartpole-a2c (agent.gamma=0.98)", "x".repeat(50)];
  const io = capturedIo({ columns: 20 });
  const lines = table(columns, words.map((word) => [word, "3"]), io).split("\n");
  ok(lines.every((line) => width(line) <= 20), lines.join("\n"));
  deepStrictEqual(lines.slice(1, 4), ["cartpole-a2c       3", "(agent.gamma=", "0.98)"]);
  strictEqual(lines.slice(4).join("").replaceAll(/[^x]/g, ""), words[1]);
});

Deno.test("an evaluated figure has that of real examples beside it", () => {
  const metrics = { "evaluation/recognised": 0.85, "ceiling/recognised": 0.96, "losses/kl": 1 };
  strictEqual(evaluatedFigures(metrics), "recognised 0.85 (real 0.96)");
  strictEqual(evaluatedFigures({ "evaluation/return_mean": 12 }), "return 12.0");
  const many = Object.fromEntries(
    ["kl", "a", "b", "c", "recognised"].map((name, i) => [`evaluation/${name}`, i]),
  );
  strictEqual(evaluatedFigures(many), "recognised 4, kl 0, a 1, b 2, …");
  // What a judge is sure of may be noise: see `headlines`.
  const noise = { "evaluation/recognised": 1, "evaluation/energy_distance": 8.21 };
  strictEqual(evaluatedFigures(noise), "energy distance 8.21, recognised 1");
});

/** What each way of writing makes of values at the edges of its kinds. */
const written: readonly (readonly [name: string, made: readonly string[], wanted: string])[] = [
  ["count", [0.4, 0.5, 1.5, 999.5, -3, null, undefined].map(count), "0 1 2 1,000 -3 – –"],
  [
    "briefly",
    [0, 9999, 10_000, 12_345, 999_994, 1e6, 2.5e6].map(briefly),
    "0 9,999 10k 12.35k 999.99k 1M 2.5M",
  ],
  [
    "figure",
    [9.994, 10, 999.94, 1000, 999_999, 1e6, 1e-4, 9.9e-5, -10, null, Infinity].map(figure),
    "9.99 10.0 999.9 1000 999999 1.00e+6 0.0001 9.90e-5 -10.0 – ∞",
  ],
  [
    "duration",
    [-1, 0, 0.5, 59.4, 60, 3599.4, 3599.5, 36_000, NaN].map(duration),
    "0:00 0:00 0:01 0:59 1:00 59:59 1:00:00 10:00:00 –",
  ],
  [
    "roughly",
    [0.4, 119, 120, 150, 5999, 6000, 9000].map(roughly),
    "0 s 119 s 2 min 3 min 2 h 2 h 3 h",
  ],
  [
    "bytes",
    [0, 999, 1000, 999_999, 1e6, 5e12, 5e15].map(bytes),
    "0 B 999 B 1.0 kB 1.0 MB 1.0 MB 5.0 TB 5000.0 TB",
  ],
  ["plural", [0, 1, 2].map((each) => plural(each, "run")), "0 runs 1 run 2 runs"],
  [
    "pictures",
    [pictures(1, 1), pictures(2, 3), pictures(3, 3)],
    "1 picture the first 2 of 3 pictures 3 pictures",
  ],
  ["clipped", ["abc", "abcd", "äöüß"].map((each) => clipped(each, 3)), "abc ab… äö…"],
  [
    "a clipped text",
    [["漢字", 2], ["漢字漢", 4], ["ab", 1]].map(([text, columns]) =>
      clipped(String(text), Number(columns))
    ),
    "… 漢… …",
  ],
  ["width", ["", "a\x1b[1mb\x1b[0m", "–…"].map((each) => String(width(each))), "0 2 2"],
];

for (const [name, made, wanted] of written) {
  Deno.test(`${name} says what it should at the edges`, () => strictEqual(made.join(" "), wanted));
}

Deno.test("a clipped text never takes more columns than it has", () => {
  const texts = fc.string({ unit: "grapheme" });
  fc.assert(fc.property(texts, fc.integer({ min: 0, max: 9 }), (text, columns) => {
    ok(width(clipped(text, columns)) <= columns, `${text} in ${columns}`);
  }));
});

Deno.test("words fill a line to its last column, and no further", () => {
  deepStrictEqual(wrapped("ab cd efg h", 5), ["ab cd", "efg h"]);
  deepStrictEqual(wrapped("ab cd", 4), ["ab", "cd"]);
  deepStrictEqual(wrapped("abcdef g", 3), ["abcdef", "g"]);
  strictEqual(heading("name", "so", capturedIo({ columns: 8 })), "name  so");
  strictEqual(heading("name", "so", capturedIo({ columns: 7 })), "name\nso");
  strictEqual(heading("name", undefined, capturedIo()), "name");
});

Deno.test("what returns are worth is a line for each world of which something is known", () => {
  const random = { mean: 22.25, deviation: 11 };
  const line = scaleLines(
    [
      { id: "A", random, threshold: 475 },
      { id: "B" },
      { id: "C", threshold: -0.5 },
      { id: "D", random: { mean: -5, deviation: 0 } },
      { id: "E", random, masked: true },
      { id: "F", random: { mean: -65375, deviation: 65364, cut: { after: 10_000, ...random } } },
    ] as unknown as Parameters<typeof scaleLines>[0],
  );
  deepStrictEqual(line.split("\n"), [
    "A: random actions return 22.3 ± 11.0, solved at 475",
    "C: solved at -0.5",
    "D: random actions return -5 ± 0",
    "E: random allowed actions return 22.3 ± 11.0",
    "F: random actions return -65375 ± 65364 (22.3 ± 11.0 where episodes are cut after 10,000 steps)",
  ]);
  strictEqual(scaleLines([{ id: "B" } as Parameters<typeof scaleLines>[0][0]]), "");
});

Deno.test("metrics have words, and the first of them leads", () => {
  deepStrictEqual(
    [
      ...["evaluation/return_mean", "evaluation/negative_elbo", "rollout/episode_return_mean"],
      ...["losses/elbo", "losses/value_loss", "evaluation/modes", "constructor"],
    ].map(metricLabel),
    ["return", "−ELBO", "rollout", "ELBO", "value loss", "modes", "constructor"],
  );
  strictEqual(headline({}), "");
  strictEqual(headline({ "losses/a": 3, "evaluation/return_mean": 487.21 }), "return 487.2");
});
