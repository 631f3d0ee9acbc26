import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../../lab/compute/backend.ts";
import { Background } from "../../../../lab/compute/compile/background.ts";
import { SharedArena } from "../../../../lab/compute/compile/memory.ts";
import { CompiledWorkspace } from "../../../../lab/compute/compile/workspace.ts";
import type { RandomSpec } from "../../../../lab/compute/workspace.ts";
import { defaultRng } from "../../../../lab/core/random.ts";
import { library } from "../backends.ts";
import { until } from "../../../until.ts";

await openWorkspace("cpu");

const scalar = (value: number) => ({
  x: { shape: [], dtype: "float32" as const, values: Float32Array.of(value) },
});

/** s ← 2s + x + r + k, and a program that reads another group. */
function subject(options: ConstructorParameters<typeof CompiledWorkspace>[1]) {
  const workspace = new CompiledWorkspace("strict", options);
  workspace.define("s", scalar(1));
  workspace.define("other", scalar(5));
  const add = workspace.compile(
    {
      name: "add",
      inputs: { x: [[1], "float32"] },
      random: { r: [[1], "uniform"] } as Record<"r", RandomSpec>,
      scalars: ["k"],
      state: ["s"],
    },
    ({ input, random, scalar, state: { s } }) => {
      const given = tf.sum(tf.add(input.x, random.r));
      const x = tf.add(tf.add(tf.mul(2, s.x), given), scalar.k);
      return { outputs: { x }, state: { s: { x } } };
    },
  );
  const show = workspace.compile(
    { name: "show", state: ["other"] },
    ({ state: { other } }) => ({ outputs: { x: tf.add(other.x, 1) } }),
  );
  return { workspace, add, show };
}

/** So often a run with other inputs, then the state. */
async function left({ workspace, add }: ReturnType<typeof subject>, rounds: number) {
  const random = defaultRng(1);
  for (let round = 0; round < rounds; round++) {
    const ended = workspace.meanwhile(() => {
      for (let i = 0; i < 3; i++) {
        add.input.x[0] = i;
        add.scalar.k = round;
        add.run(random);
      }
      // Runs hold what the inputs were.
      add.input.x[0] = 1000;
    });
    ended();
    strictEqual(add.input.x[0], 1000);
  }
  return (await workspace.read("s")).x.values;
}

Deno.test("runs in another thread see their inputs, draws and scalars, in their order", async () => {
  const one = subject({ threads: 1 });
  const two = subject({ threads: 2, eager: true });
  deepStrictEqual(await left(two, 10), await left(one, 10));
  two.workspace.dispose();
});

Deno.test("runs see their inputs where these are more than was reckoned with", async () => {
  const size = 20_000;
  const left = [];
  for (const threads of [1, 2]) {
    const workspace = new CompiledWorkspace("strict", { threads, eager: true });
    workspace.define("s", scalar(1));
    const add = workspace.compile(
      { name: "add", inputs: { x: [[size], "float32"] }, state: ["s"] },
      ({ input: { x }, state: { s } }) => ({
        outputs: {},
        state: { s: { x: tf.add(tf.mul(2, s.x), tf.max(x)) } },
      }),
    );
    workspace.meanwhile(() => {
      for (const x of [1, 2, 3, 4, 5]) {
        add.input.x.fill(x);
        add.run();
      }
    })();
    left.push((await workspace.read("s")).x.values[0]);
    workspace.dispose();
  }
  // 2 · (2 · (2 · (2 · (2 · 1 + 1) + 2) + 3) + 4) + 5.
  deepStrictEqual(left, [89, 89]);
});

Deno.test("what asks for their state or outputs waits for them, what does not goes on", async () => {
  const seen = [];
  for (const threads of [1, 2]) {
    const { workspace, add, show } = subject({ threads, eager: true });
    const random = defaultRng(2);
    const begin = () => void workspace.meanwhile(() => add.run(random));
    begin();
    show.run();
    deepStrictEqual(await show.read("x"), Float32Array.of(6));
    begin();
    workspace.copy("s", "other");
    begin();
    add.run(random);
    begin();
    const output = await add.read("x");
    begin();
    workspace.write("s", scalar(3));
    begin();
    seen.push([output, await workspace.read("s"), await workspace.read("other")]);
    workspace.dispose();
  }
  deepStrictEqual(seen[1], seen[0]);
});

