/** Kills of real runs at random instants. */
import { strictEqual } from "node:assert";
import { defaultRng } from "../../lab/core/random.ts";
import { launch, resume } from "../../lab/experiment/launch.ts";
import { verify } from "../../lab/experiment/verify.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { registries } from "../../registries.ts";
import { inFolder } from "../cli/folder.ts";

/**
 * Kinds of runs, each at most a second or two long, as every kill trains about one and a half of them:
 * on-policy, replay, a table, a model with an evaluation on its way.
 */
export const kinds = {
  "cartpole-ppo": 2000,
  "gridworld-dqn": 1400,
  "cliffwalking-q-learning": 3000,
  "ring-wgan-gp-quick": 1600,
} as const;

/**
 * Trains an experiment in a process that is killed, without warning, at `times` random instants, each
 * time anew; throws where what is left does not verify, or resumes to another digest.
 *
 * @returns How many were stored when they were killed, and had not ended.
 */
export function killed(kind: keyof typeof kinds, seed: number, times: number): Promise<number> {
  let open = 0;
  return inFolder(async (folder) => {
    const random = defaultRng(seed);
    const location = `${folder}/runs`;
    const store = openStore(location);
    const set = [["checkpoint.everyIterations", "3"]] as const;
    const request = {
      reference: kind,
      seed: 1,
      backend: "wasm",
      budget: kinds[kind],
      set,
    } as const;
    const options = { store, registries, workers: 1, threads: 1 };
    const [whole] = await launch([request], options);
    const script = new URL("./victim.ts", import.meta.url).pathname;
    for (let i = 0; i < times; i++) {
      const before = new Set(store.runs().map(({ id }) => id));
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--no-check", "-A", script, location, JSON.stringify(request)],
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      // From the moment at which it begins to train.
      await child.stdout.getReader().read();
      const wait = random.random() * 1000 * (whole.wallSeconds + 0.2);
      await new Promise((resolve) => setTimeout(resolve, wait));
      try {
        child.kill("SIGKILL");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // It has ended.
      }
      await child.status;
      for (const { id } of store.runs().filter(({ id }) => !before.has(id))) {
        const { database, damaged } = await verify(store, { ids: [id] });
        strictEqual(database.length + damaged.length, 0, `kill ${i}: ${damaged[0]?.lines}`);
        if (store.run(id)!.digest === null) open++;
        const { digest } = store.run(id)!.digest === null
          ? await resume(id, options)
          : store.run(id)!;
        strictEqual(digest, whole.digest, `kill ${i} of ${kind}, after ${wait} ms`);
      }
    }
    store.close();
  }).then(() => open);
}
