/** Collecting while the update runs: what it is by definition, and that threads change nothing. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import { CompiledWorkspace } from "../../../lab/compute/compile/workspace.ts";
import type { Environment } from "../../../lab/core/environment.ts";
import type { Workspace } from "../../../lab/compute/workspace.ts";
import { streamOf } from "../../../lab/core/random.ts";
import type { Snapshot } from "../../../lab/core/snapshot.ts";
import type { NamedTensors } from "../../../lab/core/tensor_data.ts";
import {
  definitions,
  forgetful,
  hasReplay,
  knownFields,
  overlaps,
  worldFor,
} from "../laboratory.ts";

await openWorkspace("wasm");

/** DQN's iterations have no fewer steps. */
const block = 256;

/** Fields whose iterations are one block and one training each, but for those of `fields`. */
function small(agent: string, fields: object = {}): object {
  return knownFields(agent, {
    ...{ environments: 1, bufferSize: 500, learningStarts: 100, batchSize: 16, hiddenSizes: [16] },
    ...{ trainEvery: block, gradientStepsPerTrain: 3, policyDelay: 2, rewardSteps: 2 },
    ...{ targetUpdateEvery: 50, explorationFraction: 0.01, learningRate: 0.01 },
    ...fields,
  });
}

/** Fields with overlap and several trainings an iteration. */
function fieldsWith(agent: string): object {
  return hasReplay(agent)
    ? small(agent, { trainEvery: 64, environments: 4, overlap: true })
    : { environments: 4, rolloutLength: 8, hiddenSizes: [16], overlap: true };
}

/** Where another thread always computes updates, if there are several. */
function eager(threads: number): Workspace {
  return new CompiledWorkspace("relaxed", { threads, eager: true });
}

/** A trainer with one environment or four. */
async function subjectOf(
  agent: string,
  fields: object,
  { threads = 1, world = worldFor(agent), workspace = eager(threads) }: {
    readonly threads?: number;
    readonly world?: () => Environment;
    readonly workspace?: Workspace;
  } = {},
) {
  const definition = definitions[agent];
  const trainer = await definition.create({
    configuration: definition.configuration.parse(fields),
    ...{ budget: 10_000, workspace, seed: 1, makeEnvironment: world },
    stream: (name) => streamOf(1, name),
  });
  return { trainer, workspace };
}

/** What gradient steps change: not DQN's target, which is renewed by environment steps. */
function learned({ parameters, state }: Snapshot, agent: string): NamedTensors {
  const isTarget = (name: string) => agent === "dqn" && name.startsWith("target/");
  const changed = Object.entries({ ...parameters, ...state }).filter(([name]) => !isTarget(name));
  return Object.fromEntries(changed);
}

for (const agent of Object.keys(definitions).filter(overlaps)) {
  Deno.test(`${agent}: with overlap neither threads nor a checkpoint change a bit`, async () => {
    const fields = fieldsWith(agent);
    const run = async (threads: number, iterations: number, from?: Snapshot) => {
      const { trainer, workspace } = await subjectOf(agent, fields, { threads });
      if (from !== undefined) await trainer.restore(from);
      const metrics = [];
      for (let i = 0; i < iterations; i++) metrics.push((await trainer.iterate()).metrics);
      const snapshot = await trainer.snapshot();
      deepStrictEqual(workspace.notices!(), []);
      trainer.dispose();
      return { snapshot, metrics };
    };
    const one = await run(1, 4);
    const half = await run(2, 2);
    const rest = await run(3, 2, half.snapshot);
    deepStrictEqual(rest.snapshot, one.snapshot);
    deepStrictEqual([...half.metrics, ...rest.metrics], one.metrics);
  });

  Deno.test(`${agent}: with overlap a backend without another thread takes the same gradient steps`, async () => {
    const fields = fieldsWith(agent);
    const counts = [];
    for (const workspace of [undefined, (await openWorkspace("cpu")).workspace]) {
      const { trainer } = await subjectOf(agent, fields, { workspace });
      for (let i = 0; i < 2; i++) await trainer.iterate();
      counts.push(trainer.progress.gradientSteps);
      trainer.dispose();
    }
    ok(counts[0] > 0 && counts[0] === counts[1], counts.join());
  });

  Deno.test(`${agent}: overlap is left out of a configuration that does not ask for it`, () => {
    ok(!("overlap" in (definitions[agent].configuration.parse({}) as object)));
  });
}

for (const agent of Object.keys(definitions).filter(hasReplay)) {
  Deno.test(`${agent}: with overlap each block is collected by the parameters of one training before`, async () => {
    const { trainer } = await subjectOf(agent, small(agent, { overlap: true }), { threads: 2 });
    for (let i = 0; i < 5; i++) await trainer.iterate();
    const overlapped = await trainer.snapshot();
    strictEqual(trainer.progress.gradientSteps, 12);
    trainer.dispose();

    // In turn, but that the world puts older parameters in the place of those that are to act.
    let steps = 0;
    let now: NamedTensors;
    const world = (): Environment => {
      const inner = forgetful(worldFor(agent)());
      const step = inner.step.bind(inner);
      return Object.assign(inner, {
        stepInto: undefined,
        step: (action: never) => {
          steps += 1;
          if (steps % block === 0) plain.workspace.write("parameters", now);
          return step(action);
        },
      });
    };
    const plain = await subjectOf(agent, small(agent), { world });
    let before = await plain.workspace.read("parameters");
    for (let i = 0; i < 4; i++) {
      now = await plain.workspace.read("parameters");
      plain.workspace.write("parameters", before);
      await plain.trainer.iterate();
      before = now;
    }
    strictEqual(steps, 4 * block);
    const emulated = await plain.trainer.snapshot();
    plain.trainer.dispose();
    deepStrictEqual(learned(overlapped, agent), learned(emulated, agent));
  });

  Deno.test(`${agent}: overlap is refused with priorities and where nothing would be learned`, async () => {
    const refused = (fields: object, message: RegExp) =>
      rejects(subjectOf(agent, small(agent, { overlap: true, ...fields })), {
        name: "InputError",
        message,
      });
    await refused(
      { priorityExponent: 0.6 },
      /overlap must be false .* \(priorityExponent 0.6\): true$/,
    );
    await refused({ learningStarts: 9900 }, /by more than trainEvery \(256\).*: 9900$/);
  });
}
