/** The lab in a page's thread: its form, its refusals, its bits. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { loadPolicy } from "../../agents/policy.ts";
import { makeEnv } from "../../envs/mod.ts";
import { cartpoleA2cQuick } from "../../experiments/quick_start_agents.ts";
import { ringWganGp } from "../../experiments/ring.ts";
import { train } from "../../lab/experiment/train.ts";
import { loadModel } from "../../models/model_file.ts";
import { decodePlane } from "../../models/plane.ts";
import { registries } from "../../registries.ts";
import { NO_ANSWER } from "../../web/ask.ts";
import { contentsOf } from "../../web/contents.ts";
import { decodeExamples } from "../../web/examples.ts";
import type { Shifts } from "../../web/modes.ts";
import { rasters } from "../../web/rasters.ts";
import { expectedSeconds, fieldOf, groupsOf, isChanged } from "../../web/training/form.ts";
import { aheadOf } from "../../web/training/ahead.ts";
import { Laboratory } from "../../web/training/laboratory.ts";
import type { Asked, BaseRun, Order, Told } from "../../web/training/protocol.ts";
import { settingOf } from "../../web/training/setting.ts";
import { thinned, TrainedRun } from "../../web/training/trained_run.ts";

const of = (query: string, base?: BaseRun): Asked => ({
  setting: settingOf(new URLSearchParams(query)),
  base,
});

/** What a lab says to some orders, one after the other. */
async function said(...orders: Order[]): Promise<Told[]> {
  const told: Told[] = [];
  const laboratory = new Laboratory(registries, (each) => told.push(structuredClone(each)));
  for (const order of orders) await laboratory.hear(order);
  return told;
}

const described = async (asked: Asked) => {
  const [told] = await said({ kind: "describe", number: 1, asked });
  if (told.kind !== "described") throw new TypeError(told.kind);
  return told;
};

Deno.test("a form has every field with its value, in groups, and marks what differs", async () => {
  const { description, problem } = await described(
    of("experiment=cartpole-a2c-quick&agent.gamma=0.9&budget=2k"),
  );
  strictEqual(problem, undefined);
  const { fields, unit, experiment } = description!;
  strictEqual(experiment, "cartpole-a2c-quick");
  strictEqual(unit, "environmentSteps");
  const groups = groupsOf(fields);
  deepStrictEqual(groups.map(({ name }) => name), [
    ...["", "environment", "agent", "evaluation", "stop"],
  ]);
  strictEqual(groups.flatMap(({ fields }) => fields).length, fields.length);
  const gamma = fields.find(({ path }) => path === "agent.gamma")!;
  deepStrictEqual([gamma.value, gamma.usual, gamma.range], [0.9, 0.99, "0 … 1"]);
  const changed = fields.filter((field) => isChanged(field)).map(({ path }) => path);
  deepStrictEqual(changed, ["agent.gamma", "budget"]);
  // Where the form was refused, what was typed counts.
  deepStrictEqual(["0.9", "0.99"].map((typed) => isChanged(gamma, typed)), [true, false]);
  const same = await described(of("experiment=cartpole-a2c-quick&agent.gamma=0.990"));
  deepStrictEqual(same.description!.fields.filter((field) => isChanged(field)), []);
  const agent = fields.find(({ path }) => path === "agent.name")!;
  ok(agent.choices.includes("ppo"));
  const choice = fields.find(({ type }) => type === "boolean")!;
  deepStrictEqual(choice.choices, ["true", "false"]);
});

Deno.test("the page shows a world as an episode begins, or examples, and how long it takes", async () => {
  const ahead = async (asked: Asked) => {
    const [told] = await said({ kind: "look", number: 1, asked });
    if (told.kind !== "looked") throw new TypeError(told.kind);
    return told.ahead;
  };
  const environment = makeEnv("CartPole-v1");
  environment.reset({ seed: 0 });
  const cartpole = await ahead(of("experiment=cartpole-a2c-quick&seed=3"));
  deepStrictEqual(cartpole.scene, environment.scene!());
  strictEqual(cartpole.threshold, 475);
  ok(Math.abs(cartpole.random! - 22) < 1);
  strictEqual(cartpole.masked, undefined);
  const taxi = await ahead(of("experiment=taxi-q-learning"));
  deepStrictEqual([Math.round(taxi.random!), taxi.masked], [-186, true]);
  const glyphs = await ahead(of("experiment=glyphs-vae-quick"));
  ok("raster" in glyphs.examples! && !glyphs.isPlane);
  const ring = await ahead(of("experiment=ring-wgan-gp-quick"));
  ok("raster" in ring.examples! && ring.isPlane);
  deepStrictEqual(await ahead(of("experiment=nothing")), { isPlane: false });

  const { description } = await described(of("experiment=cartpole-a2c-quick&budget=2k"));
  const { seconds, fields } = description!;
  const budget = fields.find(({ path }) => path === "budget")!;
  deepStrictEqual(expectedSeconds(description!), {
    seconds: seconds! * 2000 / (budget.usual as number),
    least: true,
  });
  strictEqual(expectedSeconds({ seconds: null, fields }), undefined);
});

