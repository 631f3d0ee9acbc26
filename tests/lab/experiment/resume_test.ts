import {
  deepStrictEqual,
  doesNotMatch,
  match,
  notStrictEqual,
  ok,
  rejects,
  strictEqual,
  throws,
} from "node:assert";
import { DatabaseSync } from "node:sqlite";
import { LabError } from "../../../lab/core/errors.ts";
import { launch, reproduce, resume, resumeAll } from "../../../lab/experiment/launch.ts";
import { stagesOf } from "../../../lab/experiment/stages.ts";
import { verify } from "../../../lab/experiment/verify.ts";
import { fullAfter, temporaryStore } from "./temporary_store.ts";
import { expectedDigest, interruptedRun, options, request } from "./toy_runs.ts";

Deno.test("a run whose world cannot be restored is marked, and starts over to the same bits", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const set = [["environment.id", "Hidden-v0"], ["checkpoint.everyIterations", "1"]] as const;
  const [whole] = await launch([request({ set })], options(store));
  const [failed] = await launch([request({ set })], options(fullAfter(store, 9)));
  deepStrictEqual(failed.tags, ["not resumable"]);
  const run = await resume(failed.id, options(store));
  deepStrictEqual([run.status, run.digest], ["completed", whole.digest]);
  match(store.events(run.id).map(({ message }) => message).join(), /resumed from the beginning/);
  await rejects(resume(run.id, { ...options(store), budget: 500 }), /cannot be restored/);
});

Deno.test("an interrupted run resumes to the digest of one that never stopped", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const stopped = await interruptedRun(store, 6);
  strictEqual(stopped.status, "interrupted");
  ok(stopped.iterations >= 6 && stopped.iterations < 20, String(stopped.iterations));
  strictEqual(store.checkpoints(stopped.id).at(-1)?.iteration, stopped.iterations);
  const run = await resume(stopped.id, options(store));
  deepStrictEqual([run.status, run.iterations, run.attempt], ["completed", 20, 2]);
  const [whole] = await launch([request({ set: [["agent.pause", "25"]] })], options(store));
  strictEqual(run.digest, whole.digest);
  ok(run.wallSeconds > stopped.wallSeconds);
  match(store.events(run.id).map(({ message }) => message).join(), /resumed from iteration/);
});

Deno.test("a run whose later points have no checkpoint resumes from an earlier one", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const full = request({ set: [["checkpoint.everyIterations", "3"]] });
  const [failed] = await launch([full], options(fullAfter(store, 9)));
  strictEqual(failed.status, "failed");
  strictEqual(failed.message, "Cannot write the checkpoint as the disk is full");
  strictEqual(store.checkpoints(failed.id).at(-1)?.iteration, 9);
  const run = await resume(failed.id, options(store));
  deepStrictEqual([run.status, run.digest], ["completed", await expectedDigest()]);
});

Deno.test("a finished run resumes only with a larger budget, and is reproduced with it", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const stop: [string, string][] = [["stop.metric", "evaluation/episodes"], ["stop.atLeast", "5"]];
  const [run] = await launch([request()], options(store));
  await rejects(resume(run.id, options(store)), /is completed: a budget above 200/);
  await rejects(
    resume(run.id, { ...options(store), budget: 200 }),
    /above 200 steps extends it, given 200 steps/,
  );
  const extended = await resume(run.id, { ...options(store), budget: 290 });
  deepStrictEqual([extended.status, extended.iterations, extended.attempt], ["completed", 29, 2]);
  const { configuration } = extended.manifest.determined;
  deepStrictEqual(
    [configuration.budget, configuration.earlierBudgets],
    [290, [{ budget: 200, iterations: 20 }]],
  );
  notStrictEqual(extended.digest, run.digest);
  deepStrictEqual(
    Array.from(store.series(run.id, "evaluation/share").iterations),
    [4, 8, 12, 16, 20, 24, 28, 29],
  );
  deepStrictEqual(await reproduce(run.id, options(store)), {
    identical: true,
    agrees: true,
    lines: [],
    run: null,
  });
  const [stopped] = await launch([request({ set: stop })], options(store));
  deepStrictEqual([stopped.status, stopped.iterations], ["stopped", 4]);
  const without = new RegExp(
    `above 200 steps extends it, with its stop rule; run line-toy --from ${stopped.id} --set stop=default`,
  );
  await rejects(resume(stopped.id, options(store)), without);
  const further = await resume(stopped.id, { ...options(store), budget: 400 });
  deepStrictEqual([further.status, further.iterations], ["stopped", 8]);
  strictEqual((await reproduce(stopped.id, options(store))).identical, true);

  const [twin] = await launch([request({ set: stop })], options(store));
  const failed = await resume(twin.id, { ...options(fullAfter(store, 4)), budget: 400 });
  strictEqual(failed.status, "failed");
  const resumed = await resume(twin.id, options(store));
  deepStrictEqual([resumed.status, resumed.digest], ["stopped", further.digest]);
  const scores = [further, resumed].map(({ id }) => store.series(id, "score/episodes").values);
  deepStrictEqual(scores, [Float64Array.of(5, 5), Float64Array.of(5, 5)]);
});

