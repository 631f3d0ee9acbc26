import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../../lab/compute/backend.ts";
import type { Item } from "../../../../lab/compute/compile/items.ts";
import { SharedArena } from "../../../../lab/compute/compile/memory.ts";
import { ThreadPool } from "../../../../lab/compute/compile/threads.ts";
import {
  atomic,
  i32,
  Locals,
  ModuleBuilder,
} from "../../../../lab/compute/compile/wasm/assembler.ts";
import { Distribution } from "../../../../lab/compute/compile/wasm/distribution.ts";
import { library } from "../backends.ts";
import { left, type StepProgram } from "./threaded_step.ts";

await openWorkspace("cpu");

function wordOf(item: Item): string {
  if (item.kind === "convolution") return item.solves;
  const sums = item.kind === "loop" && item.reductions.some(({ over }) => over === "column");
  return sums ? "sum of columns" : item.kind;
}

/** Waits until all threads of a pool have taken up their programs, or are lost. */
async function settled(pool: ThreadPool): Promise<void> {
  while (!pool.ready && pool.lost === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** A program of three barriers that adds 1 to a word of `arena` in each run, and that word. */
function counting(arena: SharedArena, threads: number) {
  const counter = arena.take(64);
  const address = arena.take(64);
  const distribution = new Distribution(threads, counter);
  distribution.barrier();
  distribution.barrier();
  distribution.last(atomic.add(i32.const(address), i32.const(1)));
  const module = new ModuleBuilder();
  for (let thread = 0; thread < threads; thread++) {
    const locals = new Locals(1);
    locals.add("i32");
    locals.add("i32");
    module.add(["i32"], locals, distribution.codeOf(thread), `run${thread}`);
  }
  const { barriers } = distribution;
  const lowered = { binary: module.encode(arena), barriers, libraryCalls: [] };
  return { lowered, runs: () => arena.ints(address, 1)[0] };
}

Deno.test("the number of threads changes no bit", async () => {
  const one = await left(1, 20);
  for (const threads of [2, 3, 4]) {
    const many = await left(threads, 20);
    const few = ["filter", "sum of columns"];
    for (const kind of ["output", "input", "matMul", "loop", ...threads === 2 ? few : []]) {
      ok(many.split.map(wordOf).includes(kind), `${kind} is not split`);
    }
    deepStrictEqual(many.values, one.values);
  }
});

Deno.test({
  name: "with products by a library the number of threads changes no bit either",
  ignore: library === undefined,
  fn: async () => {
    const one = await left(1, 20, { least: 1000 });
    // Two convolutions of one block each and their gradients, a dense layer and its gradients.
    strictEqual(one.libraryCalls, 8);
    for (const threads of [2, 3]) {
      const many = await left(threads, 20, { least: 1000 });
      strictEqual(many.libraryCalls, one.libraryCalls);
      deepStrictEqual(many.values, one.values);
    }
  },
});

/** A convolution and its gradients. */
const blocks = (images: number, channels: number): StepProgram => ({
  declared: [
    { kind: "input", name: "x", shape: [images, 28, 28, channels], dtype: "float32" },
    { kind: "state", name: "filter", shape: [3, 3, channels, 8], dtype: "float32" },
  ],
  step: (tensors) => {
    const [x, filter] = ["input/x", "state/filter"].map((name) => tensors.get(name)!);
    const convolve = (x: tf.Tensor, filter: tf.Tensor) =>
      tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same");
    const loss = (x: tf.Tensor, filter: tf.Tensor) => tf.mean(tf.square(convolve(x, filter)));
    const [dx, df] = tf.grads(loss)([x, filter]);
    return { outputs: { y: convolve(x, filter), dx, df }, updates: {} };
  },
});

/** A library that is given products alone. */
const multiplier = library && {
  ...library,
  library: { ...library.library, bindConvolution: undefined },
};

Deno.test({
  name: "of a convolution by a library threads take whole blocks, as large as one thread has them",
  ignore: library === undefined,
  fn: async () => {
    // Products: more than the block of one image has, so that it goes to the library for the others' sake.
    const least = 28 * 28 * 36 * 8 + 1;
    for (
      const [opened, images, channels, calls] of [
        // Two blocks of four and one of one.
        [multiplier!, 9, 4, 3 * 3],
        // Two of 32 and one of one; the filter's gradient is one call.
        ...library!.library.bindConvolution ? [[library!, 65, 8, 3 + 3 + 1] as const] : [],
      ] as const
    ) {
      const program = blocks(images, channels);
      const one = await left(1, 2, { least, opened, program });
      strictEqual(one.libraryCalls, calls);
      for (const threads of [2, 3]) {
        const many = await left(threads, 2, { least, opened, program });
        strictEqual(many.libraryCalls, one.libraryCalls);
        deepStrictEqual(many.values, one.values);
      }
    }
  },
});

Deno.test("programs take turns on the threads, and are handed over in between", async () => {
  const arena = new SharedArena();
  const pool = new ThreadPool(arena, 3);
  const programs = [];
  for (let round = 1; round <= 4; round++) {
    const program = counting(arena, 3);
    programs.push({ ...program, run: pool.add(program.lowered) });
    await settled(pool);
    for (let i = 0; i < 1000; i++) ok(programs[i % round].run(60_000));
  }
  deepStrictEqual(programs.map(({ runs }) => runs()), [1000 + 500 + 334 + 250, 1083, 583, 250]);
  pool.close();
});

Deno.test("threads come and go many times", async () => {
  for (let cycle = 1; cycle <= 20; cycle++) {
    const arena = new SharedArena();
    const pool = new ThreadPool(arena, 2);
    const { lowered, runs } = counting(arena, 2);
    const run = pool.add(lowered);
    // Some are closed before they have started.
    if (cycle % 3 > 0) {
      await settled(pool);
      for (let i = 1; i <= cycle; i++) ok(run(60_000));
      strictEqual(runs(), cycle);
    }
    pool.close();
  }
});

Deno.test("a run that not all threads join is withdrawn, and later ones take place", async () => {
  const arena = new SharedArena();
  const pool = new ThreadPool(arena, 2);
  const { lowered, runs } = counting(arena, 2);
  const run = pool.add(lowered);
  await settled(pool);
  let joined = 0;
  // A thread that sleeps takes longer than this to wake.
  for (let i = 0; i < 200; i++) {
    if (run(0)) joined += 1;
    strictEqual(runs(), joined);
  }
  ok(run(60_000));
  strictEqual(runs(), joined + 1);
  pool.close();
});

Deno.test("threads that cannot start, or die, are lost and said to be", async () => {
  const dying = new URL("./dying_thread.ts", import.meta.url);
  const missing = new URL("./no_such_thread.ts", import.meta.url);
  for (const [entry, taken] of [[missing, 0], [dying, 1]] as const) {
    const arena = new SharedArena();
    const pool = new ThreadPool(arena, 2, { entry });
    const { lowered, runs } = counting(arena, 2);
    const run = pool.add(lowered);
    await settled(pool);
    if (taken > 0) {
      ok(run(60_000));
      pool.add(lowered);
      await settled(pool);
    }
    strictEqual(pool.ready, false);
    match(pool.lost!, taken > 0 ? /out of luck/ : /no_such_thread/);
    strictEqual(runs(), taken);
  }
});

Deno.test("a workspace takes threads for what runs long, and computes the same", async () => {
  const size = 300;
  const opened = async (threads: number) => {
    const { workspace, threads: given } = await openWorkspace("wasm", { threads });
    strictEqual(given, threads);
    const values = new Float32Array(size * size).fill(0.5);
    workspace.define("w", { x: { shape: [size, size], dtype: "float32", values } });
    const programs = [1, 2].map((factor) =>
      workspace.compile(
        { name: `times ${factor}`, state: ["w"] },
        ({ state: { w } }) => ({
          outputs: {},
          state: { w: { x: tf.sin(tf.matMul(w.x, tf.add(w.x, factor / size))) } },
        }),
      )
    );
    return { workspace, programs };
  };
  const two = await opened(2);
  const seen = new Set<string>();
  let runs = 0;
  for (const end = performance.now() + 60_000; seen.size < 2 || runs % 100 > 0; runs++) {
    ok(performance.now() < end, `only ${[...seen]} ran on two threads`);
    two.programs[runs % 2].run();
    const { name, threads } = two.workspace.explain!()[runs % 2];
    if (threads === 2) seen.add(name);
  }
  const one = await opened(1);
  for (let i = 0; i < runs; i++) one.programs[i % 2].run();
  strictEqual(one.workspace.explain!()[0].threads, 1);
  deepStrictEqual(await two.workspace.read("w"), await one.workspace.read("w"));
  deepStrictEqual(two.workspace.notices!(), []);
  one.workspace.dispose();
  two.workspace.dispose();
});
