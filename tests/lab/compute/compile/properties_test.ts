/** Random programs, compiled and kernel by kernel: the same numbers, run after run. */
import { ok } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { f32x4, splat } from "../../../../lab/compute/compile/wasm/assembler.ts";
import { VectorMath } from "../../../../lab/compute/compile/wasm/math.ts";
import { CompiledWorkspace } from "../../../../lab/compute/compile/workspace.ts";
import { PlainWorkspace } from "../../../../lab/compute/plain_workspace.ts";
import type { Workspace } from "../../../../lab/compute/workspace.ts";
import { defaultRng } from "../../../../lab/core/random.ts";
import { sizeOf } from "../../../../lab/core/tensor_data.ts";
import { linesOf } from "./graphs.ts";
import { type RandomProgram, randomPrograms, stepOf, tracedProgram } from "./random_programs.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

const plain = new PlainWorkspace("cpu");
const builds = [new CompiledWorkspace("relaxed"), new CompiledWorkspace("strict")];

const runs = 3;

/** All that can be seen of a program: outputs of each run and the state after the last. */
async function seen(workspace: Workspace, program: RandomProgram): Promise<number[][]> {
  const { rows, columns } = program;
  const random = defaultRng(rows * 16 + columns);
  const filled = (shape: number[]) => {
    const values = new Float32Array(sizeOf(shape));
    random.fillUniform(values);
    return values.map((value) => value * 4 - 2);
  };
  const tensor = (shape: number[]) => ({ shape, dtype: "float32", values: filled(shape) } as const);
  const wide = [rows, columns];
  workspace.define("state", { s: tensor(wide), u: tensor(wide), t: tensor([columns]) });
  const step = stepOf(program);
  const made = workspace.compile({
    name: "random",
    inputs: { x: [wide, "float32"], y: [[columns], "float32"], n: [wide, "int32"] },
    state: ["state"],
  }, (context) => step(context as never));
  const found: number[][] = [];
  for (let i = 0; i < runs; i++) {
    made.input.x.set(filled(wide));
    made.input.y.set(filled([columns]));
    made.input.n.set(filled(wide));
    made.run();
    for (const name of ["latest", "other"] as const) found.push([...made.readNow(name)]);
  }
  const { s, u, t } = await workspace.read("state");
  made.dispose();
  return [...found, [...s.values], [...u.values], [...t.values]];
}

/** Nothing amplifies rounding: a sum of a thousand numbers of size 16 is the worst. */
const bound = 1e-3;

/** The first place where two runs differ; undefined where they agree. */
function difference(a: number[][], b: number[][]): string | undefined {
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < a[i].length; j++) {
      if (!(Math.abs(a[i][j] - b[i][j]) <= bound)) {
        const what = i < 2 * runs
          ? `output ${i % 2} of run ${Math.floor(i / 2)}`
          : `state ${i - 2 * runs}`;
        return `element ${j} of ${what} is ${b[i][j]}, expected ${a[i][j]}`;
      }
    }
  }
}

const agrees = fc.asyncProperty(randomPrograms(14), async (program) => {
  const expected = await seen(plain, program);
  for (const workspace of builds) {
    const found = difference(expected, await seen(workspace, program));
    ok(
      found === undefined,
      `${workspace.backend}: ${found} in\n${linesOf(tracedProgram(program)).join("\n")}`,
    );
  }
});

Deno.test("random programs compute what TensorFlow.js computes, in both builds", async () => {
  await fc.assert(agrees, { numRuns: 80, seed: 7 });
});

Deno.test("a function that is lowered wrong by a hundredth is found by them", async () => {
  const right = VectorMath.prototype.tanh;
  VectorMath.prototype.tanh = function (x) {
    return f32x4.mul(right.call(this, x), splat(1.01));
  };
  try {
    const { failed } = await fc.check(agrees, { numRuns: 80, seed: 7, endOnFailure: true });
    ok(failed);
  } finally {
    VectorMath.prototype.tanh = right;
  }
});
