/**
 * Runs from files that anyone can write: JSON lines, one object a line.
 *
 * @module
 */
import * as z from "zod";
import { didYouMean, InputError } from "../../core/errors.ts";
import { checkMetricName, type Progress } from "../../core/metrics.ts";
import { isRecord } from "../../core/plain.ts";
import { printable } from "../../core/printable.ts";
import type { Json } from "../../core/snapshot.ts";
import type { BudgetUnit } from "../../core/trainer.ts";
import type { ImportSource, Store } from "../../store/store.ts";
import {
  advanced,
  BEGUN,
  loggedEndings,
  type LoggedRun,
  requireNoFall,
  requirePng,
} from "../logged_run.ts";
import { isNote, isShortLine, LONGEST_TAG, NOTE_RULE, TAG_RULE } from "../tags.ts";
import { addWhole, unitOf } from "./imported_run.ts";
import { jsonOf } from "./rows.ts";

const WHOLE = "it must be a whole number from 0 to 2⁵³ − 1";
const count = z.int(WHOLE).min(0, WHOLE);
/** JSON has no number for what is not finite. */
const value = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"]).transform(Number)], {
  error: 'it must be a number, "NaN", "Infinity" or "-Infinity"',
});

const tag = z.string().refine((text) => isShortLine(text, LONGEST_TAG), {
  error: `it ${TAG_RULE}`,
});

const head = z.strictObject({
  run: z.strictObject({
    name: z.string().regex(/\S/, "it must not be empty").refine(
      (text) => printable(text) === text,
      { error: "it must be one line without control characters" },
    ),
    configuration: z.record(z.string(), z.json()).default({}),
    seed: count.default(1),
    tags: z.array(tag).default([]),
    note: z.string().refine(isNote, { error: `it ${NOTE_RULE}` }).default(""),
  }),
});
/** What a line may be, by the key that says it. */
const entries = {
  metrics: z.strictObject({
    metrics: z.record(z.string(), value),
    iteration: count.optional(),
    environmentSteps: count.optional(),
    gradientSteps: count.optional(),
    examples: count.optional(),
    seconds: z.number().min(0).optional(),
  }),
  event: z.strictObject({
    event: z.string(),
    level: z.enum(["info", "warning", "error"]).default("info"),
  }),
  image: z.strictObject({ image: z.string().min(1), png: z.base64() }),
  finish: z.strictObject({ finish: z.enum(loggedEndings), message: z.string().optional() }),
};
type Entry = z.output<typeof entries[keyof typeof entries]>;

/** A line of the file, and what it is called in messages. */
interface Line {
  readonly line: string;
  readonly at: string;
}

/**
 * Adds the run that a text of JSON lines holds: first `{"run": {"name": …}}`, then entries with
 * `metrics`, `event`, `image` or `finish`.
 *
 * @param name What the text is called in messages.
 * @param tags Beside the run's own.
 * @param source What the text is from.
 * @returns The run's id.
 * @throws {InputError} that names the line; nothing is stored then.
 */
export async function importJsonLines(
  store: Store,
  text: string,
  name: string,
  tags: readonly string[] = [],
  source?: ImportSource,
): Promise<string> {
  const lines = text.split("\n").map((line, i) => ({ line, at: `${name}, line ${i + 1}` }))
    .filter(({ line }) => line.trim() !== "");
  const [first, ...rest] = lines;
  if (first === undefined) throw new InputError(`Cannot import ${name} as it is empty`);
  const { run: options } = headOf(first);
  // Checked as a whole before anything is stored.
  const course = rest.map(entryOf);
  requireCourse(course, rest);
  const isCounted = (count: BudgetUnit) =>
    course.some((each) => "metrics" in each && (each[count] ?? 0) > 0);
  const all = {
    ...options,
    tags: [...new Set([...options.tags, ...tags])],
    configuration: options.configuration as { [key: string]: Json },
  };
  return await addWhole(store, all, unitOf(isCounted), source, async (run) => {
    let clock = 0;
    for (const each of course) {
      if ("metrics" in each) clock = each.seconds ?? clock;
      await put(run, each, clock);
    }
  });
}