Deno.test("a start that fails leaves the run before, which can be taken away", async () => {
  const asked = of("experiment=cartpole-a2c-quick&budget=200&evaluation.episodes=1");
  const told = await said(
    { kind: "train", asked },
    { kind: "train", asked: of("experiment=images-glow") },
    { kind: "file", number: 1, part: "policy" },
  );
  const opened = told.filter((each) => each.kind === "opened");
  deepStrictEqual(opened.map((each) => each.asked), [asked]);
  deepStrictEqual(new TrainedRun(opened[0], 1).asked, asked);
  const [failed] = told.filter((each) => each.kind === "failed");
  match(failed.problem, /^Cannot train on images here as a page reads no files: dataset\.folder /);
  ok(told.some((each) => each.kind === "file" && "bytes" in each));
});

Deno.test("a page refuses data of files before it begins, and takes those that are drawn", async () => {
  const line = "Cannot train on images here as a page reads no files: dataset.folder images";
  const problem = async (query: string) => (await described(of(query))).problem;
  strictEqual(await problem("experiment=images-glow"), line);
  strictEqual(await problem("experiment=glyphs-vae-quick"), undefined);
});

Deno.test("a script that does not come is a server that does not answer, in any browser's words", async () => {
  for (
    const message of [
      "Failed to fetch dynamically imported module: http://127.0.0.1:8321/assets/ppo.js",
      "error loading dynamically imported module: http://127.0.0.1:8321/assets/ppo.js",
      "Importing a module script failed.",
    ]
  ) {
    const load = () => Promise.reject(new TypeError(message));
    const experiments = [{ ...registries.experiments[0], name: "gone", load }];
    const told: Told[] = [];
    const laboratory = new Laboratory({ ...registries, experiments }, (each) => told.push(each));
    const asked = of("experiment=gone");
    await laboratory.hear({ kind: "describe", number: 1, asked });
    await laboratory.hear({ kind: "train", asked });
    const problems = told.map((each) => "problem" in each ? each.problem : undefined);
    deepStrictEqual(problems, [NO_ANSWER, NO_ANSWER]);
  }
});

Deno.test("what cannot be trained is one line at its field, and the fields stay", async () => {
  for (
    const [query, at, line] of [
      ["agent.gamma=2", "agent.gamma", /^Cannot set agent\.gamma as it must be number, 0 … 1: 2$/],
      ["agent.gama=0.9", "agent.gama", /^Cannot set agent\.gama as .*did you mean "agent\.gamma"/],
      ["budget=-1", "budget", /^Cannot use the budget as it must be a whole number/],
      ["seed=x", "seed", /^Cannot use the seed as it must be a whole number.*: x$/],
      [
        "backend=native",
        undefined,
        /^Cannot train here on "native" as a page's backends are wasm, /,
      ],
    ] as const
  ) {
    const asked = of(`experiment=cartpole-a2c-quick&${query}`);
    const { description, problem } = await described(asked);
    match(problem!, line);
    strictEqual(fieldOf(problem!, Object.keys(asked.setting.set)), at);
    ok(description!.fields.length > 20);
  }
  const { description, problem } = await described(of("experiment=cartpol-ppo"));
  strictEqual(description, undefined);
  match(problem!, /^Cannot train here as .*did you mean "cartpole-ppo"/);
});

