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
import { addWalk, emptyManifest, temporaryStore } from "./temporary_store.ts";

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

/** Runs that are compared, seeds of each of their settings, and points of each. */
const sweep = { runs: 500, seeds: 5, points: 1000 };
/** Milliseconds that comparing them may take, and any other answer meanwhile. */
const [COMPARED, MEANWHILE] = [2000, 100];

/** Milliseconds of each question, the first time and again; then its pages in Chromium. */
export async function* dashboard({ progress }: Bench): AsyncIterable<Row> {
  yield* answers(progress);
  yield* compared(progress);
  yield* pages(progress);
}

async function* answers(progress: Bench["progress"]): AsyncIterable<Row> {
  progress(`${runs} runs written`);
  await using opened = await temporaryStore();
  built();
  fill(opened.store);
  using comparisons = new Comparisons(opened.store.location);
  const answer = answerer(opened.store, comparisons);
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

/** Asks the server for a path, and waits until all of the answer is there. */
function answerer(store: Store, comparisons: Comparisons): (path: string) => Promise<void> {
  const { handler } = createApp(store, comparisons);
  return async (path) => {
    const response = await handler(new Request(`http://127.0.0.1${path}`));
    const text = await response.text();
    if (!response.ok) throw new LabError(`Cannot time ${path} as it must be answered: ${text}`);
  };
}

/** A whole sweep compared, from the request on, and what else is asked for meanwhile. */
async function* compared(progress: Bench["progress"]): AsyncIterable<Row> {
  const groups = sweep.runs / sweep.seeds;
  const name = `${sweep.runs} runs in ${groups} groups`;
  progress(`${name} written`);
  await using opened = await temporaryStore();
  fillSweep(opened.store);
  using comparisons = new Comparisons(opened.store.location);
  const answer = answerer(opened.store, comparisons);
  await answer("/api/runs");
  progress(`${name} compared`);
  let isOver = false;
  let slowest = 0;
  const startedAt = performance.now();
  const comparison = answer(
    `/api/comparison?groups=${groups}&filter=name%3Dbench&metric=losses%2Floss`,
  )
    .then(() => performance.now() - startedAt)
    .finally(() => isOver = true);
  while (!isOver) {
    const askedAt = performance.now();
    await answer("/api/runs?sort=name");
    slowest = Math.max(slowest, performance.now() - askedAt);
    await new Promise((resume) => setTimeout(resume, 10));
  }
  yield targetRow(`${name} compared, the first time`, await comparison, "ms", COMPARED);
  yield targetRow(`${name} compared, another answer meanwhile`, slowest, "ms", MEANWHILE);
}

/** Runs that differ in a setting and in the seed, each with a long series. */
function fillSweep(store: Store): void {
  const random = defaultRng(0);
  for (let i = 0; i < sweep.runs; i++) {
    const determined = {
      ...emptyManifest.determined,
      configuration: {
        ...emptyManifest.determined.configuration,
        agent: { name: "ppo", learningRate: 0.0001 * (1 + Math.floor(i / sweep.seeds)) },
      },
      seed: String(1 + i % sweep.seeds),
    };
    const { id } = store.createRun({
      ...{ name: "bench", tags: [], note: "" },
      manifest: { ...emptyManifest, determined },
    });
    addWalk(store, id, sweep.points, random);
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
