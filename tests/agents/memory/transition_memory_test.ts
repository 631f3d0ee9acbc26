import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import {
  type MemoryOptions,
  TransitionMemory,
  type WeightedBatch,
} from "../../../agents/memory/transition_memory.ts";
import { ReplayBuffer } from "../../../agents/memory/replay.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";
import type { VectorStep } from "../../../lab/core/vector.ts";

const shape = {
  observationSpace: new Box({ low: -100, high: 100, shape: [1] }),
  observationSize: 1,
  actionSpace: new Discrete(2),
};

const options: MemoryOptions = {
  bufferSize: 64,
  environments: 1,
  rewardSteps: 1,
  gamma: 0.5,
  priorityExponent: 0,
  importanceExponent: 0.4,
};

function batchOf(size: number): WeightedBatch & { weights: Float32Array } {
  return {
    observations: new Float32Array(size),
    actions: new Int32Array(size),
    rewards: new Float32Array(size),
    nextObservations: new Float32Array(size),
    terminated: new Float32Array(size),
    discounts: new Float32Array(size),
    weights: new Float32Array(size),
  };
}

/** A step with reward 1 to `next`; an ended episode's next one begins at 100. */
function stepTo(next: number, ended?: "terminated" | "truncated"): VectorStep {
  return {
    observations: Float32Array.of(ended ? 100 : next),
    rewards: Float64Array.of(1),
    terminated: Uint8Array.of(ended === "terminated" ? 1 : 0),
    truncated: Uint8Array.of(ended === "truncated" ? 1 : 0),
    finalObservations: Float32Array.of(ended ? next : NaN),
    started: Uint8Array.of(ended ? 1 : 0),
  };
}

/** An episode from 0 to `length`, ended as said, then one step of the next. */
function episode(memory: TransitionMemory, length: number, ended: "terminated" | "truncated") {
  for (let t = 0; t < length; t++) {
    const last = t + 1 === length;
    memory.store(Float32Array.of(t), Int32Array.of(t), stepTo(t + 1, last ? ended : undefined));
  }
  memory.store(Float32Array.of(100), Int32Array.of(0), stepTo(101));
}

/** Each distinct transition that is drawn: from, rewards, to, terminated, discount. */
function drawn(memory: TransitionMemory): string[] {
  const batch = batchOf(4000);
  memory.sample(defaultRng(1), batch, 1);
  const rows = Array.from(
    batch.actions,
    (_, i) =>
      [
        batch.observations[i],
        batch.rewards[i],
        batch.nextObservations[i],
        batch.terminated[i],
        batch.discounts[i],
      ].join(" "),
  );
  return [...new Set(rows)].sort();
}

Deno.test("windows that a limit cuts bootstrap from the final observation with their own power of γ", () => {
  const memory = new TransitionMemory(shape, { ...options, rewardSteps: 3 });
  episode(memory, 4, "truncated");
  // The next episode's first window is still open.
  deepStrictEqual(drawn(memory), [
    "0 1.75 3 0 0.125",
    "1 1.75 4 0 0.125",
    "2 1.5 4 0 0.25",
    "3 1 4 0 0.5",
  ]);
});

Deno.test("windows that reach a terminal state do not bootstrap, the one before does", () => {
  const memory = new TransitionMemory(shape, { ...options, rewardSteps: 3 });
  episode(memory, 4, "terminated");
  deepStrictEqual(drawn(memory), [
    "0 1.75 3 0 0.125",
    "1 1.75 4 1 0.125",
    "2 1.5 4 1 0.25",
    "3 1 4 1 0.5",
  ]);
});

Deno.test("an episode shorter than n gives one window a step", () => {
  const memory = new TransitionMemory(shape, { ...options, rewardSteps: 5 });
  episode(memory, 2, "truncated");
  deepStrictEqual(drawn(memory), ["0 1.5 2 0 0.25", "1 1 2 0 0.5"]);
});

Deno.test("n = 1 and α = 0 draw what the replay buffer draws, to the bit", () => {
  const memory = new TransitionMemory(shape, { ...options, bufferSize: 5 });
  const buffer = new ReplayBuffer(5, shape);
  episode(memory, 6, "terminated");
  for (let t = 0; t < 6; t++) {
    buffer.add(Float32Array.of(t), Float32Array.of(t + 1), 0, Int32Array.of(t), 1, t === 5 ? 1 : 0);
  }
  buffer.add(Float32Array.of(100), Float32Array.of(101), 0, Int32Array.of(0), 1, 0);
  const [one, other] = [batchOf(100), batchOf(100)];
  memory.sample(defaultRng(4), one, 0.4);
  const rows = new Int32Array(100);
  defaultRng(4).fillIntegers(rows, 0, buffer.size);
  buffer.gather(rows, other);
  other.discounts.fill(0.5);
  other.weights.fill(1);
  deepStrictEqual(one, other);
});

