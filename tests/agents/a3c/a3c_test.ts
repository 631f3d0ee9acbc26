/** A3C's workers in threads: the same worker as in process, the shared budget, failures. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { Learner, type Shared } from "../../../agents/a3c/learner.ts";
import { optimizerOf } from "../../../agents/a2c.ts";
import { LearnerThread } from "../../../agents/a3c/threads.ts";
import { a3c } from "../../../agents/a3c/a3c.ts";
import { SharedTensors } from "../../../agents/a3c/shared_tensors.ts";
import { openingOf, openWorkspace } from "../../../lab/compute/backend.ts";
import type { BackendChoice } from "../../../lab/compute/backend_choice.ts";
import { InputError, LabError } from "../../../lab/core/errors.ts";
import { defaultRng, streamOf } from "../../../lab/core/random.ts";
import type { NamedTensors } from "../../../lab/core/tensor_data.ts";
import { weighted, worlds } from "../environment_source.ts";
import { backends, options } from "../../lab/compute/backends.ts";
import { subjectOf, trainThrough } from "../laboratory.ts";

const small = { environments: 2, rolloutLength: 8, hiddenSizes: [16] };

function sourceOf(world: string) {
  return { module: new URL("../environment_source.ts", import.meta.url).href, options: world };
}

/** A trainer with workers in threads. */
async function trainerOf(world: string, fields: object, budget = 4000) {
  const { workspace } = await openWorkspace("wasm");
  return await a3c.create({
    configuration: a3c.configuration.parse({ workers: 2, ...small, ...fields }),
    budget,
    workspace,
    seed: 1,
    stream: (name) => streamOf(1, name),
    makeEnvironment: worlds[world],
    environmentSource: sourceOf(world),
  });
}

for (const { name: backend, ignore } of backends) {
  const name =
    `a worker in a thread ends in the bits of one in process, with an own body: ${backend}`;
  Deno.test({ name, ignore, fn: () => thread(backend) });
}

async function thread(backend: BackendChoice): Promise<void> {
  const world = "cart-pole through a body";
  const body = weighted;
  const { trainer } = await subjectOf("a3c", worlds[world], small, { body });
  const { parameters } = await trainer.snapshot();
  trainer.dispose();
  const configuration = a3c.configuration.parse(small);
  const make = (): Shared => ({
    parameters: SharedTensors.of(parameters, true).block,
    optimizer: SharedTensors.of(optimizerOf(configuration).initialState(parameters), true).block,
    claimed: new SharedArrayBuffer(4),
  });
  const [near, far] = [make(), make()];
  const { workspace } = await openWorkspace(backend, options);
  const makeEnvironment = worlds[world];
  const order = { configuration, seed: 7 };
  const learner = new Learner({ ...order, shared: near, workspace, makeEnvironment, body });
  const elsewhere = { opening: openingOf(workspace)!, source: sourceOf(world) };
  const thread = new LearnerThread(0, { ...order, shared: far, ...elsewhere });
  try {
    const limit = 200;
    const work = { environmentSteps: 0, limit, budget: 4000 };
    const [one, other] = [await learner.learn(work), await thread.learn(work)];
    strictEqual(one.environmentSteps, limit);
    deepStrictEqual(other, one);
    deepStrictEqual(await thread.snapshot(), learner.snapshot());
    for (const group of ["parameters", "optimizer"] as const) {
      const bytes = ({ block }: SharedTensors) => new Uint8Array(block.buffer);
      const [a, b] = [near, far].map((shared) => bytes(new SharedTensors(shared[group])));
      deepStrictEqual(a, b);
    }
    const changed = new SharedTensors(near.parameters).tensors;
    ok(
      Object.keys(changed).every((name) =>
        changed[name].values.some((value, i) => value !== parameters[name].values[i])
      ),
    );
  } finally {
    thread.dispose();
    workspace.dispose();
    // What other tests in this process compute with.
    await tf.setBackend("cpu");
  }
}

