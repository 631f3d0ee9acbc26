/** What every trainer has: counters, a budget, and snapshots that hold all of it. */
import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { BaseTrainer, type TrainerParts } from "../../../lab/core/base_trainer.ts";
import type { Json, Snapshot } from "../../../lab/core/snapshot.ts";
import type { NamedTensors } from "../../../lab/core/tensor_data.ts";

const tensor = (value: number) =>
  ({ shape: [1], dtype: "float32", values: Float32Array.of(value) }) as const;

/** A trainer of three groups, a counter and rows of a replay, each a number that tests set. */
class Toy extends BaseTrainer {
  readonly groups: Record<string, NamedTensors>;
  readonly written: string[] = [];
  readonly inherited: Json[] = [];
  counter = 0;
  rows: { tensors: NamedTensors; values: Json } | undefined;
  disposed = 0;
  protected readonly parts: TrainerParts;

  constructor(start: number, { name = "toy", hasReplay = true } = {}) {
    super("gradientSteps", 20);
    this.groups = {
      parameters: { "policy/0": tensor(start) },
      target: { "policy/0": tensor(start + 1) },
      optimizer: { "m/policy/0": tensor(start + 2) },
    };
    this.parts = {
      name,
      workspace: {
        read: (group) => Promise.resolve({ ...this.groups[group] }),
        write: (group, tensors) => {
          this.written.push(group);
          this.groups[group] = tensors;
        },
        dispose: () => this.disposed++,
      },
      groups: ["target", "optimizer"],
      resumables: {
        counter: {
          snapshot: () => this.counter,
          restore: (counter) => this.counter = counter as number,
          inherit: (counter) => this.inherited.push(counter),
        },
        silent: { snapshot: () => "silent", restore: (text) => strictEqual(text, "silent") },
      },
      ...hasReplay && {
        replay: {
          snapshot: () => ({ tensors: { reward: tensor(start + 3) }, values: { at: start } }),
          restore: (tensors, values) => this.rows = { tensors, values },
        },
      },
    };
  }

  iterate = () => Promise.reject(new Error("unused"));
  evaluate = () => Promise.reject(new Error("unused"));

  get left(): number {
    return this.remaining;
  }
  get share(): number {
    return this.spent;
  }
}

Deno.test("a trainer begins at nothing spent, and says how much of its budget is left in its own unit", () => {
  const trainer = new Toy(0);
  deepStrictEqual(trainer.budget, { unit: "gradientSteps", total: 20 });
  deepStrictEqual(trainer.progress, {
    ...{ iterations: 0, environmentSteps: 0, gradientSteps: 0, examples: 0 },
  });
  deepStrictEqual([trainer.share, trainer.left, trainer.irreproducible], [0, 20, undefined]);
  Object.assign(trainer.progress, { iterations: 30, environmentSteps: 40, gradientSteps: 5 });
  deepStrictEqual([trainer.share, trainer.left], [0.25, 15]);
  trainer.progress.gradientSteps = 19;
  strictEqual(trainer.left, 1);
  for (const spent of [20, 21]) {
    trainer.progress.gradientSteps = spent;
    throws(() => trainer.left, {
      name: "InputError",
      message: `Cannot train on as the budget of 20 updates is spent: ${spent} were taken`,
    });
  }
  trainer.dispose();
  strictEqual(trainer.disposed, 1);
});

Deno.test("a snapshot holds every group, every part and the rows that are lent, each below its name", async () => {
  const trainer = new Toy(10);
  Object.assign(trainer, { counter: 7 });
  trainer.progress.iterations = 3;
  const snapshot = await trainer.snapshot();
  deepStrictEqual(snapshot, {
    parameters: { "policy/0": tensor(10) },
    state: { "target/policy/0": tensor(11), "optimizer/m/policy/0": tensor(12) },
    lent: { "replay/reward": tensor(13) },
    values: {
      trainer: "toy",
      progress: { iterations: 3, environmentSteps: 0, gradientSteps: 0, examples: 0 },
      resumables: { counter: 7, silent: "silent" },
      replay: { at: 10 },
    },
  });
  trainer.progress.iterations = 4; // a snapshot is a copy
  strictEqual((snapshot.values as { progress: { iterations: number } }).progress.iterations, 3);
  const without = await new Toy(0, { hasReplay: false }).snapshot();
  ok(!("lent" in without));
  strictEqual((without.values as { replay: Json }).replay, null);
});

Deno.test("a trainer goes on from a snapshot with all that it holds, lent rows or stored ones", async () => {
  const first = new Toy(10);
  first.counter = 7;
  Object.assign(first.progress, { iterations: 3, gradientSteps: 6, examples: 96 });
  const { lent, ...kept } = await first.snapshot();
  const stored = { ...kept, state: { ...kept.state, ...lent } };
  for (const snapshot of [{ ...kept, lent }, stored] satisfies Snapshot[]) {
    const second = new Toy(0);
    await second.restore(snapshot);
    deepStrictEqual(second.groups, first.groups);
    deepStrictEqual([second.counter, second.progress], [7, first.progress]);
    deepStrictEqual(second.rows, { tensors: { reward: tensor(13) }, values: { at: 10 } });
    second.progress.iterations++; // the snapshot is not the trainer's
    strictEqual((snapshot.values as { progress: { iterations: number } }).progress.iterations, 3);
  }
  // As a diverged run leaves it: without rows it acts as it did, and remembers nothing.
  const bare = new Toy(0);
  await bare.restore(kept);
  deepStrictEqual([bare.counter, bare.rows], [7, undefined]);
});

Deno.test("another trainer's checkpoint is refused before anything of it is taken", async () => {
  const toy = new Toy(0);
  await rejects(toy.restore(await new Toy(5, { name: "other" }).snapshot()), {
    name: "InputError",
    message: "Cannot restore as the checkpoint must be of toy: other",
  });
  deepStrictEqual(toy.written, []);
});

Deno.test("what another run had measured is taken over part by part, where both have the part", async () => {
  const first = new Toy(1);
  first.counter = 9;
  const second = new Toy(2);
  second.inherit(await first.snapshot());
  deepStrictEqual([second.inherited, second.counter, second.written], [[9], 0, []]);
  second.inherit({ parameters: {}, state: {}, values: { resumables: { silent: "x" } } });
  deepStrictEqual(second.inherited, [9]);
});