Deno.test("an agent comes to its digest, its policies on the way, and its stop to none", async () => {
  const query =
    "experiment=cartpole-a2c-quick&budget=1200&evaluation.every=600&evaluation.episodes=3";
  const asked = of(`${query}&seed=4`);
  const told = await said({ kind: "train", asked });
  const expected = await train(cartpoleA2cQuick, {
    registries,
    seed: 4,
    backend: "wasm",
    budget: 1200,
    set: [["evaluation.every", "600"], ["evaluation.episodes", "3"]],
  });
  expected.dispose();
  const ended = told.at(-1)!;
  ok(ended.kind === "ended");
  strictEqual(ended.digest, expected.digest);
  strictEqual(ended.ending.status, "completed");

  const [first, ...policies] = told.filter((each) => each.kind === "learned");
  strictEqual(first.iteration, 0); // of the first stumble
  deepStrictEqual(policies.map(({ isFinal }) => isFinal), [
    ...policies.slice(1).map(() => false),
    true,
  ]);
  const environment = makeEnv("CartPole-v1");
  const { observation } = environment.reset({ seed: 1 });
  const policy = loadPolicy(first.bytes);
  ok(environment.actionSpace.contains(policy.act(observation)));
  ok(Number.isFinite(policy.value), "the page shows what its critic expects");
  const origin = {
    ...{ experiment: "cartpole-a2c-quick", seed: "4", iteration: "0" },
    ...{ agent: "a2c", environment: "CartPole-v1" },
  };
  deepStrictEqual(policy.about, origin);
  const final = policies.at(-1)!;
  deepStrictEqual(loadPolicy(final.bytes).about, { ...origin, iteration: `${final.iteration}` });

  let last: Told | undefined;
  const laboratory = new Laboratory(registries, (each) => {
    last = each;
    if (each.kind === "opened") void laboratory.hear({ kind: "stop" });
  });
  await laboratory.hear({ kind: "train", asked });
  ok(last?.kind === "ended");
  deepStrictEqual([last.digest, last.ending.status], [null, "interrupted"]);
});

Deno.test("a model of a run comes to the same bits, shows samples, and leaves a file", async () => {
  const fields = {
    ...{ "model.width": "8", "model.layers": "2", "model.batchSize": "16" },
    ...{ "dataset.train": "200", "dataset.validation": "50", "dataset.test": "50" },
  };
  const set = Object.entries(fields);
  const options = { registries, seed: 2, backend: "wasm", budget: 40, set } as const;
  const expected = await train(ringWganGp, options);
  const { resolve } = await import("../../lab/experiment/resolve.ts");
  const { configuration } = await resolve(ringWganGp, registries, options);
  expected.dispose();
  const { digest } = expected;
  const base = { experiment: "ring-wgan-gp", version: 1, configuration, digest };
  const told = await said(
    { kind: "train", asked: of("run=abc123", { ...base, seed: "2", backend: "wasm" }) },
    { kind: "file", number: 5, part: "model" },
    { kind: "file", number: 6, part: "policy" },
  );
  const [model, policy] = told.splice(-2);
  const ended = told.at(-1)!;
  ok(ended.kind === "ended");
  strictEqual(ended.digest, digest);
  ok(model.kind === "file" && "bytes" in model);
  const { kind, about } = loadModel(model.bytes);
  strictEqual(kind, "points");
  const { experiment, seed, model: name, dataset } = about;
  deepStrictEqual([experiment, seed, name, dataset], ["ring-wgan-gp", "2", "wgan-gp", "ring-8"]);
  ok(policy.kind === "file" && "problem" in policy);
  match(policy.problem, /^Cannot make the file as this agent makes no policy$/);

  const learned = told.filter((each) => each.kind === "learned");
  deepStrictEqual(learned.map(({ isFinal }) => isFinal).slice(-2), [false, true]);
  strictEqual(loadModel(learned[0].bytes).kind, "points");

  const opened = told.find((each) => each.kind === "opened")!;
  const run = new TrainedRun(opened, 1);
  const reports = told.flatMap((each) => each.kind === "reports" ? each.reports : []);
  for (const report of reports) run.add(report);
  const { store } = run;
  strictEqual(store.series("here", "losses/critic").values.length, run.run.iterations);
  const { pictures, planes } = contentsOf(store, run.run);
  deepStrictEqual([...new Set(pictures.map(({ name }) => name))], ["samples"]);
  ok(decodePlane(run.text(planes.at(-1)!.hash)!).surface !== undefined);
});

Deno.test("a training that waits goes on where it stood, and ends where it is stopped", async () => {
  const asked = of("experiment=cartpole-a2c-quick&budget=1200&evaluation.episodes=1&seed=2");
  const { ending: whole } = (await said({ kind: "train", asked })).findLast((each) =>
    each.kind === "ended"
  )!;
  for (const goesOn of [true, false]) {
    const told: Told[] = [];
    const laboratory = new Laboratory(registries, (each) => {
      told.push(each);
      if (each.kind !== "opened") return;
      void laboratory.hear({ kind: "pause", paused: true });
      // Twice is as good as once.
      void laboratory.hear({ kind: "pause", paused: true });
      setTimeout(() => {
        ok(told.every(({ kind }) => kind !== "ended"));
        void laboratory.hear(goesOn ? { kind: "pause", paused: false } : { kind: "stop" });
      }, 0);
    });
    await laboratory.hear({ kind: "train", asked });
    const { ending, digest } = told.findLast((each) => each.kind === "ended")!;
    deepStrictEqual(
      [ending.status, ending.progress.iterations === whole.progress.iterations, digest !== null],
      goesOn ? ["completed", true, true] : ["interrupted", false, false],
    );
  }
});

