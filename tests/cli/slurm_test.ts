import { deepStrictEqual, match, strictEqual } from "node:assert";
import { sizeOfFile } from "../../lab/store/files.ts";
import { main } from "../../cli/main.ts";
import { scriptOf } from "../../cli/slurm.ts";
import { capturedIo } from "./captured_io.ts";
import { until } from "../until.ts";

/** Calls a command line in a folder of its own, with programs of ours in place of Slurm's. */
async function withSlurm(
  sbatch: string,
  test: (
    type: (line: string) => Promise<{ code: number; out: string; error: string }>,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = Deno.env.get("PATH")!;
  const programs = { sbatch, scontrol: `echo "$@" >> ${folder}/scontrol.log` };
  for (const [name, text] of Object.entries(programs)) {
    await Deno.mkdir(`${folder}/bin`, { recursive: true });
    await Deno.writeTextFile(`${folder}/bin/${name}`, `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  }
  Deno.env.set("PATH", `${folder}/bin:${path}`);
  try {
    await test(async (line) => {
      const io = capturedIo({ folder, root: folder });
      const code = await main(line.split(" "), io);
      return { code, ...io.written };
    }, folder);
  } finally {
    Deno.env.set("PATH", path);
    await Deno.remove(folder, { recursive: true });
  }
}

const isThere = (path: string) => sizeOfFile(path) !== undefined;

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name);

/** Starts a task of a job as Slurm does. */
function task(script: string, index: number): Deno.ChildProcess {
  return new Deno.Command("bash", {
    args: [script],
    env: { SLURM_ARRAY_JOB_ID: "7", SLURM_ARRAY_TASK_ID: String(index) },
    stdout: "null",
    stderr: "null",
  }).spawn();
}

Deno.test("an array job trains its runs, queued again too, into stores that sync merges", () =>
  withSlurm('echo "Submitted batch job 7"', async (type, folder) => {
    const { code, out, error } = await type(
      "run cliffwalking-value-iteration --seeds 3 --launch slurm --array 2 --partition all",
    );
    deepStrictEqual([code, out], [0, "Submitted batch job 7\n"]);
    const [, job] = /^3 runs in 2 stores of (\S+)\. When they have ended: /.exec(error)!;
    const { out: pending } = await type("runs");
    match(
      pending,
      /^No runs yet\..*\nRuns in Slurm's job of \S+: 3 waiting \(.*: sbatch \S+\)\n$/s,
    );
    const script = `${job}/job.sh`;
    match(await Deno.readTextFile(script), /\n#SBATCH --array=0-1\n.*\n#SBATCH --partition=all\n/);
    // Before the limit of its time it goes back to the queue; Slurm itself queues what it preempts.
    const waits = `trap 'exit 130' TERM; echo > ${folder}/begun; while :; do sleep 0.02; done`;
    await Deno.writeTextFile(`${folder}/bin/deno`, `#!/bin/bash\n${waits}\n`, { mode: 0o755 });
    for (const signal of ["SIGTERM", "SIGUSR1"] as const) {
      const early = task(script, 0);
      await until(() => isThere(`${folder}/begun`));
      early.kill(signal);
      strictEqual((await early.status).code, 130);
      strictEqual(isThere(`${folder}/scontrol.log`), signal === "SIGUSR1");
      await Deno.remove(`${folder}/begun`);
    }
    strictEqual(await Deno.readTextFile(`${folder}/scontrol.log`), "requeue 7_0\n");
    // One that Slurm gave up, though it still trains, is waited for: nothing begins meanwhile.
    const calling = `sleep 0.3; echo > ${folder}/waits; exec /usr/bin/flock "$@"`;
    await Deno.writeTextFile(`${folder}/bin/flock`, `#!/bin/bash\n${calling}\n`, { mode: 0o755 });
    const first = await Deno.open(`${job}/0.lock`, { write: true, create: true });
    await first.lock(true);
    const second = task(script, 0);
    const there = (name: string) => isThere(`${folder}/${name}`);
    await until(() => there("waits") || there("begun"));
    strictEqual(there("begun"), false);
    first.close();
    await until(() => there("begun"));
    second.kill("SIGTERM");
    strictEqual((await second.status).code, 130);
    await Deno.remove(`${folder}/bin/deno`);
    for (const each of [task(script, 0), task(script, 1)]) strictEqual((await each.status).code, 0);
    // What ended just before its node was lost has nothing left to do.
    strictEqual((await task(script, 0).status).code, 0);
    for (const index of [0, 1]) strictEqual((await type(`sync ${job}/${index} runs`)).code, 0);
    const { runs } = JSON.parse((await type("runs --json")).out);
    deepStrictEqual(
      runs.map(({ seed, status }: { seed: number; status: string }) => [seed, status]).sort(),
      [1, 2, 3].map((seed) => [seed, "completed"]),
    );
  }));

Deno.test("a store of a job that cannot be read hides neither the others nor the runs beside it", () =>
  withSlurm('echo "Submitted batch job 7"', async (type) => {
    const { error } = await type(
      "run cliffwalking-value-iteration --seeds 3 --launch slurm --array 3 --store my$runs",
    );
    match(error, /sync "\$each" '\S+\/my\$runs'; done\n$/);
    const [, job] = /^3 runs in 3 stores of (\S+)\. /.exec(error)!;
    await Deno.writeTextFile(`${job}/0/lab.db`, "no database at all".repeat(100));
    await Deno.remove(`${job}/0/lab.db-wal`).catch(() => {});
    await Deno.truncate(`${job}/1/lab.db`);
    await Deno.remove(`${job}/1/lab.db-wal`).catch(() => {});
    const { code, out, error: said } = await type("runs --store my$runs");
    deepStrictEqual([code, said], [0, ""]);
    match(out, /^Runs in Slurm's job of \S+: 1 waiting \(.*: sbatch '\S+\/job\.sh'\)$/m);
    match(
      out,
      /^Left out of Slurm's job of \S+: Cannot .*\/0\/lab\.db as it is no SQLite database: `recover` rebuilds it$/m,
    );
    match(
      out,
      /^Left out of Slurm's job of \S+: Cannot .* its database is empty: .*\/1\/lab\.db$/m,
    );
  }));

Deno.test("a sweep is a job of one task, to the trials that it has without", () =>
  withSlurm('echo "Submitted batch job 8"', async (type) => {
    const line = "run cartpole-a2c --budget 2000 --sweep agent.gamma=0.9,0.99 --seeds 1 --judge 1";
    const { code, out, error } = await type(
      `${line} --tag it's --note a'b --launch slurm --workers 2 --memory-limit 3GB --store sqlite:runs`,
    );
    deepStrictEqual([code, out], [0, "Submitted batch job 8\n"], error);
    const [, job] = /^Sweep cartpole-a2c-sweep: 2 trials in (\S+)\. When/.exec(error)!;
    const text = await Deno.readTextFile(`${job}/job.sh`);
    match(text, /--array=0-0\n#SBATCH --cpus-per-task=2\n/);
    match(text, / --workers 2 --threads 1 --memory-limit 3072MB &\n/);
    const waits = async () =>
      /sweep cartpole-a2c-sweep with (.*) trials/.exec((await type("runs")).out);
    strictEqual((await waits())![1], "0 of 2");
    for (const each of ["trained", "over"]) {
      strictEqual((await task(`${job}/job.sh`, 0).status).code, 0, each);
    }
    strictEqual(await waits(), null);
    strictEqual((await type(`sync ${job}/0 runs`)).code, 0);
    strictEqual((await type(`${line} --store calm`)).code, 0);
    const digests = async (store: string) => {
      const said = await type(`runs --where sweep=cartpole-a2c-sweep --json --store ${store}`);
      return JSON.parse(said.out).runs.map(({ digest }: { digest: string }) => digest).sort();
    };
    deepStrictEqual((await digests("calm")).length, 3);
    deepStrictEqual(await digests("runs"), await digests("calm"));
    const { runs } = JSON.parse((await type("runs --where tag=it's --json")).out);
    deepStrictEqual(runs.map(({ note }: { note: string }) => note), Array(3).fill("a'b"));
    const again = await type(`${line} --launch slurm`);
    deepStrictEqual([again.code, again.out], [2, ""]);
    match(again.error, /no sweep of this name yet.*: cartpole-a2c-sweep\n$/);
  }));

Deno.test("a task has a core for each thread of each worker, of runs as of a sweep", () =>
  withSlurm("exit 1", async (type) => {
    const runs = "run cliffwalking-value-iteration --seeds 9";
    const sweep = "run cartpole-a2c --sweep agent.gamma=0.9,0.99";
    for (const line of [runs, `${runs} --store postgres://lab@db/lab`, sweep]) {
      const { code, out, error } = await type(
        `${line} --launch slurm --dry-run --workers 2 --threads 3`,
      );
      strictEqual(code, 0, error);
      match(out, /\n#SBATCH --cpus-per-task=6\n/, line);
      match(out, / --workers 2 --threads 3 &\n/, line);
    }
  }));

Deno.test("what sbatch refuses leaves nothing behind, and what is no job is refused", () =>
  withSlurm(
    'echo "sbatch: error: invalid partition specified: none" >&2; exit 1',
    async (type, folder) => {
      const run = "run cliffwalking-value-iteration";
      const refused = async (line: string, code: number, pattern: RegExp) => {
        const said = await type(line);
        deepStrictEqual([said.code, said.out], [code, ""], line);
        match(said.error, pattern);
      };
      await refused(
        `${run} --launch slurm --partition none`,
        1,
        /^error: Cannot submit as sbatch refuses: invalid partition specified: none\n$/,
      );
      strictEqual(namesIn(`${folder}/runs`).includes("slurm"), false);
      await refused(`${run} --time 3`, 2, /--time belongs to a job: --launch slurm/);
      await refused(`${run} --launch slurm --time soon`, 2, /--time must be one of Slurm's/);
      await refused(`${run} --launch slurm --partition a;b`, 2, /--partition must be a name: a;b/);
      await refused(
        `${run} --launch slurm --from abc`,
        2,
        /do not have the run of --from .*: abc\n$/,
      );
      await refused(`${run} --launch slurm --backend native`, 2, /loads no library of its machine/);
      await refused(
        `${run} --launch slurm --dry-run --json`,
        2,
        /--json as nothing is trained yet: --launch slurm\n$/,
      );
      const sweep = "run cartpole-a2c --sweep agent.gamma=0.9,0.99 --launch slurm";
      await refused(`${sweep} --array 2`, 2, /a sweep to several tasks.*: --array 2\n$/);
      await refused(
        `${sweep} --store postgres://lab@db/lab`,
        2,
        /a sweep into PostgreSQL .* without --launch, while workers run as a job/,
      );
      await refused(sweep, 1, /sbatch refuses/);
      strictEqual(namesIn(`${folder}/runs`).includes("slurm"), false);
      Deno.removeSync(`${folder}/bin/sbatch`);
      Deno.env.set("PATH", `${folder}/bin`); // where the machine has one of its own
      await Deno.remove(`${folder}/runs`, { recursive: true });
      for (const line of [`${run} --launch slurm`, sweep]) {
        await refused(line, 2, /there is no sbatch here/);
        deepStrictEqual(namesIn(folder), ["bin"]);
      }
      const { code, out } = await type(
        `${run} --launch slurm --dry-run --store postgres://lab@db/lab --array 9 --workers 2 --from abc`,
      );
      strictEqual(code, 0);
      match(out, /#SBATCH --array=0-0\n#SBATCH --cpus-per-task=2\n/);
      match(out, /task -q worker --store 'postgres:\/\/lab@db\/lab' --drain --workers 2/);
    },
  ));

Deno.test("jobs that are submitted in one second have a folder each, also where one is refused", () =>
  withSlurm(
    'test -e "$(dirname "$0")/full" && echo "sbatch: error: no room" >&2 && exit 1; echo Submitted',
    async (type, folder) => {
      const { toISOString } = Date.prototype;
      Date.prototype.toISOString = () => "2026-01-02T03:04:05.678Z";
      try {
        const run = "run cliffwalking-value-iteration --launch slurm";
        const sweep = "run cartpole-a2c --sweep agent.gamma=0.9,0.99 --launch slurm";
        const jobs = `${folder}/runs/slurm`;
        const names = () => [...Deno.readDirSync(jobs)].map(({ name }) => name).sort();
        strictEqual((await type(`${run} --seeds 2`)).code, 0);
        deepStrictEqual(names(), ["2026-01-02-03-04-05"]);
        await Deno.writeTextFile(`${folder}/bin/full`, "");
        for (const line of [run, sweep]) strictEqual((await type(line)).code, 1, line);
        deepStrictEqual(names(), ["2026-01-02-03-04-05"]);
        await Deno.remove(`${folder}/bin/full`);
        for (const line of [run, sweep]) strictEqual((await type(line)).code, 0, line);
        deepStrictEqual(names(), ["", "-2", "-3"].map((end) => `2026-01-02-03-04-05${end}`));
        const waiting = (await type("runs")).out.match(/: .* \(where squeue/g);
        deepStrictEqual(
          waiting,
          ["2 waiting", "1 waiting", "sweep cartpole-a2c-sweep with 0 of 2 trials"]
            .map((what) => `: ${what} (where squeue`),
        );
        for (const name of names()) {
          const script = await Deno.readTextFile(`${jobs}/${name}/job.sh`);
          strictEqual(script.includes(`--output=${jobs}/${name}/%A_%a.log\n`), true);
        }
      } finally {
        Date.prototype.toISOString = toISOString;
      }
    },
  ));

Deno.test("a task is warned two minutes before its limit, where that is short a quarter of it", () => {
  const job = { name: "job", tasks: 1, folder: "/jobs", root: "/lab", command: ["x"], cores: 1 };
  const warned = [undefined, "0:40", "1", "4:00", "0:05:00", "1:00:00", "0-1", "1-00", "1-00:00"]
    .map(
      (time) => /--signal=B:USR1@(\d+)\n/.exec(scriptOf({ ...job, time }))![1],
    );
  deepStrictEqual(warned.map(Number), [120, 15, 15, 60, 75, 120, 120, 120, 120]);
});

Deno.test("a job's head says each thing that it is made of, and no more", () => {
  const job = {
    ...{ name: "it's a job", tasks: 3, folder: "/a/50%", root: "/r", command: ["task"] },
    cores: 4,
  };
  const head = (more: object) =>
    scriptOf({ ...job, ...more }).split("\n\n")[0].split("\n").slice(1)
      .map((line) => line.replace("#SBATCH --", ""));
  deepStrictEqual(head({}), [
    ...["job-name=it-s-a-job", "array=0-2", "cpus-per-task=4", "output=/a/50%%/%A_%a.log"],
    ...["open-mode=append", "requeue", "signal=B:USR1@120"],
  ]);
  deepStrictEqual(head({ partition: "p", time: "2" }), [
    ...["job-name=it-s-a-job", "array=0-2", "cpus-per-task=4", "partition=p", "time=2"],
    ...["output=/a/50%%/%A_%a.log", "open-mode=append", "requeue", "signal=B:USR1@30"],
  ]);
  // sbatch splits its lines at blanks.
  strictEqual(head({ folder: "/a b" })[3], 'output="/a b/%A_%a.log"');
  // A quarter of the time, of a minute at least, and two minutes at most.
  const times = {
    "0:20": 15,
    "1": 15,
    "4": 60,
    "4:40": 70,
    "0:06:00": 90,
    "1:00:00": 120,
    "1-0": 120,
  };
  for (const [time, seconds] of Object.entries(times)) {
    deepStrictEqual([time, head({ time }).at(-1)], [time, `signal=B:USR1@${seconds}`]);
  }
});
