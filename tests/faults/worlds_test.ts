/** The command line with worlds of a user's own, and other than those an experiment names. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { launch } from "../../lab/experiment/launch.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { registries } from "../../registries.ts";
import { capturedIo } from "../cli/captured_io.ts";
import { inFolder } from "../cli/folder.ts";

const lab = new URL("../../mod.ts", import.meta.url).href;

/** A file with a world of its own; `breaks` is what its 700th step does. */
function worldFile(breaks: string): string {
  return `
    import { Box, defineEnvironment, defineExperiment, Discrete } from "${lab}";
    const world = defineEnvironment({
      id: "Own-v0",
      observationSpace: new Box({ low: 0, high: 1, shape: [2] }),
      actionSpace: new Discrete(2),
      reset: () => 0,
      step: (count: number, action: number) => {
        if (count === 700) ${breaks};
        return { state: count + 1, reward: action, terminated: count === 900 };
      },
      observe: (count) => Float32Array.of(count % 2, count === 701 ? NaN : 0),
    });
    export default defineExperiment({
      name: "own",
      environment: world,
      agent: { name: "a2c", environments: 1, rolloutLength: 10 },
      budget: 2000,
      evaluation: { every: 2000, episodes: 1 },
      checkpoint: { everyIterations: 1 },
    });
  `;
}