Deno.test("each series of a training here has the places of its own points, on each axis", () => {
  const determined = { ...{ experiment: "x", version: 1, configuration: {} }, seed: "1" };
  const run = new TrainedRun({ kind: "opened", determined, opened: {} } as never, 1);
  const report = (iterations: number, metrics: Record<string, number>) => ({
    progress: {
      ...{ iterations, environmentSteps: 10 * iterations, gradientSteps: 2 * iterations },
      examples: 3 * iterations,
    },
    ...{ metrics, wallSeconds: iterations / 4 },
    events: [{ level: "info" as const, message: `at ${iterations}` }],
    artifacts: [{ name: "words", text: `text ${iterations}` }],
  });
  for (let i = 1; i <= 4; i++) {
    run.add(report(i, { "losses/a": i, ...i % 2 === 0 && { "losses/b": -i } }) as never);
  }
  const { store } = run;
  for (const [name, at] of [["losses/a", [1, 2, 3, 4]], ["losses/b", [2, 4]]] as const) {
    const series = store.series(run.run.id, name);
    const sign = name === "losses/a" ? 1 : -1;
    deepStrictEqual([...series.values], at.map((i) => sign * i));
    for (
      const [axis, factor] of [
        ...[["iterations", 1], ["environmentSteps", 10], ["gradientSteps", 2]] as const,
        ...[["examples", 3], ["wallSeconds", 0.25]] as const,
      ]
    ) deepStrictEqual([...series[axis]], at.map((i) => factor * i), axis);
  }
  deepStrictEqual(run.figures, { "losses/a": 4, "losses/b": -4 });
  const { iterations, environmentSteps, gradientSteps, examples, wallSeconds } = run.run;
  deepStrictEqual([iterations, environmentSteps, gradientSteps, examples, wallSeconds], [
    ...[4, 40, 8, 12, 1],
  ]);
  const { events, pictures } = contentsOf(store, run.run);
  deepStrictEqual(events.map(({ message, iteration }) => [message, iteration]).sort(), [
    ...[1, 2, 3, 4].map((i) => [`at ${i}`, i]),
  ]);
  deepStrictEqual(pictures.map(({ iteration, hash }) => [iteration, run.text(hash)]).sort(), [
    ...[1, 2, 3, 4].map((i) => [i, `text ${i}`]),
  ]);
  run.fail("it broke");
  const { status, message, active, endedAt } = run.run;
  deepStrictEqual([status, message, active, endedAt !== null], ["failed", "it broke", false, true]);
  const [last] = contentsOf(run.store, run.run).events.filter(({ level }) => level === "error");
  deepStrictEqual([last.message, last.iteration], ["it broke", 4]);
});

Deno.test("what a training drew goes as the next one takes its place", () => {
  const determined = { ...{ experiment: "x", version: 1, configuration: {} }, seed: "1" };
  const begun = (attempt: number) =>
    new TrainedRun({ kind: "opened", determined, opened: {} } as never, attempt);
  const raster = { width: 1, height: 1, channels: 1, pixels: new Uint8Array(1) };
  for (const attempt of [1, 2, 3]) {
    const run = begun(attempt);
    run.add({
      ...{ progress: { iterations: 1 }, metrics: {}, wallSeconds: 1, events: [] },
      artifacts: [{ name: "samples", raster }],
    } as never);
    deepStrictEqual([...rasters.keys()], [`${attempt}-samples-1`]);
  }
  rasters.clear();
});

