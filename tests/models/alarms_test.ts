/** Each alarm on windows of series made for it, and on trainings that are made to fail. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { streamOf } from "../../lab/core/random.ts";
import type { LabEvent } from "../../lab/core/metrics.ts";
import { type Alarm, Alarms, alarms, type Window } from "../../models/alarms.ts";
import { models } from "../../models/mod.ts";
import { fewPoints, trainerOf } from "./laboratory.ts";

/** A window late in training, ten gradient steps an iteration. */
function window(series: Window["series"], spent = 0.5): Window {
  return { series, spent, stepsEach: 10 };
}

/** The value, as often as it must last. */
const long = (value: number) => new Array<number>(50).fill(value);

const even = {
  "losses/real_score": long(0.51),
  "losses/generated_score": long(0.49),
  "losses/discriminator": long(1.38),
  "losses/generator": long(0.69),
};
const sure = { "losses/discriminator_accuracy": long(0.99), "losses/discriminator": long(0.3) };
const ring = { "ceiling/modes": [8, 8], "evaluation/precision": [0.9, 0.9] };
const hopping = { "evaluation/dominant_share": [0.9, 0.8, 0.9, 0.7, 0.9] };
const near = { "ceiling/nearest_train": [1, 1], "evaluation/recall": [0.9, 0.9] };

/** Windows in which an alarm sounds, with what it then says, and those in which it does not. */
const cases: Record<keyof typeof alarms, {
  readonly sounds: readonly (readonly [Window, RegExp])[];
  readonly silent: readonly Window[];
}> = {
  nonFinite: {
    sounds: [
      [window({ "losses/critic": [2, NaN] }), /^losses\/critic is NaN, after 2; .* finite$/],
      [window({ "losses/critic": [-Infinity] }), /^losses\/critic is -Infinity; /],
    ],
    silent: [window({ "losses/critic": [NaN, 2], "evaluation/modes": [NaN] })],
  },
  explodingGradient: {
    sounds: [
      [
        window({ "gradients/critic": [9, 11, 10, 300] }),
        /critic is 300, above 100 .* of 10 over 3/,
      ],
    ],
    silent: [
      // Long from the start, as of a loss that is a sum over pixels.
      window({ "gradients/bound": [400, 300, 350, 900] }),
      window({ "gradients/critic": [1, 1, 1, 50] }),
      window({ "gradients/critic": [1, 300] }),
    ],
  },
  overpowering: {
    sounds: [
      [window({ ...sure, "losses/discriminator": long(0.01) }), /99 % .* loss is 0.01, below 0.05/],
      [window({ ...sure, "gradients/generator": [...long(2), 0.1] }), /fell to 0.1, a tenth of 2/],
    ],
    silent: [
      window({ ...sure, "gradients/generator": long(2) }),
      window({ ...sure, "losses/discriminator": long(0.01).slice(1) }),
      window({ ...sure, "losses/discriminator_accuracy": [...long(0.99), 0.9] }),
      window({ "losses/discriminator": long(0.01) }),
    ],
  },
  equilibrium: {
    sounds: [[window(even), /D is 0.51 of real and 0.49 of generated .* 1.386 and 0.693/]],
    silent: [
      window({ ...even, "losses/real_score": long(0.6) }),
      window({ ...even, "losses/generator": long(2) }),
      window({ ...even, "losses/generator": long(0.69).slice(1) }),
    ],
  },
  modeCollapse: {
    sounds: [
      [window({ ...ring, "evaluation/modes": [7, 3] }), /^3 of 8 modes, at two .* below 7.2/],
      [window({ "evaluation/diversity": [0.1, 0.2] }), /^samples lie 0.2 times .* below 0.5/],
      [
        window({ ...ring, "evaluation/recall": [0.2, 0.1] }),
        /^recall is 0.1 at a precision of 0.9/,
      ],
      [
        window({ "evaluation/class_entropy": [0.7, 0.6], "evaluation/recognised": [0.9, 0.9] }),
        /^the entropy of the classes is 0.6 /,
      ],
    ],
    silent: [
      window({ ...ring, "evaluation/modes": [3, 3] }, 0.1),
      window({ ...ring, "evaluation/modes": [3, 8] }),
      window({ "evaluation/recall": [0.1, 0.1], "evaluation/precision": [0.9, 0.5] }),
      window({ "evaluation/class_entropy": [0.6, 0.6], "evaluation/recognised": [0.2, 0.2] }),
    ],
  },
  oscillation: {
    sounds: [[window({ ...hopping, "evaluation/dominant": [1, 4, 4, 2, 2] }), /at 2 of 4 .* 30 %/]],
    silent: [
      window({ ...hopping, "evaluation/dominant": [1, 1, 1, 1, 2] }),
      window({
        "evaluation/dominant": [1, 4, 4, 2, 2],
        "evaluation/dominant_share": [0.2, 0.2, 0.2, 0.2, 0.2],
      }),
    ],
  },
  memorisation: {
    sounds: [[window({ ...near, "evaluation/nearest_train": [0.1, 0.2] }), /lie 0.2 .* ones 1,/]],
    silent: [
      window({ ...near, "evaluation/nearest_train": [0.1, 0.5] }),
      window({
        ...near,
        "evaluation/nearest_train": [0.1, 0.1],
        "evaluation/recall": [0.1, 0.1],
      }),
    ],
  },
  posteriorCollapse: {
    sounds: [[
      window({ "evaluation/active_units": [3, 0, 0, 0] }),
      /^no unit .* three evaluations/,
    ]],
    silent: [
      window({ "evaluation/active_units": [0, 0] }),
      window({ "evaluation/active_units": [0, 0, 1] }),
    ],
  },
};