Deno.test("an interrupted run is given more or less, again and again, and is reproduced", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const set = [["checkpoint.everyIterations", "3"]] as const;
  const [{ id }] = await launch([request({ set })], options(fullAfter(store, 9)));
  await rejects(resume(id, { ...options(store), budget: 90 }), {
    name: "InputError",
    message: `Cannot resume run ${id} with this budget as it must be above the 90 steps that it ` +
      "took already: 90 steps",
  });
  await rejects(resume(id, { ...options(store), budget: "3k-examples" }), /toy counts environment/);
  deepStrictEqual([store.run(id)!.status, store.run(id)!.attempt], ["failed", 1]);

  const more = await resume(id, { ...options(fullAfter(store, 15)), budget: "0.3k-steps" });
  strictEqual(more.status, "failed");
  const less = await resume(id, { ...options(store), budget: 180 });
  deepStrictEqual([less.status, less.iterations, less.attempt], ["completed", 18, 3]);
  const kept = [{ budget: 200, iterations: 9 }, { budget: 300, iterations: 15 }];
  const { configuration } = less.manifest.determined;
  deepStrictEqual([configuration.budget, configuration.earlierBudgets], [180, kept]);
  const twin = await reproduce(id, { ...options(store), keep: true });
  deepStrictEqual([twin.identical, twin.lines], [true, []]);
  strictEqual(twin.run!.digest, less.digest);

  await rejects(resume(id, options(store)), /is completed: a budget above 180 steps extends it$/);
  const again = await resume(id, { ...options(store), budget: 210 });
  deepStrictEqual(again.manifest.determined.configuration.earlierBudgets, [
    ...kept,
    { budget: 180, iterations: 18 },
  ]);
  strictEqual((await reproduce(id, options(store))).identical, true);
});

Deno.test("a reproduction that was left under an earlier budget does not begin anew under the last one", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const set = [["agent.pause", "15"]] as const;
  const [{ id }] = await launch([request({ budget: 100, set })], options(store));
  await resume(id, { ...options(store), budget: 200 });
  const abort = new AbortController();
  const { run: kept } = await reproduce(id, {
    ...{ ...options(store), keep: true, signal: abort.signal },
    onProgress: ({ progress }) => {
      if (progress.iterations >= 3) abort.abort();
    },
  });
  strictEqual(kept!.status, "interrupted");
  await rejects(resume(kept!.id, options(store)), {
    name: "InputError",
    message: /as it was left before its last budget began, .*: reproduce anew the run/,
  });
  strictEqual(store.run(kept!.id)!.status, "interrupted");
});

Deno.test("a budget that nothing was trained under is not kept", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const set = [["checkpoint.everyIterations", "3"]] as const;
  const [{ id }] = await launch([request({ set })], options(fullAfter(store, 2)));
  strictEqual(store.checkpoints(id).length, 0);
  const started = await resume(id, { ...options(fullAfter(store, 3)), budget: 150 });
  strictEqual(started.manifest.determined.configuration.earlierBudgets, undefined);
  await resume(id, { ...options(fullAfter(store, 3)), budget: 120 });
  const run = await resume(id, { ...options(store), budget: 100 });
  const { budget, earlierBudgets } = run.manifest.determined.configuration;
  deepStrictEqual([budget, earlierBudgets], [100, [{ budget: 150, iterations: 3 }]]);
  strictEqual((await reproduce(id, options(store))).identical, true);
});

