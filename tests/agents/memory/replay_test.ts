import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { type ReplayBatch, ReplayBuffer } from "../../../agents/memory/replay.ts";
import { InputError } from "../../../lab/core/errors.ts";
import { defaultRng, type Generator } from "../../../lab/core/random.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";

const shape = {
  observationSpace: new Box({ low: -100, high: 100, shape: [2] }),
  observationSize: 2,
  actionSpace: new Discrete(100),
};

function batchOf(size: number, width: number): ReplayBatch & { actions: Int32Array } {
  return {
    observations: new Float32Array(size * width),
    actions: new Int32Array(size),
    rewards: new Float32Array(size),
    nextObservations: new Float32Array(size * width),
    terminated: new Float32Array(size),
  };
}

/** Fills a batch with rows drawn uniformly with replacement. */
function gathered(buffer: ReplayBuffer, random: Generator, batch: ReplayBatch): void {
  const rows = new Int32Array(batch.rewards.length);
  random.fillIntegers(rows, 0, buffer.size);
  buffer.gather(rows, batch);
}

/** Adds transition `k`, all of whose columns follow from k. */
function add(buffer: ReplayBuffer, k: number): void {
  buffer.add(
    Float32Array.of(9, 9, k, -k),
    Float32Array.of(9, 9, k + 1, -k - 1),
    1,
    Int32Array.of(9, k),
    k / 2,
    k % 2,
  );
}

Deno.test("a sampled transition is one that was added, column by column", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 40 }), (capacity, n) => {
      const buffer = new ReplayBuffer(capacity, shape);
      for (let k = 0; k < n; k++) add(buffer, k);
      strictEqual(buffer.size, Math.min(capacity, n));
      const batch = batchOf(8, 2);
      gathered(buffer, defaultRng(n), batch);
      batch.actions.forEach((k, row) => {
        ok(k < n && k >= n - capacity, "the oldest transitions have fallen out");
        deepStrictEqual([...batch.observations.subarray(2 * row, 2 * row + 2)], [k, -k]);
        deepStrictEqual([...batch.nextObservations.subarray(2 * row, 2 * row + 2)], [
          k + 1,
          -k - 1,
        ]);
        strictEqual(batch.rewards[row], k / 2);
        strictEqual(batch.terminated[row], k % 2);
      });
    }),
    { numRuns: 50 },
  );
});

Deno.test("sampling is uniform over what the buffer holds", () => {
  const buffer = new ReplayBuffer(4, shape);
  for (let k = 0; k < 6; k++) add(buffer, k);
  const batch = batchOf(8000, 2);
  gathered(buffer, defaultRng(0), batch);
  for (let k = 2; k < 6; k++) {
    const share = batch.actions.filter((action) => action === k).length / 8000;
    ok(Math.abs(share - 0.25) < 0.02, `${k}: ${share}`);
  }
});

Deno.test("a restored buffer goes on as the original", () => {
  const original = new ReplayBuffer(5, shape);
  for (let k = 0; k < 7; k++) add(original, k);
  const { tensors, values } = original.snapshot();
  const restored = new ReplayBuffer(5, shape);
  restored.restore(tensors, JSON.parse(JSON.stringify(values)));
  for (const buffer of [original, restored]) add(buffer, 7);
  const [one, other] = [batchOf(20, 2), batchOf(20, 2)];
  gathered(original, defaultRng(1), one);
  gathered(restored, defaultRng(1), other);
  deepStrictEqual(one, other);
});

Deno.test("a snapshot is no copy: it shows what is written later, and crosses threads as it is", () => {
  const buffer = new ReplayBuffer(2, shape);
  add(buffer, 0);
  const { tensors } = buffer.snapshot();
  add(buffer, 1);
  add(buffer, 2);
  deepStrictEqual([...tensors.actions.values], [2]);
  for (const { values } of Object.values(tensors)) {
    ok(structuredClone(values).buffer instanceof SharedArrayBuffer);
  }
});

