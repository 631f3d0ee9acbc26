/** How figures read on pages, at the edges of each way of writing. */
import { strictEqual } from "node:assert";
import {
  ago,
  count,
  duration,
  figure,
  figureBeside,
  metricTitle,
  metricWords,
  momentWords,
  partOf,
  sectionTitle,
} from "../../web/format.ts";

const day = 86_400_000;
const now = Date.UTC(2026, 10, 22);

const written: readonly (readonly [name: string, made: readonly string[], wanted: string])[] = [
  [
    "figure",
    [0, 475.25, 999.96, 1234.5, 12_345.6, 9_999_999, 1e7, 1e-3, 9.9e-4, 1.234e-5, 1e-13, -0.5].map(
      figure,
    ),
    "0 475.3 1,000 1,235 12,346 9,999,999 1e+7 0.001 9.9e-4 1.23e-5 1e-13 -0.5",
  ],
  [
    "figure beside a mark",
    [474.96, 475, 475.04, 474.99996, 999.99].map((value) => figureBeside(value, 475)),
    "474.96 475 475.04 474.99996 1,000",
  ],
  [
    "figure beside another mark",
    [
      ...[figureBeside(12_345.96, 12_346), figureBeside(1e-5, 0), figureBeside(-110.04, -110)],
      ...[figureBeside("NaN", 1), figureBeside(474.96, null), figureBeside(null, 5)],
    ],
    "12,345.96 1e-5 -110.04 NaN 475 –",
  ],
  ["figure of no number", [null, undefined, "NaN", "Infinity"].map(figure), "– – NaN Infinity"],
  ["moment", [0, 1160, 1240].map(momentWords), "untrained iteration 1,160 iteration 1,240"],
  ["count", [0, 999, 1234, 999_950, 3_449_000].map(count), "0 999 1.2K 1M 3.4M"],
  [
    "duration",
    [0, 9.94, 9.97, 59.4, 59.7, 61.9, 3599, 3599.6, 7260].map(duration),
    "0.0 s 9.9 s 10 s 59 s 1 min 0 s 1 min 2 s 59 min 59 s 1 h 0 min 2 h 1 min",
  ],
  [
    "ago",
    [-5000, 0, 59_999, 60_000, 3_599_999, 3_600_000, day - 1, day].map((ms) => ago(now - ms, now)),
    "just now just now just now 1 min ago 59 min ago 1 h ago 23 h ago 2026-11-21 UTC",
  ],
  [
    "metricTitle",
    ["evaluation/return_mean", "a", "evaluation/negative_elbo", "timing/heap_mb"].map(metricTitle),
    "evaluation return mean a evaluation negative ELBO timing heap MB",
  ],
  [
    "metricWords",
    ["losses/approximate_kl", "evaluation/return_mean", "q_std", "x/mean", "a/td_max"]
      .map(metricWords),
    "approximate KL return Q deviation mean TD most",
  ],
  ["partOf", ["evaluation/return_mean", "a/b/c", "none"].map(partOf), "evaluation a "],
  [
    "sectionTitle",
    ["score", "losses", ""].map(sectionTitle),
    "Score of what was learned Losses Others",
  ],
];

for (const [name, made, wanted] of written) {
  Deno.test(`${name} says what it should on a page`, () => strictEqual(made.join(" "), wanted));
}