async function typed(file: string | undefined, ...args: string[]) {
  const folder = await Deno.makeTempDir();
  try {
    if (file !== undefined) await Deno.writeTextFile(`${folder}/own.ts`, file);
    const io = capturedIo({ folder, root: `${folder}/` });
    const code = await main(args, io);
    let store;
    try {
      store = openStore(`${folder}/runs`);
      const runs = store.runs().map((run) => ({
        run,
        checkpoints: store!.checkpoints(run.id),
        events: store!.events(run.id),
      }));
      return { code, ...io.written, runs };
    } finally {
      store?.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("an experiment runs in another world by its name, and with another agent", async () => {
  const small = ["--seed", "1", "--budget", "400", "--set", "evaluation.episodes=2", "--json"];
  const { code, out, error } = await typed(
    undefined,
    ...["run", "cartpole-ppo", "--set", "environment.id=Acrobot-v1", ...small],
  );
  strictEqual(code, 0, error);
  strictEqual(JSON.parse(out).runs[0].config.environment.id, "Acrobot-v1");
  const own = await typed(
    worldFile("{}").replace("count === 701 ? NaN : 0", "0"),
    "run",
    "own.ts",
    "--set",
    "agent.name=ppo",
    "--set",
    "agent.minibatchSize=10",
    ...small,
  );
  strictEqual(own.code, 0, own.error);
  strictEqual(JSON.parse(own.out).runs[0].config.agent.name, "ppo");
});

Deno.test("a pair that does not fit is refused before anything is stored, with those that fit", async () => {
  const { code, error, runs } = await typed(
    undefined,
    ...["run", "cartpole-dqn", "--set", "environment.id=Pendulum-v1"],
  );
  strictEqual(code, 2);
  match(error, /^error: Cannot train dqn in Pendulum-v1 as it takes Discrete actions: .* ppo/);
  deepStrictEqual(runs, []);
});

Deno.test("a file's world that breaks the contract at once is refused before training, unless asked", async () => {
  const text = worldFile("{}").replace("reward: action", 'reward: "50" as unknown as number');
  const refused = await typed(text, "run", "own.ts");
  strictEqual(refused.code, 2);
  match(
    refused.error,
    /^error: Cannot train in Own-v0 as the reward of step is "50": return .*\n$/,
  );
  deepStrictEqual(refused.runs, []);
  const registered = text.replace("defineEnvironment,", "defineEnvironment, register,")
    .replace("environment: world", 'environment: { id: "Own-v0" }')
    .replace("export default", 'register({ id: "Own-v0", entry: () => world });\nexport default');
  const { code, error, runs } = await typed(registered, "run", "own.ts");
  match(error, /^error: Cannot train in Own-v0 as the reward of step is "50": return .*\n$/);
  deepStrictEqual([code, runs], [2, []]);
  const trained = await typed(text, "run", "own.ts", "--no-check", "--budget", "20");
  strictEqual(trained.runs.length, 1);
  const sweep = [
    "run",
    "own.ts",
    "--sweep",
    "agent.gamma=0.9,0.99",
    "--seeds",
    "1",
    "--judge",
    "0",
  ];
  for (const [more, runs] of [[[], 0], [["--no-check", "--budget", "20"], 2]] as const) {
    strictEqual((await typed(text, ...sweep, ...more)).runs.length, runs);
  }
});

Deno.test("a world that throws, shows NaN or ends its thread fails its run and leaves the last checkpoint", async () => {
  for (
    const [breaks, line] of [
      ['throw new Error("the floor is gone")', /^Error: the floor is gone \(own\.ts:\d+:\d+\)/],
      ["Deno.exit(0)", /^the run's thread ended: its code called exit/],
      ["self.close()", /^the run's thread ended: its code called exit/],
      ["{}", /^Cannot learn in Own-v0 as its observations must be finite: NaN/],
    ] as const
  ) {
    const { code, error, runs } = await typed(worldFile(breaks), "run", "own.ts", "--debug");
    strictEqual(code, 1);
    const [{ run, checkpoints, events }] = runs;
    if (breaks.includes("throw")) {
      match(events.at(-1)!.message, /\d\) at \S+step \(file:\S+own\.ts:\d+:\d+\) at /);
      match(error, /\n {4}at \S+step \(file:\S+own\.ts:\d+:\d+\)\n {4}at /);
    }
    strictEqual(run.status, "failed");
    match(run.message!, line);
    ok(error.includes(run.message!));
    ok(checkpoints.length > 0);
  }
});

Deno.test("a run that leaks ends alone at its limit", async () => {
  await inFolder(async (folder) => {
    const leaking = worldFile("{}").replace("if (count", "kept.push(new Array(1e5)); if (count");
    const file = `const kept: unknown[] = [];${leaking}`.replace("count === 701 ? NaN : 0", "0");
    await Deno.writeTextFile(`${folder}/own.ts`, file);
    const store = openStore(`${folder}/runs`);
    const request = { seed: 1, backend: "wasm" } as const;
    const [leaked, other] = await launch(
      [`${folder}/own.ts`, "cliffwalking-value-iteration"].map((reference) => ({
        ...request,
        reference,
      })),
      { store, registries, workers: 2, memoryLimit: 300 * 2 ** 20 },
    );
    store.close();
    strictEqual(leaked.status, "failed");
    match(leaked.message!, /holds 3\d\d MB of memory: its limit is 300 MB \(--memory-limit\)$/);
    strictEqual(other.digest !== null, true);
  });
});

Deno.test("a run with a process of its own ends alone whatever its world does, to the same bits if nothing", async () => {
  await inFolder(async (folder) => {
    const sound = worldFile("{}").replace("count === 701 ? NaN : 0", "0");
    const spinning = "{ const kept: unknown[] = []; for (;;) kept.push(new Array(1e5).fill(0)); }";
    await Deno.writeTextFile(`${folder}/sound.ts`, sound);
    await Deno.writeTextFile(`${folder}/spins.ts`, sound.replace("700) {}", `700) ${spinning}`));
    const store = openStore(`${folder}/runs`);
    const trained = (names: readonly string[], isolated?: readonly string[]) =>
      launch(
        names.map((name) => ({ reference: `${folder}/${name}.ts`, seed: 1, backend: "wasm" })),
        { store, registries, workers: 2, memoryLimit: 3 * 2 ** 28, isolated },
      );
    const [spins, isolated] = await trained(["spins", "sound"], [folder]);
    const [whole] = await trained(["sound"]);
    store.close();
    strictEqual(spins.status, "failed");
    match(spins.message!, /MB of memory: its limit is 768 MB/);
    ok(whole.digest !== null);
    strictEqual(isolated.digest, whole.digest);
  });
});

Deno.test("what a world posts to the lab's thread is no report of the run", async () => {
  const forged = `{
    self.onmessage = null;
    for (const kind of ["ended", "failed", "opened", "present"]) self.postMessage({ kind });
    self.postMessage("garbage");
  }`;
  const sound = worldFile("{}").replace("count === 701 ? NaN : 0", "0");
  const [honest, meddled] = await Promise.all(
    [sound, sound.replace("if (count === 700) {}", `if (count === 700) ${forged}`)].map((file) =>
      typed(file, "run", "own.ts")
    ),
  );
  for (const { code, error, runs: [{ run }] } of [honest, meddled]) {
    strictEqual(code, 0, error);
    strictEqual(run.status, "completed");
  }
  strictEqual(meddled.runs[0].run.digest, honest.runs[0].run.digest);
});

Deno.test("a run without a sign of life says so, and that it goes on", async () => {
  await inFolder(async (folder) => {
    const waits = `while (!exists("${folder}/go")) {}`;
    const file = worldFile(waits).replace("count === 701 ? NaN : 0", "0");
    const exists = `import { existsSync as exists } from "node:fs";`;
    await Deno.writeTextFile(`${folder}/own.ts`, `${exists}\n${file}`);
    const store = openStore(`${folder}/runs`);
    const messages: string[] = [];
    const [run] = await launch(
      [{ reference: `${folder}/own.ts`, seed: 1, backend: "wasm", budget: 1000 }],
      {
        ...{ store, registries, workers: 1, silentSeconds: 0.1 },
        onProgress: ({ message }) => {
          if (message === undefined) return;
          messages.push(message);
          if (message.startsWith("no sign of life")) Deno.writeTextFileSync(`${folder}/go`, "");
        },
      },
    );
    store.close();
    strictEqual(run.status, "completed");
    match(messages[0], /^no sign of life for 0\.1 s: an iteration, or a step of the world/);
    match(messages[1], /^goes on after \d+ s without a sign of life$/);
  });
});

Deno.test("evaluate says that a run's own file has changed since, and of the same file nothing", async () => {
  await inFolder(async (folder) => {
    const lab = async (...args: string[]) => {
      const io = capturedIo({ folder, root: `${folder}/` });
      const code = await main(args, io);
      return { code, ...io.written };
    };
    const text = worldFile("{}").replace("count === 701 ? NaN : 0", "0");
    await Deno.writeTextFile(`${folder}/own.ts`, text);
    strictEqual((await lab("run", "own.ts", "--budget", "20")).code, 0);
    const before = await lab("evaluate", "latest", "--episodes", "1");
    deepStrictEqual([before.code, before.error], [0, ""]);
    await Deno.writeTextFile(`${folder}/own.ts`, text.replace("reward: action", "reward: 2"));
    const after = await lab("evaluate", "latest", "--episodes", "1");
    strictEqual(after.code, 0);
    match(after.error, /^\S+own\.ts has changed since the run began: figures and pictures may/);
    match(after.out, /return_mean/);
  });
});

/** A file with a model and a data set of its own, of which `breaks` stands in the place of one part. */
function modelFile(breaks: { readonly create?: string; readonly networks?: string }): string {
  const root = new URL("../../", import.meta.url).href;
  return `
    import { defineDataset, defineExperiment } from "${root}mod.ts";
    import { defineModel, exampleFields, modelNetworks, tf } from "${root}blocks.ts";
    import * as z from "zod";
    const values = new Float32Array(200);
    const dataset = defineDataset({
      name: "own-points",
      summary: "Zeros",
      configuration: z.strictObject({}),
      create: () => {
        ${breaks.create ?? ""}
        const split = { count: 100, values };
        return { kind: "points", shape: [2], train: split, test: split };
      },
    });
    const model = defineModel({
      name: "own-model",
      summary: "Nothing",
      takes: { examples: ["points"] },
      configuration: z.strictObject({ ...exampleFields }),
      budget: "examples",
      networks: ({ size }) => {
        ${breaks.networks ?? ""}
        return { map: modelNetworks.dense([size, size]) };
      },
      steps: [{ name: "map", loss: ({ map }, { x }) => ({ loss: tf.mean(map(x), 1) }) }],
      evaluate: ({ map }, { x }) => ({ map: tf.mean(map(x), 1) }),
    });
    export default defineExperiment({ name: "own", dataset, model, budget: 2000 });
  `;
}

Deno.test("what a file's own parts throw before a run begins is wrong input, wherever it is met", async () => {
  const sound = await typed(modelFile({}), "run", "own.ts");
  deepStrictEqual([sound.code, sound.runs.length], [0, 1], sound.error);
  const throws = `throw new RangeError("no luck");`;
  for (
    const file of [
      modelFile({ create: throws }),
      modelFile({ networks: throws }),
      worldFile("{}").replace("reset: () => 0", `reset: () => { ${throws} }`),
      worldFile("{}").replace("environment: world", `environment: { get id() { ${throws} } }`),
    ]
  ) {
    for (const line of [["run", "own.ts", "--no-check"], ["range", "own.ts", "--json"]]) {
      const { code, error, runs } = await typed(file, ...line);
      deepStrictEqual([code, runs], [2, []], error);
      match(error, /RangeError: no luck \(own\.ts:\d+:\d+\)\n$/);
    }
  }
});
