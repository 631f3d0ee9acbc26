/**
 * What a person may want to type next for a run.
 *
 * @module
 */
import type { Contents, Picture } from "./contents.ts";
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

/** What a run has by now that commands take up. */
export interface Kept {
  /** A checkpoint that went well. */
  readonly checkpoint: boolean;
  readonly series: boolean;
  /** Some samples that its model drew, where it draws any. */
  readonly samples?: Pick<Picture, "isText">;
}

/** What of a run's contents its commands depend on. */
export type Takeable = Pick<Contents, "names" | "pictures" | "policies" | "models">;

/** What a run of these contents has. */
export function keptIn({ names, pictures, policies, models }: Takeable): Kept {
  return {
    checkpoint: policies.length + models.length > 0,
    series: names.length > 0,
    samples: pictures.find(({ name }) => name === "samples"),
  };
}

/** Runs that stand so have a digest to be held against. */
const FINISHED: readonly string[] = ["completed", "stopped"];
/** Runs that stand so have nothing to go on with: they train, are over, or lost their numbers. */
const CLOSED: readonly string[] = ["running", ...FINISHED, "pruned", "diverged"];

/** The commands that a run can be given, the likeliest first. */
export function nextCommands(
  { id, axis, status, isComputed }: Commanded,
  { checkpoint, series, samples }: Kept,
): NextCommand[] {
  const tables: NextCommand[] = series
    ? [{
      words: `export ${id} --format csv --out exported`,
      meaning: "writes its series as tables",
    }]
    : [];
  // What another program trained, or nobody did, or a file that is gone, this lab can neither repeat
  // nor go on with.
  if (!isComputed) return tables;
  const episodes = axis === "environmentSteps" ? " --episodes 100" : "";
  const how = samples?.isText ? "" : " --count 64 --out samples.png";
  return [
    ...CLOSED.includes(status) ? [] : [{
      words: `resume ${id}`,
      meaning: checkpoint ? "goes on from the last checkpoint" : "begins anew",
    }],
    ...FINISHED.includes(status)
      ? [{ words: `reproduce ${id}`, meaning: "trains it anew and compares the digests" }]
      : [],
    ...checkpoint
      ? [{ words: `evaluate ${id}${episodes}`, meaning: "measures what was learned" }]
      : [],
    ...tables,
    ...checkpoint && samples !== undefined
      ? [{ words: `sample ${id}${how}`, meaning: "draws samples" }]
      : [],
  ];
}
