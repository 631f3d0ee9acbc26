/**
 * Takes runs out of a store, without what is of this machine alone.
 *
 * @module
 */
import { DamageError, InputError, LabError, unlessDamaged } from "../../lab/core/errors.ts";
import type { Run, Series, Store } from "../../lab/store/store.ts";
import { deviationOf } from "../charts.ts";
import { contentsOf, hasKept } from "../contents.ts";
import { everything, indicesOf, picksOf } from "../curves.ts";
import type { Part } from "../file_parts.ts";
import type { Policies } from "../policies.ts";
import { jsonNumber } from "../summary.ts";
import { sweepsOf } from "../sweeps.ts";
import { betweenOf } from "../thinned.ts";
import { axes, type Body, type Capsule, fileName, type PackedSeries, textName } from "./capsule.ts";
import { pathsIn, withoutPaths } from "./without_paths.ts";

/**
 * Points of a series that leave the store, about: of more the lowest and highest of each bucket, and
 * how many lie between them with which mean.
 */
const MOST_POINTS = 2000;

const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

/**
 * Takes runs out of a store.
 *
 * @param policies Makes the files; left out: there are none.
 * @param lost Hears what is damaged or missing, which is left out.
 */
export async function capsuleOf(
  store: Store,
  runs: readonly Run[],
  policies?: Pick<Policies, "of">,
  lost: (line: string) => void = () => {},
): Promise<Capsule> {
  const known = [
    store.location,
    ...runs.flatMap(({ manifest: { definition, determined } }) => [
      definition.module,
      ...pathsIn(determined.configuration),
    ]),
  ];
  const names = new Map<string, string>();
  const plain = <Data>(data: Data) => withoutPaths(data, known, names);
  // The oldest run's paths keep their names, in whatever order runs are taken.
  const byAge = [...runs].sort((a, b) => a.id < b.id ? -1 : 1);
  for (const { manifest } of byAge) plain(manifest.determined.configuration);
  const head: { run: Run; last: Record<string, number | string> }[] = [];
  const missing: Record<string, string> = {};
  const bodies = new Map<string, Body>();
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const pictures = new Map<string, Uint8Array>();
  for (const run of runs) {
    const read = unlessDamaged(() => store.lastMetrics(run.id));
    const last = read instanceof DamageError ? [] : Object.entries(read);
    head.push({
      run: plain(run),
      last: Object.fromEntries(last.map(([name, value]) => [name, jsonNumber(value)])),
    });
    const contents = contentsOf(store, run);
    const gone = new Set<string>();
    for (const { hash, isText } of [...contents.pictures, ...contents.planes]) {
      const bytes = await store.readArtifact(hash).catch((error) => {
        if (!(error instanceof LabError)) throw error;
        lost(`Left out of run ${run.id}: ${error.message}`);
        gone.add(hash);
      });
      if (bytes === undefined) continue;
      if (isText) files.set(textName(hash), encoder.encode(plain(decoder.decode(bytes))));
      else pictures.set(hash, bytes);
    }
    bodies.set(run.id, bodyOf(store, run, plain, gone, lost));
    if (policies === undefined) continue;
    for (const { part, checkpoint } of wantedOf(store, run, contents.policies)) {
      const name = fileName(run.id, part, checkpoint);
      try {
        files.set(name, await policies.of(run, checkpoint ?? "final", part));
      } catch (error) {
        if (!(error instanceof InputError || error instanceof LabError)) throw error;
        missing[name] = plain(error.message);
      }
    }
  }
  const sweeps = plain(await wholeSweeps(store, bodies, lost));
  return { head: { runs: head, missing }, bodies, files, pictures, sweeps };
}

