import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { LabError } from "../../lab/core/errors.ts";
import { main } from "../../cli/main.ts";
import { launch, reproduce, resume } from "../../lab/experiment/launch.ts";
import { runSweep } from "../../lab/experiment/sweep/run.ts";
import { resolveSweep } from "../../lab/experiment/sweep/sweep.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { capturedIo } from "../cli/captured_io.ts";
import { inFolder } from "../cli/folder.ts";
import { registries } from "../lab/experiment/toy_registries.ts";
import { toySweep } from "../lab/experiment/toy_runs.ts";
import { paced } from "./paced.ts";

interface Line {
  readonly kind: string;
  readonly id: string;
  readonly iterations: number;
}

/** Trains in another process and kills it, without warning, at the line that `at` picks. */
async function killedAt(
  at: (line: Line) => boolean,
  args: readonly string[],
  whileAlive: (line: Line) => Promise<void> = () => Promise.resolve(),
): Promise<Line> {
  const script = new URL("./trainee.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-read", "--allow-write", script, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    const found = lines.map((line) => JSON.parse(line) as Line).find(at);
    if (found === undefined) continue;
    await whileAlive(found);
    child.kill("SIGKILL");
    await child.stdout.cancel().catch(() => {});
    strictEqual((await child.status).signal, "SIGKILL");
    return found;
  }
  throw new Error("the child ended by itself");
}

Deno.test("a killed run resumes to the digest of one that never stopped", async () => {
  const folder = await Deno.makeTempDir();
  const location = `${folder}/runs`;
  try {
    const early = await killedAt(({ kind }) => kind === "started", [location], async ({ id }) => {
      const store = openStore(location);
      await rejects(resume(id, { store, registries, workers: 1 }), LabError);
      strictEqual(store.run(id)?.active, true);
      store.close();
    });
    const first = await killedAt(({ kind }) => kind === "checkpoint", [location]);
    const again = await killedAt(
      ({ kind, iterations }) => kind === "checkpoint" && iterations > 8,
      [location, first.id],
    );
    strictEqual(again.id, first.id);
    const store = openStore(location);
    const options = { store, registries, workers: 1 };
    deepStrictEqual(
      [early.id, first.id].map((id) => [store.run(id)?.status, store.run(id)?.active]),
      [["running", false], ["running", false]],
    );
    ok(store.checkpoints(first.id).at(-1)!.iteration >= again.iterations);
    const [whole] = await launch(
      [{ reference: "line-toy", seed: 1, backend: "cpu", set: paced }],
      options,
    );
    for (const { id } of [early, first]) {
      const run = await resume(id, options);
      deepStrictEqual([run.status, run.digest], ["completed", whole.digest]);
    }
    strictEqual(store.run(first.id)?.attempt, 3);
    strictEqual((await reproduce(first.id, options)).identical, true);
    store.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a killed batch goes on as one, seeds that had not begun included, to the same digests", () =>
  inFolder(async (folder) => {
    await killedAt(({ kind }) => kind === "checkpoint", [`${folder}/runs`, "", "2"]);
    const io = capturedIo({ folder, root: folder, registries });
    strictEqual(await main(["resume", "--batch", "--json"], io), 0, io.written.error);
    const { runs } = JSON.parse(io.written.out) as { runs: { seed: number; digest: string }[] };
    const store = openStore(`${folder}/whole`);
    const requests = [1, 2].map((seed) => ({
      ...{ reference: "line-toy", seed, backend: "cpu", set: paced } as const,
    }));
    const whole = await launch(requests, { store, registries, workers: 2 });
    store.close();
    deepStrictEqual(
      runs.map(({ seed, digest }) => [seed, digest]),
      whole.map(({ digest }, i) => [i + 1, digest]),
    );
  }));

Deno.test("a run whose wrapper alone is killed ends by itself, also when nobody reads what it says", () =>
  inFolder(async (folder) => {
    const location = `${folder}/runs`;
    const script = new URL("./trainee.ts", import.meta.url).pathname;
    for (const isRead of [true, false]) {
      // As npx stands between a shell and Deno: its death is no signal to what it has started.
      const wrapper = new Deno.Command("sh", {
        args: [
          ...["-c", '"$@" & wait', "sh", Deno.execPath(), "run", "--quiet", "--no-check"],
          ...["--allow-read", "--allow-write", script, location],
        ],
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const reader = wrapper.stdout.getReader();
      await reader.read();
      wrapper.kill("SIGKILL");
      strictEqual((await wrapper.status).signal, "SIGKILL");
      if (!isRead) await reader.cancel();
      const errors = new Response(wrapper.stderr).text(); // to the end of the trainer itself
      while (isRead && !(await reader.read()).done);
      strictEqual(await errors, "");
    }
    const store = openStore(location);
    const runs = store.runs();
    const request = { reference: "line-toy", seed: 1, backend: "cpu", set: paced } as const;
    const [whole] = await launch([request], { store, registries, workers: 1 });
    deepStrictEqual(
      runs.map(({ status, active, digest }) => ({ status, active, digest })),
      runs.map(() => ({ status: "completed", active: false, digest: whole.digest })),
    );
    strictEqual(runs.length, 2);
    for (const { id } of runs) {
      deepStrictEqual(
        store.series(id, "losses/toy").values,
        store.series(whole.id, "losses/toy").values,
      );
      store.lock(id)[Symbol.dispose]();
    }
    store.close();
  }));

Deno.test("a sweep that is killed goes on where it stood, to the trials of one that never was", () =>
  inFolder(async (folder) => {
    const script = new URL("./sweeper.ts", import.meta.url).pathname;
    for (const checkpoints of [2, 9]) {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--no-check", "-A", script, `${folder}/killed`],
        stdin: "null",
        stdout: "piped",
      }).spawn();
      let seen = 0;
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        seen += text.split("\n").length - 1;
        if (seen >= checkpoints) break;
      }
      child.kill("SIGKILL");
      strictEqual((await child.status).signal, "SIGKILL");
    }
    const sweep = await resolveSweep(toySweep, registries);
    const [killed, whole] = await Promise.all(["killed", "whole"].map(async (name) => {
      const store = openStore(`${folder}/${name}`);
      const { trials, judged } = await runSweep("toys", sweep, { store, registries, workers: 1 });
      const digests = [...trials, judged].map(({ runs }) => runs.map(({ digest }) => digest));
      const count = store.runs().length;
      store.close();
      return { points: trials.map(({ point }) => point), digests, count };
    }));
    deepStrictEqual(killed, whole);
  }));
