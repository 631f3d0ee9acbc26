/**
 * Metric records, from a trainer's report to the file, and a chart's worth of them back.
 *
 * @module
 */
import type { MetricPoint } from "../lab/core/metrics.ts";
import type { Store } from "../lab/store/store.ts";
import type { Bench } from "./group.ts";
import { measure } from "./measure.ts";
import { type Row, targetRow } from "./row.ts";
import { emptyRun, temporaryStore } from "./temporary_store.ts";

const records = 1_000_000;
const chartPoints = 1000;

/** Writing as ten series and as one, and reading both. */
export async function* store({ progress }: Bench): AsyncIterable<Row> {
  for (const series of [10, 1]) {
    const length = records / series;
    const name = `${series === 1 ? "one" : "ten"} series of ${length.toLocaleString("en-US")}`;
    progress(name);
    await using opened = await temporaryStore();
    const { id } = emptyRun(opened.store);
    const seconds = write(opened.store, id, series, length);
    if (series === 10) {
      yield targetRow("a metric record logged, store included", seconds * 1e6 / records, "µs", 5);
    }
    yield targetRow(`1,000,000 metric records written, ${name}`, seconds, "s", 5);
    const { chart } = await measure({
      chart: () => opened.store.series(id, "losses/0", { points: chartPoints }),
    }, { seconds: 3 });
    yield targetRow(`a chart read back, ${chartPoints} of ${name}`, chart, "ms", 50);
  }
}

/**
 * Reports of one point a series, as a run's iterations bring them.
 *
 * @returns Seconds, synced.
 */
function write(store: Store, id: string, series: number, length: number): number {
  const names = Array.from({ length: series }, (_, i) => `losses/${i}`);
  const startedAt = performance.now();
  for (let i = 1; i <= length; i++) {
    const progress = { iterations: i, environmentSteps: 512 * i, gradientSteps: 16 * i };
    const points = names.map((name): MetricPoint => ({
      name,
      value: Math.sin(i),
      ...progress,
      examples: 2048 * i,
      wallSeconds: i * 1e-3,
    }));
    store.append(id, points);
  }
  store.flush();
  return (performance.now() - startedAt) / 1000;
}