/** The sweeps whose runs are all taken, without what is to be typed next. */
async function wholeSweeps(
  store: Store,
  taken: ReadonlyMap<string, Body>,
  lost: (line: string) => void,
): Promise<Capsule["sweeps"]> {
  const swept = Map.groupBy(
    store.runs().filter(({ manifest }) => manifest.sweep !== undefined),
    ({ manifest }) => manifest.sweep!.name,
  );
  const whole = new Set(
    [...swept].flatMap(([name, runs]) => runs.every(({ id }) => taken.has(id)) ? [name] : []),
  );
  // How sweeps stand is read where one is to be shown: a page of one run has none.
  if (whole.size === 0) return [];
  const source = sweepsOf(store);
  const sweeps: Capsule["sweeps"][number][] = [];
  for (const row of (await source.rows()).filter(({ name }) => whole.has(name))) {
    if (row.damage !== null) lost(`Left out of sweep ${row.name}: ${row.damage}`);
    else sweeps.push({ row, view: { ...await source.named(row.name), next: [] } });
  }
  return sweeps;
}

/** The files that a run's page may ask for. */
function wantedOf(
  store: Store,
  run: Run,
  policies: readonly { readonly id: number }[],
): { part: Part; checkpoint?: number }[] {
  if ("model" in run.manifest.determined.configuration) {
    return hasKept(store, run.id)
      ? [{ part: "model" }, { part: "examples" }, { part: "judge" }]
      : [];
  }
  return policies.map(({ id }) => ({ part: "policy", checkpoint: id }));
}

/** @param gone Pictures and texts that cannot be read, by hash. */
function bodyOf(
  store: Store,
  { id }: Run,
  plain: <Data>(data: Data) => Data,
  gone: ReadonlySet<string>,
  lost: (line: string) => void,
): Body {
  const columns = new Map<string, number>();
  const series: Record<string, PackedSeries> = {};
  const all = new Map<string, Series>();
  const picks = new Map<string, ReadonlySet<number>>();
  for (const name of store.seriesNames(id)) {
    const read = unlessDamaged(() => store.series(id, name));
    if (read instanceof DamageError) lost(`Left out: ${read.message}`);
    else {
      all.set(name, read);
      const whole = indicesOf(read.iterations, everything);
      // For either kind of axis.
      const [evenly, early] = [undefined, read.iterations].map((logX) =>
        new Set(picksOf(read.values, MOST_POINTS, whole, logX))
      );
      picks.set(name, evenly.union(early));
    }
  }
  for (const [name, each] of all) {
    const deviation = deviationOf(name);
    const spread = deviation && all.get(deviation);
    if (!deviation || !spread) continue;
    // A band is drawn at the points of its mean.
    const drawn = new Set([...picks.get(name)!].map((i) => each.iterations[i]));
    const beside = [...spread.iterations].flatMap((iteration, i) =>
      drawn.has(iteration) ? [i] : []
    );
    picks.set(deviation, picks.get(deviation)!.union(new Set(beside)));
  }
  for (const [name, each] of all) {
    series[name] = packed(each, [...picks.get(name)!].sort((a, b) => a - b), columns);
  }
  return {
    axes: [...columns.keys()].map((column) => JSON.parse(column)),
    series,
    events: plain(store.events(id)),
    artifacts: store.artifacts(id).filter(({ hash }) => !gone.has(hash)),
    checkpoints: store.checkpoints(id),
  };
}

/**
 * @param picks The points that are kept, by index.
 * @param columns Of all series so far, as JSON, with their places.
 */
function packed(
  series: Series,
  picks: readonly number[],
  columns: Map<string, number>,
): PackedSeries {
  const { values, total } = series;
  const place = (column: Float64Array) => {
    const text = JSON.stringify(picks.map((i) => column[i]));
    if (!columns.has(text)) columns.set(text, columns.size);
    return columns.get(text)!;
  };
  return {
    axes: axes.map((axis) => place(series[axis])),
    values: picks.map((i) => jsonNumber(values[i])),
    total,
    ...picks.length < values.length && { between: betweenOf(values, picks) },
  };
}
