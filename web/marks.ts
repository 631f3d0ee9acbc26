/**
 * What tells groups apart on a page: a colour that goes with the configuration, and a label of the
 * settings in which they differ.
 *
 * @module
 */
import { printable } from "../lab/core/printable.ts";
import { lastParts } from "../lab/core/last_parts.ts";
import { differingPaths, isUsual, shortNumbers } from "../lab/experiment/comparison.ts";
import { paletteSize } from "./components/palette.ts";

/**
 * A mark for each key, given the oldest first: the colour that its hash says, or, where an older one
 * has that, the next that is free. More keys than colours go around with the next dash.
 */
export function marksOf(keys: readonly string[]): number[] {
  const taken = new Set<number>();
  return keys.map((key, i) => {
    const ring = Math.floor(i / paletteSize) * paletteSize;
    let slot = hash(key) % paletteSize;
    while (taken.has(ring + slot)) slot = (slot + 1) % paletteSize;
    taken.add(ring + slot);
    return ring + slot;
  });
}

/** FNV-1a over the text's UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return value;
}

/** What a label is made of. */
export interface Labelled {
  /** By a given name, or by the experiment's. */
  readonly called: string;
  readonly backend: string;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * A label for each group: what it is called where not all are called the same, then the settings by which
 * it differs from others that are called so, those that tell most of them apart first. A value that more
 * than half of them have goes without saying.
 */
export function labelsOf(groups: readonly Labelled[]): string[] {
  const labels = new Map<Labelled, string>();
  const namesakes = Map.groupBy(groups, ({ called }) => called);
  for (const [name, members] of namesakes) {
    const called = printable(name);
    const parts = partsOf(members);
    members.forEach((group, i) => {
      const own = parts[i].join(", ");
      const named = namesakes.size > 1 || own === "";
      labels.set(group, !named ? own : own === "" ? called : `${called} (${own})`);
    });
  }
  return groups.map((group) => labels.get(group)!);
}

/** The settings that tell groups of one name apart, as `name=value`, for each of them. */
function partsOf(groups: readonly Labelled[]): string[][] {
  const settings = groups.map((group): Labelled["settings"] => ({
    ...group.settings,
    backend: group.backend,
  }));
  // What a part is called says more than the options that come with it.
  const rank = (path: string) => /\.(id|name)$/.test(path) ? 0 : 1;
  const left = [...differingPaths(settings)]
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const chosen: string[] = [];
  let classes = 1;
  while (classes < groups.length) {
    const counts = left.map((path) => countClasses(settings, [...chosen, path]));
    const most = Math.max(classes, ...counts);
    if (most === classes) break;
    chosen.push(...left.splice(counts.indexOf(most), 1));
    classes = most;
  }
  const names = lastParts(chosen);
  const values = chosen.map((path) => settings.map((each) => each[path]));
  const shown = values.map(shortNumbers);
  return settings.map((own, k) =>
    chosen.flatMap((path, i) =>
      isUsual(own[path], values[i]) ? [] : [`${names[i]}=${shown[i][k] ?? "–"}`]
    )
  ).map((parts) => parts.length > 0 || chosen.length === 0 ? parts : ["the others' settings"]);
}

function countClasses(
  settings: readonly Readonly<Record<string, string>>[],
  paths: readonly string[],
): number {
  return new Set(settings.map((own) => JSON.stringify(paths.map((path) => own[path] ?? null))))
    .size;
}
