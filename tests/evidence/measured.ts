/** Results for tests. */
import type { SeedResult } from "../../evidence/results.ts";

/** Results of seeds 101, 102, … */
export function results(...scores: (number | null)[]): SeedResult[] {
  return scores.map((score, i) => ({
    seed: 101 + i,
    status: score === null ? "diverged" : "completed",
    score,
    best: 500,
    evaluations: score === null ? [] : [[500, 0], [1000 * (i + 1), 500]],
    steps: 5000,
    seconds: 2 + i,
    wallSeconds: 9,
    digest: score === null ? null : `d${i}`,
    commit: "abcdef0",
    date: "2026-11-20",
    deno: "2.9.6",
    machine: "2 × processor",
    backend: "wasm",
  }));
}
