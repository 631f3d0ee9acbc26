/** Random programs, compiled and kernel by kernel: the same numbers, run after run. */
import { fail, ok } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { compiledBefore } from "../../../../lab/compute/compile/compiler.ts";
import { f32x4, splat } from "../../../../lab/compute/compile/wasm/assembler.ts";
import { VectorMath } from "../../../../lab/compute/compile/wasm/math.ts";
import { CompiledWorkspace } from "../../../../lab/compute/compile/workspace.ts";
import { openWorkspace } from "../../../../lab/compute/backend.ts";
import { PlainWorkspace } from "../../../../lab/compute/plain_workspace.ts";
import type { Workspace } from "../../../../lab/compute/workspace.ts";
import { defaultRng } from "../../../../lab/core/random.ts";
import { sizeOf } from "../../../../lab/core/tensor_data.ts";
import { backends, library } from "../backends.ts";
import { linesOf } from "./graphs.ts";
import {
  descentOf,
  differentiable,
  type RandomProgram,
  randomPrograms,
  stepOf,
  tracedProgram,
} from "./random_programs.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

const plain = new PlainWorkspace("cpu");
const builds = [
  new CompiledWorkspace("relaxed", { fallback: false }),
  new CompiledWorkspace("strict", { fallback: false }),
  new CompiledWorkspace("strict", { fallback: false, revectorized: true }),
  ...(library === undefined
    ? []
    : [new CompiledWorkspace("relaxed", { fallback: false, library })]),
];

const runs = 3;

/** All that can be seen of a program: outputs of each run and the state after the last. */
async function seen(
  workspace: Workspace,
  program: RandomProgram,
  stepOf: typeof descentOf,
): Promise<number[][]> {
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
  const names: string[] = [];
  const made = workspace.compile({
    name: "random",
    inputs: { x: [wide, "float32"], y: [[columns], "float32"], n: [wide, "int32"] },
    state: ["state"],
  }, (context) => {
    const result = step(context as never);
    names.splice(0, names.length, ...Object.keys(result.outputs));
    return result;
  });
  const found: number[][] = [];
  for (let i = 0; i < runs; i++) {
    made.input.x.set(filled(wide));
    made.input.y.set(filled([columns]));
    made.input.n.set(filled(wide));
    made.run();
    for (const name of names) found.push([...await made.read(name)]);
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
      if (Math.abs(a[i][j] - b[i][j]) <= bound) continue;
      const outputs = a.length - 3;
      const what = i < outputs ? `output ${i} of ${outputs}` : `state ${"sut"[i - outputs]}`;
      return `element ${j} of ${what} is ${b[i][j]}, expected ${a[i][j]}`;
    }
  }
}

/** That a program, made a step by `stepOf`, computes what it computes kernel by kernel. */
function agrees(
  programs: fc.Arbitrary<RandomProgram>,
  stepOf: typeof descentOf,
  workspaces: readonly Workspace[] = builds,
) {
  return fc.asyncProperty(programs, async (program) => {
    const expected = await seen(plain, program, stepOf);
    for (const workspace of workspaces) {
      const found = difference(expected, await seen(workspace, program, stepOf));
      if (found === undefined) continue;
      const lines = linesOf(tracedProgram(program, stepOf(program))).join("\n");
      fail(`${workspace.backend}: ${found} in\n${lines}`);
    }
  });
}

Deno.test("random programs compute what TensorFlow.js computes, in both builds", async () => {
  await fc.assert(agrees(randomPrograms(14), stepOf), { numRuns: 60, seed: 7 });
});

Deno.test("long ones, too", async () => {
  await fc.assert(agrees(randomPrograms(50, 4), stepOf), { numRuns: 20, seed: 7 });
});

Deno.test("and gradient descent through them", async () => {
  await fc.assert(agrees(randomPrograms(8, 4, differentiable), descentOf), {
    numRuns: 40,
    seed: 7,
  });
});

Deno.test({
  name: "and all of it on the graphics device",
  ignore: backends.find(({ name }) => name === "webgpu")!.ignore,
  fn: async () => {
    const { workspace } = await openWorkspace("webgpu");
    for (const make of [stepOf, descentOf]) {
      const programs = agrees(randomPrograms(12, 4, differentiable), make, [workspace]);
      await fc.assert(programs, { numRuns: 8, seed: 7 });
    }
    workspace.dispose();
  },
});

Deno.test("a function that is lowered wrong by a hundredth is found by them", async () => {
  compiledBefore.clear();
  const right = VectorMath.prototype.tanh;
  VectorMath.prototype.tanh = function (x) {
    return f32x4.mul(right.call(this, x), splat(1.01));
  };
  try {
    const options = { numRuns: 60, seed: 7, endOnFailure: true };
    const { failed } = await fc.check(agrees(randomPrograms(14), stepOf), options);
    ok(failed);
  } finally {
    VectorMath.prototype.tanh = right;
    compiledBefore.clear();
  }
});
