/** A user's own parts go through everything that the lab's own go through. */
import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert";
import { registries as labRegistries } from "../../../registries.ts";
import { InputError } from "../../../lab/core/errors.ts";
import {
  type CallbackResult,
  type Callbacks,
  defineCallbacks,
} from "../../../lab/experiment/callbacks.ts";
import { environmentOf } from "../../../lab/core/define_environment.ts";
import {
  launch,
  plansOf,
  reproduce,
  resume,
  storedPlan,
  waitingPlan,
} from "../../../lab/experiment/launch.ts";
import { openTrainer } from "../../../lab/experiment/inspect.ts";
import { groupRuns } from "../../../lab/experiment/comparison.ts";
import { changesSince } from "../../../lab/experiment/resume.ts";
import { resolve } from "../../../lab/experiment/resolve.ts";
import { storedFields } from "../../../lab/experiment/stored_fields.ts";
import type { ExperimentDefinition } from "../../../lab/experiment/definition.ts";
import { train, type TrainOptions } from "../../../lab/experiment/train.ts";
import { openStore } from "../../../lab/store/sqlite_store.ts";
import type { Manifest } from "../../../lab/store/store.ts";
import everything, { points } from "./own_parts.ts";
import { fullAfter, temporaryStore } from "./temporary_store.ts";
import { registries, toyExperiment } from "./toy_registries.ts";

const source = new URL("./own_parts.ts", import.meta.url);
const call = { registries, seed: 1, backend: "cpu" } as const;

