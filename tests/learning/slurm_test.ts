import { deepStrictEqual, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { capturedIo } from "../cli/captured_io.ts";
import { inFolder } from "../cli/folder.ts";
import { Cluster, missing, until } from "../slurm/cluster.ts";

/** How far the runs of a task's store are. */
function iterationsIn(folder: string): number {
  const store = openStore(folder, { readOnly: true });
  try {
    return store.runs().reduce((sum, { iterations }) => sum + iterations, 0);
  } finally {
    store.close();
  }
}

Deno.test({
  name:
    "an array job on two nodes of Slurm, queued again and bereft of a node, ends in the same bits",
  ignore: missing,
  fn: () =>
    inFolder(async (folder) => {
      await using cluster = await Cluster.start();
      for (const [name, value] of Object.entries(cluster.env)) Deno.env.set(name, value);
      // The lab's tasks are those of its own folder; they may write to /tmp alone.
      const root = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
      const type = async (line: string) => {
        const io = capturedIo({ folder, root });
        const code = await main(line.split(" "), io);
        return { code, ...io.written };
      };
      const store = `${folder}/runs`;
      const asked = "run cartpole-ppo --budget 20k --seeds 4 --set checkpoint.everyIterations=2";
      const { code, out, error } = await type(
        `${asked} --launch slurm --array 4 --partition all --store ${store}`,
      );
      strictEqual(code, 0, error);
      const [job] = /\d+/.exec(out)!;
      const [, stores] = / of (\S+)\. When they have ended/.exec(error)!;
      // Two train, two wait.
      await until(() => [0, 1].every((task) => iterationsIn(`${stores}/${task}`) > 2), 600);
      await cluster.ask("scontrol", "requeue", `${job}_0`);
      const [, node] = /NodeList=(n\d)/.exec(
        await cluster.ask("scontrol", "show", "job", `${job}_1`),
      )!;
      await cluster.kill(node);
      await cluster.ask("scontrol", "update", `NodeName=${node}`, "State=DOWN", "Reason=test");
      await new Promise((next) => setTimeout(next, 2000));
      cluster.begin(node);
      await cluster.ask("scontrol", "update", `NodeName=${node}`, "State=RESUME");
      await until(async () => (await cluster.ask("squeue", "-h")) === "", 900);
      for (const task of [0, 1, 2, 3]) {
        strictEqual((await type(`sync ${stores}/${task} ${store}`)).code, 0);
      }
      strictEqual((await type(`${asked} --store ${folder}/here --workers 1`)).code, 0);
      const [there, here] = await Promise.all([store, `${folder}/here`].map(async (path) => {
        const { runs } = JSON.parse((await type(`runs --json --store ${path}`)).out);
        return runs.map(({ seed, digest }: Record<string, unknown>) => [seed, digest]).sort();
      }));
      strictEqual(there.length, 4);
      deepStrictEqual(there, here);
    }),
});
