import { deepStrictEqual, match, strictEqual } from "node:assert";
import { sizeOfFile } from "../../lab/store/files.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { missing as withoutServer, Server } from "../lab/store/postgres/server.ts";
import { until } from "../until.ts";
import { Cluster, missing } from "./slurm_cluster.ts";

const BUDGET = 20_000;
const SEEDS = 3;

/** Types a line as a person does. */
async function type(
  line: string,
  env: Record<string, string> = {},
): Promise<{ out: string; error: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", ...line.split(" ")],
    env,
    stdin: "null",
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  strictEqual(code, 0, `${line}\n${out}${error}`);
  return { out, error };
}

interface StoredRun {
  readonly seed: number;
  readonly status: string;
  readonly digest: string;
}

/** Seeds, ends and digests of the runs of a store, in the order of the seeds. */
async function ends(store: string, task = "experiment"): Promise<unknown[]> {
  const { runs } = JSON.parse((await type(`${task} runs --json --store ${store}`)).out) as {
    runs: StoredRun[];
  };
  return runs.map(({ seed, status, digest }) => [seed, status, digest]).sort();
}

Deno.test({
  name: "an array job is queued again, loses a node and hangs: each run ends once, with its digest",
  ignore: missing,
}, async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using cluster = await Cluster.start(["n1", "n2", "n3", "n4"]);
    const run = `run cartpole-ppo --seeds ${SEEDS} --budget ${BUDGET} ` +
      "--set checkpoint.everyIterations=2 --store";
    const { out, error } = await type(
      `experiment:slurm ${run} ${folder}/job --launch slurm`,
      cluster.environment,
    );
    const [, job] = /^3 runs in 3 stores of (\S+)\. /.exec(error)!;
    const pending = (await type(`experiment runs --store ${folder}/job`)).out;
    match(pending, /Runs in Slurm's job of \S+: .*\d (waiting|training)/);
    const log = async (index: number) => {
      const names = [...Deno.readDirSync(job)].map(({ name }) => name);
      const name = names.find((name) => name.endsWith(`_${index}.log`));
      return name === undefined ? "" : await Deno.readTextFile(`${job}/${name}`);
    };
    /** Waits until a task has come to a checkpoint, and returns its node. */
    const training = async (index: number) => {
      await until(() => hasCheckpoint(`${job}/${index}`));
      return (await cluster.tasks()).get(index)!.node;
    };
    const id = /^Submitted batch job (\d+)$/m.exec(out)![1];

    const [frozen] = await Promise.all([
      training(2).then(async (node) => {
        await cluster.freeze(node);
        return node;
      }),
      training(0).then(() => cluster.call("scontrol", "requeue", `${id}_0`)),
      training(1).then((node) => cluster.cutPower(node)),
    ]);
    // Until the nodes are given up there is time for the same runs on a calm day.
    await type(`experiment ${run} ${folder}/calm --workers 1`);
    // A node that was given up comes back when another one waits for what its task holds.
    await until(async () => {
      const { state, node } = (await cluster.tasks()).get(2)!;
      return state === "RUNNING" && node !== frozen;
    });
    await cluster.thaw(frozen);
    await until(async () => (await cluster.tasks()).size === 0);
    const logs = await Promise.all([0, 1, 2].map(log));
    logs.forEach((text, index) => {
      strictEqual(text.split(`✓ cartpole-ppo seed ${index + 1}:`).length, 2, text);
    });
    match(logs[0], /DUE TO JOB REQUEUE.*seed 1: resumed from iteration [1-9]/s);
    match(logs[1], /seed 2: resumed from iteration [1-9]/);
    match(logs[2], /seed 3: resumed from iteration [1-9]|Nothing to go on with/);

    for (const index of [0, 1, 2]) await type(`experiment sync ${job}/${index} ${folder}/job`);
    const calm = await ends(`${folder}/calm`);
    strictEqual(calm.length, SEEDS);
    deepStrictEqual(await ends(`${folder}/job`), calm);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "an array job of workers takes runs from PostgreSQL, one of them queued again",
  ignore: missing || withoutServer,
}, async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using server = await Server.start();
    await using cluster = await Cluster.start(["n1", "n2"]);
    const store = await server.database();
    const run = `run cartpole-ppo --seeds ${SEEDS} --budget ${BUDGET} ` +
      "--set checkpoint.everyIterations=2 --store";
    const { out } = await type(
      `experiment:slurm ${run} ${store} --launch slurm --array 2`,
      cluster.environment,
    );
    const [, id] = /^Submitted batch job (\d+)$/m.exec(out)!;
    const database = store.slice(store.lastIndexOf("/") + 1);
    const checkpoints = () => server.query(database, "SELECT 1 FROM reverie.checkpoint");
    await until(() => checkpoints().then(({ length }) => length > 0, () => false));
    await cluster.call("scontrol", "requeue", `${id}_0`);
    await type(`experiment ${run} ${folder}/calm --workers 1`);
    await until(async () => (await cluster.tasks()).size === 0);
    const calm = await ends(`${folder}/calm`);
    strictEqual(calm.length, SEEDS);
    deepStrictEqual(await ends(store, "experiment:fleet"), calm);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "a sweep is a job of one task: queued again, it ends with the digests of a calm one",
  ignore: missing,
}, async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using cluster = await Cluster.start(["n1", "n2"]);
    const run = `run cartpole-ppo --sweep agent.gamma=0.9,0.99 --seeds 2 --judge 2 ` +
      `--budget ${BUDGET} --set checkpoint.everyIterations=2 --store`;
    const { out, error } = await type(
      `experiment:slurm ${run} ${folder}/job --launch slurm`,
      cluster.environment,
    );
    const [, job] = /^Sweep cartpole-ppo-sweep: 2 trials in (\S+)\. /.exec(error)!;
    const [, id] = /^Submitted batch job (\d+)$/m.exec(out)!;
    await until(() => hasCheckpoint(`${job}/0`));
    await cluster.call("scontrol", "requeue", `${id}_0`);
    await type(`experiment ${run} ${folder}/calm --workers 1`);
    await until(async () => (await cluster.tasks()).size === 0);
    await type(`experiment sync ${job}/0 ${folder}/job`);
    const calm = await ends(`${folder}/calm`);
    strictEqual(calm.length, 6);
    deepStrictEqual(await ends(`${folder}/job`), calm);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Whether a run of a store has come to a checkpoint: one that is written goes for none yet. */
function hasCheckpoint(folder: string): boolean {
  if (sizeOfFile(`${folder}/lab.db`) === undefined) return false;
  const store = openStore(folder, { readOnly: true });
  try {
    return store.runs().some(({ id }) => store.checkpoints(id).length > 0);
  } finally {
    store.close();
  }
}