Deno.test("a state that is read while long runs go on is what they leave", async () => {
  const values = Float32Array.from({ length: 256 * 256 }, (_, i) => (i % 7) / 768);
  const seen = [];
  for (const threads of [1, 2]) {
    const workspace = new CompiledWorkspace("strict", { threads, eager: true });
    workspace.define("w", { x: { shape: [256, 256], dtype: "float32", values } });
    const turn = workspace.compile(
      { name: "turn", state: ["w"] },
      ({ state: { w } }) => ({
        outputs: {},
        state: { w: { x: tf.add(tf.matMul(w.x, w.x), 1 / 512) } },
      }),
    );
    turn.run();
    workspace.meanwhile(() => {
      for (let i = 0; i < 50; i++) turn.run();
    });
    seen.push((await workspace.read("w")).x.values.slice(0, 5));
    workspace.dispose();
  }
  deepStrictEqual(seen[1], seen[0]);
});

Deno.test("what is written into inputs and scalars while runs go on is for the next run", async () => {
  const seen = [];
  for (const threads of [1, 2]) {
    const { workspace, add } = subject({ threads, eager: true });
    const random = defaultRng(3);
    const train = () => {
      for (let i = 0; i < 4; i++) {
        add.input.x[0] = i;
        add.run(random);
      }
    };
    const ended = workspace.meanwhile(train);
    add.input.x = Float32Array.of(100);
    ended();
    add.run(random);
    const after = workspace.meanwhile(train);
    add.scalar.k = 10;
    after();
    strictEqual(add.scalar.k, 10);
    add.run(random);
    seen.push((await workspace.read("s")).x.values);
    workspace.dispose();
  }
  deepStrictEqual(seen[1], seen[0]);
});

Deno.test("programs are measured between the runs of another thread, not over them", async () => {
  const [one, two] = [subject({ threads: 1 }), subject({ threads: 2, eager: true })];
  one.add.run(defaultRng(4));
  two.workspace.meanwhile(() => two.add.run(defaultRng(4)));
  strictEqual(two.workspace.explain(true).length, 1);
  deepStrictEqual(await two.workspace.read("s"), await one.workspace.read("s"));
  two.workspace.dispose();
});

Deno.test("a step that another thread cannot compute is computed here, in its turn", async () => {
  const { workspace, add } = subject({ threads: 2, eager: true });
  const largest = workspace.compile(
    { name: "largest", state: ["s"] },
    ({ state: { s } }) => {
      const { values } = tf.topk(tf.stack([s.x, tf.scalar(4)]), 1);
      return { outputs: {}, state: { s: { x: tf.reshape(values, []) } } };
    },
  );
  const random = defaultRng(1);
  add.input.x[0] = -10;
  workspace.meanwhile(() => {
    add.run(random);
    largest.run();
    add.input.x[0] = 0.5;
    add.run(random);
  });
  const [x] = (await workspace.read("s")).x.values;
  ok(x > 8.5 && x < 9.5, `${x}`);
  workspace.dispose();
});

Deno.test({
  name: "products by a library are computed in the other thread, too",
  ignore: library === undefined,
  fn: async () => {
    const values = Float32Array.from({ length: 32 * 32 }, (_, i) => (i % 7) / 32);
    const results = [];
    for (const threads of [1, 2]) {
      const workspace = new CompiledWorkspace("relaxed", { threads, eager: true, library });
      workspace.define("w", { x: { shape: [32, 32], dtype: "float32", values } });
      const square = workspace.compile(
        { name: "square", state: ["w"] },
        ({ state: { w } }) => ({ outputs: {}, state: { w: { x: tf.matMul(w.x, w.x) } } }),
      );
      workspace.meanwhile(() => square.run())();
      results.push(await workspace.read("w"));
      workspace.dispose();
    }
    deepStrictEqual(results[1], results[0]);
  },
});

Deno.test("a thread that fails is known at once, with its reason", () => {
  const background = new Background(new SharedArena(), { eager: true });
  const noModule = {} as WebAssembly.Module;
  const program = { module: noModule, libraryCalls: [], given: { from: 0, to: 0 }, groups: [] };
  const ended = background.take(() => background.add(program));
  throws(ended, { name: "LabError", message: /must not fail: TypeError: / });
  match(background.lost!, /^TypeError: [^\0]+$/);
  background.close();
});

Deno.test("the thread is started for what takes long, and may be lost", async () => {
  const entry = new URL("./no_such_thread.ts", import.meta.url);
  const background = new Background(new SharedArena(), { entry });
  const busy = (milliseconds: number) => () => {
    for (const end = performance.now() + milliseconds; performance.now() < end;);
  };
  for (let i = 0; i < 100; i++) background.take(() => {})();
  strictEqual(background.lost, undefined);
  for (let i = 0; i < 4; i++) background.take(busy(100))();
  await until(() => background.lost !== undefined);
  match(background.lost!, /no_such_thread/);
  let works = 0;
  background.take(() => works++)();
  strictEqual(works, 1);
  background.close();
});
