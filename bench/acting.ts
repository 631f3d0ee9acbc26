/**
 * A 64-64 policy network of CartPole acting: observations in, logits out, read at once.
 *
 * @module
 */
import { orthogonalParameters } from "../agents/networks/actor_critic.ts";
import { mlp } from "../lab/compute/networks.ts";
import { compileScores } from "../agents/trainers/evaluation.ts";
import type { Workspace } from "../lab/compute/workspace.ts";
import type { Bench } from "./group.ts";
import { measure, type Subject } from "./measure.ts";
import { peerRow } from "./peers/peer.ts";
import { type Row, row, targetRow } from "./row.ts";
import { normals, numbersOf } from "./steps/step.ts";
import { labWorkspace, stockWorkspace } from "./workspaces.ts";

/** Observations at once, and the microseconds to stay under. */
const batches = [[1, 1.5], [8, 4]] as const;

/** Rows of one observation and of eight. */
export async function* acting(bench: Bench): AsyncIterable<Row> {
  const peer = await bench.peer("steps.py");
  for (const [batch, target] of batches) {
    const name = `act, 4-64-64-2, ${batch} observation${batch === 1 ? "" : "s"}`;
    bench.progress(name);
    const [lab, stock] = [await labWorkspace(1, bench.backend), await stockWorkspace("tfjs-wasm")];
    const subjects: Record<string, Subject> = {
      own: actor(lab, batch),
      stock: actor(stock, batch),
    };
    if (typeof peer === "object") subjects.peer = peer.subject(`act ${batch}`);
    const milliseconds = await measure(subjects);
    lab.dispose();
    stock.dispose();
    const own = milliseconds.own * 1000;
    yield row(name, own, "µs", { name: "stock tfjs-wasm", value: milliseconds.stock * 1000 });
    yield targetRow(name, own, "µs", target);
    yield* peerRow(peer, name, own, "µs", milliseconds.peer * 1000);
  }
}

function actor(workspace: Workspace, batch: number): () => void {
  const random = numbersOf("act");
  workspace.define("parameters", orthogonalParameters(random, [4, 64, 64, 2], "policy", 0.01));
  const program = compileScores(
    workspace,
    "act",
    batch,
    4,
    (parameters, observations) => mlp(parameters, observations, "tanh", "policy"),
  );
  const observations = normals(random, batch * 4);
  return () => {
    program.input.observations.set(observations);
    program.run();
    program.readNow("scores");
  };
}
