/**
 * Memory over many iterations: what the heap holds after a collection, what the process takes and
 * how many tensors there are, at the end beside a fifth of the way, when all is warm.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Trainer } from "../lab/core/trainer.ts";
import { StoreRecorder } from "../lab/experiment/recorder.ts";
import { runTrainer } from "../lab/experiment/runner.ts";
import type { Bench } from "./group.ts";
import { type Row, row } from "./row.ts";
import { ppoStep } from "./steps/ppo.ts";
import { emptyRun, temporaryStore } from "./temporary_store.ts";
import { labWorkspace } from "./workspaces.ts";

const iterations = 100_000;

/** Rows of an update program and of the runner with a trainer that does nothing. */
export async function* memory({ progress }: Bench): AsyncIterable<Row> {
  progress("PPO updates");
  yield* await updateMemory(iterations);
  progress("the runner");
  yield* await runnerMemory();
}

/** Rows of a million PPO updates. */
export async function* endurance({ progress }: Bench): AsyncIterable<Row> {
  progress("1,000,000 PPO updates");
  yield* await updateMemory(1_000_000);
}

async function updateMemory(count: number): Promise<Row[]> {
  const workspace = await labWorkspace();
  const update = ppoStep.bind(workspace);
  const warm = count / 5;
  for (let i = 0; i < warm; i++) update();
  const before = await used();
  for (let i = warm; i < count; i++) update();
  const after = await used();
  workspace.dispose();
  return grown(`${count.toLocaleString("en-US")} PPO updates`, before, after);
}

async function runnerMemory(): Promise<Row[]> {
  await using opened = await temporaryStore();
  const recorder = new StoreRecorder(opened.store, emptyRun(opened.store), "gradientSteps");
  const trainer = new Idle();
  let before: Used | undefined;
  await runTrainer(trainer, {
    seed: 1,
    evaluation: { every: iterations / 100 },
    checkpoint: { everyIterations: iterations / 100, everySeconds: Infinity },
    stop: null,
    bestBy: null,
  }, {
    report: async (report) => {
      await recorder.report({ ...report, artifacts: [] });
      if (trainer.progress.iterations === iterations / 5) before ??= await used();
    },
    checkpoint: (checkpoint) => recorder.checkpoint(checkpoint),
  });
  return grown(`${iterations.toLocaleString("en-US")} runner iterations`, before!, await used());
}

interface Used {
  readonly heap: number;
  readonly process: number;
  readonly tensors: number;
}

/** Bytes and tensors in use, after a collection. */
async function used(): Promise<Used> {
  const { gc } = globalThis as { gc?: () => void };
  for (let i = 0; i < 3; i++) {
    // Finalizers run between collections.
    await new Promise((resume) => setTimeout(resume, 0));
    gc?.();
  }
  const { heapUsed, rss } = Deno.memoryUsage();
  return { heap: heapUsed / 1e6, process: rss / 1e6, tensors: tf.engine().state.numTensors };
}

function grown(name: string, before: Used, after: Used): Row[] {
  const figures = [["heap", "MB"], ["process", "MB"], ["tensors", "tensors"]] as const;
  return figures.map(([what, unit]) =>
    row(`${what} after ${name}`, after[what], unit, {
      name: "after a fifth of them",
      value: before[what],
    })
  );
}

/** Learns nothing, reports three metrics an iteration. */
class Idle implements Trainer {
  readonly progress = { iterations: 0, environmentSteps: 0, gradientSteps: 0, examples: 0 };
  readonly budget = { unit: "gradientSteps", total: iterations } as const;

  iterate() {
    const value = ++this.progress.iterations;
    this.progress.gradientSteps = value;
    const metrics = { "losses/a": value, "losses/b": -value, "schedule/c": 1 };
    return Promise.resolve({ metrics });
  }

  evaluate() {
    return Promise.resolve({ metrics: { "evaluation/a": 1 } });
  }

  snapshot() {
    const values = new Float32Array(64);
    const parameters = { weights: { shape: [64], dtype: "float32" as const, values } };
    return Promise.resolve({ parameters, state: {}, values: {} });
  }

  restore() {
    return Promise.resolve();
  }

  dispose() {}
}