/** A copy of the user's file beside a store. */
async function ownFile() {
  const temporary = await temporaryStore();
  const file = `${temporary.folder}/own.ts`;
  await Deno.copyFile(source, file);
  const options = { store: temporary.store, registries, workers: 1 };
  const request = { reference: file, seed: 1, backend: "cpu" } as const;
  return {
    ...temporary,
    file,
    options,
    request,
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
}

Deno.test("timers of the caller run twenty times a second while this thread trains", async () => {
  const clock = Object.getOwnPropertyDescriptor(performance, "now");
  let [now, ticks] = [0, 0];
  const told: number[] = [];
  Object.defineProperty(performance, "now", { value: () => now, configurable: true });
  try {
    const result = await train(toyExperiment, {
      ...{ registries, backend: "cpu", set: [["evaluation.every", "1000"]] },
      onIteration: () => {
        told.push(ticks);
        now += 10;
        setTimeout(() => ticks++, 0);
      },
    });
    result.dispose();
  } finally {
    if (clock === undefined) delete (performance as { now?: unknown }).now;
    else Object.defineProperty(performance, "now", clock);
  }
  // After each 50 milliseconds, which are five iterations here.
  const expected = Array.from({ length: 20 }, (_, i) => 5 * Math.floor(i / 5));
  deepStrictEqual(told, expected);
});

Deno.test("own agent, world and callbacks train in a worker, resume and are reproduced", async () => {
  await using own = await ownFile();
  const { store, options, request } = own;
  const [whole] = await launch([request], options);
  strictEqual(`${whole.status}: ${whole.message}`, "stopped: seventeen");
  strictEqual(whole.iterations, 17);
  const { configuration } = whole.manifest.determined;
  deepStrictEqual(configuration.agent, { name: "own-walk", own: true, size: 4 });
  deepStrictEqual(configuration.environment, { id: "Own-v0", own: true });
  deepStrictEqual(configuration.callbacks, { own: true });
  const highest = store.series(whole.id, "own/highest").values;
  const walk = store.series(whole.id, "losses/walk").values;
  strictEqual(highest.at(-1), Math.max(...walk));
  deepStrictEqual(
    Array.from(store.series(whole.id, "own/steps").values),
    [40, 80, 120, 160, 170],
    "every evaluation, and one at the end",
  );

  const [failed] = await launch([request], { ...options, store: fullAfter(store, 9) });
  strictEqual(failed.status, "failed");
  const resumed = await resume(failed.id, options);
  strictEqual(resumed.digest, whole.digest, "what callbacks keep goes on, too");
  strictEqual((await reproduce(whole.id, options)).identical, true);

  const { digest, status, dispose } = await train(everything, call);
  deepStrictEqual([status, digest], ["stopped", whole.digest]);
  dispose();
});

Deno.test("a run begins with its module's variables as the file sets them, whatever ran before", async () => {
  await using own = await ownFile();
  const { store, options, request, folder } = own;
  const reference = `${folder}/counts.ts`;
  await Deno.writeTextFile(
    reference,
    `import everything from "./own.ts";
    let calls = 0;
    const onIteration = () => ({ metrics: { "own/calls": ++calls } });
    export default { ...everything, name: "own-counts", callbacks: { onIteration } };`,
  );
  const requests = [1, 2].map((seed) => ({ ...request, reference, seed }));
  const inTurn = await launch(requests, options);
  deepStrictEqual(inTurn.map(({ id }) => store.series(id, "own/calls").values[0]), [1, 1]);
  const [alone] = await launch(requests.slice(1), options);
  strictEqual(alone.digest, inTurn[1].digest);
  strictEqual((await reproduce(alone.id, options)).identical, true);
});

Deno.test("an own model and data set train, with their fields", async () => {
  await using own = await ownFile();
  const only = `export { points as default } from "./own.ts";`;
  await Deno.writeTextFile(`${own.folder}/points.ts`, only);
  const set = [["dataset.high", "2"], ["model.size", "5"]] as const;
  const [run] = await launch(
    [{ ...own.request, reference: `${own.folder}/points.ts`, set }],
    own.options,
  );
  strictEqual(run.status, "completed", `${run.message}`);
  const { dataset, model } = run.manifest.determined.configuration;
  deepStrictEqual(dataset, { name: "own-points", own: true, high: 2, seed: 0 });
  deepStrictEqual(model, { name: "own-model", own: true, size: 5 });
  strictEqual((await reproduce(run.id, own.options)).identical, true);
});

Deno.test("a changed file is said to have changed, and a missing one is named in one line", async () => {
  await using own = await ownFile();
  const { options, request, file, store } = own;
  const [run] = await launch([request], options);
  const [failed] = await launch([request], { ...options, store: fullAfter(store, 3) });
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, text.replace("standardNormal()", "random()"));
  const { identical, lines } = await reproduce(run.id, options);
  strictEqual(identical, false);
  match(lines[0], /^the definition file .*own\.ts has changed since the run began$/);
  const left = store.checkpoints(failed.id).at(-1)!.iteration;
  const resumed = await resume(failed.id, options);
  ok(store.events(resumed.id).some(({ message }) => /own\.ts has changed/.test(message)));
  const [{ iteration, hash }] = resumed.manifest.definition.changes!;
  strictEqual(iteration, left);
  const beside = groupRuns([run, resumed, (await launch([request], options))[0]]);
  const first = run.manifest.definition.hash.slice(0, 6);
  deepStrictEqual(beside.map(({ label }) => label), [
    `own-everything (code ${first})`,
    `own-everything (code ${first} then ${hash.slice(0, 6)})`,
    `own-everything (code ${hash.slice(0, 6)})`,
  ]);
  // By what is kept of it a reproduction is a run of the file as it is.
  const { run: kept } = await reproduce(run.id, { ...options, keep: true });
  strictEqual(kept!.manifest.definition.hash, hash);
  await Deno.writeTextFile(file, text);
  const mixed =
    `the definition file ${file} was another one from iteration ${iteration} on: no version ` +
    "of it trains both parts";
  strictEqual((await reproduce(resumed.id, options)).lines[0], mixed);
  // Of a file that is as it was.
  await Deno.writeTextFile(
    file,
    text.replace("standardNormal()", "standardNormal() + Math.random()"),
  );
  const [chance] = await launch([request], options);
  strictEqual(
    (await reproduce(chance.id, options)).lines[0],
    "where its own parts draw numbers or read a clock beside the generators that they are given, " +
      `check ${file} says so`,
  );

  await Deno.writeTextFile(file, text.replace('name: "own-walk"', 'name: "renamed"'));
  await rejects(
    reproduce(run.id, options),
    /^InputError: Cannot run "own-everything" as its module must define the agent own-walk: .*own\.ts$/,
  );
  await Deno.remove(file);
  const refused = (act: string) => ({
    name: "InputError",
    message: `Cannot ${act} run ${run.id} as the file of its own parts must lie where it was: ` +
      `${file} is gone (its figures need no file: runs, compare, report, export --format csv)`,
  });
  await rejects(reproduce(run.id, options), refused("reproduce"));
  await rejects(resume(run.id, { ...options, budget: 400 }), refused("go on with"));
  await rejects(openTrainer(run, options), refused("open"));
  deepStrictEqual(
    (await changesSince(run.manifest))[0],
    `the definition file ${file} is gone since the run began`,
  );
});

