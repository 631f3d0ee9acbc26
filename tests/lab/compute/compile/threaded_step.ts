/** A step of products and convolutions, run on any number of threads. */
import { ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../../lab/compute/backend.ts";
import { compileStep } from "../../../../lab/compute/compile/compiler.ts";
import {
  boundCalls,
  type OpenedLibrary,
  shareOf,
} from "../../../../lab/compute/compile/library.ts";
import { SharedArena } from "../../../../lab/compute/compile/memory.ts";
import { constantsOf } from "../../../../lab/compute/compile/plan.ts";
import { ThreadPool } from "../../../../lab/compute/compile/threads.ts";
import type { Declared, TracedStep } from "../../../../lab/compute/compile/trace.ts";
import { lower } from "../../../../lab/compute/compile/wasm/lower.ts";
import { partsOf } from "../../../../lab/compute/compile/wasm/parts.ts";
import { valueAndGradients } from "../../../../lab/compute/gradients.ts";
import { defaultRng } from "../../../../lab/core/random.ts";
import { library } from "../backends.ts";
import { until } from "../../../until.ts";

await openWorkspace("cpu");

/** Convolutions, dense layers and a plain gradient step on them, with state in place. */
const declared: readonly Declared[] = [
  { kind: "input", name: "x", shape: [8, 12, 12, 3], dtype: "float32" },
  { kind: "state", name: "filter", shape: [3, 3, 3, 8], dtype: "float32" },
  { kind: "state", name: "offset", shape: [8], dtype: "float32" },
  { kind: "state", name: "second", shape: [3, 3, 8, 8], dtype: "float32" },
  { kind: "state", name: "kernel", shape: [288, 70], dtype: "float32" },
  { kind: "state", name: "bias", shape: [70], dtype: "float32" },
];

const step: TracedStep = (tensors) => {
  const parameters = Object.fromEntries(
    ["filter", "offset", "second", "kernel", "bias"].map((
      name,
    ) => [name, tensors.get(`state/${name}`)!]),
  );
  const { values, gradients } = valueAndGradients(({ filter, offset, second, kernel, bias }) => {
    const x = tensors.get("input/x") as tf.Tensor4D;
    const maps = tf.relu(tf.add(tf.conv2d(x, filter as tf.Tensor4D, 2, "same"), offset));
    const again = tf.relu(tf.conv2d(maps as tf.Tensor4D, second as tf.Tensor4D, 1, "same"));
    const flat = tf.reshape(again, [8, 288]);
    const y = tf.tanh(tf.add(tf.matMul(flat, kernel), bias));
    return { loss: tf.mean(tf.square(y)) as tf.Scalar, y };
  }, parameters);
  const updates: Record<string, tf.Tensor> = {};
  for (const [name, tensor] of Object.entries(parameters)) {
    updates[name] = tf.sub(tensor, tf.mul(gradients[name], 0.1));
  }
  return { outputs: { loss: values.loss, y: values.y }, updates };
};

/** Tensors and a step on them. */
export interface StepProgram {
  readonly declared: readonly Declared[];
  readonly step: TracedStep;
}

/**
 * Everything that a program, if not said the one above, leaves after `runs` runs, on `threads` threads.
 *
 * @param options.least Multiply-adds from which on a library, that of the machine if not said, computes.
 * @param options.revectorized Whether V8 was told to pair vectors.
 */
export async function left(
  threads: number,
  runs: number,
  { least, opened = library, program = { declared, step }, revectorized }: {
    readonly least?: number;
    readonly opened?: OpenedLibrary;
    readonly program?: StepProgram;
    readonly revectorized?: boolean;
  } = {},
) {
  const native = least === undefined ? undefined : { ...shareOf(opened!), least };
  const { declared, step } = program;
  const arena = new SharedArena();
  const random = defaultRng(5);
  const places = new Map(declared.map(({ kind, name, shape }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const address = arena.take(Math.ceil(size / 16) * 64);
    random.fillStandardNormal(arena.floats(address, size));
    return [`${kind}/${name}`, { address, size }];
  }));
  const compiled = compileStep(declared, step, {
    name: "threaded",
    start: arena.top,
    addressOf: (kind, name) => places.get(`${kind}/${name}`)!.address,
    rounding: "relaxed",
    arena,
    threads,
    native,
    revectorized,
  });
  const { schedule, plan } = compiled;
  arena.takeUpTo(plan.end);
  for (const { address, elements } of constantsOf(schedule.values, plan.addresses)) {
    arena.floats(address, elements.length).set(elements);
  }
  const build = { rounding: "relaxed", arena, threads, native, revectorized } as const;
  const { binary, barriers, libraryCalls } = lower(schedule, plan, build);
  let run: () => void;
  let pool: ThreadPool | undefined;
  if (threads === 1) {
    strictEqual(barriers, 0);
    const module = new WebAssembly.Module(binary);
    const env = {
      memory: arena.memory,
      library: boundCalls(libraryCalls, opened?.library, arena.memory),
    };
    const { exports } = new WebAssembly.Instance(module, { env });
    run = () => (exports.run0 as (base: number) => void)(0);
  } else {
    const pooled = pool = new ThreadPool(arena, threads, { library: opened });
    const threaded = pool.add({ binary, barriers, libraryCalls });
    await until(() => pooled.ready);
    run = () => ok(threaded(60_000));
  }
  for (let i = 0; i < runs; i++) run();
  pool?.close();
  const outputs = plan.outputs.map(({ address, value }) => ({
    address,
    size: schedule.values[value].size,
  }));
  return {
    libraryCalls: libraryCalls.length,
    split: schedule.items.filter((item) => partsOf(item, threads) !== undefined),
    values: [...places.values(), ...outputs].map(({ address, size }) =>
      arena.ints(address, size).slice()
    ),
  };
}
