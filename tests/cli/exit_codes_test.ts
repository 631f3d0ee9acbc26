/** What a command finds decides how it ends, as text and as JSON alike. */
import { deepStrictEqual, match } from "node:assert";
import { main } from "../../cli/main.ts";
import { launch } from "../../lab/experiment/launch.ts";
import { storedDigest } from "../../lab/experiment/recorder.ts";
import { temporaryStore } from "../lab/experiment/temporary_store.ts";
import { options, request } from "../lab/experiment/toy_runs.ts";
import { registries } from "../lab/experiment/toy_registries.ts";
import { addRun } from "../lab/store/fixtures.ts";
import { capturedIo } from "./captured_io.ts";

/** A store in which commands are typed. */
async function typedIn() {
  const temporary = await temporaryStore();
  const { folder } = temporary;
  const typed = async (...args: string[]) => {
    const io = capturedIo({ folder, root: `${folder}/`, registries });
    return { code: await main(args, io), ...io.written };
  };
  return { ...temporary, typed };
}

Deno.test("reproduce --approximately succeeds where bits are close, and fails where they are not", async () => {
  await using lab = await typedIn();
  const { store, typed } = lab;
  const [run] = await launch([request()], options(store));
  const { determined } = run.manifest;
  const agent = determined.configuration.agent as { [key: string]: number };
  for (const [factor, code, said] of [[1 + 1e-5, 0, []], [1.1, 1, ["--json"]]] as const) {
    // As if it had been trained so.
    const configuration = {
      ...determined.configuration,
      agent: { ...agent, rate: agent.rate * factor },
    };
    store.update(run.id, {
      manifest: { ...run.manifest, determined: { ...determined, configuration } },
    });
    store.update(run.id, { digest: await storedDigest(store, store.run(run.id)!) });
    const found = await typed("reproduce", run.id, "--approximately", ...said);
    deepStrictEqual(found.code, code, found.out);
  }
});

Deno.test("sync takes over what there is, and fails where files of it are missing or damaged", async () => {
  await using lab = await typedIn();
  const { store, folder, typed } = lab;
  const run = addRun(store, "whole");
  const { hash } = await store.putArtifact(run.id, {
    ...{ name: "note", iteration: 1, mediaType: "image/png", bytes: Uint8Array.of(1) },
  });
  store.flush();
  deepStrictEqual((await typed("sync", "runs", "whole")).code, 0);
  const file = `${folder}/runs/artifacts/${hash.slice(0, 2)}/${hash}`;
  await Deno.writeFile(file, Uint8Array.of(2));
  const damaged = await typed("sync", "runs", "hurt");
  deepStrictEqual(damaged.code, 1);
  match(damaged.error, new RegExp(`damaged in the source, not copied: artifacts/.*${hash}`));
  await Deno.remove(file);
  const { code, out, error } = await typed("sync", "runs", "less");
  deepStrictEqual(code, 1);
  match(out, new RegExp(`^Added 1 run: ${run.id}`));
  match(error, new RegExp(`missing in the source: .*${hash}`));
});
