/** What the server says of the browser's files. */
import { throws } from "node:assert";
import { pathToFileURL } from "node:url";
import { manifestIn } from "../../web/assets.ts";
import { inFolder } from "../cli/folder.ts";

Deno.test("files that are not built are said to be missing, with what builds them from any folder", async () => {
  const lab = new URL("../../", import.meta.url).pathname;
  await inFolder((folder) => {
    throws(() => manifestIn(pathToFileURL(`${folder}/`)), {
      name: "LabError",
      message:
        "Cannot show pages as their browser files are not built: to build them, run deno task " +
        `--cwd ${lab} build`,
    });
    return Promise.resolve();
  });
});
