import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { broughtHere } from "../../../../cli/fleet.ts";
import { LabError } from "../../../../lab/core/errors.ts";
import type { Json } from "../../../../lab/core/snapshot.ts";
import { fleetForSweep, launchInFleet } from "../../../../lab/experiment/fleet.ts";
import { type FleetOptions, workForFleet } from "../../../../lab/experiment/fleet_worker.ts";
import { launch, plansOf, storedPlan } from "../../../../lab/experiment/launch.ts";
import type { RunProgress } from "../../../../lab/experiment/recorder.ts";
import { runSweep } from "../../../../lab/experiment/sweep/run.ts";
import { resolveSweep } from "../../../../lab/experiment/sweep/sweep.ts";
import { UnreachableError } from "../../../../lab/store/postgres/connection.ts";
import { Hub } from "../../../../lab/store/postgres/hub.ts";
import { openFleet } from "../../../../lab/store/postgres/open.ts";
import { openStore } from "../../../../lab/store/sqlite_store.ts";
import { checkpointPaths } from "../../../../lab/store/paths.ts";
import { capturedIo } from "../../../cli/captured_io.ts";
import { Bucket, credentials } from "../../store/postgres/bucket.ts";
import { missing, PASSWORD, Server } from "../../store/postgres/server.ts";
import { temporaryStore } from "../temporary_store.ts";
import { registries } from "../toy_registries.ts";
import { options, request, toySweep } from "../toy_runs.ts";
import { chaos } from "./chaos.ts";
import { Proxy } from "./proxy.ts";
import { until } from "../../../until.ts";

const pause = (milliseconds: number) => new Promise((next) => setTimeout(next, milliseconds));

