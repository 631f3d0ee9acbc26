/**
 * The thread that compares, named by the store's location: its messages are those of `Comparisons`.
 *
 * @module
 */
import { InputError, LabError } from "../lab/core/errors.ts";
import { openStore } from "../lab/store/sqlite_store.ts";
import { Comparer, type ComparisonRequest } from "./comparison.ts";

/** What this thread is asked: to compare, or (null) to leave a comparison that nobody waits for. */
export interface Question {
  readonly id: number;
  readonly request: ComparisonRequest | null;
}

/** What it returns: the comparison as JSON, or why there is none. */
export type Answer =
  | { readonly id: number; readonly json: Uint8Array<ArrayBuffer> }
  | { readonly id: number; readonly problem: string; readonly kind: "input" | "lab" | "fault" };

/** Milliseconds after which it looks for messages and lets the other comparisons go on. */
const SLICE = 20;

/** The comparisons that somebody waits for. */
const wanted = new Set<number>();
let comparer: Comparer | undefined;
let began = performance.now();

async function turn(id: number): Promise<void> {
  if (performance.now() - began > SLICE) {
    await new Promise((resolve) => setTimeout(resolve));
    began = performance.now();
  }
  if (!wanted.has(id)) throw new LabError("Cannot compare as nobody waits for it any more");
}

async function compare(id: number, request: ComparisonRequest): Promise<void> {
  try {
    comparer ??= new Comparer(openStore(self.name, { readOnly: true }));
    const comparison = await comparer.compare(request, () => turn(id));
    const json = new TextEncoder().encode(JSON.stringify(comparison));
    answer({ id, json }, [json.buffer]);
  } catch (error) {
    const kind = error instanceof InputError
      ? "input"
      : error instanceof LabError
      ? "lab"
      : "fault";
    answer({ id, problem: error instanceof Error ? error.message : String(error), kind });
  } finally {
    wanted.delete(id);
  }
}

function answer(message: Answer, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

self.onmessage = ({ data }: MessageEvent<Question>) => {
  if (data.request === null) wanted.delete(data.id);
  else {
    wanted.add(data.id);
    void compare(data.id, data.request);
  }
};