Deno.test("one worker makes A2C's updates", async () => {
  const fields = {
    ...small,
    annealLearningRate: false,
    entropyCoefficient: 0.01,
    learningRate: 7e-3,
  };
  const { trainer } = await subjectOf("a2c", worlds["cart-pole"], fields);
  const before = await trainer.snapshot();
  await trainer.iterate();
  const after = await trainer.snapshot();
  trainer.dispose();

  const configuration = a3c.configuration.parse(fields);
  const optimizer = optimizerOf(configuration).initialState(before.parameters);
  const [parameters, statistics] = [before.parameters, optimizer].map((tensors) =>
    SharedTensors.of(tensors, false)
  );
  const { workspace } = await openWorkspace("wasm");
  const learner = new Learner({
    configuration,
    shared: {
      parameters: parameters.block,
      optimizer: statistics.block,
      claimed: new ArrayBuffer(4),
    },
    seed: 1,
    workspace,
    makeEnvironment: worlds["cart-pole"],
  });
  await learner.learn({ environmentSteps: 0, limit: 512, budget: 10_000 });
  workspace.dispose();
  // Up to the rounding of θ + (θ′ − θ).
  const expectClose = (actual: NamedTensors, name: string, expected: NamedTensors[string]) =>
    expected.values.forEach((value, i) => {
      const error = Math.abs(actual[name].values[i] - value);
      ok(error < 1e-5, `${name}[${i}] is ${actual[name].values[i]}, not ${value}`);
    });
  for (const [name, tensor] of Object.entries(after.parameters)) {
    expectClose(parameters.tensors, name, tensor);
    ok(tensor.values.some((value, i) => value !== before.parameters[name].values[i]));
  }
  for (const name of Object.keys(optimizer)) {
    expectClose(statistics.tensors, name, after.state[`optimizer/${name}`]);
  }
});

Deno.test("rollouts are whole between pauses, however long they are", async () => {
  for (const [rolloutLength, updates] of [[5, 13], [128, 1]]) {
    const fields = { environments: 8, rolloutLength, hiddenSizes: [4] };
    const { trainer } = await subjectOf("a3c", worlds["cart-pole"], fields);
    await trainer.iterate();
    const { environmentSteps, gradientSteps } = trainer.progress;
    deepStrictEqual([environmentSteps, gradientSteps], [8 * rolloutLength * updates, updates]);
    trainer.dispose();
  }
});

Deno.test("two workers share one budget, learn, and say that no seed determines them", async () => {
  const fields = { optimizer: "adam", learningRate: 5e-3, annealLearningRate: false };
  const trained = async () => {
    const trainer = await trainerOf("credit", fields, 8001);
    ok(/2 workers .* agent\.workers=1/.test(trainer.irreproducible!));
    await trainThrough(trainer);
    // Rounded up to a step of both environments of a worker.
    strictEqual(trainer.progress.environmentSteps, 8002);
    ok(trainer.progress.gradientSteps >= 500);
    const { metrics } = await trainer.evaluate({ random: defaultRng(5), episodes: 20 });
    trainer.dispose();
    return metrics["evaluation/return_mean"];
  };
  // Once more where it misses, as nothing says in which order they learn.
  const first = await trained();
  strictEqual(first === 1 ? first : await trained(), 1);
});

Deno.test("two workers go on from where they were saved", async () => {
  const trainer = await trainerOf("cart-pole", {}, 100_000);
  await trainer.iterate();
  const saved = await trainer.snapshot();
  await trainer.iterate();
  trainer.dispose();
  const other = await trainerOf("cart-pole", {}, 100_000);
  await other.restore(saved);
  deepStrictEqual(await other.snapshot(), saved);
  await other.iterate();
  strictEqual(other.progress.iterations, 2);
  other.dispose();
});

Deno.test("one worker is reproducible and needs no thread", async () => {
  const { trainer } = await subjectOf("a3c", worlds["cart-pole"], small);
  strictEqual(trainer.irreproducible, undefined);
  trainer.dispose();
});

Deno.test("a worker whose world breaks, or ends its thread, ends the run with its message", async () => {
  for (
    const [world, line] of [
      ["broken", /^worker [01]: .*the fiftieth step is broken/],
      ["leaving", /^worker [01] ended: its code called exit/],
    ] as const
  ) {
    const trainer = await trainerOf(world, {});
    await rejects(
      () => trainThrough(trainer),
      (error) => error instanceof LabError && line.test(error.message),
    );
    trainer.dispose();
  }
});

Deno.test("workers that threads cannot have are refused before training", async () => {
  await rejects(
    () => subjectOf("a3c", worlds["cart-pole"], { workers: 2 }),
    (error) =>
      error instanceof InputError &&
      /2 workers as their threads must be able to import .*: CartPole-v1 or the body is defined/
        .test(error.message),
  );
  const { workspace } = await openWorkspace("wasm");
  const context = {
    configuration: a3c.configuration.parse({ workers: 2 }),
    budget: 10,
    seed: 1,
    stream: (name: string) => streamOf(1, name),
    makeEnvironment: worlds["cart-pole"],
    environmentSource: sourceOf("cart-pole"),
  };
  const unknown = Object.create(workspace);
  unknown.define = () => {};
  await rejects(
    () => a3c.create({ ...context, workspace: unknown }),
    /2 workers as their threads must know how openWorkspace opened the workspace: wasm/,
  );
  workspace.dispose();
});