Deno.test("what waits is planned as it was asked for, and refused where its file has changed since", async () => {
  await using own = await ownFile();
  const { options, request, file, store } = own;
  const asked = {
    ...request,
    set: [["agent.size", "3"]] as const,
    ...{ name: "mine", tags: ["a", "b"], note: "why", threads: 2 },
  };
  const plans = await plansOf([asked, { ...request, seed: 2n ** 70n }], options);
  const { waiting } = store.addBatch(plans.map(storedPlan));
  const plain = (value: unknown) =>
    JSON.parse(JSON.stringify(value, (_, each) => typeof each === "bigint" ? `${each}` : each));
  for (const [i, { request, unit, order, facts, notes }] of plans.entries()) {
    const { backend, threads, name, tags, note } = request;
    const kept = { backend, threads, name, tags, note, seed: facts.seed };
    const found = await waitingPlan(waiting[i], options);
    const expected = { request: kept, unit, order, facts, notes, waiting: waiting[i] };
    deepStrictEqual(plain(found), plain(expected));
  }
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, text.replace("standardNormal()", "random()"));
  await rejects(
    waitingPlan(waiting[0], options),
    /Cannot begin own-everything seed 1 as .*own\.ts must be what it was when .* asked for: it has changed$/,
  );
  await Deno.remove(file);
  await rejects(waitingPlan(waiting[0], options), /own\.ts must be .* asked for: it is gone$/);
});

Deno.test("every field of a stored run has the value that it was trained with, own parts' too", async () => {
  const parts = [
    [everything, [["agent.size", "7"], ["checkpoint.everyIterations", "3"]]],
    [points, [["model.size", "5"], ["dataset.high", "2"]]],
    [toyExperiment, [["agent.rate", "0.5"], ["environment.goal", "4"]]],
  ] as const;
  await using own = await ownFile();
  for (const [definition, set] of parts) {
    const { configuration } = await resolve(definition, registries, { set });
    let module = "";
    if (definition !== toyExperiment) {
      module = `${own.folder}/${definition.name}.ts`;
      const name = definition === points ? "points" : "default";
      await Deno.writeTextFile(module, `export { ${name} as default } from "./own.ts";`);
    }
    const manifest = {
      determined: { experiment: definition.name, configuration },
      definition: { module, hash: "" },
    };
    const fields = await storedFields(manifest as unknown as Manifest, registries);
    for (const { path, value } of fields) {
      const stored = path.split(".").reduce<unknown>(
        (part, key) => (part as Record<string, unknown> | undefined)?.[key],
        configuration,
      );
      deepStrictEqual(value, stored ?? null, path);
    }
    for (const [path, typed] of set) {
      strictEqual(String(fields.find((each) => each.path === path)?.value), typed, path);
    }
  }
});

Deno.test("another agent in the definition's own world is compared by --set agent.name", async () => {
  const set = [["agent.name", "toy"]] as const;
  const { configuration, notes } = await resolve(everything, registries, { set });
  strictEqual((configuration.agent as { name: string }).name, "toy");
  strictEqual("own" in (configuration.agent as object), false);
  deepStrictEqual(configuration.environment, { id: "Own-v0", own: true });
  deepStrictEqual(notes, []);
});

