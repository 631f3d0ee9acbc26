/**
 * The thread that opens a stored agent or model, whose code may be a user's own, and makes files of
 * it that a page can open.
 *
 * @module
 */
import { InputError } from "../lab/core/errors.ts";
import { REPLAY, type Snapshot } from "../lab/core/snapshot.ts";
import type { NamedTensors } from "../lab/core/tensor_data.ts";
import { joinThread } from "../lab/core/thread.ts";
import { lineOf } from "../lab/experiment/error_lines.ts";
import { datasetOf, modelFileOf, policyOf, settingsOf } from "../lab/experiment/inspect.ts";
import { keptJudges } from "../lab/experiment/kept_judges.ts";
import type { SettingTexts } from "../lab/experiment/asked_settings.ts";
import { chosenCheckpoint } from "../lab/store/chosen_checkpoint.ts";
import { openStore } from "../lab/store/sqlite_store.ts";
import { registries } from "../registries.ts";
import type { Run, StoredCheckpoint } from "../lab/store/store.ts";
import { judgeOf } from "../models/judge.ts";
import { encodeExamples } from "./examples.ts";
import type { Part } from "./file_parts.ts";
import type { KeptPolicy } from "./contents.ts";
import { meanGradients, spreadsOf } from "./spread.ts";

/** Which file of which store is wanted. */
export interface Wanted {
  readonly part: Part;
  readonly store: string;
  readonly run: string;
  readonly checkpoint: KeptPolicy["kind"] | StoredCheckpoint;
  /** Of a model: other values of the fields that it may draw its samples by. */
  readonly settings: SettingTexts;
}

/** The file, or why there is none. */
export type Made =
  | { readonly file: Uint8Array<ArrayBuffer> }
  | { readonly failed: string; readonly input: boolean };

type Make = typeof modelFileOf;

const makers: Readonly<Record<Wanted["part"], Make>> = {
  policy: (run, options) => policyOf(run, { ...options, withValue: true }),
  model: modelFileOf,
  settings: async (run, { registries }) => encodeJson(await settingsOf(run, registries)),
  weights: (run, options) => spreadsIn(run, options, "", ({ parameters }) => parameters),
  gradients: (run, options) => spreadsIn(run, options, REPLAY, ({ state }) => meanGradients(state)),
  examples: async (run, options) => encodeExamples(await datasetOf(run, options)),
  judge: async (run, options) => {
    const dataset = await datasetOf(run, options);
    const judge = dataset.train.labels && dataset.kind === "images"
      ? await judgeOf(dataset, registries.models, keptJudges(options.store.judges))
      : undefined;
    if (judge === undefined) {
      throw new InputError(`Cannot judge what ${run.id} makes as its data have no judge`);
    }
    try {
      return await judge.file();
    } finally {
      judge.dispose();
    }
  },
};

/**
 * Of the checkpoint itself: no trainer is opened.
 *
 * @param without The part of its state that is not read.
 */
async function spreadsIn(
  run: Run,
  { store, checkpoint }: Parameters<Make>[1],
  without: string,
  tensorsOf: (snapshot: Snapshot) => NamedTensors,
) {
  const kept = typeof checkpoint === "object"
    ? checkpoint
    : chosenCheckpoint(store.checkpoints(run.id), checkpoint ?? "final");
  if (kept === undefined) {
    throw new InputError(`Cannot look into ${run.id} as it must have a checkpoint`);
  }
  const { snapshot } = await store.loadCheckpoint(run.id, kept, { without });
  return encodeJson(spreadsOf(tensorsOf(snapshot)));
}

function encodeJson(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

const post = joinThread<Wanted, Made>(async ({ store: location, run, part, ...asked }) => {
  const store = openStore(location, { readOnly: true });
  try {
    post({ file: await makers[part](store.find(run), { store, registries, ...asked }) });
  } catch (error) {
    post({ failed: lineOf(error), input: error instanceof InputError });
  } finally {
    store.close();
  }
});
