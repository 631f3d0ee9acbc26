/**
 * Training steps on two threads beside one: as a run takes them, by trial.
 *
 * @module
 */
import type { Bench } from "./group.ts";
import { measure } from "./measure.ts";
import { type Row, row } from "./row.ts";
import { steps } from "./steps/mod.ts";
import { labWorkspace } from "./workspaces.ts";

/** Until threads have started, the engine has optimized their code and a trial has been held. */
const settling = 3000;
/** Threads that wait for longer than a moment sleep, and take a moment to wake: few turns. */
const batchMilliseconds = 20;

/** A row of every step. */
export async function* threads(bench: Bench): AsyncIterable<Row> {
  for (const step of steps) {
    bench.progress(`${step.title}, two threads`);
    const workspaces = [
      await labWorkspace(1, bench.backend),
      await labWorkspace(2, bench.backend),
    ];
    try {
      const [one, two] = workspaces.map((workspace) => step.bind(workspace));
      for (const end = performance.now() + settling; performance.now() < end;) two();
      const milliseconds = await measure({ one, two }, { batchMilliseconds });
      yield row(`${step.title}, two threads`, milliseconds.two, "ms", {
        name: "one thread",
        value: milliseconds.one,
        reach: step.threadReach,
      });
    } finally {
      for (const workspace of workspaces) workspace.dispose();
    }
  }
}
