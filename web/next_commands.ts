/**
 * What a person may want to type next for a run.
 *
 * @module
 */
import type { Picture } from "./contents.ts";
import type { RunSummary } from "./summary.ts";

/** A command of the lab. */
export interface NextCommand {
  /** Command and arguments. */
  readonly words: string;
  /** What it does, as the end of a sentence. */
  readonly meaning: string;
}

/**
 * What of a run its commands depend on; `isComputed`: whether the lab trained it, and has what it was
 * trained with.
 */
export type Commanded = Pick<RunSummary, "id" | "axis" | "status"> & {
  readonly isComputed: boolean;
};

/** Runs that stand so have a digest to be held against. */
const FINISHED: readonly string[] = ["completed", "stopped"];
/** Runs that stand so have nothing to go on with: they train, are over, or lost their numbers. */
const CLOSED: readonly string[] = ["running", ...FINISHED, "pruned", "diverged"];

/**
 * The commands that a run can be given, the likeliest first.
 *
 * @param samples Some that its model drew, where it draws any.
 */
export function nextCommands(
  { id, axis, status, isComputed }: Commanded,
  samples: Pick<Picture, "isText"> | undefined,
): NextCommand[] {
  const tables: NextCommand = {
    words: `export ${id} --format csv --out exported`,
    meaning: "writes its series as tables",
  };
  // What another program trained, or nobody did, or a file that is gone, this lab can neither repeat
  // nor go on with.
  if (!isComputed) return [tables];
  const episodes = axis === "environmentSteps" ? " --episodes 100" : "";
  const how = samples?.isText ? "" : " --count 64 --out samples.png";
  return [
    ...CLOSED.includes(status)
      ? []
      : [{ words: `resume ${id}`, meaning: "goes on from the last checkpoint" }],
    ...FINISHED.includes(status)
      ? [{ words: `reproduce ${id}`, meaning: "trains it anew and compares the digests" }]
      : [],
    { words: `evaluate ${id}${episodes}`, meaning: "measures what was learned" },
    tables,
    ...samples === undefined ? [] : [{ words: `sample ${id}${how}`, meaning: "draws samples" }],
  ];
}