Deno.test("own parts that cannot be used are refused in one line", async () => {
  const refused = (definition: unknown, line: RegExp, by = registries) =>
    rejects(resolve(definition as typeof everything, by), (error) => {
      ok(error instanceof InputError, String(error));
      match(error.message, line);
      return true;
    });
  const { definition } = everything.agent;
  await refused(
    { ...everything, agent: { ...definition, name: "toy" } },
    /its own agent needs a name that the lab's do not have: toy$/,
  );
  await refused({ ...everything, agent: { definition, sise: 4 } }, /did you mean "agent\.size"/);
  await refused({ ...everything, agent: { definition, size: 0 } }, /agent\.size .*≥ 1: 0$/);
  await refused(
    { ...everything, callbacks: 5 },
    /callbacks as it must be made by defineCallbacks: 5/,
  );
  await refused(
    { ...everything, environment: environmentOf(everything.environment) },
    /with this environment as each worker makes its own: register\(\{ id, entry/,
  );
  await refused({ ...everything, body: "wide" }, /body as it must be made by defineBody: "wide"/);
  await refused(
    { ...everything, environment: { id: "CartPole-v1" }, agent: { name: "sac" }, body: {} },
    /sac/,
    labRegistries,
  );
  await refused(
    { ...everything, body: { name: "wide", create: () => {} } },
    /own-walk takes no network body\. Agents that do: .*\bdqn\b/,
    labRegistries,
  );
});

Deno.test("what an own data set makes is checked", async () => {
  const { definition } = { definition: points.dataset };
  const experiment = { ...points, dataset: { definition, high: 1000 } };
  await rejects(
    train(experiment, call),
    /own-points as train\.values must be in \[0, 1\]: [\d.]+ at 0/,
  );
});

Deno.test("callbacks must log numbers under names of their own", async () => {
  const logging = (metrics: Record<string, number>) =>
    train({ ...everything, callbacks: { onIteration: () => ({ metrics }) } }, call);
  await rejects(
    logging({ "losses/walk": 1 }),
    /Cannot log losses\/walk as the trainer reports a metric of that name/,
  );
  const text = "high" as unknown as number;
  await rejects(
    logging({ "own/x": text }),
    /Cannot log own\/x as a metric must be a number: string/,
  );
  await rejects(logging({ " ": 1 }), /Cannot log a metric as it must have a name: " "$/);
  for (const name of ["evaluation/own", "validation/x", "score/return_mean"]) {
    await rejects(
      logging({ [name]: 1 }),
      new RegExp(`Cannot log ${name} after an iteration as its points are those of evaluations`),
    );
  }
  const both = {
    onIteration: () => ({ metrics: { x: 1 } }),
    onEvaluation: () => ({ metrics: { x: 2 } }),
  };
  await rejects(
    train({ ...everything, callbacks: both }, call),
    /Cannot log x after an evaluation as its points are those of iterations/,
  );
  const late = { onEvaluation: () => ({ metrics: { "losses/walk": 2 } }) };
  await rejects(
    train({ ...everything, callbacks: late }, call),
    /Cannot log losses\/walk after an evaluation as its points are those of iterations/,
  );
});

Deno.test("a callback returns metrics and why to stop, and nothing else", async () => {
  const returning = (result: unknown) =>
    train({ ...everything, callbacks: { onIteration: () => result as CallbackResult } }, call);
  const refused: readonly [unknown, RegExp][] = [
    [5, /onIteration must return nothing, or \{ metrics, stop \}: 5$/],
    [false, /onIteration must return nothing, or \{ metrics, stop \}: false$/],
    [{ metric: { x: 1 } }, /onIteration returns as there is no field "metric" .*"metrics"/],
    [{ metrics: 5 }, /the metrics of onIteration must be numbers by name: 5$/],
    [{ stop: true }, /Cannot stop as onIteration must return why, in a line, as stop: true$/],
    [{ stop: " " }, /Cannot stop as onIteration must return why, in a line, as stop: "? "?$/],
  ];
  for (const [result, message] of refused) {
    await rejects(returning(result), { name: "InputError", message });
  }
  const misspelt = { onIterations: () => {} } as Callbacks;
  throws(() => defineCallbacks(misspelt), /no hook "onIterations" \(did you mean "onIteration"/);
  await rejects(train({ ...everything, callbacks: misspelt }, call), /no hook "onIterations"/);
  const fixed = { state: { best: 0 } } as unknown as Callbacks;
  throws(() => defineCallbacks(fixed), /as state must be a function: \{"best":0\}$/);
});

Deno.test("a library call with a store keeps the run as the command line does", async () => {
  await using own = await ownFile();
  const { folder, options, request } = own;
  const location = `${folder}/mine`;
  const [launched] = await launch([{ ...request, reference: "line-toy" }], options);
  const kinds: string[] = [];
  const result = await train(toyExperiment, {
    ...call,
    store: location,
    name: "mine",
    tags: ["library"],
    onIteration: async ({ kind }) => {
      await Promise.resolve();
      kinds.push(kind);
    },
    onEvaluation: ({ kind }) => void kinds.push(kind),
  });
  result.dispose();
  strictEqual(result.digest, launched.digest);
  strictEqual(kinds.filter((kind) => kind === "iteration").length, 20);
  strictEqual(kinds.filter((kind) => kind === "evaluation").length, 5);
  const store = openStore(location);
  try {
    const run = store.run(result.run!)!;
    deepStrictEqual(
      [run.name, run.tags, run.status, run.digest, run.active],
      ["mine", ["library"], "completed", launched.digest, false],
    );
    strictEqual(store.artifacts(run.id).length, 5);
    deepStrictEqual(result.series["losses/toy"].values, store.series(run.id, "losses/toy").values);
    strictEqual((await reproduce(run.id, { ...options, store })).identical, true);
  } finally {
    store.close();
  }
});

Deno.test("an aborted library call leaves a checkpoint, from which another goes on", async () => {
  await using own = await ownFile();
  const { folder, file, options } = own;
  const location = `${folder}/mine`;
  const whole = await train(everything, call);
  whole.dispose();
  const abort = new AbortController();
  const stored = { ...call, store: location, module: new URL(`file://${file}`).href };
  const interrupted = await train(everything, {
    ...stored,
    signal: abort.signal,
    onIteration: ({ progress }) => {
      if (progress.iterations === 6) abort.abort();
    },
  });
  interrupted.dispose();
  deepStrictEqual([interrupted.status, interrupted.progress.iterations], ["interrupted", 6]);
  const resumed = await train(everything, {
    registries,
    store: location,
    resume: interrupted.run!,
  });
  resumed.dispose();
  deepStrictEqual([resumed.run, resumed.digest], [interrupted.run, whole.digest]);
  strictEqual(resumed.series["losses/walk"].values.length, 17);
  const store = openStore(location);
  try {
    strictEqual((await reproduce(resumed.run!, { ...options, store })).identical, true);
  } finally {
    store.close();
  }
});

Deno.test("a run is resumed with its own definition alone, another budget aside", async () => {
  await using temporary = await temporaryStore();
  const store = `${temporary.folder}/mine`;
  const set = [["agent.size", "5"]] as const;
  const toy = { ...toyExperiment, evaluation: { episodes: 5 } };
  const run = await train(toy, { ...call, store, set, budget: 100 });
  run.dispose();
  const again = { registries, store, resume: run.run! };
  const agent = { name: "toy", rate: 0.25, size: 5 };
  for (
    const [changed, line] of [
      [
        { agent: { ...agent, rate: 0.9 } },
        "the field agent.rate as it must be the run's, 0.25: 0.9",
      ],
      [
        { agent: { name: "toy", rate: 0.25 } },
        "the field agent.size as it must be the run's, 5: 4",
      ],
      [{ agent, environment: { id: "Line-v0", goal: 9 } }, "the field environment.goal as "],
      [
        { agent, evaluation: { every: 7, episodes: 5 } },
        "the field evaluation.every as it must be the run's, 10: 7",
      ],
      [
        { agent, evaluation: { episodes: 5, stochastic: true } },
        "the field evaluation.stochastic as .* null: true",
      ],
    ] as const
  ) {
    await rejects(
      train({ ...toy, ...changed }, { ...again, budget: 150 }),
      new RegExp(`^InputError: Cannot resume run ${run.run} with ${line}`),
    );
  }
  for (const [given, budget] of [[{ set }, 150], [{}, 200]] as const) {
    const definition = { ...toy, ...("set" in given ? {} : { agent }), budget: 777 };
    const further = await train(definition, { ...again, ...given, budget });
    further.dispose();
    deepStrictEqual([further.run, further.status], [run.run, "completed"]);
  }
});

Deno.test("a run is resumed with its own options alone, and extended where that is said", async () => {
  await using temporary = await temporaryStore();
  const store = `${temporary.folder}/mine`;
  const options = { ...call, store, seed: 3, backend: "wasm", name: "first", tags: ["a"] } as const;
  const run = await train(toyExperiment, { ...options, budget: 100 });
  run.dispose();
  const again = { registries, store, resume: run.run! };
  const refused = (changed: Partial<ExperimentDefinition>, given: TrainOptions, line: string) =>
    rejects(
      train({ ...toyExperiment, budget: 100, ...changed } as ExperimentDefinition, {
        ...again,
        ...given,
      }),
      { name: "InputError", message: `Cannot resume run ${run.run} with ${line}` },
    );
  const lines: [TrainOptions, string][] = [
    [{ seed: 0 }, 'the option seed as it must be the run\'s, "3": "0"'],
    [{ seed: 4 }, 'the option seed as it must be the run\'s, "3": "4"'],
    [{ backend: "cpu" }, 'the option backend as it must be the run\'s, "wasm": "cpu"'],
    [{ name: "second" }, 'the option name as it must be the run\'s, "first": "second"'],
    [{ tags: ["b"] }, 'the option tags as it must be the run\'s, ["a"]: ["b"]'],
  ];
  for (const [given, line] of lines) await refused({}, { ...given, budget: 150 }, line);
  await refused(
    { budget: 150 },
    {},
    "the field budget as it must be the run's, 100, unless the option budget says another one: 150",
  );
  const same = { ...again, ...options };
  const steps: number[] = [];
  for (
    const more of [{ budget: 150 }, { set: [["budget", "200"]] }] as const
  ) {
    const further = await train(toyExperiment, { ...same, ...more });
    further.dispose();
    steps.push(further.progress.environmentSteps);
  }
  deepStrictEqual(steps, [150, 200]);
});

Deno.test("a library call's wrong options and failures reach the caller", async () => {
  await using own = await ownFile();
  const store = `${own.folder}/mine`;
  await rejects(train(everything, { ...call, resume: "x" }), /option resume as it needs a store/);
  await rejects(
    train(everything, { ...call, store: "/tmp/none", name: "a\nb" }),
    /Cannot train as its name must be one line without control characters/,
  );
  await rejects(
    train(everything, { ...call, ...{ bugdet: 100 } }),
    /^InputError: Cannot train as there is no option "bugdet" \(did you mean "budget"\?\): there/,
  );
  const run = await train(everything, { ...call, store });
  run.dispose();
  await rejects(
    train(toyExperiment, { registries, store, resume: run.run! }),
    /with the definition "line-toy" as it must be of "own-everything"/,
  );
  const opened = openStore(store);
  try {
    await rejects(
      reproduce(run.run!, { ...own.options, store: opened }),
      /must have been given the module that exports it \(train\(…, \{ module: import\.meta\.url \}\)\)/,
    );
    const broken = { ...toyExperiment, agent: { name: "toy", throwAt: 3 } };
    await rejects(train(broken, { ...call, store }), /^RangeError: toy broke/);
    strictEqual(opened.find("latest").status, "failed");
  } finally {
    opened.close();
  }
});
