/**
 * A soak: one store through an hour of faults (see tests/faults/history.ts), with the dashboard reading
 * it: `deno task test:soak [--minutes N] [--seed N]`. Ends with a line of figures, or with what broke.
 *
 * @module
 */
import { strictEqual } from "node:assert";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { createApp } from "../../web/app.ts";
import { Comparisons } from "../../web/comparisons.ts";
import { history } from "../faults/history.ts";

function option(name: string, usual: number): number {
  const at = Deno.args.indexOf(name);
  return at < 0 ? usual : Number(Deno.args[at + 1]);
}

/** Asks the dashboard for its pages, as somebody who looks at them. */
async function look(location: string): Promise<void> {
  const reader = openStore(location, { readOnly: true });
  using comparisons = new Comparisons(reader.location);
  try {
    const app = createApp(reader, comparisons);
    const [run] = reader.runs();
    for (const path of ["/", ...run === undefined ? [] : [`/runs/${run.id}`]]) {
      const response = await app.handler(new Request(`http://127.0.0.1:8321${path}`));
      strictEqual(response.status, 200, path);
      await response.text();
    }
  } finally {
    reader.close();
  }
}

const minutes = option("--minutes", 60);
const end = performance.now() + minutes * 60_000;
const folder = await Deno.makeTempDir({ prefix: "soak_" });
try {
  const counts = await history(folder, option("--seed", 1), () => performance.now() < end, look);
  if (counts.resumed === 0) throw new Error("Nothing was resumed: the machine was too busy");
  const figures = Object.entries(counts).map(([name, count]) => `${count} ${name}`).join(", ");
  console.log(`${minutes} minutes: ${figures}; nothing lost, no other digest`);
} finally {
  await Deno.remove(folder, { recursive: true });
}
