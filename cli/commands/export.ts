/** `export RUN…`: data out, readable by pandas, TensorBoard and PyTorch. @module */
import { extname, join } from "node:path";
import { object } from "@optique/core/constructs";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import { printable } from "../../lab/core/printable.ts";
import { REPLAY } from "../../lab/core/snapshot.ts";
import { numbered } from "../../lab/experiment/comparison.ts";
import type { modelFileOf } from "../../lab/experiment/inspect.ts";
import { chosenCheckpoint, standingWith } from "../../lab/store/chosen_checkpoint.ts";
import type { ExportedPicture, ExportedRun } from "../../lab/store/exports/mod.ts";
import type { Run, Store } from "../../lab/store/store.ts";
import {
  defineCommand,
  oneOf,
  plain,
  runArguments,
  setOption,
  storeOption,
  whereOption,
} from "../command.ts";
import { chosenRuns } from "../filter.ts";
import { inFileName, refuseExisting, writeWhole } from "../files.ts";
import { dataOf, dataOption, noticeDiverged } from "../stored_model.ts";
import { isFolder } from "../../lab/store/files.ts";
import { callersPath, type Io } from "../terminal/io.ts";
import { needRuns, openStoreOf } from "../stores.ts";

const formats = [
  ...[
    "csv",
    "json",
    "tensorboard",
    "safetensors",
    "policy",
    "model",
    "onnx",
    "gif",
    "html",
  ] as const,
];
type Format = typeof formats[number];

/** Those that are a checkpoint's networks. */
const networks: readonly Format[] = ["safetensors", "policy", "model", "onnx"];

/** The command `export`. */
export const exportRuns = defineCommand({
  name: "export",
  usage: "RUN… | --where CONDITION --format FORMAT --out PATH [OPTIONS]",
  brief: "Data out: CSV, JSON, TensorBoard, weights, policies, GIF, HTML",
  description:
    "Writes runs into a folder, in a format that other tools read: csv (pandas: a line " +
    "a point), json (everything that is known), tensorboard (an event file a run, with its " +
    "pictures and hyperparameters), safetensors " +
    "(the weights; PyTorch and JAX load them), policy (an agent as one file that loadPolicy opens " +
    "and that acts without the lab's trainer, in a browser too), model (a generative model in the " +
    "same way, opened by loadModel), onnx (what its networks compute, a file each: an agent's policy, a " +
    "model's encoder, decoder, classifier; ONNX Runtime and others run them), gif (the pictures that a run drew at its " +
    "evaluations, a GIF for each kind: samples from the same noise, reconstructions), html (the dashboard's page of each run as one file, in which " +
    "curves zoom and the policy plays or the model dreams without a network; of several runs their " +
    "comparison, too; wants the dashboard's browser files, which deno task build makes in the lab's " +
    "folder).",
  examples: [
    ["export latest --format csv --out figures", "the series of the newest run"],
    ["export --where agent=ppo --format tensorboard --out logs", "all runs of PPO"],
    ["export 3f2a --format safetensors --out weights", "the weights of a run"],
    ["export latest --format policy --out policies", "the trained agent, ready to act"],
    ["export latest --format model --out models", "the trained model, ready to draw"],
    [
      "export latest --format model --set model.guidance=3 --out models",
      "which draws truer to a class",
    ],
    ["export latest --format onnx --out networks", "its networks, for other runtimes"],
    ["export latest --format gif --out films", "how its samples came to be"],
    ["export latest --format html --out pages", "its page, to send to somebody"],
  ],
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      runs: runArguments(known),
      where: whereOption(),
      format: option(
        "--format",
        oneOf(formats, { metavar: "FORMAT" }),
        {
          description: plain("What to write."),
        },
      ),
      out: option("--out", string({ metavar: "PATH" }), {
        description: plain(
          "The folder to write into, made where it is missing; where one file comes of it, also the " +
            "path of that, with its ending.",
        ),
      }),
      data: dataOption(),
      set: setOption(
        "Models: another value of a field that no weight hangs on, as model.samplerSteps=20. " +
          "Repeatable.",
      ),
      force: option("--force", { description: plain("Write over files that are there.") }),
      store: storeOption(),
    }),
  async run({ runs: references, where, format, out, data, set, force, store: location }, io) {
    if (data !== undefined && format !== "model" && format !== "onnx") {
      throw new InputError(`Cannot export with --data as only model and onnx read data: ${format}`);
    }
    if (set.length > 0 && format !== "model" && format !== "onnx") {
      throw new InputError(
        `Cannot export with --set as only model and onnx hold how samples are drawn: ${format}`,
      );
    }
    if (where.length === 0) needRuns("export", references, "--where");
    using opened = await openStoreOf(io, location, { readOnly: true });
    const { store } = opened;
    const found = chosenRuns(store, "export", references, where);
    if (networks.includes(format)) tellDiverged(store, found, io);
    const files = await filesOf(store, found, format, io, {
      ...dataOf(io, data),
      settings: set,
    });
    const paths = placesOf(files, callersPath(io, out));
    await refuseExisting(paths, force);
    // What may be refused is made before anything is written.
    const made = networks.includes(format) && format !== "safetensors"
      ? await Array.fromAsync(files, (file) => file.content())
      : undefined;
    for (const [i, file] of files.entries()) {
      await writeWhole({ path: paths[i], force }, made?.[i] ?? await file.content());
      io.out(paths[i]);
    }
    return 0;
  },
});

