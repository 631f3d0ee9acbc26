import { deepStrictEqual } from "node:assert";
import type { Snapshot } from "../../../lab/core/snapshot.ts";
import type { NamedTensors } from "../../../lab/core/tensor_data.ts";
import { startFrom } from "../../../lab/experiment/warm_start.ts";
import { toyTrainer } from "./toy_registries.ts";

Deno.test("a warm start takes weights, averages and kept state, and leaves optimizers and traces", async () => {
  const groups = ["target", "average", "kept", "optimizer", "w-optimizer", "state"];
  const snapshotOf = (weight: number, others: number): Snapshot => {
    const one = (value: number): NamedTensors[string] => ({
      ...{ shape: [1], dtype: "float32", values: Float32Array.of(value) },
    });
    const state = Object.fromEntries(groups.map((group) => [`${group}/w`, one(others)]));
    return { parameters: { w: one(weight) }, state, values: {} };
  };
  let restored: Snapshot | undefined;
  const inherited: Snapshot[] = [];
  const source = snapshotOf(5, 6);
  await startFrom(
    Object.assign(toyTrainer({}, 20), {
      snapshot: () => Promise.resolve(snapshotOf(0, 1)),
      restore: (snapshot: Snapshot) => {
        restored = snapshot;
        return Promise.resolve();
      },
      inherit: (snapshot: Snapshot) => void inherited.push(snapshot),
    }),
    source,
  );
  const value = (tensors: NamedTensors, name: string) => tensors[name].values[0];
  deepStrictEqual(value(restored!.parameters, "w"), 5);
  deepStrictEqual(groups.map((group) => value(restored!.state, `${group}/w`)), [5, 6, 6, 1, 1, 1]);
  deepStrictEqual(inherited, [source]);
});