Deno.test("a sweep's run that begins under another budget than its trial's leaves the sweep", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const sweep = { name: "toys", trial: 0 };
  const set = [["checkpoint.everyIterations", "3"]] as const;
  const sweepOf = async (kept: number, budget?: number) => {
    const [{ id }] = await launch([request({ set, sweep })], options(fullAfter(store, kept)));
    return (await resume(id, { ...options(store), budget })).manifest.sweep;
  };
  deepStrictEqual(await sweepOf(2), sweep);
  strictEqual(await sweepOf(2, 150), undefined);
  // Whose budgets say that it was another's.
  deepStrictEqual(await sweepOf(4, 150), sweep);
});

Deno.test("a run that was extended before budgets had iterations is trained through the same ones", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const [{ id }] = await launch([request()], options(store));
  const { manifest } = await resume(id, { ...options(store), budget: 250 });
  const { earlierBudgets: _, ...configuration } = manifest.determined.configuration;
  const determined = {
    ...manifest.determined,
    configuration: { ...configuration, extendedFrom: [200] },
  };
  deepStrictEqual(stagesOf({ ...manifest, determined }), [{ budget: 200 }, { budget: 250 }]);
});

Deno.test("a run that another holder trains is not resumed", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const stopped = await interruptedRun(store, 3);
  using _lock = store.lock(stopped.id);
  await rejects(resume(stopped.id, options(store)), LabError);
});

/** Flips a bit of the newest files of a run's checkpoints that end so, `count` of them. */
function damage(folder: string, run: string, end: string, count: number): void {
  const checkpoints = `${folder}/runs/checkpoints/${run}`;
  const names = [...Deno.readDirSync(checkpoints)].map(({ name }) => name)
    .filter((name) => name.endsWith(end)).sort((a, b) => parseInt(b) - parseInt(a));
  for (const name of names.slice(0, count)) {
    const bytes = Deno.readFileSync(`${checkpoints}/${name}`);
    Deno.writeFileSync(`${checkpoints}/${name}`, bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1));
  }
}

Deno.test("a run whose newest checkpoints are damaged goes on from an older one, or anew, to the same bits", async () => {
  await using temporary = await temporaryStore();
  const { store, folder } = temporary;
  const often = request({ set: [["checkpoint.everyIterations", "3"]] });
  for (
    const [end, count, from] of [
      [".safetensors", 1, /iteration 6/],
      [".json", 1, /iteration 6/],
      [".safetensors", 9, /the beginning/],
    ] as const
  ) {
    const [{ id }] = await launch([often], options(fullAfter(store, 9)));
    damage(folder, id, end, count);
    const run = await resume(id, options(store));
    deepStrictEqual([run.status, run.digest], ["completed", await expectedDigest()]);
    const events = store.events(id);
    match(events.findLast(({ message }) => message.startsWith("resumed from"))!.message, from);
    const warnings = events.filter(({ level }) => level === "warning");
    ok(warnings.length >= 1 && warnings.every(({ message }) => /must hash to/.test(message)));
  }
});

Deno.test("a run whose points are damaged starts over, to the same bits, and is whole", async () => {
  await using temporary = await temporaryStore();
  const { store, folder } = temporary;
  const often = request({ set: [["checkpoint.everyIterations", "3"]] });
  for (const change of ["points = zeroblob(800)", "attempt = 7"]) {
    const [{ id }] = await launch([often], options(fullAfter(store, 9)));
    const raw = new DatabaseSync(`${folder}/runs/lab.db`);
    const series = "series = (SELECT id FROM series WHERE run = ? AND name = 'losses/toy')";
    strictEqual(raw.prepare(`UPDATE chunk SET ${change} WHERE ${series}`).run(id).changes, 1);
    raw.close();
    const run = await resume(id, options(store));
    deepStrictEqual([run.status, run.digest], ["completed", await expectedDigest()]);
    const messages = store.events(id).map(({ message }) => message).join();
    match(messages, /series losses\/toy of run .* damaged.*resumed from the beginning/);
    deepStrictEqual((await verify(store, { ids: [id] })).damaged, []);
    strictEqual(store.lastMetrics(id)["losses/toy"], store.lastValues("losses/toy").get(id));
  }
});

