/**
 * The dashboard's pages in Chromium, measured by a process that may start one.
 *
 * @module
 */
import { LabError } from "../lab/core/errors.ts";
import { missingRow, type Row } from "./row.ts";

const main = new URL("./pages_main.ts", import.meta.url).pathname;

/** The rows; one that says why there are none where there is no Chromium. */
export async function* pages(progress: (line: string) => void): AsyncIterable<Row> {
  const command = new Deno.Command("deno", {
    args: ["run", "--quiet", "--no-check", "-A", main],
    ...{ stdin: "null", stdout: "piped", stderr: "piped" },
  });
  progress("pages in Chromium (minutes)");
  const { success, stdout, stderr } = await command.output();
  const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new LabError(`Cannot time pages as their process must end well: ${errors}`);
  const rows: Row[] = JSON.parse(text);
  yield* rows.length > 0 ? rows : [missingRow("pages in Chromium", "ms", "no Chromium here")];
}
