import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { InputError } from "../../../lab/core/errors.ts";
import { gridOf } from "../../../lab/search/samplers.ts";
import {
  checkSpace,
  countOf,
  type Field,
  placeOf,
  pointAt,
  type Range,
  rangeOf,
  valueAt,
} from "../../../lab/search/space.ts";

const ranges: readonly Range[] = [
  { kind: "uniform", low: -2, high: 3 },
  { kind: "log", low: 1e-4, high: 1e-1 },
  { kind: "log", low: 1e-300, high: 1e300 },
  { kind: "integer", low: -1, high: 4 },
  { kind: "log-integer", low: 1, high: 1000 },
  { kind: "choice", values: ["tanh", 3, [64, 64], false] },
  { kind: "integer", low: 32, high: 256, step: 32 },
];

Deno.test("a value lies where its place says, within its range", () => {
  for (const range of ranges) {
    for (let i = 0; i < 200; i++) {
      const value = valueAt(range, i / 200);
      const again = valueAt(range, placeOf(range, value));
      if (range.kind === "uniform" || range.kind === "log") {
        ok(Math.abs(Number(again) / Number(value) - 1) < 1e-12 || value === 0, range.kind);
      } else deepStrictEqual(again, value);
      if (range.kind === "choice") continue;
      ok(Number(value) >= range.low && Number(value) <= range.high);
    }
  }
  strictEqual(valueAt(ranges[0], 0.5), 0.5);
  ok(Math.abs(Number(valueAt(ranges[1], 1 / 3)) - 1e-3) < 1e-15);
  // Ends whose ratio no number holds.
  ok(Math.abs(Number(valueAt(ranges[2], 2 / 3)) / 1e100 - 1) < 1e-12);
  // The upper end itself is a place, too.
  deepStrictEqual([0, 3, 4, 5].map((i) => valueAt(ranges[i], 1)), [3, 4, 1000, false]);
  // Each whole number has as much room as any other; in the logarithm 1 has log 3 of log 2001.
  deepStrictEqual([0, 0.17, 0.99].map((at) => valueAt(ranges[3], at)), [-1, 0, 4]);
  deepStrictEqual([0.144, 0.145].map((at) => valueAt(ranges[4], at)), [1, 2]);
  const logs = [1, 7, 1000].map((x) => Math.log(2 * x) / Math.log(2001));
  ok([1, 7, 1000].every((x, i) => Math.abs(placeOf(ranges[4], x) - logs[i]) < 1e-12));
  deepStrictEqual(logs.map((at) => valueAt(ranges[4], at)), [1, 7, 1000]);
});

Deno.test("a field whose condition is not met is left out", () => {
  const space: Field[] = [
    { path: "agent.optimizer", range: { kind: "choice", values: ["sgd", "adam"] } },
    {
      path: "agent.momentum",
      range: { kind: "uniform", low: 0, high: 1 },
      when: { path: "agent.optimizer", in: ["sgd"] },
    },
  ];
  checkSpace(space);
  deepStrictEqual(pointAt(space, [0, 0.5]), { "agent.optimizer": "sgd", "agent.momentum": 0.5 });
  deepStrictEqual(pointAt(space, [0.5, 0.5]), { "agent.optimizer": "adam" });
});

Deno.test("ranges are read as they are typed", () => {
  const read: [string, Range][] = [
    ["log:1e-4..1e-2", { kind: "log", low: 1e-4, high: 1e-2 }],
    ["0.9..0.999", { kind: "uniform", low: 0.9, high: 0.999 }],
    ["uniform:-1..1", { kind: "uniform", low: -1, high: 1 }],
    ["int:4..64", { kind: "integer", low: 4, high: 64 }],
    ["int:4..64/4", { kind: "integer", low: 4, high: 64, step: 4 }],
    ["log-int:16..1024", { kind: "log-integer", low: 16, high: 1024 }],
    ["0.98,0.99,0.995", { kind: "choice", values: [0.98, 0.99, 0.995] }],
    ["tanh,relu", { kind: "choice", values: ["tanh", "relu"] }],
    ["[64,64],[256]", { kind: "choice", values: [[64, 64], [256]] }],
    ["true", { kind: "choice", values: [true] }],
    ["-0..1", { kind: "uniform", low: 0, high: 1 }],
    [" ", { kind: "choice", values: [] }],
  ];
  for (const [text, range] of read) deepStrictEqual(rangeOf("a", text), range, text);
});