Deno.test({ name: "a fleet trains what is asked for", ignore: missing }, async (t) => {
  await using server = await Server.start();
  await using temporary = await temporaryStore();
  const { folder, store } = temporary;
  const url = await server.database();
  const open = (port = server.port) =>
    Hub.open(url.replace(`:${server.port}/`, `:${port}/`), () => Promise.resolve(undefined));
  await using hub = await open();
  using proxy = new Proxy(server.port);
  const set = [["agent.pause", "60"], ["checkpoint.everyIterations", "2"]] as const;
  const slow = request({ set });
  const [expected] = await launch([slow], options(store));
  const plans = (await plansOf([slow], options(store))).map(storedPlan);
  const work = (port: number, lines: string[], more: Partial<FleetOptions> = {}) =>
    workForFleet({
      open: () => open(port),
      ...{ registries, folder, name: "worker", workers: 1, threads: 1 },
      ...{ shipSeconds: 0.1, drain: true, signal: new AbortController().signal },
      onLine: (line) => lines.push(line),
      ...more,
    });
  /** Waits until the hub has a run as far as an iteration. */
  const reached = async (id: string, iteration: number, at = hub) => {
    await until(async () => Number((await at.content(id))?.run.iterations ?? -1) >= iteration);
  };
  /** How a run ended, and where it was resumed from. */
  const ended = async (id: string, at = hub) => {
    const content = (await at.content(id))!;
    strictEqual(content.run.digest, expected.digest);
    return [...content.events.values()].map(({ message }) => String(message))
      .filter((message) => message.startsWith("resumed"));
  };

  await t.step("who asks is told once that nobody works for the store", async () => {
    using fleet = await openFleet(() => open(), folder);
    const lines: string[] = [];
    const stop = new AbortController();
    const asked = launchInFleet([slow], fleet, {
      ...{ registries, onLine: (line: string) => lines.push(line), signal: stop.signal },
    });
    await until(async () => (await hub.tasks()).length > 0 && lines.length > 0);
    await pause(2200); // it looks every second
    stop.abort();
    await asked;
    strictEqual(lines.length, 1);
    match(lines[0], /^Nobody works for this store: .*worker --store postgres/);
    deepStrictEqual(await work(server.port, lines), { ended: 1, failed: 0 });
  });

  await t.step("while the server is away it goes on, and nothing is lost", async () => {
    const [id] = await hub.ask(plans);
    const lines: string[] = [];
    const worked = work(proxy.port, lines, { holdSeconds: 60 });
    await reached(id, 1);
    proxy.cut();
    await pause(400);
    proxy.open();
    deepStrictEqual(await worked, { ended: 1, failed: 0 });
    deepStrictEqual(await ended(id), []);
    deepStrictEqual(lines, [`run ${id}: begins`, `run ${id}: completed`]);
  });

  await t.step("nor is anything while the bucket of its files is away", async () => {
    await using bucket = await Bucket.start();
    using way = new Proxy(bucket.port);
    const location = `${await server.database()}?files=${bucket.url("lab", { port: way.port })}`;
    const opened = () => Hub.open(location, () => Promise.resolve(undefined), { credentials });
    await using there = await opened();
    const [id] = await there.ask(plans);
    const lines: string[] = [];
    const worked = work(server.port, lines, { open: opened, holdSeconds: 60 });
    await reached(id, 1, there);
    way.cut();
    await pause(400);
    way.open();
    deepStrictEqual(await worked, { ended: 1, failed: 0 });
    deepStrictEqual(await ended(id, there), []);
    deepStrictEqual(lines, [`run ${id}: begins`, `run ${id}: completed`]);
    const { checkpoints } = (await there.content(id))!;
    for (const path of checkpointPaths(id, checkpoints)) {
      const { size } = await Deno.stat(bucket.path(`lab/${path}`));
      ok(size > 0, path);
    }
  });

  await t.step(
    "a machine whose clock jumps by days keeps its run, and ends it as it would",
    async () => {
      const [id] = await hub.ask(plans);
      const lines: string[] = [];
      const now = Date.now;
      try {
        const worked = work(server.port, lines, { holdSeconds: 2, patienceSeconds: 2 });
        for (const [iteration, days] of [[1, 3], [4, -3], [8, 300]]) {
          await reached(id, iteration);
          Date.now = () => now() + 86_400_000 * days;
          strictEqual(await hub.claim("another", 1), undefined);
        }
        deepStrictEqual(await worked, { ended: 1, failed: 0 });
      } finally {
        Date.now = now;
      }
      deepStrictEqual(await ended(id), []);
      deepStrictEqual(lines, [`run ${id}: begins`, `run ${id}: completed`]);
    },
  );

  await t.step("a password that was typed is in no row, file or line", async () => {
    const address = (await server.database()).replace("lab@", "secret@");
    const database = address.slice(address.lastIndexOf("/") + 1);
    await server.query(database, `GRANT ALL ON DATABASE ${database} TO secret`);
    await using there = await Hub.open(address, () => Promise.resolve(PASSWORD));
    const [id] = await there.ask(plans);
    const lines: string[] = [];
    const kept = await Deno.makeTempDir();
    const opened = () => Hub.open(address, () => Promise.resolve(PASSWORD));
    deepStrictEqual(await work(server.port, lines, { open: opened, folder: kept }), {
      ended: 1,
      failed: 0,
    });
    deepStrictEqual(await ended(id, there), []);
    const tables = await server.query(
      database,
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'reverie'",
    ) as { table_name: string }[];
    ok(tables.length > 5);
    for (const { table_name: table } of tables) {
      const rows = await server.query(database, `SELECT t::text AS row FROM reverie.${table} t`);
      const hex = new TextEncoder().encode(PASSWORD).toHex();
      for (const { row } of rows as { row: string }[]) {
        strictEqual(row.includes(PASSWORD) || row.includes(hex), false, table);
      }
    }
    using fleet = await openFleet(opened, kept);
    ok(fleet.store.run(id));
    const grep = new Deno.Command("grep", { args: ["-rlF", PASSWORD, kept] });
    strictEqual(new TextDecoder().decode((await grep.output()).stdout), "");
    strictEqual(lines.join().includes(PASSWORD), false);
    await Deno.remove(kept, { recursive: true });
  });

  await t.step("a command whose thread has no net reads what it names from a folder", async () => {
    const [id] = [...(await hub.revisions()).keys()];
    const root = `${folder}/reader`;
    const io = capturedIo({ root });
    for (const named of [[`--store=${url}`, id], ["--where", `id=${id}`, "--store", url]]) {
      await Deno.remove(root, { recursive: true }).catch(() => {});
      using here = await broughtHere(["export", ...named], io);
      const at = here.args.indexOf("--store");
      const read = openStore(here.args[at + 1], { readOnly: true });
      ok(await read.loadCheckpoint(id, read.checkpoints(id).at(-1)!));
      read.close();
    }
    using here = await broughtHere(["export", id, "--store", folder], io);
    deepStrictEqual(here.args, ["export", id, "--store", folder]);
  });

  await t.step("where it stays away the worker ends, and another one goes on", async () => {
    const [id] = await hub.ask(plans);
    const lines: string[] = [];
    const worked = work(proxy.port, lines, { holdSeconds: 0.8, patienceSeconds: 1 });
    await reached(id, 1);
    proxy.cut();
    await rejects(worked, (error: Error) => {
      match(error.message, /is not to be reached: .*, for 1 s: this worker ends, what it trained/);
      return error instanceof LabError;
    });
    strictEqual(lines[1], `run ${id}: stopped until the server is back`);
    proxy.open();
    deepStrictEqual(await work(server.port, lines), { ended: 1, failed: 0 });
    strictEqual(lines.at(-2), `run ${id}: taken up`);
    strictEqual((await ended(id)).length, 1);
  });

  /** Connects, the first time to a hub whose rows, and whose first file, take so many seconds. */
  const slowly = (seconds: number, then: () => Promise<Hub> = () => open()) => {
    let isFirst = true;
    return async () => {
      if (!isFirst) return await then();
      isFirst = false;
      const hub = await open();
      const { content } = hub;
      const { put } = hub.files;
      hub.content = (...given) => pause(1000 * seconds).then(() => content.apply(hub, given));
      hub.files.put = async (...given) => {
        hub.files.put = put;
        await pause(1000 * seconds);
        await put.apply(hub.files, given);
      };
      return hub;
    };
  };

  await t.step("a run is held while its rows come, and while its files go", async () => {
    const [id] = await hub.ask(plans);
    const lines: string[] = [];
    const worked = work(server.port, lines, { holdSeconds: 3, open: slowly(4) });
    let isOver = false;
    void worked.finally(() => isOver = true);
    await until(async () => (await hub.tasks([id]))[0].state !== "waiting");
    while (!isOver) {
      strictEqual(await hub.claim("another", 60), undefined);
      await pause(20);
    }
    deepStrictEqual(await worked, { ended: 1, failed: 0 });
    deepStrictEqual(lines, [`run ${id}: begins`, `run ${id}: completed`]);
    deepStrictEqual(await ended(id), []);
  });

  await t.step("what was taken up while the server was away is not trained by two", async () => {
    const [id] = await hub.ask(plans);
    const lines: string[] = [];
    const stop = new AbortController();
    const away = () => Promise.reject(new UnreachableError("Cannot use the store"));
    const worked = work(server.port, lines, {
      ...{ holdSeconds: 0.5, open: slowly(1.5, away), signal: stop.signal },
      onLine: (line) => {
        lines.push(line);
        stop.abort();
      },
    });
    await until(async () => (await hub.tasks([id]))[0].state !== "waiting");
    let claim: Awaited<ReturnType<Hub["claim"]>>;
    await until(async () => (claim = await hub.claim("another", 60)) !== undefined);
    deepStrictEqual(await worked, { ended: 0, failed: 0 });
    deepStrictEqual(lines, [`run ${id}: given up, as another worker has taken it up`]);
    await hub.release(claim!, "ended", { message: "over" });
  });

  await t.step("a worker that is stopped hands its run back at once", async () => {
    const [id] = await hub.ask(plans);
    const stop = new AbortController();
    const lines: string[] = [];
    const worked = work(server.port, lines, { signal: stop.signal });
    await reached(id, 1);
    stop.abort();
    deepStrictEqual(await worked, { ended: 0, failed: 0 });
    strictEqual(lines.at(-1), `run ${id}: handed back`);
    strictEqual((await hub.tasks([id]))[0].state, "waiting");
    // Also where it is stopped while it takes the run: what others trained of it is no less.
    const { run: { iterations }, checkpoints } = (await hub.content(id))!;
    ok(checkpoints.length > 0);
    const taking = new AbortController();
    const stoppedByClaim = async () => {
      const hub = await open();
      const { claim } = Hub.prototype;
      return Object.assign(hub, {
        claim: async (...args: Parameters<Hub["claim"]>) => {
          const claimed = await claim.apply(hub, args);
          taking.abort();
          return claimed;
        },
      });
    };
    deepStrictEqual(await work(0, lines, { signal: taking.signal, open: stoppedByClaim }), {
      ended: 0,
      failed: 0,
    });
    strictEqual(lines.at(-1), `run ${id}: handed back`);
    const left = (await hub.content(id))!;
    deepStrictEqual([left.run.iterations, left.checkpoints], [iterations, checkpoints]);
    deepStrictEqual(await work(server.port, lines), { ended: 1, failed: 0 });
    strictEqual((await ended(id)).length, 1);
  });

  await t.step(
    "a worker whose own disk is full ends, and its runs are left to others",
    async () => {
      const ids = await hub.ask([...plans, ...plans]);
      const lines: string[] = [];
      const { open: opened } = Deno;
      const full = `${folder}/full`;
      Deno.mkdirSync(full);
      // Small writes, as of rows, still find a place.
      Deno.open = (path, options) =>
        String(path).includes(full) && String(path).includes(".safetensors")
          ? Promise.reject(Object.assign(new Error("No space left on device"), { code: "ENOSPC" }))
          : opened(path, options);
      try {
        const more = { folder: full, holdSeconds: 2 };
        await rejects(work(server.port, lines, more), /\.safetensors.* as the disk is full/);
      } finally {
        Deno.open = opened;
      }
      deepStrictEqual(lines, [`run ${ids[0]}: begins`]);
      strictEqual((await hub.content(ids[0]))?.run.status ?? "running", "running");
      deepStrictEqual(await work(server.port, [], { workers: 2 }), { ended: 2, failed: 0 });
      for (const id of ids) await ended(id);
    },
  );

  await t.step("a worker that cannot keep a run says why, not that it left nothing", async () => {
    const [id] = await hub.ask(plans);
    const none = { folder: `${folder}/none/of/these`, holdSeconds: 0.8 };
    await rejects(work(server.port, [], none), /^\w+: Cannot .*none/);
    deepStrictEqual(await work(server.port, []), { ended: 1, failed: 0 });
    await ended(id);
  });

  await t.step("who asks sees its runs end, also one that no worker can begin", async () => {
    using fleet = await openFleet(() => open(), folder);
    const lines: string[] = [];
    const told: RunProgress[] = [];
    const watching = {
      ...{ registries, onLine: (line: string) => lines.push(line) },
      onProgress: (progress: RunProgress) => void told.push(progress),
    };
    const failing = request({ seed: 3, set: [["agent.throwAt", "6"]] });
    const asked = launchInFleet([slow, request({ seed: 2 }), failing], fleet, watching);
    await until(async () => (await hub.tasks()).length === 3);
    deepStrictEqual(await work(server.port, [], { workers: 3 }), { ended: 3, failed: 1 });
    const runs = await asked;
    deepStrictEqual(runs.map(({ status }) => status), ["completed", "completed", "failed"]);
    for (const { id, message, status, ...run } of runs) {
      const [first, ...rest] = told.filter((each) => each.run.id === id);
      const last = rest.at(-1)!;
      deepStrictEqual([first.kind, last.kind], ["started", "ended"]);
      deepStrictEqual([last.message, message !== null], [
        message ?? undefined,
        status === "failed",
      ]);
      deepStrictEqual(last.budget, { unit: "environmentSteps", total: 200 });
      const { iterations, environmentSteps, gradientSteps, examples } = run;
      const progress = { iterations, environmentSteps, gradientSteps, examples };
      deepStrictEqual([last.progress, last.wallSeconds], [progress, run.wallSeconds]);
      deepStrictEqual(last.metrics, fleet.store.lastMetrics(id));
    }
    strictEqual(runs[0].digest, expected.digest);
    ok(lines.every((line) => line.startsWith("Nobody works for this store")));
    const refusing = request({ seed: 4, set: [["agent.refuses", "true"]] });
    const refused: string[] = [];
    const some = launchInFleet([request({ seed: 5 }), refusing], fleet, {
      ...watching,
      onRefused: (refusals) => refused.push(...refusals.map(({ message }) => message)),
    });
    await until(async () => (await hub.tasks()).length === 2);
    const others = (await hub.tasks()).map(({ run }) => run);
    deepStrictEqual(await work(server.port, [], { workers: 2 }), { ended: 2, failed: 1 });
    deepStrictEqual((await some).map(({ id, status }) => [id, status]), [[others[0], "completed"]]);
    strictEqual(refused.length, 1);
    match(refused[0], new RegExp(`^run ${others[1]}: Cannot`));
    const broken = structuredClone(plans[0]) as { facts: { configuration: { agent: Json } } };
    broken.facts.configuration.agent = { name: "nobody" };
    const [id] = await hub.ask([broken as unknown as Json]);
    deepStrictEqual(await work(server.port, []), { ended: 1, failed: 1 });
    match((await hub.tasks([id]))[0].message!, /nobody/);
  });

  await t.step("who asks for the same sweep at the same time asks for the same runs", async () => {
    using fleet = await openFleet(() => open(), folder);
    const { train } = fleetForSweep(fleet, {});
    const plans = await plansOf([request({ seed: 1 }), request({ seed: 2 })], options(store));
    await Promise.all([1, 2].map(() => train(plans, [], { signal: AbortSignal.abort() })));
    const asked = (await hub.tasks()).map(({ run }) => run);
    strictEqual(asked.length, 2);
    await hub.giveUp(asked);
  });

  await t.step(
    "a sweep's trials are those of one machine, and go on where they stood",
    async () => {
      const sweep = await resolveSweep({ ...toySweep, set: {} }, registries);
      const alone = await runSweep("toys", sweep, options(store));
      using fleet = await openFleet(() => open(), folder);
      const watching = { ...options(fleet.store), elsewhere: fleetForSweep(fleet, {}) };
      // Who asked first has gone before anything began.
      const gone = new AbortController();
      const first = runSweep("toys", sweep, { ...watching, signal: gone.signal });
      await until(async () => (await hub.tasks()).length > 0);
      gone.abort();
      await first;
      const stop = new AbortController();
      const worked = work(server.port, [], { drain: false, workers: 2, signal: stop.signal });
      const state = await runSweep("toys", sweep, watching);
      stop.abort();
      deepStrictEqual(await worked, { ended: sweep.trials * sweep.seeds + sweep.judge, failed: 0 });
      deepStrictEqual(
        [state.over, state.trials.map(({ values }) => values), state.judged.values],
        [true, alone.trials.map(({ values }) => values), alone.judged.values],
      );
    },
  );

  await t.step("a pruner ends the trials that it ends on one machine", async () => {
    const definition = {
      ...toySweep,
      set: {},
      sampler: "random",
      pruner: "asha",
      trials: 6,
    } as const;
    const sweep = await resolveSweep(definition, registries);
    const alone = await runSweep("halved", sweep, options(store));
    using fleet = await openFleet(() => open(), folder);
    const stop = new AbortController();
    const worked = work(server.port, [], { drain: false, workers: 2, signal: stop.signal });
    const elsewhere = fleetForSweep(fleet, {});
    const state = await runSweep("halved", sweep, { ...options(fleet.store), elsewhere });
    stop.abort();
    await worked;
    const decisions = ({ trials, judged }: typeof state) => [
      trials.map(({ values, pruned }) => [values, pruned]),
      judged.values,
    ];
    ok(alone.trials.some(({ pruned }) => pruned));
    deepStrictEqual(decisions(state), decisions(alone));
  });

  await t.step("a point that is refused is a trial that failed, on whichever machine", async () => {
    const space = {
      "agent.refuses": [false, true],
      "agent.multipleOf": [3, 4],
      "agent.size": [6, 8],
    };
    const definition = { ...toySweep, space, set: {}, trials: 8, seeds: 1 };
    const sweep = await resolveSweep(definition, registries);
    const alone = await runSweep("refused", sweep, options(store));
    using fleet = await openFleet(() => open(), folder);
    const stop = new AbortController();
    const worked = work(server.port, [], { drain: false, workers: 2, signal: stop.signal });
    const elsewhere = fleetForSweep(fleet, {});
    const state = await runSweep("refused", sweep, { ...options(fleet.store), elsewhere });
    stop.abort();
    await worked;
    const told = ({ trials, judged }: typeof state) => [
      trials.map(({ values, runs }) => [values, runs.map(({ message }) => message)]),
      judged.values,
    ];
    strictEqual(state.trials.filter(({ value }) => Number.isNaN(value)).length, 6);
    deepStrictEqual(told(state), told(alone));
  });

  await t.step("a run that is to end early, or loses its workers, is stored as such", async () => {
    const [early] = await hub.ask(plans);
    const worked = work(server.port, []);
    await reached(early, 1);
    await hub.stop(early, "pruned by asha");
    deepStrictEqual(await worked, { ended: 1, failed: 0 });
    const { run } = (await hub.content(early))!;
    deepStrictEqual([run.status, run.message], ["stopped", "pruned by asha"]);
    ok(Number(run.iterations) < 20);

    const [lost] = await hub.ask(plans);
    const stop = new AbortController();
    const stopped = work(server.port, [], { signal: stop.signal });
    await reached(lost, 1);
    stop.abort();
    await stopped;
    // What was handed back was not taken in vain.
    for (let tries = 1; tries <= 4; tries++) {
      const claim = (await hub.claim("gone", 0))!;
      deepStrictEqual([claim.run, claim.tries], [lost, tries]);
    }
    deepStrictEqual(await work(server.port, []), { ended: 1, failed: 1 });
    const content = (await hub.content(lost))!;
    const message = "its worker was lost 4 times before it came to another checkpoint";
    deepStrictEqual([content.run.status, content.run.message], ["failed", message]);
    strictEqual([...content.events.values()].at(-1)!.message, message);
  });

  await t.step(
    "under faults every run ends once, to the bits of an undisturbed one",
    () => chaos(server, 1, { runs: 4, faults: 5 }),
  );
});
