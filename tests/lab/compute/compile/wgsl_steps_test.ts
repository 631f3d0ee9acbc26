/** Each agent's and model's own steps as WGSL, against the strict WebAssembly build. */
import { ok } from "node:assert";
import { openWorkspace } from "../../../../lab/compute/backend.ts";
import { CompiledWorkspace } from "../../../../lab/compute/compile/workspace.ts";
import type {
  InputSpec,
  Program,
  ProgramSpec,
  Workspace,
} from "../../../../lab/compute/workspace.ts";
import { defaultRng } from "../../../../lab/core/random.ts";
import type { NamedTensors } from "../../../../lab/core/tensor_data.ts";
import type { Trainer } from "../../../../lab/core/trainer.ts";
import { makeEnv } from "../../../../envs/mod.ts";
import { subjectOf } from "../../../agents/laboratory.ts";
import { wganGp } from "../../../../models/adversarial/wgan_gp.ts";
import { vae } from "../../../../models/variational/vae.ts";
import { fewGlyphs, fewPoints, smallOf, trainerOf } from "../../../models/laboratory.ts";
import { backends } from "../backends.ts";

const { ignore } = backends.find(({ name }) => name === "webgpu")!;

type AnySpec = ProgramSpec<Record<string, InputSpec>, Record<never, never>, string, string>;

/** A program of a trainer. */
interface Recorded {
  readonly spec: AnySpec;
  readonly step: Parameters<Workspace["compile"]>[1];
  readonly outputs: string[];
}

/** Notes the programs that are compiled to WebAssembly while `work` runs. */
async function recorded(work: () => Promise<void>): Promise<Map<string, Recorded>> {
  const programs = new Map<string, Recorded>();
  const { compile } = CompiledWorkspace.prototype;
  CompiledWorkspace.prototype.compile = function (
    this: CompiledWorkspace,
    spec: AnySpec,
    step: Recorded["step"],
  ) {
    const outputs: string[] = [];
    programs.set(spec.name, { spec, step, outputs });
    const noting: Recorded["step"] = (context) => {
      const result = step(context);
      outputs.splice(0, Infinity, ...Object.keys(result.outputs));
      return result;
    };
    return compile.call(this, spec, noting);
  } as never;
  try {
    await work();
  } finally {
    CompiledWorkspace.prototype.compile = compile;
  }
  return programs;
}

/** All that a program leaves behind after three runs over made-up inputs; scalars × `factor`. */
async function resultsOf(
  backend: "wasm-strict" | "webgpu",
  { spec, step, outputs }: Recorded,
  groups: Record<string, NamedTensors>,
  factor = 1,
): Promise<Record<string, Float32Array>> {
  const { workspace } = await openWorkspace(backend);
  for (const name in groups) workspace.define(name, groups[name]);
  const program = workspace.compile(spec, step as never) as Program<
    Record<string, InputSpec>,
    string,
    string
  >;
  const random = defaultRng(1);
  for (let i = 0; i < 3; i++) {
    for (const [name, [, dtype]] of Object.entries(spec.inputs ?? {})) {
      const view = program.input[name] as Float32Array;
      // Actions are 0 or 1; everything else is of moderate size.
      for (let i = 0; i < view.length; i++) {
        view[i] = dtype === "int32" ? random.integers(2) : random.random();
      }
    }
    for (const name of spec.scalars ?? []) program.scalar[name] = 0.01 * factor;
    program.run(random);
  }
  const results: Record<string, Float32Array> = {};
  for (const output of outputs) results[output] = await program.read(output);
  for (const name in groups) {
    for (const [tensor, { values }] of Object.entries(await workspace.read(name))) {
      results[`${name}/${tensor}`] = Float32Array.from(values);
    }
  }
  workspace.dispose();
  return results;
}

/** The largest difference of two tensors, relative to the largest element. */
function distance(actual: Float32Array, expected: Float32Array): number {
  const largest = (x: Float32Array) => x.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  const difference = largest(actual.map((x, i) => x - expected[i]));
  return difference === 0 ? 0 : difference / largest(expected);
}

/** The tensor of a program that is farthest between the two builds. */
async function farthest(
  program: Recorded,
  groups: Record<string, NamedTensors>,
  factor = 1,
): Promise<{ name: string; far: number }> {
  const expected = await resultsOf("wasm-strict", program, groups);
  const actual = await resultsOf("webgpu", program, groups, factor);
  let worst = { name: "none", far: 0 };
  for (const name in expected) {
    const far = distance(actual[name], expected[name]);
    // NaN is as far as can be.
    if (!(far <= worst.far)) worst = { name, far };
  }
  return worst;
}

/** How far three updates may take a tensor from the strict build's. */
const bound = 1e-5;

/** The updates of trainers. */
const cases: readonly {
  readonly name: string;
  readonly program: string;
  readonly make: () => Promise<{ workspace: Workspace; trainer: Trainer }>;
}[] = [
  {
    name: "ppo",
    program: "ppo/update/16",
    make: () =>
      subjectOf("ppo", () => makeEnv("CartPole-v1"), {
        ...{ environments: 2, rolloutLength: 8, minibatchSize: 16, epochs: 1, hiddenSizes: [12] },
      }),
  },
  {
    name: "dqn",
    program: "dqn/update",
    make: () =>
      subjectOf("dqn", () => makeEnv("CartPole-v1"), {
        ...{ learningStarts: 16, batchSize: 16, hiddenSizes: [12] },
      }),
  },
  {
    name: "vae",
    program: "vae/bound",
    make: () => trainerOf(vae, fewGlyphs(), smallOf(vae)),
  },
  {
    name: "wgan-gp",
    program: "wgan-gp/critic",
    make: async () => trainerOf(wganGp, await fewPoints(), smallOf(wganGp)),
  },
];

for (const { name, program, make } of cases) {
  Deno.test({
    name: `three updates of ${name} leave what the strict build leaves`,
    ignore,
    fn: async () => {
      let workspace!: Workspace;
      const programs = await recorded(async () => {
        const made = await make();
        await made.trainer.iterate();
        workspace = made.workspace;
      });
      const update = programs.get(program)!;
      const groups: Record<string, NamedTensors> = {};
      for (const group of update.spec.state!) groups[group] = await workspace.read(group);
      workspace.dispose();
      const { name: tensor, far } = await farthest(update, groups);
      ok(far <= bound, `${tensor} is off by ${far}`);
      // The measure sees a wrong scalar, in the trainers that have one.
      if (update.spec.scalars?.length) ok((await farthest(update, groups, 1.01)).far > 10 * bound);
    },
  });
}
