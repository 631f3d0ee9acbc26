/**
 * The matrix product alone: c = a·b of n × n matrices, plain (NN), with b transposed in memory (NT)
 * and with a transposed (TN), as a dense layer's gradients have them.
 *
 * @module
 */
import type { Bench } from "./group.ts";
import { measure, type Subject } from "./measure.ts";
import { type Bars, peerRow } from "./peers/peer.ts";
import { type Row, row, targetRow } from "./row.ts";
import { operationsOf, type Product } from "./steps/step.ts";
import { productsOnly } from "./updates.ts";
import { labWorkspace, stockWorkspace } from "./workspaces.ts";

const sizes = [64, 128, 256, 512, 1024];
/** GFLOP/s a core, where the prototype's kernel reached 50. */
const target = 45;
/** Beside PyTorch's library, for 256³. */
const bars: Bars = { portable: 0.9, wide: 0.5, native: 0.9 };

/** Rows of every size and layout. */
export async function* products(bench: Bench): AsyncIterable<Row> {
  const peer = await bench.peer("steps.py");
  for (const size of sizes) {
    for (const layout of ["NN", "NT", "TN"] as const) {
      const name = `matrix product ${size}³ ${layout}`;
      bench.progress(name);
      const product: Product = { rows: size, inner: size, columns: size, layout };
      const [lab, stock] = [
        await labWorkspace(1, bench.backend),
        await stockWorkspace("tfjs-wasm"),
      ];
      const subjects: Record<string, Subject> = {
        own: productsOnly([product], lab),
        stock: productsOnly([product], stock),
      };
      if (typeof peer === "object") subjects.peer = peer.subject(`product ${layout} ${size}`);
      const milliseconds = await measure(subjects, { seconds: 3 });
      lab.dispose();
      stock.dispose();
      const rate = (each: string) => operationsOf([product]) / milliseconds[each] / 1e6;
      yield row(name, rate("own"), "GFLOP/s", { name: "stock tfjs-wasm", value: rate("stock") });
      yield targetRow(name, rate("own"), "GFLOP/s", target);
      const asked = { bars: size === 256 ? bars : undefined, backend: bench.backend };
      yield* peerRow(peer, name, rate("own"), "GFLOP/s", rate("peer"), asked);
    }
  }
}
