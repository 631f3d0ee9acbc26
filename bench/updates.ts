/**
 * Training steps on the lab's default backend beside stock TensorFlow.js, and beside PyTorch where
 * it is asked for.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Workspace } from "../lab/compute/workspace.ts";
import type { Bench } from "./group.ts";
import { measure, type Subject } from "./measure.ts";
import { type Peer, peerRow, type PeerScript } from "./peers/peer.ts";
import { missingRow, type Row, row } from "./row.ts";
import { steps } from "./steps/mod.ts";
import type { BenchStep, Product } from "./steps/step.ts";
import { labWorkspace, stockWorkspace } from "./workspaces.ts";

/** Rows of every step. */
export async function* updates(bench: Bench): AsyncIterable<Row> {
  for (const step of steps) {
    bench.progress(step.title);
    yield* updateRows(step, bench);
  }
}

/** Rows of one step: beside each stock backend, its own products, PyTorch and other peers. */
async function* updateRows(step: BenchStep, bench: Bench): AsyncIterable<Row> {
  const scripts: readonly PeerScript[] = ["steps.py", ...step.peers ?? []];
  const peers: (Peer | string | undefined)[] = [];
  for (const script of scripts) peers.push(await bench.peer(script));
  const lab = await labWorkspace(1, bench.backend);
  const workspaces: Workspace[] = [lab];
  try {
    const own = bound(step, lab);
    if (typeof own === "string") return yield missingRow(step.title, "ms", own);
    const subjects: Record<string, Subject> = { own };
    // What stands beside the default backend need not be measured again.
    const stocks = bench.backend === "auto" ? step.stocks : [];
    for (const { stock } of stocks) {
      const workspace = await stockWorkspace(stock);
      workspaces.push(workspace);
      subjects[stock] = step.bind(workspace);
    }
    if (step.products !== undefined) subjects.products = productsOnly(step.products, lab);
    peers.forEach((peer, i) => {
      if (typeof peer === "object") subjects[scripts[i]] = peer.subject(step.name);
    });
    const milliseconds = await measure(subjects);

    for (const { stock, reach } of stocks) {
      const reference = { name: `stock ${stock}`, value: milliseconds[stock], reach };
      yield row(step.title, milliseconds.own, "ms", reference);
    }
    if (step.products !== undefined) {
      yield row(step.title, milliseconds.own, "ms", {
        name: "its matrix products alone",
        value: milliseconds.products,
        reach: 0.7,
      });
    }
    for (const [i, script] of scripts.entries()) {
      const bars = script === "steps.py" ? step.peerBars : undefined;
      const { own, [script]: beside } = milliseconds;
      yield* peerRow(peers[i], step.title, own, "ms", beside, { bars, backend: bench.backend });
    }
  } finally {
    for (const workspace of workspaces) workspace.dispose();
  }
}

/** The step after its first run, or why there is none. */
function bound(step: BenchStep, workspace: Workspace): (() => void) | string {
  const run = step.bind(workspace);
  return unlessUnlowered(() => {
    run();
    return run;
  });
}

/** What `made` returns; a sentence where the compiler lacks an operation that it needs. */
export function unlessUnlowered<Made>(made: () => Made): Made | string {
  try {
    return made();
  } catch (error) {
    if (error instanceof Error && error.message.includes("no lowering")) {
      return `no lowering yet (${error.message})`;
    }
    throw error;
  }
}

/** A program that does nothing but these products, each from inputs of its own. */
export function productsOnly(products: readonly Product[], workspace: Workspace): () => void {
  const shapes = products.flatMap(({ rows, inner, columns, layout }, i) => [
    [`a${i}`, layout === "TN" ? [inner, rows] : [rows, inner]] as const,
    [`b${i}`, layout === "NT" ? [columns, inner] : [inner, columns]] as const,
  ]);
  const program = workspace.compile(
    {
      name: "products",
      inputs: Object.fromEntries(
        shapes.map(([name, shape]) => [name, [shape, "float32"] as const]),
      ),
    },
    ({ input }) => ({
      outputs: Object.fromEntries(
        products.map(({ layout }, i) => [
          `c${i}`,
          tf.matMul(input[`a${i}`], input[`b${i}`], layout === "TN", layout === "NT"),
        ]),
      ),
    }),
  );
  for (const view of Object.values(program.input)) view.fill(0.5);
  program.run();
  return () => program.run();
}