for (const [name, alarm] of Object.entries<Alarm>(alarms)) {
  const { sounds, silent } = cases[name as keyof typeof alarms];
  Deno.test(`${alarm.name}: sounds, and is silent where all is well`, () => {
    for (const [seen, said] of sounds) match(String(alarm.find(seen)), said);
    for (const seen of silent) strictEqual(alarm.find(seen), undefined);
    strictEqual(alarm.find(window({})), undefined);
  });

  Deno.test(`${alarm.name}: its remedies are fields that a model has`, () => {
    const fields = { learningRate: 0.01, latentSize: 8, beta: 1, warmUp: 0, freeBits: 0 };
    const more = { discriminatorRate: 1, discriminatorSteps: 2, smoothing: 0.1, batchSize: 10 };
    const offered = alarm.remedies.flatMap((remedy) => remedy({ ...fields, ...more }) ?? []);
    ok(offered.length >= 1, `${offered}`);
    for (const each of offered) match(each, /^--set model\.[a-zA-Z]+=[\d.e-]+$/);
    deepStrictEqual(alarm.remedies.flatMap((remedy) => remedy({}) ?? []), []);
  });
}

Deno.test("what alarms offer changes each field by as much as is said, and none that is there already", () => {
  const fields = {
    ...{ learningRate: 0.01, batchSize: 10, beta1: 0.5, averageDecay: 0.9, penalty: 0.1 },
    ...{ discriminatorRate: 1, discriminatorSteps: 3, criticSteps: 5, smoothing: 0.1 },
    ...{ instanceNoise: 0, minibatchDeviation: false, latentSize: 8, width: 64 },
    ...{ hiddenSizes: [64, 33], warmUp: 0, freeBits: 0, beta: 1 },
  };
  const offered = (fields: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries<Alarm>(alarms).map(([name, { remedies }]) => [
        name,
        remedies.flatMap((remedy) => remedy(fields) ?? [])
          .map((offer) => offer.replace("--set model.", "")).join(" "),
      ]),
    );
  deepStrictEqual(offered(fields), {
    nonFinite: "learningRate=0.003 batchSize=20",
    explodingGradient: "learningRate=0.003 penalty=1 batchSize=20",
    overpowering: "discriminatorRate=0.3 instanceNoise=0.1 discriminatorSteps=1",
    equilibrium: "discriminatorRate=2 discriminatorSteps=6 smoothing=0",
    modeCollapse: "minibatchDeviation=true criticSteps=10 instanceNoise=0.1 penalty=1 " +
      "latentSize=16 learningRate=0.003",
    oscillation: "learningRate=0.003 averageDecay=0.999 beta1=0",
    memorisation: "hiddenSizes=[32,17] width=32 latentSize=4 averageDecay=0.45",
    posteriorCollapse: "warmUp=0.3 freeBits=0.1 beta=0.3",
  });
  const changed = {
    ...{ learningRate: 0, batchSize: 0, beta1: 0, averageDecay: 0.999, penalty: 0 },
    ...{ discriminatorRate: 0, discriminatorSteps: 1, criticSteps: 0, smoothing: 0 },
    ...{ instanceNoise: 0.1, minibatchDeviation: true, latentSize: 1, width: 1 },
    ...{ hiddenSizes: [], warmUp: 0.3, freeBits: 0.1, beta: 0 },
  };
  deepStrictEqual(offered(changed), {
    nonFinite: "",
    explodingGradient: "",
    overpowering: "smoothing=0.1",
    equilibrium: "discriminatorSteps=2",
    modeCollapse: "latentSize=2",
    oscillation: "",
    memorisation: "averageDecay=0.5",
    posteriorCollapse: "",
  });
});

