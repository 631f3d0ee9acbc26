/** Programs over more rows than they take: each row once, masks and noise in their places. */
import { deepStrictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import { outputOverRows, runOverRows } from "../../../lab/compute/batches.ts";
import { defaultRng } from "../../../lab/core/random.ts";

Deno.test("each row's output stands in its place, whatever the last batch lacks", async () => {
  const { workspace } = await openWorkspace("wasm");
  const program = workspace.compile({
    name: "double",
    inputs: { x: [[3, 2], "float32"] },
  }, ({ input }) => ({ outputs: { twice: tf.mul(input.x, 2) } }));
  const x = Float32Array.from({ length: 14 }, (_, i) => i);
  const rows = { count: 7, batch: 3, columns: { x } };
  deepStrictEqual(await outputOverRows(program, "twice", rows), x.map((value) => 2 * value));
  deepStrictEqual(await outputOverRows(program, "twice", { count: 0, batch: 3 }), x.slice(14));
  workspace.dispose();
});

Deno.test("a mask rules out what is no row, and each run draws noise of its own", async () => {
  const { workspace } = await openWorkspace("wasm");
  const program = workspace.compile({
    name: "count",
    inputs: { mask: [[4], "float32"] },
    random: { noise: [[4], "normal"] },
  }, ({ input, random }) => ({
    outputs: { count: tf.sum(input.mask), noise: tf.mul(random.noise, 1) },
  }));
  const counts: number[] = [];
  await runOverRows(program, { count: 6, batch: 4, random: defaultRng(1) }, async () => {
    counts.push((await program.read("count"))[0]);
  });
  deepStrictEqual(counts, [4, 2]);
  const noise = await outputOverRows(program, "noise", {
    count: 6,
    batch: 4,
    random: defaultRng(1),
  });
  const drawn = new Float32Array(8);
  defaultRng(1).fillStandardNormal(drawn);
  deepStrictEqual(noise, drawn.subarray(0, 6).slice());
  workspace.dispose();
});
