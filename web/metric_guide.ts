/**
 * What the series of a method mean, as its page in the documentation says: the tables "metric,
 * meaning, healthy, sick".
 *
 * @module
 */
import { RecentlyUsed } from "../lab/core/recently_used.ts";

/** What a series is, and how it looks where training goes well and where it does not. */
export interface Meaning {
  readonly meaning: string;
  readonly healthy: string;
  readonly sick: string;
}

/** Meanings by the series' names, in the page's order. */
export type Guide = Readonly<Record<string, Meaning>>;

/** What is told of every run. */
const ofEveryRun: Guide = {
  "timing/iteration_seconds": {
    meaning: "seconds that an iteration took",
    healthy: "level",
    sick: "rises: something grows with the run",
  },
  "timing/evaluation_seconds": {
    meaning: "seconds that an evaluation took",
    healthy: "level, or with the length of the episodes",
    sick: "most of the time goes there: evaluate less often",
  },
  "timing/process_memory_mb": {
    meaning: "memory of the process, which runs at a time share, in millions of bytes",
    healthy: "level once replay buffers are full",
    sick: "rises to the end",
  },
  "timing/heap_mb": {
    meaning: "memory of the run's own thread in JavaScript, in millions of bytes",
    healthy: "goes up and down",
    sick: "its low points rise",
  },
  "timing/processor_cores": {
    meaning: "cores that the process kept busy, with all runs and threads in it",
    healthy: "near runs times threads",
    sick: "far below: something waits, as for another process",
  },
};

/** Guides that are kept, more than there are methods. */
const KEPT = 500;

const folders = ["agents", "models"].map((name) => new URL(`../docs/${name}/`, import.meta.url));

interface Page {
  readonly text: string;
  /** Empty where the page has no such table. */
  readonly guide: Guide;
}

/** The pages of methods, by their names without the ending. */
let pages: Map<string, Page> | undefined;
/** Rows of the table of measures. */
let measures: readonly string[][] | undefined;
const guides = new RecentlyUsed<Guide>(KEPT);

/**
 * The guide of a run: that of its method, what samples are measured by where it is a model's, and what is
 * told of every run.
 *
 * @param series Names of a model's series, or some of them; left out: without those measures.
 */
export function guideOfRun(method: string, series?: readonly string[]): Guide {
  const ofSamples = series === undefined ? {} : guideOfMeasures(series);
  return { ...together([guideOf(method), ofSamples]), ...ofEveryRun };
}

/** One guide of several, in their order: of a series that more of them explain the first one counts. */
function together(guides: readonly Guide[]): Guide {
  const all: Record<string, Meaning> = {};
  for (const guide of guides) {
    for (const [name, meaning] of Object.entries(guide)) all[name] ??= meaning;
  }
  return all;
}

/**
 * What samples of every model are measured by, as the page on data says it, without what no series of
 * these names is, of those that are named by a network.
 */
function guideOfMeasures(series: readonly string[]): Guide {
  pages ??= read();
  measures ??= [...rowsIn(pages.get("datasets")!.text, "| measure, under")];
  const guide: Record<string, Meaning> = {};
  for (const [names, meaning, sick] of measures) {
    for (const [, name] of names.matchAll(/`([^`]+)`/g)) {
      const [before, network] = `evaluation/${name}`.split("DATASET");
      const found = network === undefined
        ? [before]
        : series.filter((each) => each.startsWith(before));
      for (const each of found) guide[each] = { meaning, healthy: "", sick };
    }
  }
  return guide;
}

/**
 * The guide of an agent or a model by its name: that of its page, or of the first page that this one
 * refers to, and what the page of its family has beside it; empty where no page says anything.
 */
export function guideOf(method: string): Guide {
  const known = guides.get(method);
  if (known !== undefined) return known;
  pages ??= read();
  const nearness = ([name, { text, guide }]: [string, Page]) => {
    const says = Object.keys(guide).length > 0 ? 0.5 : 0;
    if (name === method) return 3 + says;
    if (method.startsWith(`${name}-`) || method.endsWith(`-${name}`)) return 2 + says;
    return text.includes(`\`${method}\``) ? 1 + says : 0;
  };
  const [best] = [...pages].sort((a, b) => nearness(b) - nearness(a));
  const own = best === undefined || nearness(best) === 0 ? {} : guideFrom(best[1]);
  const families = [...pages.values()].filter(({ text }) => lists(text, method));
  const guide = together([own, ...families.map(({ guide }) => guide)]);
  guides.set(method, guide);
  return guide;
}

/** Whether a row of one of the page's tables is about the method. */
function lists(page: string, method: string): boolean {
  return page.split("\n").some((line) =>
    line.startsWith("|") && line.split("|", 2)[1].includes(`\`${method}\``)
  );
}

function guideFrom({ text, guide }: Page): Guide {
  const referred = [...text.matchAll(/\]\(([\w-]+)\.md/g)].map(([, name]) =>
    pages!.get(name)?.guide
  );
  return [guide, ...referred].find((each) => Object.keys(each ?? {}).length > 0) ?? {};
}

function read(): Map<string, Page> {
  const found = new Map<string, Page>();
  for (const folder of folders) {
    for (const { name } of [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1)) {
      if (!name.endsWith(".md")) continue;
      const text = Deno.readTextFileSync(new URL(name, folder));
      found.set(name.slice(0, -3), { text, guide: meaningsIn(text) });
    }
  }
  return found;
}

/** The meanings in the tables of a page. */
export function meaningsIn(page: string): Guide {
  const guide: Record<string, Meaning> = {};
  for (const [names, meaning = "", healthy = "", sick = ""] of rowsIn(page, "| metric | meaning")) {
    for (const name of namesIn(names)) guide[name] = { meaning, healthy, sick };
  }
  return guide;
}

/** Cells of the rows below a head that begins so: the first as it is written, the others as plain text. */
function* rowsIn(page: string, head: string): Generator<string[]> {
  let inTable = false;
  for (const line of page.split("\n")) {
    if (!line.startsWith("|")) inTable = false;
    else if (line.startsWith(head)) inTable = true;
    else if (inTable && !line.startsWith("|--")) {
      const [names = "", ...texts] = line.split(/(?<!\\)\|/).slice(1, -1).map((cell) =>
        cell.trim()
      );
      yield [names, ...texts.map(plain)];
    }
  }
}

/**
 * `evaluation/return_mean`, `_std` are two names: the second replaces the first one's ending. In
 * `evaluation/recall`, `coverage` it has the first one's part before the slash.
 */
function namesIn(cell: string): string[] {
  const names: string[] = [];
  for (const [, name] of cell.matchAll(/`([^`]+)`/g)) {
    const before = names.at(-1);
    if (before === undefined || name.includes("/")) names.push(name);
    else if (name.startsWith("_")) names.push(before.replace(/_[a-z0-9]+$/, name));
    else names.push(before.replace(/[^/]*$/, name));
  }
  return names;
}

/** A cell's text without the marks of links and code. */
function plain(cell: string): string {
  return cell.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "").replace(/\\\|/g, "|");
}
