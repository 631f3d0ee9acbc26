/**
 * Training steps on the graphics device beside stock tfjs-webgpu on the same device, and beside
 * PyTorch on CUDA where it is asked for. A software adapter says nothing about any: it is not
 * measured.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../lab/compute/backend.ts";
import { GpuWorkspace } from "../lab/compute/compile/gpu_workspace.ts";
import { ComputeDevice } from "../lab/compute/compile/wgsl/device.ts";
import { openGraphics } from "../lab/compute/graphics.ts";
import type { Bench } from "./group.ts";
import { measure, type Subject } from "./measure.ts";
import { peerRow } from "./peers/peer.ts";
import { missingRow, type Row, row } from "./row.ts";
import { steps } from "./steps/mod.ts";

/** Rows of every step, or one that says why there are none. */
export async function* graphics(bench: Bench): AsyncIterable<Row> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({
    powerPreference: "high-performance",
  });
  const missing = adapter === null || adapter === undefined
    ? "no graphics adapter"
    : adapter.info.isFallbackAdapter
    ? "software adapter"
    : undefined;
  if (missing === undefined) yield* graphicsRows(bench);
  else yield missingRow("training steps on webgpu", "ms", `not measured: ${missing}`);
}

/** Of a batch, at least: Deno looks every 10 ms whether a device has ended what was submitted. */
const batchMilliseconds = 200;

/** A row for each step, whatever the adapter. */
async function* graphicsRows({ progress, peer }: Bench): AsyncIterable<Row> {
  const cuda = await peer("cuda_steps.py");
  const opened = await openGraphics();
  progress(`on ${opened.name}`);
  const compute = new ComputeDevice(opened);
  const { queue } = opened.device;
  const { workspace: stock } = await openWorkspace("tfjs-webgpu");
  const backend = tf.findBackend("webgpu") as unknown as StockBackend;
  for (const step of steps) {
    progress(step.title);
    const own = new GpuWorkspace(compute);
    const subjects: Record<string, Subject> = {
      own: finished(step.bind(own), () => queue.onSubmittedWorkDone()),
      stock: finished(step.bind(stock), () => {
        if (backend.commandEncoder !== null) backend.submitQueue();
        return backend.queue.onSubmittedWorkDone();
      }),
    };
    if (typeof cuda === "object") subjects.cuda = cuda.subject(step.name);
    const milliseconds = await measure(subjects, { batchMilliseconds });
    own.dispose();
    const name = `${step.title}, on ${opened.name}`;
    const reference = { name: "stock tfjs-webgpu", value: milliseconds.stock, reach: 1 };
    yield row(name, milliseconds.own, "ms", reference);
    yield* peerRow(cuda, name, milliseconds.own, "ms", milliseconds.cuda);
  }
  stock.dispose();
}

/** What is used of the package's backend. */
interface StockBackend {
  /** What is not submitted yet. */
  readonly commandEncoder: GPUCommandEncoder | null;
  readonly queue: GPUQueue;
  submitQueue(): void;
}

/** Runs one after another, timed until the device has done them all. */
function finished(run: () => void, end: () => Promise<unknown>): Subject {
  return {
    time: async (count) => {
      const startedAt = performance.now();
      for (let i = 0; i < count; i++) run();
      await end();
      return performance.now() - startedAt;
    },
  };
}
