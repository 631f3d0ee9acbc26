import { ok, strictEqual } from "node:assert";
import { targetNetwork } from "../../../agents/networks/target_network.ts";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import type { NamedTensors } from "../../../lab/core/tensor_data.ts";

function one(value: number): NamedTensors {
  return { w: { shape: [1], dtype: "float32", values: Float32Array.of(value) } };
}

async function target(rate: number, renewals: number): Promise<number> {
  const { workspace } = await openWorkspace("cpu");
  workspace.define("parameters", one(0));
  const renew = targetNetwork(workspace, one(1), rate);
  for (let i = 0; i < renewals; i++) renew();
  const [value] = (await workspace.read("target")).w.values;
  workspace.dispose();
  return value;
}

Deno.test("the target network keeps its values until it is renewed", async () => {
  strictEqual(await target(1, 0), 1);
  strictEqual(await target(0.005, 0), 1);
});

Deno.test("a hard renewal copies the learned parameters", async () => {
  strictEqual(await target(1, 1), 0);
});

Deno.test("soft renewals are the worked example's", async () => {
  ok(Math.abs(await target(0.005, 1) - 0.995) < 1e-6);
  ok(Math.abs(await target(0.005, 100) - 0.6057704364907279) < 1e-5);
});