Deno.test("an extended run never goes on from what another budget led to", async () => {
  await using temporary = await temporaryStore();
  const { store, folder } = temporary;
  const [{ id }] = await launch([request()], options(store));
  damage(folder, id, ".safetensors", 1);
  await rejects(resume(id, { ...options(store), budget: 290 }), /must hash to/);
  const [other] = await launch([request()], options(store));
  const failing = { ...options(fullAfter(store, 20)), budget: 290 };
  strictEqual((await resume(other.id, failing)).status, "failed");
  damage(folder, other.id, ".safetensors", 1);
  await rejects(resume(other.id, options(store)), /nothing that it could go on from is whole/);
});

Deno.test("a batch that ended early goes on as one, with what had not begun, to the same digests", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const requests = [1, 2, 3].map((seed) =>
    request({ seed, set: [["agent.pause", "5"]], tags: ["a"], name: "mine", note: "why" })
  );
  const abort = new AbortController();
  const [begun] = await launch(requests, {
    ...options(store),
    signal: abort.signal,
    onProgress: ({ progress }) => progress.iterations >= 4 && abort.abort(),
  });
  const [batch, ...others] = store.batches();
  deepStrictEqual([others, batch.runs, batch.waiting.length], [[], [begun.id], 2]);
  const { runs, refused } = await resumeAll(batch.runs, batch.waiting, {
    ...options(store),
    workers: 2,
  });
  deepStrictEqual(refused, []);
  const whole = await launch(requests, { ...options(store), workers: 2 });
  deepStrictEqual(
    runs.map(({ status, digest, name, tags, note }) => ({ status, digest, name, tags, note })),
    whole.map(({ digest }) => ({
      status: "completed",
      ...{ digest, name: "mine", tags: ["a"], note: "why" },
    })),
  );
  deepStrictEqual(store.batches().map(({ runs, waiting }) => [runs, waiting]), [
    [whole.map(({ id }) => id), []],
    [runs.map(({ id }) => id), []],
  ]);
});

Deno.test("what a batch in training has not begun is begun by no other process", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const requests = [1, 2, 3].map((seed) => request({ seed }));
  const others: Promise<unknown>[] = [];
  const runs = await launch(requests, {
    ...options(store),
    workers: 1,
    onProgress: ({ kind }) => {
      if (kind !== "started" && kind !== "ended") return;
      const [{ waiting }] = store.batches();
      others.push(resumeAll([], waiting, options(store)));
    },
  });
  deepStrictEqual(runs.map(({ status }) => status), ["completed", "completed", "completed"]);
  strictEqual(store.runs().length, 3);
  const refused = (await Promise.all(others) as { refused: unknown[] }[]).flatMap(({ refused }) =>
    refused
  );
  strictEqual(refused.length, 2 + 2 + 1 + 1);
  for (const error of refused) match(String(error), /^LabError: .* by another process/);
  // Nobody holds it any more.
  const { waiting } = store.addBatch([{}]);
  const [error] = (await resumeAll([], waiting, options(store))).refused;
  doesNotMatch(String(error), /another process/);
});

Deno.test("of several runs that go on one that cannot holds up no other", async () => {
  await using temporary = await temporaryStore();
  const { store, folder } = temporary;
  const set = [["checkpoint.everyIterations", "3"]] as const;
  const [whole] = await launch([request({ set })], options(store));
  const [{ id }] = await launch([request({ set })], options(fullAfter(store, 9)));
  const [first, second] = [{}, {}].map(() => store.addBatch([{}]).waiting[0]);
  const raw = new DatabaseSync(`${folder}/runs/lab.db`);
  raw.prepare("UPDATE request SET content = '{\"unit\": 1}' WHERE id = ?").run(first);
  raw.close();
  store.createRun({ name: "begun", manifest: whole.manifest, tags: [], note: "", request: second });
  const { runs, refused } = await resumeAll([whole.id, id], [first, second], options(store));
  deepStrictEqual(runs.map((run) => [run.id, run.digest]), [[id, whole.digest]]);
  match(refused.join(), /is completed.*record is damaged.*another process has begun it/);
  throws(
    () =>
      store.createRun({ name: "2", manifest: whole.manifest, tags: [], note: "", request: second }),
    LabError,
  );
  strictEqual(store.runs().some(({ name }) => name === "2"), false);
});
