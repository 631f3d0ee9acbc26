import { deepStrictEqual, match, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../../lab/compute/backend.ts";
import { explanationTable } from "../../../../lab/compute/compile/explain.ts";
import { defaultRng } from "../../../../lab/core/random.ts";

const floats = (...values: number[]) =>
  ({ shape: [values.length], dtype: "float32", values: Float32Array.from(values) }) as const;

Deno.test("a step with a kernel that has no lowering runs kernel by kernel, and says so", async () => {
  const { workspace } = await openWorkspace("wasm");
  workspace.define("best", { values: floats(0, 0) });
  const program = workspace.compile(
    {
      name: "best two",
      inputs: { x: [[4], "float32"] },
      random: { noise: [[4], "uniform"] },
      scalars: ["scale"],
      state: ["best"],
    },
    ({ input, random, scalar, state: { best } }) => {
      const { values } = tf.topk(tf.add(tf.mul(input.x, scalar.scale), tf.mul(random.noise, 0)), 2);
      return {
        outputs: { values },
        state: { best: { values: tf.add(best.values, values) } },
      };
    },
  );
  const double = workspace.compile(
    { name: "double", state: ["best"] },
    ({ state: { best } }) => ({
      outputs: {},
      state: { best: { values: tf.mul(best.values, 2) } },
    }),
  );
  const random = defaultRng(1);
  program.input.x.set([1, 4, 2, 3]);
  program.scalar.scale = 10;
  program.run(random);
  double.run();
  program.run(random);
  deepStrictEqual([...await program.read("values")], [40, 30]);
  deepStrictEqual([...(await workspace.read("best")).values.values], [120, 90]);
  const [fallback, compiled] = workspace.explain!();
  strictEqual(fallback.backend, "tfjs-cpu");
  match(explanationTable(fallback), /best two on tfjs-cpu.*TopK.*fallback_test\.ts:\d+/);
  strictEqual(compiled.backend, "wasm");
  workspace.dispose();
});