Deno.test("a snapshot of a larger buffer is refused", () => {
  const large = new ReplayBuffer(5, shape);
  for (let k = 0; k < 5; k++) add(large, k);
  const { tensors, values } = large.snapshot();
  throws(() => new ReplayBuffer(4, shape).restore(tensors, values), InputError);
  throws(
    () => new ReplayBuffer(5, { ...shape, observationSize: 3 }).restore(tensors, values),
    /length 3/,
  );
});

Deno.test("a larger buffer goes on from one that was never full, and from no other", () => {
  const kept = (count: number) => {
    const buffer = new ReplayBuffer(4, shape);
    for (let k = 0; k < count; k++) add(buffer, k);
    return buffer.snapshot();
  };
  const { tensors, values } = kept(3);
  const larger = new ReplayBuffer(8, shape);
  larger.restore(tensors, values);
  add(larger, 3);
  const batch = batchOf(4, 2);
  larger.gather(Int32Array.of(0, 1, 2, 3), batch);
  deepStrictEqual([...batch.actions], [0, 1, 2, 3]);
  for (const count of [4, 6]) {
    const full = kept(count);
    const other = new ReplayBuffer(8, shape);
    throws(() => other.restore(full.tensors, full.values), {
      name: "InputError",
      message: "Cannot restore a replay buffer as its capacity, 8, must be that of the full one " +
        "that it goes on from: 4",
    });
    strictEqual(other.size, 0);
    new ReplayBuffer(4, shape).restore(full.tensors, full.values);
  }
});

Deno.test("actions of a Box are kept whole, as float32", () => {
  const buffer = new ReplayBuffer(3, {
    observationSpace: new Box({ low: -1, high: 1, shape: [1] }),
    observationSize: 1,
    actionSpace: new Box({ low: -1, high: 1, shape: [2] }),
  });
  const actions = Float32Array.of(0.1, 0.2, 0.3, 0.4);
  buffer.add(Float32Array.of(1, 2), Float32Array.of(3, 4), 1, actions, 0, 0);
  const batch = { ...batchOf(1, 1), actions: new Float32Array(2) };
  gathered(buffer, defaultRng(0), batch);
  deepStrictEqual(batch.actions, Float32Array.of(0.3, 0.4));
  const { tensors } = buffer.snapshot();
  deepStrictEqual(tensors.actions, { shape: [1, 2], dtype: "float32", values: batch.actions });
});

/** Pictures of 256 pixels, each between the bounds. */
const picturesWithin = (low: number, high: number) => ({
  observationSpace: new Box({ low, high, shape: [16, 16, 1] }),
  observationSize: 256,
  actionSpace: new Discrete(2),
});

for (const high of [1, 255]) {
  Deno.test(`pictures in [0, ${high}] kept as bytes come back as they were`, () => {
    const pictures = picturesWithin(0, high);
    const buffer = new ReplayBuffer(2, pictures, { storeBytes: true });
    const shades = Float32Array.from({ length: 256 }, (_, i) => i * high / 255);
    const reversed = shades.toReversed();
    buffer.add(shades, reversed, 0, Int32Array.of(1), 0, 0);
    const batch = batchOf(1, 256);
    gathered(buffer, defaultRng(0), batch);
    deepStrictEqual(batch.observations, shades);
    deepStrictEqual(batch.nextObservations, reversed);
    const { tensors, values } = buffer.snapshot();
    strictEqual(tensors.observations.dtype, "uint8");
    const other = new ReplayBuffer(2, pictures, { storeBytes: true });
    other.restore(tensors, values);
    const again = batchOf(1, 256);
    gathered(other, defaultRng(0), again);
    deepStrictEqual(again, batch);
  });
}

Deno.test("observations that bytes would change are not stored in them", () => {
  const others = [
    picturesWithin(-1, 1),
    picturesWithin(0, 256),
    picturesWithin(0, Infinity),
    { ...shape, observationSpace: new Box({ low: [0, 0], high: [255, 1] }) },
    { ...shape, observationSpace: new Discrete(2) },
  ];
  for (const each of others) {
    throws(() => new ReplayBuffer(2, each, { storeBytes: true }), {
      name: "InputError",
      message: "Cannot store observations as bytes (storeBytes) as they must be pictures between " +
        `0 and 1 or 0 and 255: ${each.observationSpace}`,
    });
  }
});
