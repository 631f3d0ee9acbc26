/**
 * What the dashboard's server takes for the table of runs, from the request to its last byte, and
 * its pages in a browser.
 *
 * @module
 */
import { LabError } from "../lab/core/errors.ts";
import { defaultRng } from "../lab/core/random.ts";
import type { Store } from "../lab/store/store.ts";
import { createApp } from "../web/app.ts";
import { built } from "../web/assets.ts";
import { Comparisons } from "../web/comparisons.ts";
import type { Bench } from "./group.ts";
import { measure } from "./measure.ts";
import { pages } from "./pages.ts";
import { type Row, targetRow } from "./row.ts";
import { emptyManifest, temporaryStore } from "./temporary_store.ts";

const runs = 10_000;
const agents = ["ppo", "a2c", "dqn", "reinforce"];
const seeds = 50;
/** Milliseconds that an answer may take. */
const target = 300;

const questions = {
  "first page": "/",
  "sorted by a metric": "/api/runs?sort=-evaluation/return_mean",
  "sorted by name": "/api/runs?sort=name",
  filtered: "/api/runs?filter=agent%3Dppo+evaluation/return_mean>300",
  "grouped by configuration": "/api/runs?group=configuration",
  "grouped by agent": "/api/runs?group=agent&sort=-evaluation/return_mean",
};

/** Milliseconds of each question, the first time and again; then its pages in Chromium. */
export async function* dashboard({ progress }: Bench): AsyncIterable<Row> {
  yield* answers(progress);
  yield* pages(progress);
}

async function* answers(progress: Bench["progress"]): AsyncIterable<Row> {
  progress(`${runs} runs written`);
  await using opened = await temporaryStore();
  built();
  fill(opened.store);
  using comparisons = new Comparisons(opened.store.location);
  const { handler } = createApp(opened.store, comparisons);
  const answer = async (path: string) => {
    const response = await handler(new Request(`http://127.0.0.1${path}`));
    const text = await response.text();
    if (!response.ok) throw new LabError(`Cannot time ${path} as it must be answered: ${text}`);
  };
  progress("the store is read");
  await answer("/api/runs");
  for (const [name, path] of Object.entries(questions)) {
    progress(name);
    const startedAt = performance.now();
    await answer(path);
    const first = performance.now() - startedAt;
    const { again } = await measure({ again: () => answer(path) }, { seconds: 2 });
    yield targetRow(`table of ${runs} runs, ${name}, first time`, first, "ms", target);
    yield targetRow(`table of ${runs} runs, ${name}, again`, again, "ms", target);
  }
}

/** 200 configurations of 50 seeds, with the figures of an evaluation. */
function fill(store: Store): void {
  const random = defaultRng(0);
  for (let i = 0; i < runs; i++) {
    const name = agents[i % agents.length];
    const configuration = {
      ...{ environment: { id: "CartPole-v1" }, budget: 100_000, checkpoint: { keepLast: 1 } },
      agent: { name, gamma: 0.99, learningRate: 0.001 * (1 + (i >> 2) % 50) },
    };
    const seed = String(1 + Math.floor(i * seeds / runs));
    const determined = {
      ...emptyManifest.determined,
      experiment: `bench-${name}`,
      configuration,
      seed,
    };
    const { id } = store.createRun({
      ...{ name: `bench-${name}`, tags: [], note: "" },
      manifest: { ...emptyManifest, determined },
    });
    const progress = { iterations: 1, environmentSteps: 512, gradientSteps: 16, examples: 2048 };
    const at = { ...progress, wallSeconds: 1 };
    store.append(id, [
      { name: "evaluation/return_mean", value: random.uniform(9, 500), ...at },
      { name: "losses/policy", value: random.normal(), ...at },
    ]);
    store.update(id, { ...at, status: "completed", endedAt: Date.now(), digest: "0".repeat(64) });
  }
}