for (const { name, load } of models) {
  Deno.test(`what alarms offer ${name} are settings that it takes`, async () => {
    const { configuration } = await load();
    const preset = configuration.parse({}) as Readonly<Record<string, unknown>>;
    const isValid = (field: string, value: unknown) =>
      configuration.safeParse({ [field]: value }).success;
    // From the presets, and from whole numbers at 1.
    const isWhole = (field: string) => isValid(field, 1) && !isValid(field, 1.5);
    const least = Object.fromEntries(
      Object.keys(preset).filter(isWhole).map((field) => [field, 1]),
    );
    for (const fields of [preset, { ...preset, ...least }]) {
      for (const { remedies } of Object.values<Alarm>(alarms)) {
        for (const offer of remedies.flatMap((remedy) => remedy(fields) ?? [])) {
          const [, field, value] = /^--set model\.(\w+)=(.*)$/.exec(offer)!;
          ok(isValid(field, JSON.parse(value)), offer);
        }
      }
    }
  });
}

const progress = { iterations: 4, environmentSteps: 0, gradientSteps: 40, examples: 400 };

Deno.test("an alarm is told once while it lasts, with what usually helps", () => {
  const watch = new Alarms({ criticSteps: 5, penalty: 0.1, latentSize: 2, width: 64 });
  const look = (modes: number) =>
    watch.look("evaluation", { "evaluation/modes": modes, "ceiling/modes": 8 }, progress, 0.9);
  const told = [3, 3, 3, 8, 3, 3].map(look);
  deepStrictEqual(told.map(({ length }) => length), [0, 1, 0, 0, 0, 1]);
  deepStrictEqual(told[1], [{
    level: "warning",
    message: "mode collapse after 40 gradient steps: 3 of 8 modes, at two evaluations below 7.2; " +
      "what usually helps: --set model.criticSteps=10, --set model.penalty=1",
  }]);
});

Deno.test("a state must last for 500 gradient steps, however many an iteration has", () => {
  const metrics = { "losses/discriminator_accuracy": 1, "losses/discriminator": 0 };
  for (const [stepsEach, iteration] of [[1, 500], [7, 72], [50, 10], [2000, 1]]) {
    const watch = new Alarms({});
    let iterations = 1;
    const counts = () => ({ ...progress, iterations, gradientSteps: stepsEach * iterations });
    while (watch.look("iteration", metrics, counts(), 0.5).length === 0) iterations++;
    strictEqual(iterations, iteration);
  }
});

/** Events of a small WGAN-GP on the ring, trained to the end of its budget or to a bad loss. */
async function eventsOf(fields: object, budget: number, evaluateEvery = Infinity) {
  const settings = { width: 16, layers: 2, batchSize: 32, roundsPerIteration: 2, ...fields };
  const { trainer } = await trainerOf("wgan-gp", await fewPoints(2000, 500), settings, { budget });
  const events: LabEvent[] = [];
  for (let i = 1; trainer.progress.gradientSteps < budget; i++) {
    events.push(...(await trainer.iterate()).events!);
    if (events.some(({ level }) => level === "error")) break;
    if (i % evaluateEvery !== 0) continue;
    events.push(...(await trainer.evaluate({ random: streamOf(1, `${i}`) })).events!);
  }
  trainer.dispose();
  return events;
}

Deno.test("a step size that is too large makes gradients explode", async () => {
  const steps = { learningRate: 5, finalLearningRate: 5 };
  const [{ level, message }] = await eventsOf({ ...steps, width: 128, layers: 3 }, 1200);
  strictEqual(level, "warning");
  match(
    message,
    /^exploding gradient after .* --set model.learningRate=1.5, --set model.penalty=1$/,
  );
});