Deno.test("a mode that is dragged moves what is learned, and nothing else of a training", async () => {
  const asked = of(
    "experiment=ring-wgan-gp&model.width=8&model.layers=2&model.batchSize=16&budget=150&" +
      "model.roundsPerIteration=5&dataset.train=200&dataset.validation=50&dataset.test=50&seed=3",
  );
  /** What is told of a training that moves the modes so after its first iteration. */
  const moving = async (shifts?: Shifts) => {
    const told: Told[] = [];
    let waits = true;
    const laboratory = new Laboratory(registries, (each) => {
      told.push(structuredClone(each));
      if (each.kind !== "reports" || !waits || shifts === undefined) return;
      waits = false;
      void laboratory.hear({ kind: "move", shifts });
    });
    await laboratory.hear({ kind: "train", asked });
    const opened = told.filter((each) => each.kind === "opened");
    strictEqual(opened.length, 1);
    const run = new TrainedRun(opened[0], 1);
    const reports = told.flatMap((each) => each.kind === "reports" ? each.reports : []);
    for (const report of reports) run.add(report);
    const ended = told.find((each) => each.kind === "ended")!;
    strictEqual(ended.ending.status, "completed");
    const losses = [...run.store.series("here", "losses/critic").values];
    const events = contentsOf(run.store, run.run).events.map(({ message }) => message);
    const moved = events.filter((message) => /moved by hand/.test(message)).length;
    const about = loadModel(told.findLast((each) => each.kind === "learned")!.bytes).about;
    await laboratory.hear({ kind: "file", number: 1, part: "examples" });
    const last = told.at(-1)!;
    ok(last.kind === "file" && "bytes" in last);
    const { values } = decodeExamples(last.bytes);
    return { losses, moved, digest: ended.digest, dataset: about.dataset, values };
  };
  const [still, same, other] = [await moving(), await moving({}), await moving({ 0: [2, 0] })];
  ok(still.losses.length > 3);
  deepStrictEqual([still.digest === null, still.moved, still.dataset], [false, 0, "ring-8"]);
  deepStrictEqual([same.losses, same.digest, same.moved], [still.losses, null, 1]);
  deepStrictEqual(other.losses[0], still.losses[0]);
  ok(other.losses.at(-1) !== still.losses.at(-1));
  deepStrictEqual([other.digest, other.dataset], [null, "ring-8, moved by hand"]);
  deepStrictEqual(other.values, still.values, "the page moves the examples itself");
});

Deno.test("of many policies the first and the last stay, of those between every second", () => {
  deepStrictEqual(thinned([1, 2, 3], 3), [1, 2, 3]);
  deepStrictEqual(thinned([1, 2, 3, 4], 3), [1, 3, 4]);
});

Deno.test("a page whose threads share no memory trains agents without workers of their own", async () => {
  const { SharedArrayBuffer } = globalThis;
  const told = async (query: string) => (await described(of(query))).problem;
  const several = "experiment=cartpole-a2c-quick&agent.name=a3c&agent.workers=2";
  const one = "experiment=cartpole-a2c-quick&agent.name=a3c&agent.workers=1";
  strictEqual(await told(several), undefined);
  strictEqual(await told("experiment=cartpole-a2c-quick"), undefined);
  Object.assign(globalThis, { SharedArrayBuffer: undefined });
  try {
    match(
      (await told(several))!,
      /^Cannot train a3c here as agent\.workers must be 1 in a page, .*: 2$/,
    );
    for (const query of [one, "experiment=cartpole-a2c-quick", "experiment=ring-wgan-gp-quick"]) {
      strictEqual(await told(query), undefined, query);
    }
  } finally {
    Object.assign(globalThis, { SharedArrayBuffer });
  }
});

Deno.test("before training few examples are drawn, of few no more", async () => {
  const drawn: object[] = [];
  const counts = { train: 6000, validation: 20, test: 1000 };
  const known = {
    datasets: [{
      name: "dots",
      load: () =>
        Promise.resolve({
          name: "dots",
          configuration: { parse: (fields: object) => fields },
          create: ({ configuration }: { configuration: { train: number } }) => {
            drawn.push(configuration);
            const count = configuration.train;
            const part = { count, values: new Float32Array(2 * count) };
            return Promise.resolve({
              ...{ name: "dots", seed: 0, kind: "points", shape: [2] },
              ...{ train: part, validation: part, test: part },
            });
          },
        }),
    }],
  } as unknown as typeof registries;
  const ahead = (dataset: object) =>
    aheadOf({ name: "e" } as Parameters<typeof aheadOf>[0], { dataset } as never, known);
  const { isPlane, examples } = await ahead({ name: "dots", noise: 0.5, ...counts });
  ok(isPlane && examples !== undefined);
  deepStrictEqual(drawn, [{ noise: 0.5, train: 500, validation: 20, test: 50 }]);
  // What is read from files, or not known, is not drawn.
  for (const dataset of [{ name: "dots", train: 5 }, { name: "none", ...counts }]) {
    deepStrictEqual(await ahead(dataset), { isPlane: false });
  }
  strictEqual(drawn.length, 1);
});
