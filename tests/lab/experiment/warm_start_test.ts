import { deepStrictEqual } from "node:assert";
import type { Snapshot } from "../../../lab/core/snapshot.ts";
import type { NamedTensors } from "../../../lab/core/tensor_data.ts";
import { startFrom } from "../../../lab/experiment/warm_start.ts";
import { toyTrainer } from "./toy_registries.ts";

Deno.test("a warm start gives the weights to the target network, too", async () => {
  const one = (value: number): NamedTensors => ({
    w: { shape: [1], dtype: "float32", values: Float32Array.of(value) },
  });
  let restored: Snapshot | undefined;
  await startFrom(
    Object.assign(toyTrainer({}, 20), {
      snapshot: () =>
        Promise.resolve({ parameters: one(0), state: { "target/w": one(0).w }, values: {} }),
      restore: (snapshot: Snapshot) => {
        restored = snapshot;
        return Promise.resolve();
      },
    }),
    one(5),
  );
  deepStrictEqual([restored!.parameters.w, restored!.state["target/w"]], [one(5).w, one(5).w]);
});