Deno.test("a space of any ranges is taken, with conditions on choices and on numbers", () => {
  checkSpace([
    ...ranges.map((range, i) => ({ path: `field${i}`, range })),
    { path: "a", range: { kind: "uniform", low: 0.25, high: 0.5 } },
    { path: "b", range: { kind: "log", low: 0.25, high: 0.5 }, when: { path: "a", in: [7] } },
    { path: "c", range: ranges[3], when: { path: "field5", in: [[64, 64], false] } },
  ]);
});

Deno.test("an empty or contradictory space is refused in a line that names the field", () => {
  const rate = (range: Range): Field[] => [{ path: "rate", range }];
  const wrong: [Field[], RegExp][] = [
    [[], /the space is empty/],
    [rate({ kind: "choice", values: [] }), /over rate as it must have a value/],
    [
      rate({ kind: "choice", values: [1, 2, 1] }),
      /over rate as each value must .*: 1 is twice \(a list .* \[64,64\]\)/,
    ],
    [rate({ kind: "uniform", low: 1, high: 1 }), /over rate as the lower end must .*: 1\.\.1/],
    [rate({ kind: "log", low: 0, high: 1 }), /over rate as a logarithm needs positive ends/],
    [rate({ kind: "integer", low: 0.5, high: 2 }), /over rate as both ends must be whole/],
    [rate({ kind: "integer", low: 0, high: 2.5 }), /over rate as both ends must be whole/],
    [rate({ kind: "integer", low: 0, high: 2 ** 53 }), /over rate as both ends must be whole/],
    [rate({ kind: "log-integer", low: 1, high: 2.5 }), /over rate as both ends must be whole/],
    [rate({ kind: "integer", low: 0, high: 8, step: 0 }), /over rate as a step must be whole/],
    [rate({ kind: "integer", low: 0, high: 8, step: 1.6 }), /over rate as a step must be whole/],
    [
      rate({ kind: "integer", low: 32, high: 250, step: 32 }),
      /over rate as steps of 32 must lead from 32 to its upper end \(224 or 256 would do\): 250/,
    ],
    [rate({ kind: "integer", low: 1, high: 3, step: 4 }), /upper end \(5 would do\): 3/],
    [rate({ kind: "uniform", low: -1e308, high: 1e308 }), /over rate as the ends must lie less/],
    [rate({ kind: "uniform", low: 0, high: Infinity }), /over rate as both ends must be numbers/],
    [[...rate(ranges[0]), ...rate(ranges[1])], /over rate as it must be in the space once/],
    [
      [{ path: "rate", range: ranges[0], when: { path: "other", in: [1] } }],
      /over rate as the field of its condition must stand before it: other$/,
    ],
    [
      [...rate(ranges[0]), { path: "size", range: ranges[0], when: { path: "rat", in: [1] } }],
      /over size as the field of .* before it: rat \(did you mean "rate"\?\)$/,
    ],
    [
      [
        { path: "kind", range: { kind: "choice", values: ["a", "b"] } },
        { path: "rate", range: ranges[0], when: { path: "kind", in: ["c"] } },
      ],
      /over rate as kind never is "c": it is "a", "b"/,
    ],
  ];
  for (const [space, reason] of wrong) {
    throws(
      () => checkSpace(space),
      (error) =>
        error instanceof InputError && reason.test(error.message) && !error.message.includes("\n"),
    );
  }
  const slips = ["log:1e-4...1e-2", "0.1...9", "1....2"];
  for (
    const text of [
      "log:1e-4",
      "log:a..b",
      "1..",
      "int:..3",
      "int:1..9/",
      "1..9/2",
      "log:1,2",
      ...slips,
    ]
  ) {
    throws(() => rangeOf("rate", text), InputError, text);
  }
});

Deno.test("a whole number has its place in the middle of its share", () => {
  const range: Range = { kind: "integer", low: 3, high: 6 };
  deepStrictEqual(
    [3, 4, 5, 6].map((value) => placeOf(range, value)),
    [1, 3, 5, 7].map((i) => i / 8),
  );
});

Deno.test("a range in steps has these values alone, each with as much room", () => {
  const range: Range = { kind: "integer", low: -10, high: 20, step: 10 };
  strictEqual(countOf(range), 4);
  deepStrictEqual([0, 0.24, 0.25, 0.5, 0.99, 1].map((at) => valueAt(range, at)), [
    ...[-10, -10, 0, 10, 20, 20],
  ]);
  deepStrictEqual([-10, 0, 10, 20].map((value) => placeOf(range, value)), [
    ...[1, 3, 5, 7].map((i) => i / 8),
  ]);
  deepStrictEqual(gridOf([{ path: "n", range }]), [-10, 0, 10, 20].map((n) => ({ n })));
});