/** A file to write: its path in the folder, and what is in it, read when it is written. */
interface ExportFile {
  readonly path: string;
  content(): Promise<Uint8Array | Iterable<Uint8Array | string>>;
}

/**
 * Where the files are written: into a folder, or one alone to a path that ends as it does.
 *
 * @throws {InputError} for such a path of several files.
 */
function placesOf(files: readonly ExportFile[], out: string): string[] {
  const ending = extname(out);
  const isFile = ending !== "" && !isFolder(out) &&
    files.some(({ path }) => extname(path) === ending);
  if (!isFile) return files.map(({ path }) => join(out, path));
  if (files.length === 1) return [out];
  throw new InputError(
    `Cannot write ${out} as there are ${files.length} files: give a folder, as ` +
      out.slice(0, -ending.length),
  );
}

async function filesOf(
  store: Store,
  runs: readonly Run[],
  format: Format,
  io: Io,
  at: Pick<Parameters<typeof modelFileOf>[1], "data" | "notice" | "settings">,
): Promise<ExportFile[]> {
  if (format === "safetensors") return weightFiles(store, runs);
  if (format === "policy" || format === "model") {
    return portableFiles(format, runs, { store, registries: await io.registries(), ...at });
  }
  if (format === "onnx") {
    return await onnxFiles(runs, { store, registries: await io.registries(), ...at }, io);
  }
  if (format === "gif") {
    const { animationsOf } = await import("../animations.ts");
    return runs.flatMap((run) => {
      const animations = animationsOf(store, run);
      const names = numbered(animations.map(({ name }) => inFileName(name)));
      return animations.map(({ content }, i) => ({
        path: `${fileName(run)}.${names[i]}.gif`,
        content,
      }));
    });
  }
  if (format === "html") return await pageFiles(store, runs, io);
  const { csvParts, jsonParts, tensorboardFileName, tensorboardParts } = await import(
    "../../lab/store/exports/mod.ts"
  );
  const whole = function* () {
    for (const run of runs) yield exported(store, run);
  };
  switch (format) {
    case "csv": {
      const without = runs.filter(({ id }) => store.seriesNames(id).length === 0);
      const content = () => {
        const ids = without.map(({ id }) => id).join(", ");
        if (ids !== "") io.notice(`Left out of metrics.csv as they have no series: ${ids}\n`);
        return Promise.resolve(csvParts(whole()));
      };
      return [{ path: "metrics.csv", content }];
    }
    case "json":
      return [{ path: "runs.json", content: () => Promise.resolve(jsonParts(whole())) }];
    case "tensorboard":
      return runs.map((run) => ({
        path: join(fileName(run), tensorboardFileName(run)),
        content: async () =>
          tensorboardParts(exported(store, run), undefined, await picturesOf(store, run)),
      }));
  }
}

/** Says of runs that diverged of when the networks are that are written. */
function tellDiverged(store: Store, runs: readonly Run[], io: Io): void {
  for (const run of runs) {
    const checkpoint = chosenCheckpoint(store.checkpoints(run.id), "final");
    if (checkpoint !== undefined) noticeDiverged(io, run, checkpoint);
  }
}

/** Everything of a run but the bytes of its files. */
function exported(store: Store, run: Run): ExportedRun {
  return {
    run,
    series: store.seriesNames(run.id).map((name) => store.series(run.id, name)),
    events: store.events(run.id),
    artifacts: store.artifacts(run.id),
    checkpoints: store.checkpoints(run.id),
  };
}

