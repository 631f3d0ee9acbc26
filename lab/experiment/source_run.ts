/**
 * What is said of the run whose weights another one starts from: where both differ, and why they do not
 * fit. Names and shapes alone decide whether weights are taken, so that a word is due where they would
 * mean something else.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import type { LabEvent } from "../core/metrics.ts";
import { isRecord, show } from "../core/plain.ts";
import type { Json } from "../core/snapshot.ts";
import type { Run } from "../store/store.ts";
import { type Difference, differences } from "./differences.ts";

type Configuration = { readonly [key: string]: Json };

/** A run whose weights another one starts from. */
type Source = Pick<Run, "id" | "manifest">;

/** What a run learns by and from, in the order in which differences are told. */
const parts = ["agent", "model", "body", "environment", "dataset"] as const;
/** Those whose fields decide what weights mean. */
const computing: readonly string[] = ["agent", "model", "body"];

/** Differences, and names of parameters, that a line tells. */
const [MOST_FIELDS, MOST_NAMES] = [6, 3];

/**
 * An event on the fields in which a run differs from the one that it starts from; undefined: none. A
 * warning where a choice (a word, yes or no) of the agent or the model does, as an activation or whether
 * rewards are normalised: the same weights may then mean something else. Sizes that differ are refused, and
 * the other numbers are what one starts again for.
 */
export function sourceEvent(
  { id, manifest }: Source,
  configuration: Configuration,
): LabEvent | undefined {
  const found = differencesFrom(manifest.determined.configuration, configuration);
  if (found.length === 0) return undefined;
  const isOther = found.some(isOtherMeaning);
  // What a warning is of stands first.
  const told = found.sort((a, b) => Number(isOtherMeaning(b)) - Number(isOtherMeaning(a)));
  return {
    level: isOther ? "warning" : "info",
    message: `starts from run ${id}, which had ${fieldsOf(told, MOST_FIELDS)}` +
      (isOther ? ": its weights may mean something else here" : ""),
  };
}

/** The first of fields that differ, with the source's values before one's own. */
function fieldsOf(found: readonly Difference[], most: number): string {
  const told = found.slice(0, most).map(({ path, given, kept }) =>
    `${path}=${worded(kept)} (here ${worded(given)})`
  );
  const more = found.length - told.length;
  return `${told.join(", ")}${more > 0 ? ` and ${more} more that differ` : ""}`;
}

/** Where two configurations' parts differ; of parts of other names their own fields are left out. */
function differencesFrom(source: Configuration, own: Configuration): Difference[] {
  return parts.flatMap((part) => {
    const isRenamed = nameOf(source[part]) !== nameOf(own[part]);
    return [...differences(own[part], source[part], part)].filter(({ given, kept }) =>
      !isRenamed || (given !== undefined && kept !== undefined)
    );
  });
}

/** Whether a difference is one by which the same weights may mean something else. */
function isOtherMeaning({ path, given, kept }: Difference): boolean {
  const isChoice = (value: Json | undefined) => ["string", "boolean"].includes(typeof value);
  return computing.includes(path.split(".")[0]) && (isChoice(given) || isChoice(kept));
}

function worded(value: Json | undefined): string {
  return value === undefined ? "unset" : typeof value === "string" ? value : show(value);
}

/** How a part of a configuration is called. */
function nameOf(part: Json | undefined): Json | undefined {
  return isRecord(part) ? (part.name ?? part.id) as Json | undefined : undefined;
}

/** How the error of weights that do not fit begins. */
const UNFIT = "Cannot start from these weights as ";

/**
 * The error of a run that cannot start from another's weights in words of the runs, where it is that: one
 * of another agent or model is said to be so, else which fields differ; of long lists of parameters the
 * first are named.
 */
export function refusedSource(
  error: unknown,
  { id, manifest }: Source,
  configuration: Configuration,
): unknown {
  if (!(error instanceof InputError) || !error.message.startsWith(UNFIT)) return error;
  const source = manifest.determined.configuration;
  const [own, theirs] = [configuration, source].map(({ agent, model }) => nameOf(agent ?? model));
  if (own !== theirs) {
    return new InputError(
      `Cannot start ${own} from run ${id} as it must be of ${own}, or of what has the same weights: ` +
        `it is of ${theirs}`,
      { cause: error },
    );
  }
  const reason = shortened(error.message.slice(UNFIT.length));
  const found = differencesFrom(source, configuration);
  const why = found.length === 0 ? "" : `; it had ${fieldsOf(found, MOST_NAMES)}`;
  return new InputError(`Cannot start from run ${id} as ${reason}${why}`, { cause: error });
}

/** A line with the first of the names that it ends in. */
function shortened(line: string): string {
  const names = line.split(", ");
  const more = names.length - MOST_NAMES;
  return more > 1 ? `${names.slice(0, MOST_NAMES).join(", ")} and ${more} more` : line;
}