/** Refuses entries that a run could not take one after the other. */
function requireCourse(entries: readonly Entry[], lines: readonly Line[]): void {
  let standing = BEGUN;
  let clock = 0;
  const end = entries.findIndex((each) => "finish" in each);
  for (const [i, each] of entries.entries()) {
    try {
      if (end >= 0 && i > end) {
        throw new InputError(`Cannot import what stands behind the run's end (${lines[end].at})`);
      }
      if ("metrics" in each) {
        Object.keys(each.metrics).forEach(checkMetricName);
        standing = advanced(standing, countsOf(each), Object.keys(each.metrics));
        const { seconds = clock } = each;
        requireNoFall("seconds", clock, seconds);
        clock = seconds;
      }
      if ("image" in each) requirePng(Uint8Array.fromBase64(each.png));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(`${error.message} (${lines[i].at})`);
    }
  }
}

/** How far an entry with metrics says that its run is. */
function countsOf(
  { metrics: _, iteration, seconds: __, ...counts }: Extract<Entry, { metrics: unknown }>,
): Partial<Progress> {
  return { ...counts, ...(iteration === undefined ? {} : { iterations: iteration }) };
}

/** @param wallSeconds What the file's clock shows: of the one here it knows nothing. */
async function put(run: LoggedRun, each: Entry, wallSeconds: number): Promise<void> {
  if ("metrics" in each) run.add(each.metrics, { ...countsOf(each), wallSeconds });
  else if ("event" in each) run.event(each.event, each.level);
  else if ("image" in each) await run.image(each.image, Uint8Array.fromBase64(each.png));
  else run.finish(each.finish, each.message);
}

/** What a line holds; `__proto__` is no key that is kept. */
function contentOf({ line, at }: Line): unknown {
  const content = jsonOf(line, at);
  const path = pathTo("__proto__", content);
  if (path === undefined) return content;
  throw new InputError(`Cannot import ${at} as no field may be called __proto__: ${path}`);
}

/** Where a key stands in a value, by the keys above it. */
function pathTo(key: string, value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, part] of Object.entries(value)) {
    const below = pathTo(key, part);
    if (name === key || below !== undefined) return name === key ? name : `${name}.${below}`;
  }
  return undefined;
}

function headOf(first: Line): z.output<typeof head> {
  const content = contentOf(first);
  const { at } = first;
  if (isRecord(content) && isRecord(content.run)) return parsed(head, content, at);
  throw new InputError(`Cannot import ${at} as its first line must be {"run": {"name": …}}`);
}

function entryOf(line: Line): Entry {
  const content = contentOf(line);
  const { at } = line;
  const kinds = Object.keys(entries) as (keyof typeof entries)[];
  const kind = kinds.find((each) => isRecord(content) && Object.hasOwn(content, each));
  if (kind !== undefined) return parsed(entries[kind] as z.ZodObject, content, at) as Entry;
  throw new InputError(
    `Cannot import ${at} as it must hold metrics, event, image and png, or finish`,
  );
}

function parsed<Schema extends z.ZodObject>(
  schema: Schema,
  content: unknown,
  at: string,
): z.output<Schema> {
  const { success, data, error } = schema.safeParse(content);
  if (success) return data;
  const [issue] = error.issues;
  if (issue.code !== "unrecognized_keys") {
    const path = issue.path.join(".");
    throw new InputError(`Cannot import ${at} as ${path} is wrong: ${issue.message}`);
  }
  const [unknown] = issue.keys;
  const { shape } = issue.path.length === 0 ? schema : head.shape.run;
  const path = [...issue.path, unknown].join(".");
  throw new InputError(
    `Cannot import ${at} as there is no field ${path}${didYouMean(unknown, Object.keys(shape))}`,
  );
}