Deno.test("rows with larger errors are drawn more often, and weigh less", () => {
  const memory = new TransitionMemory(shape, { ...options, priorityExponent: 1 });
  episode(memory, 9, "terminated");
  strictEqual(memory.size, 10);
  const batch = batchOf(10);
  memory.sample(defaultRng(1), batch, 1);
  // Equal priorities: one from each share, all of the same weight.
  deepStrictEqual([...batch.observations], [0, 1, 2, 3, 4, 5, 6, 7, 8, 100]);
  ok(batch.weights.every((weight) => weight === 1));
  memory.prioritize(Float32Array.from({ length: 10 }, (_, i) => i === 4 ? 9 : 1));
  const many = batchOf(1800);
  memory.sample(defaultRng(2), many, 1);
  strictEqual(many.observations.filter((each) => each === 4).length, 900);
  many.observations.forEach((each, i) =>
    ok(Math.abs(many.weights[i] - (each === 4 ? 1 / 9 : 1)) < 1e-5)
  );
});

Deno.test("a restored memory goes on as the original, open windows and priorities too", () => {
  const fields = { ...options, bufferSize: 6, rewardSteps: 3, priorityExponent: 0.7 };
  const [original, restored] = [
    new TransitionMemory(shape, fields),
    new TransitionMemory(shape, fields),
  ];
  episode(original, 7, "truncated");
  original.sample(defaultRng(1), batchOf(4), 0.5);
  original.prioritize([3, 0.2, 1, 0.5]);
  const { tensors, values } = original.snapshot();
  restored.restore(tensors, JSON.parse(JSON.stringify(values)));
  const batches = [original, restored].map((memory) => {
    for (let t = 0; t < 3; t++) {
      memory.store(Float32Array.of(101 + t), Int32Array.of(1), stepTo(102 + t));
    }
    const batch = batchOf(50);
    memory.sample(defaultRng(2), batch, 0.6);
    return batch;
  });
  deepStrictEqual(batches[0], batches[1]);
  ok(batches[0].observations.includes(100), "the open window was closed after the restore");
});

Deno.test("a snapshot of other flags or of another n is refused", () => {
  const memory = (fields: Partial<MemoryOptions>) =>
    new TransitionMemory(shape, { ...options, ...fields });
  const restored = (from: Partial<MemoryOptions>, to: Partial<MemoryOptions>) => () => {
    const { tensors, values } = memory(from).snapshot();
    memory(to).restore(tensors, values);
  };
  throws(restored({}, { rewardSteps: 2 }), /\[2,1\] .* has \[1,1\] of 1/);
  throws(restored({}, { priorityExponent: 1 }), /with priorities: .* without priorities/);
  throws(restored({ priorityExponent: 1 }, {}), /without priorities: .* with priorities/);
  throws(restored({ rewardSteps: 2 }, { rewardSteps: 3 }), /\[3,1\] .* has \[2,1\] of 1/);
});

Deno.test("what may be chosen next is kept with a transition, and everything behind an episode's end", () => {
  const masked = { ...shape, actionSpace: new Discrete(3), masked: true };
  const memory = new TransitionMemory(masked, { ...options, environments: 2, bufferSize: 8 });
  const step: VectorStep = {
    observations: Float32Array.of(1, 2),
    rewards: Float64Array.of(10, 20),
    terminated: Uint8Array.of(0, 0),
    truncated: Uint8Array.of(0, 0),
    finalObservations: Float32Array.of(NaN, NaN),
    started: Uint8Array.of(0, 0),
  };
  const store = (at: number, ended: Partial<VectorStep>, masks: number[]) =>
    memory.store(
      Float32Array.of(at, at + 1),
      Int32Array.of(0, 2),
      { ...step, ...ended },
      Uint8Array.from(masks),
    );
  store(10, {}, [0, 1, 1, 1, 0, 0]);
  const finalObservations = Float32Array.of(71, 72);
  store(20, { terminated: Uint8Array.of(1, 0), finalObservations }, [0, 0, 1, 0, 1, 0]);
  store(30, { truncated: Uint8Array.of(0, 1), finalObservations }, [1, 1, 0, 0, 0, 1]);
  const batch = { ...batchOf(400), nextMasks: new Float32Array(1200) };
  memory.sample(defaultRng(1), batch, 0);
  const rows = new Map<number, unknown[]>();
  for (let i = 0; i < 400; i++) {
    rows.set(batch.observations[i], [
      batch.actions[i],
      batch.rewards[i],
      batch.nextObservations[i],
      batch.terminated[i],
      batch.nextMasks.subarray(3 * i, 3 * i + 3).join(""),
    ]);
  }
  deepStrictEqual(Object.fromEntries(rows), {
    10: [0, 10, 1, 0, "011"],
    11: [2, 20, 2, 0, "100"],
    20: [0, 10, 71, 1, "111"],
    21: [2, 20, 2, 0, "010"],
    30: [0, 10, 1, 0, "110"],
    31: [2, 20, 72, 0, "111"],
  });
});
