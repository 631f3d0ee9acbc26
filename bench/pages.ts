/**
 * The dashboard's pages in Chromium, measured by processes that may start one.
 *
 * @module
 */
import { LabError } from "../lab/core/errors.ts";
import type { Bench } from "./group.ts";
import { missingRow, type Row } from "./row.ts";

/** The rows of its pages; one that says why there are none where there is no Chromium. */
export function pages(progress: Bench["progress"]): AsyncIterable<Row> {
  return rowsOf("pages in Chromium", "pages_main.ts", progress);
}

/** The rows of runs that train while a page shows them. */
export function live({ progress }: Bench): AsyncIterable<Row> {
  return rowsOf("live runs in Chromium", "live_main.ts", progress);
}

/** The rows that a script beside this one prints as JSON. */
async function* rowsOf(
  name: string,
  script: string,
  progress: Bench["progress"],
): AsyncIterable<Row> {
  const command = new Deno.Command("deno", {
    args: ["run", "--quiet", "--no-check", "-A", new URL(script, import.meta.url).pathname],
    ...{ stdin: "null", stdout: "piped", stderr: "piped" },
  });
  progress(`${name} (minutes)`);
  const { success, stdout, stderr } = await command.output();
  const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new LabError(`Cannot time pages as their process must end well: ${errors}`);
  const rows: Row[] = JSON.parse(text);
  yield* rows.length > 0 ? rows : [missingRow(name, "ms", "no Chromium here")];
}