Deno.test("a far larger one ends in losses that are no numbers", async () => {
  const events = await eventsOf({ learningRate: 1e9, finalLearningRate: 1e9 }, 1200);
  const { level, message } = events.at(-1)!;
  strictEqual(level, "error");
  match(message, /^a value that is no number after .* --set model.learningRate=300000000, --set /);
});

Deno.test("a generator that hardly learns draws of few modes, and is told to once", async () => {
  const events = await eventsOf({ learningRate: 1e-6 }, 240, 3);
  const names = events.map(({ message }) => message.replace(/ after .*/, ""));
  deepStrictEqual(names, ["mode collapse"]);
});

/** Windows that an alarm's bound divides: the first sounds, the second does not. */
const edges: Record<
  Exclude<keyof typeof alarms, "nonFinite">,
  [Window["series"], Window["series"]][]
> = {
  explodingGradient: [
    // Above 100 …
    [{ "gradients/critic": [1, 1, 101] }, { "gradients/critic": [1, 1, 100] }],
    // … and ten times the median of those before.
    [{ "gradients/critic": [5, 90, 11, 111] }, { "gradients/critic": [5, 90, 11, 110] }],
    // Of twenty iterations: of an even number the greater of the middle ones.
    [
      {
        "gradients/critic": [
          ...Array(90).fill(900),
          ...Array(10).fill(1),
          ...Array(10).fill(20),
          201,
        ],
      },
      {
        "gradients/critic": [
          ...Array(90).fill(900),
          ...Array(10).fill(1),
          ...Array(10).fill(20),
          200,
        ],
      },
    ],
    // Any network's.
    [
      { "gradients/critic": [1, 1, 1], "gradients/generator": [1, 1, 200] },
      { "gradients/critic": [1, 1, 1], "losses/generator": [1, 1, 200] },
    ],
  ],
  overpowering: [
    [
      { "losses/discriminator_accuracy": long(0.951), "losses/discriminator": long(0.049) },
      { "losses/discriminator_accuracy": long(0.949), "losses/discriminator": long(0.049) },
    ],
    [
      { ...sure, "losses/discriminator": long(0.049) },
      { ...sure, "losses/discriminator": long(0.051) },
    ],
    // The loss is a mean, which a single one does not lower, and what was long ago does not count.
    [
      { ...sure, "losses/discriminator": [9, ...long(0.01)] },
      { ...sure, "losses/discriminator": [...long(0.06).slice(1), 0.001] },
    ],
    [
      { ...sure, "gradients/generator": [...long(1).slice(1), 0.099] },
      { ...sure, "gradients/generator": [...long(1).slice(1), 0.101] },
    ],
    [
      { ...sure, "gradients/generator": [...long(2), 0.1] },
      { ...sure, "gradients/generator": [2, ...long(0.2), 0.1] },
    ],
  ],
  equilibrium: [
    ...["real_score", "generated_score"].flatMap((name) =>
      [0.5, -0.5].map((way): [Window["series"], Window["series"]] => [
        { ...even, [`losses/${name}`]: long(0.5 + 0.038 * way) },
        { ...even, [`losses/${name}`]: long(0.5 + 0.042 * way) },
      ])
    ),
    ...Object.entries({ discriminator: 2 * Math.LN2, generator: Math.LN2 }).flatMap((
      [name, level],
    ) =>
      [1, -1].map((way): [Window["series"], Window["series"]] => [
        { ...even, [`losses/${name}`]: long(level + 0.029 * way) },
        { ...even, [`losses/${name}`]: long(level + 0.031 * way) },
      ])
    ),
  ],
  modeCollapse: [
    [
      { "ceiling/modes": [25, 25], "evaluation/modes": [22, 22] },
      { "ceiling/modes": [25, 25], "evaluation/modes": [22, 23] },
    ],
    [
      { "ceiling/modes": [25, 25], "evaluation/modes": [22, 22] },
      { "ceiling/modes": [25, 25], "evaluation/modes": [23, 22] },
    ],
    [{ "evaluation/diversity": [0.49, 0.49] }, { "evaluation/diversity": [0.49, 0.51] }],
    [
      { "evaluation/recall": [0.29, 0.29], "evaluation/precision": [0.81, 0.81] },
      { "evaluation/recall": [0.29, 0.31], "evaluation/precision": [0.81, 0.81] },
    ],
    [
      { "evaluation/recall": [0.29, 0.29], "evaluation/precision": [0.81, 0.81] },
      { "evaluation/recall": [0.29, 0.29], "evaluation/precision": [0.81, 0.79] },
    ],
    [
      { "evaluation/class_entropy": [0.79, 0.79], "evaluation/recognised": [0.51, 0.51] },
      { "evaluation/class_entropy": [0.79, 0.81], "evaluation/recognised": [0.51, 0.51] },
    ],
    [
      { "evaluation/class_entropy": [0.79, 0.79], "evaluation/recognised": [0.51, 0.51] },
      { "evaluation/class_entropy": [0.79, 0.79], "evaluation/recognised": [0.51, 0.49] },
    ],
  ],
  oscillation: [
    [
      { ...hopping, "evaluation/dominant": [3, 1, 1, 4, 4, 2] },
      { ...hopping, "evaluation/dominant": [3, 1, 1, 1, 1, 2] },
    ],
    [
      { "evaluation/dominant_share": Array(5).fill(0.51), "evaluation/dominant": [1, 2, 1, 2, 1] },
      {
        "evaluation/dominant_share": [0.51, 0.51, 0.49, 0.51, 0.51],
        "evaluation/dominant": [1, 2, 1, 2, 1],
      },
    ],
  ],
  memorisation: [
    [
      { ...near, "evaluation/nearest_train": [0.29, 0.29] },
      { ...near, "evaluation/nearest_train": [0.29, 0.31] },
    ],
    [
      { ...near, "evaluation/recall": [0.31, 0.31], "evaluation/nearest_train": [0.1, 0.1] },
      { ...near, "evaluation/recall": [0.31, 0.29], "evaluation/nearest_train": [0.1, 0.1] },
    ],
  ],
  posteriorCollapse: [
    [{ "evaluation/active_units": [0, 0, 0] }, { "evaluation/active_units": [0, 1, 0] }],
  ],
};