/** The pictures of a run. */
async function picturesOf(store: Store, { id }: Run): Promise<ExportedPicture[]> {
  const pictures: ExportedPicture[] = [];
  for (const artifact of store.artifacts(id)) {
    if (artifact.mediaType !== "image/png") continue;
    pictures.push({ artifact, bytes: await store.readArtifact(artifact.hash) });
  }
  return pictures;
}

/** Groups of a model's state that its samples are made with: moving averages of weights (`average/`) and
 * what batch normalisation and the like keep (`kept/`). */
const USED = /^(average|kept)\//;

/** The weights of each run, and what a model computes with beside them, of its newest checkpoint. */
function weightFiles(store: Store, runs: readonly Run[]): ExportFile[] {
  return runs.map((run) => {
    // Of a diverged run, as of its policy, the state from before.
    const checkpoint = chosenCheckpoint(store.checkpoints(run.id), "final");
    if (checkpoint === undefined) {
      throw new InputError(
        `Cannot export the weights of ${run.id} as it must have a checkpoint: it is ` +
          standingWith(run, []),
      );
    }
    return {
      path: `${fileName(run)}.safetensors`,
      content: async () => {
        const { encodeSafetensors } = await import("../../lab/core/safetensors.ts");
        const { snapshot } = await store.loadCheckpoint(run.id, checkpoint, { without: REPLAY });
        const used = Object.entries(snapshot.state).filter(([name]) => USED.test(name));
        return encodeSafetensors({ ...snapshot.parameters, ...Object.fromEntries(used) }, {
          ...originOf(run),
          iteration: String(checkpoint.iteration),
        });
      },
    };
  });
}

/** Each run's greedy policy or model as a file that works alone, of its newest checkpoint. */
function portableFiles(
  format: "policy" | "model",
  runs: readonly Run[],
  options: Parameters<typeof modelFileOf>[1],
): ExportFile[] {
  return runs.map((run) => ({
    path: `${fileName(run)}.${format}.safetensors`,
    content: async () => {
      const { modelFileOf, policyOf } = await import("../../lab/experiment/inspect.ts");
      return await (format === "policy" ? policyOf : modelFileOf)(run, options);
    },
  }));
}

/** What each run's networks compute, a file each. */
async function onnxFiles(
  runs: readonly Run[],
  options: Parameters<typeof modelFileOf>[1],
  io: Io,
): Promise<ExportFile[]> {
  const { onnxFilesOf } = await import("../../lab/experiment/inspect.ts");
  const all: ExportFile[] = [];
  for (const run of runs) {
    const { files, withoutSamples } = await onnxFilesOf(run, options);
    for (const { name, bytes } of files) {
      const path = `${fileName(run)}.${name}.onnx`;
      all.push({ path, content: () => Promise.resolve(bytes) });
    }
    if (withoutSamples) {
      io.notice(`${run.id} draws its samples in steps: --format model has them, ONNX has not\n`);
    }
  }
  return all;
}

/** Each run's page, and of several runs their comparison. */
async function pageFiles(store: Store, runs: readonly Run[], io: Io): Promise<ExportFile[]> {
  const { pageFile } = await import("../../web/export/pages.tsx");
  const { capsuleOf } = await import("../../web/export/take.ts");
  const { Policies } = await import("../../web/policies.ts");
  const encoder = new TextEncoder();
  const told = new Set<string>();
  const lost = (line: string) => {
    if (!told.has(line)) io.notice(`${printable(line)}\n`);
    told.add(line);
  };
  const files = runs.map((run): ExportFile => ({
    path: `${fileName(run)}.html`,
    content: async () => {
      const capsule = await capsuleOf(store, [run], new Policies(store), lost);
      return encoder.encode(await pageFile(capsule, { run: run.id }));
    },
  }));
  if (runs.length === 1) return files;
  const comparison = async () =>
    encoder.encode(await pageFile(await capsuleOf(store, runs, undefined, lost), "comparison"));
  return [...files, { path: "comparison.html", content: comparison }];
}

/** Where weights come from, for a file's header. */
function originOf({ id, digest, manifest: { determined } }: Run): Record<string, string> {
  const { experiment, seed } = determined;
  return { run: id, experiment, seed, ...(digest === null ? {} : { digest }) };
}

/** `cartpole-ppo-seed1-1w8q3z`, with nothing in it that a path could misread. */
function fileName(run: Run): string {
  return `${inFileName(run.name)}-seed${run.manifest.determined.seed}-${run.id}`;
}
