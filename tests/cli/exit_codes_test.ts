/** What a command finds decides how it ends, as text and as JSON alike. */
import { deepStrictEqual, match, rejects } from "node:assert";
import { main } from "../../cli/main.ts";
import { LabError } from "../../lab/core/errors.ts";
import { launch } from "../../lab/experiment/launch.ts";
import { storedDigest } from "../../lab/experiment/recorder.ts";
import { temporaryStore } from "../lab/experiment/temporary_store.ts";
import { options, request } from "../lab/experiment/toy_runs.ts";
import { registries } from "../lab/experiment/toy_registries.ts";
import { addRun, pointAt } from "../lab/store/fixtures.ts";
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

Deno.test("reproduce writes nothing into a store unless it keeps the run", async () => {
  await using lab = await typedIn();
  const { store, folder, typed } = lab;
  const [run] = await launch([request()], options(store));
  await Deno.remove(`${folder}/runs/locks`, { recursive: true });
  const inStore = () => Array.from(Deno.readDirSync(`${folder}/runs`), ({ name }) => name).sort();
  const before = inStore();
  const { code, error } = await typed("reproduce", run.id);
  deepStrictEqual([code, inStore()], [0, before], error);
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

Deno.test("a place where nothing can be written is wrong input: below a file, a folder, the store itself", async () => {
  await using lab = await typedIn();
  const { store, folder, typed } = lab;
  addRun(store, "whole");
  store.flush();
  await Deno.writeTextFile(`${folder}/file`, "");
  await Deno.mkdir(`${folder}/taken/metrics.csv`, { recursive: true });
  const csv = ["export", "latest", "--format", "csv", "--out"];
  const wrong: [line: string[], said: RegExp][] = [
    [[...csv, "file"], /as a file is in the place of its folder: .*\/file$/],
    [[...csv, "file/a/b"], /as a file is in the place of its folder: .*\/file$/],
    [[...csv, "taken", "--force"], /taken\/metrics\.csv as there is a folder of that name$/],
    [["backup", "file"], /must be a new or an empty folder$/],
    [["backup", "file/a/b"], /as there is a file of that name, or a link that leads nowhere$/],
    [["backup", "runs/copy"], /as it must lie outside the store: .*\/runs$/],
  ];
  for (const [line, said] of wrong) {
    const { code, out, error } = await typed(...line);
    deepStrictEqual([code, out], [2, ""], error);
    match(error.trimEnd(), said);
  }
  deepStrictEqual((await typed("backup", "runs2")).code, 0);
});

Deno.test("what needs a run of a store makes none where there is none", async () => {
  await using lab = await typedIn();
  const { folder, typed } = lab;
  for (
    const line of [
      ["resume", "latest"],
      ["resume", "--batch"],
      ["reproduce", "latest"],
      ["run", "line-toy", "--from", "latest"],
      ["annotate", "latest", "--tag", "new"],
      ["delete", "latest"],
      ["delete", "--purge"],
      ["delete", "--orphans"],
      ["delete", "--waiting"],
      ["runs"],
      ["verify"],
    ]
  ) {
    const { code, out, error } = await typed(...line, "--store", "none");
    deepStrictEqual([code, out], [2, ""], error);
    match(
      error,
      /^error: Cannot read the store as there is none: \S*\/none \(train a run to make one/,
    );
    await rejects(Deno.stat(`${folder}/none`), Deno.errors.NotFound);
  }
});

Deno.test("runs that have no series are named where they are exported as CSV", async () => {
  await using lab = await typedIn();
  const { store, typed } = lab;
  const [none, some] = ["none", "some"].map((name) => addRun(store, name).id);
  store.append(some, [pointAt("loss", 1, 2)]);
  store.flush();
  const exported = (run: string, out: string) =>
    typed("export", run, some, "--format", "csv", "--out", out);
  const { code, error } = await exported(none, "a");
  deepStrictEqual([code, error], [0, `Left out of metrics.csv as they have no series: ${none}\n`]);
  deepStrictEqual((await exported(some, "b")).error, "");
  // What is refused is not said twice.
  deepStrictEqual((await exported(none, "a")).error.match(/Left out/), null);
});

Deno.test("a run that was killed before its first checkpoint is not called running", async () => {
  await using lab = await typedIn();
  const { store, typed } = lab;
  const { id } = addRun(store, "toy");
  store.flush();
  const reason = "it is killed, with none";
  for (
    const [format, wanted] of [["safetensors", "a checkpoint"], ["model", "a final checkpoint"]]
  ) {
    const { code, error } = await typed("export", id, "--format", format, "--out", "x");
    deepStrictEqual(code, 2);
    match(error, new RegExp(`${id} as it must have ${wanted}: ${reason}\n$`));
  }
});

Deno.test("of a failure that leaves something behind which cannot be closed either, the failure is told", async () => {
  const io = capturedIo({ folder: "/nowhere" });
  const failed = new SuppressedError(new Error("closing"), new LabError("Cannot go on"));
  const code = await main(["nothing"], { ...io, registries: () => Promise.reject(failed) });
  deepStrictEqual([code, io.written.error], [1, "error: Cannot go on\n"]);
});
