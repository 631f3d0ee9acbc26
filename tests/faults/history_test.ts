/** A short random history; `deno task test:fuzz` takes longer ones, `test:soak` an hour. */
import { ok } from "node:assert";
import { inFolder } from "../cli/folder.ts";
import { history } from "./history.ts";

Deno.test("writers, readers, resumers and deleters at once lose nothing and change no digest", () =>
  inFolder(async (folder) => {
    const { killed, read, ended } = await history(folder, 2, (step) => step < 12);
    ok(killed > 0 && read > 0 && ended > 0);
  }));
