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
import type { DefinedModel } from "../../../../models/define_model.ts";
import { models } from "../../../../models/mod.ts";
import { datasetOf, everyStepOf, trainerOf } from "../../../models/laboratory.ts";
import { siblingsOf } from "./recorded.ts";
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

/** A program of a trainer, and its state after an iteration. */
interface Update {
  readonly program: Recorded;
  readonly groups: Record<string, NamedTensors>;
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

const largest = (x: Float32Array) => x.reduce((most, each) => Math.max(most, Math.abs(each)), 0);

/** A difference of two near sums has lost a digit that the sums have. */
const lostDigit = (name: string) => name.endsWith("_gap") ? 10 : 1;

/** The largest difference of a tensor, relative to the largest element, of a bias to its group's. */
function distance(
  name: string,
  actual: Record<string, Float32Array>,
  expected: Record<string, Float32Array>,
): number {
  const difference = largest(actual[name].map((x, i) => x - expected[name][i]));
  const scales = [name, ...siblingsOf(name, expected)].map((each) => largest(expected[each]));
  return difference === 0 ? 0 : difference / (lostDigit(name) * Math.max(...scales));
}

/** The tensor of a program that is farthest between the two builds. */
async function farthest(
  { program, groups }: Update,
  factor = 1,
): Promise<{ name: string; far: number }> {
  const expected = await resultsOf("wasm-strict", program, groups);
  const actual = await resultsOf("webgpu", program, groups, factor);
  let worst = { name: "none", far: 0 };
  for (const name in expected) {
    const far = distance(name, actual, expected);
    // NaN is as far as can be.
    if (!(far <= worst.far)) worst = { name, far };
  }
  return worst;
}

/** How far three updates may take a tensor from the strict build's. */
const bound = 1e-5;
/** The same of networks that play against each other, whose gradients nearly cancel. */
const boundOfGames = 5e-3;

/** Programs of a trainer that iterates once, by their names. */
async function updatesOf(
  names: readonly string[],
  make: () => Promise<{ workspace: Workspace; trainer: Trainer }>,
): Promise<Update[]> {
  const updates: Update[] = [];
  let made: { workspace: Workspace; trainer: Trainer };
  const programs = await recorded(async () => {
    made = await make();
    await made.trainer.iterate();
  });
  for (const name of names) {
    const program = programs.get(name)!;
    const groups: Record<string, NamedTensors> = {};
    for (const group of program.spec.state!) groups[group] = await made!.workspace.read(group);
    updates.push({ program, groups });
  }
  made!.trainer.dispose();
  return updates;
}

for (
  const [name, program, fields] of [
    ["ppo", "ppo/update/16", {
      ...{ environments: 2, rolloutLength: 8, minibatchSize: 16, epochs: 1, hiddenSizes: [12] },
    }],
    ["dqn", "dqn/update", { learningStarts: 16, batchSize: 16, hiddenSizes: [12] }],
  ] as const
) {
  Deno.test({
    name: `three updates of ${name} leave what the strict build leaves`,
    ignore,
    fn: async () => {
      const make = () => subjectOf(name, () => makeEnv("CartPole-v1"), fields);
      const [update] = await updatesOf([program], make);
      const { name: tensor, far } = await farthest(update);
      ok(far <= bound, `${tensor} is off by ${far}`);
      // The measure sees a wrong scalar, in the trainers that have one.
      if (update.program.spec.scalars?.length) {
        ok((await farthest(update, 1.01)).far > 10 * bound);
      }
    },
  });
}

for (const { name, load } of models) {
  Deno.test({
    name: `three updates of each step of ${name} leave what the strict build leaves`,
    ignore,
    fn: async () => {
      // deno-lint-ignore no-explicit-any
      const definition = await load() as DefinedModel<any, any>;
      // A step of a larger image, which changes all that one of a smaller does, stands for that, too.
      const steps: readonly { name: string; changes?: readonly string[] }[] =
        definition.model.steps;
      const last = ({ name, changes }: typeof steps[number], i: number) =>
        !steps.slice(i + 1).some((later) =>
          later.name.replace(/\d+$/, "") === name.replace(/\d+$/, "") &&
          changes?.every((network) => later.changes?.includes(network))
        );
      const names = steps.filter(last).map((step) => `${name}/${step.name}`);
      const make = () =>
        trainerOf(definition, datasetOf(definition), everyStepOf(definition), { judges: [] });
      for (const update of await updatesOf(names, make)) {
        const { name: tensor, far } = await farthest(update);
        ok(
          far <= (names.length > 1 ? boundOfGames : bound),
          `${update.program.spec.name}: ${tensor} is off by ${far}`,
        );
      }
    },
  });
}