for (const [name, pairs] of Object.entries(edges)) {
  const alarm: Alarm = alarms[name as keyof typeof edges];
  Deno.test(`${alarm.name}: sounds just beyond each of its bounds, and not before`, () => {
    for (const [sounds, silent] of pairs) {
      ok(alarm.find(window(sounds)) !== undefined, JSON.stringify(sounds));
      strictEqual(alarm.find(window(silent)), undefined);
    }
  });
}

Deno.test("collapse is told from a quarter of the budget on", () => {
  const few = { ...ring, "evaluation/modes": [3, 3] };
  strictEqual(alarms.modeCollapse.find(window(few, 0.249)), undefined);
  ok(alarms.modeCollapse.find(window(few, 0.25)) !== undefined);
});

Deno.test("each alarm has its level, and looks at the reports that it is told of", () => {
  deepStrictEqual(
    Object.fromEntries(
      Object.entries<Alarm>(alarms).map(([name, { level, after }]) => [name, `${level} ${after}`]),
    ),
    {
      nonFinite: "error iteration",
      explodingGradient: "warning iteration",
      overpowering: "warning iteration",
      equilibrium: "info iteration",
      modeCollapse: "warning evaluation",
      oscillation: "warning evaluation",
      memorisation: "warning evaluation",
      posteriorCollapse: "warning evaluation",
    },
  );
  // What evaluations report is none of iterations, and the other way round.
  const watch = new Alarms({});
  const series = { "evaluation/diversity": 0.1 };
  for (let i = 0; i < 3; i++) deepStrictEqual(watch.look("iteration", series, progress, 0.9), []);
  deepStrictEqual(watch.look("evaluation", series, progress, 0.9), []);
  strictEqual(watch.look("evaluation", series, progress, 0.9).length, 1);
});

Deno.test("what was reported more than 500 reports ago is forgotten", () => {
  const watch = new Alarms({});
  const counts = { ...progress, iterations: 1, gradientSteps: 1 };
  const look = (norm: number) =>
    watch.look(
      "iteration",
      {
        "losses/discriminator_accuracy": 1,
        "losses/discriminator": 1,
        "gradients/generator": norm,
      },
      counts,
      0.5,
    ).length;
  // The gradient fell to less than a tenth, and stays there: no longer a fall after 500 reports.
  strictEqual(look(50), 0);
  for (let i = 0; i < 498; i++) strictEqual(look(1), 0);
  strictEqual(look(1), 1);
  strictEqual(look(1), 0);
  // It has ended, so that the next fall is told again.
  for (let i = 0; i < 500; i++) strictEqual(look(50), 0);
  strictEqual(look(1), 1);
});
