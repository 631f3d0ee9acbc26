/**
 * Runs from the monitor files of Stable-Baselines3, of which each environment of a training writes one.
 *
 * @module
 */
import { csvRecords } from "../../core/csv.ts";
import { InputError } from "../../core/errors.ts";
import { TRAINING_RETURN } from "../../core/metrics.ts";
import { isRecord } from "../../core/plain.ts";
import type { ImportedPoint } from "./imported_run.ts";
import { meanOfLast } from "./lab_series.ts";
import { isStep, numberOf, type Row, STEPS } from "./rows.ts";
import { numbersOf, rowsOf, steadyClock, type Table, textsOf } from "./table.ts";

/** A monitor file. */
export interface MonitorText {
  /** What it is called in messages. */
  readonly name: string;
  readonly text: string;
}

/** The columns that every monitor file has: return, length and seconds of each episode. */
const known = ["r", "l", "t"];

/** An episode, and when it ended by the clock that the files of a training share. */
interface Episode extends Row {
  readonly value: number;
  readonly length: number;
  readonly ended: number;
}

/** What a file holds. */
interface Monitor {
  readonly world?: string;
  readonly start: number;
  /** Columns beside those that every file has. */
  readonly others: readonly string[];
  readonly episodes: readonly Episode[];
}

/**
 * The run of one training's monitor files: a line of JSON behind `#`, then return, length and seconds of
 * each episode, and what else was asked of it, by the columns' names. Episodes of several files follow one
 * another by the time of their end, and steps count over all, as Stable-Baselines3's own `load_results` has
 * it. `rollout/episode_return_mean` and `…_length_mean` are of the last 100 episodes.
 *
 * @param at What they are called together in messages.
 * @returns Without a run where there is no episode.
 * @throws {InputError} where one is none.
 */
export function runOfMonitors(files: readonly MonitorText[], at: string): Table {
  const monitors = files.map((file) => monitorOf(file, files.length > 1));
  const start = Math.min(...monitors.map((each) => each.start));
  const episodes = monitors.flatMap((each) => each.episodes).sort((a, b) => a.ended - b.ended);
  if (episodes.length === 0) return { runs: [], remarks: [] };
  const others = [...new Set(monitors.flatMap((each) => each.others))];
  const remarks = [...textsOf(episodes, others, at), ...orderOf(monitors, at)];
  const [returns, lengths]: number[][] = [[], []];
  let step = 0;
  const points = episodes.map(({ at: place, cells, value, length, ended }): ImportedPoint => {
    returns.push(value);
    lengths.push(length);
    step += length;
    if (!(length >= 0) || !isStep(step)) {
      throw new InputError(
        `Cannot import ${at}, ${place} as l, the steps of an episode, and their sum must be ${STEPS}: ${length}`,
      );
    }
    return {
      step,
      seconds: ended - start,
      metrics: {
        ...Object.fromEntries(numbersOf(cells, others)),
        "rollout/episode_return": value,
        "rollout/episode_length": length,
        [TRAINING_RETURN]: meanOfLast(returns),
        "rollout/episode_length_mean": meanOfLast(lengths),
      },
    };
  });
  const [{ world }] = monitors;
  const isOne = world !== undefined && monitors.every((each) => each.world === world);
  return {
    runs: [{ ...isOne && { configuration: { environment: { id: world } } }, points }],
    remarks,
  };
}

/**
 * What a monitor file holds.
 *
 * @param isOneOfMany Whether its clock has to be that of others, too; alone it begins at 0.
 */
function monitorOf({ name, text }: MonitorText, isOneOfMany: boolean): Monitor {
  const [first] = text.split("\n", 1);
  const { env_id: world, t_start: began } = headOf(first, name);
  if (isOneOfMany && !(typeof began === "number" && isStep(began))) {
    throw new InputError(
      `Cannot import ${name} with others of its folder as its first line must have t_start, ${STEPS}: ` +
        JSON.stringify(began ?? null),
    );
  }
  const start = isOneOfMany ? Number(began) : 0;
  // The first line is left empty, so that the others have their numbers.
  const [head, ...lines] = csvRecords(text.slice(first.length), `import ${name}`);
  if (head === undefined || !known.every((column) => head.cells.includes(column))) {
    throw new InputError(`Cannot import ${name} as a monitor file has the columns r, l and t`);
  }
  const clock = steadyClock();
  const episodes = rowsOf(head, lines, name).map(({ at, cells }): Episode => {
    const [value, length, seconds] = known.map((column) => numberOf(cells[column]));
    const refused = (why: string) => new InputError(`Cannot import ${name}, ${at} as ${why}`);
    if (value === undefined || length === undefined || seconds === undefined) {
      throw refused(
        `r, l and t must be numbers: ${known.map((column) => cells[column]).join(",")}`,
      );
    }
    if (!isStep(seconds)) throw refused(`t, its seconds, must be ${STEPS}: ${seconds}`);
    const place = isOneOfMany ? `${at} of ${name}` : at;
    return { at: place, cells, value, length, ended: clock(seconds) + start };
  });
  return {
    ...typeof world === "string" && { world },
    start,
    others: head.cells.filter((column) => !known.includes(column)),
    episodes,
  };
}

/** What a monitor file's first line says. */
function headOf(line: string, name: string): Record<string, unknown> {
  let head: unknown;
  try {
    if (line.startsWith("#")) head = JSON.parse(line.slice(1));
  } catch {
    // As what is no object.
  }
  if (!isRecord(head)) {
    throw new InputError(
      `Cannot import ${name} as the first line of a monitor file must be a JSON object behind its #`,
    );
  }
  return head;
}

/** A remark where each file begins after another's end, as seeds do that are trained in turn. */
function orderOf(monitors: readonly Monitor[], at: string): string[] {
  const spans = monitors.filter(({ episodes }) => episodes.length > 0)
    .map(({ start, episodes }) => ({ start, end: episodes.at(-1)!.ended }))
    .sort((a, b) => a.start - b.start);
  if (spans.length < 2 || spans.some(({ start }, i) => i > 0 && start < spans[i - 1].end)) {
    return [];
  }
  return [
    `Taken for one training, though none of its files overlap in time: ${at}; import seeds one by one`,
  ];
}
