/** A model that learns nothing, turns pictures into their negatives and keeps what it was asked. */
import * as z from "zod";
import type { ModelDefinition } from "../../lab/compute/definitions.ts";
import type { Dataset, Split } from "../../lab/core/dataset.ts";
import type { Samples } from "../../lab/core/picture.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { Trainer } from "../../lab/core/trainer.ts";
import type { ExperimentDefinition } from "../../lab/experiment/definition.ts";
import type { Registries } from "../../lab/experiment/registries.ts";

/** What it was asked since somebody looked, the first draw in place of a generator. */
export const asked: (readonly [what: string, question: Record<string, unknown>])[] = [];

const shape = [2, 2, 1] as const;
const plain = (values: ArrayLike<number> | undefined) => values && [...Array.from(values)];
const negative = (values: Float32Array) => values.map((value) => 1 - value);
const images = (values: Float32Array): Samples => ({
  ...{ kind: "images", shape, count: values.length / 4, values },
});

type Question = Record<string, unknown> & { readonly random?: Generator };

function keep(what: string, { random, values, kept, ...question }: Question): void {
  const first = random && { first: random.random() };
  const arrays = Object.entries({ values, kept }).map(([name, each]) =>
    [name, plain(each as Float32Array | undefined)] as const
  );
  asked.push([what, { ...first, ...Object.fromEntries(arrays), ...question }]);
}

class Echo implements Trainer {
  readonly progress = { iterations: 0, environmentSteps: 0, gradientSteps: 0, examples: 0 };
  readonly budget;

  constructor(total: number) {
    this.budget = { unit: "examples", total } as const;
  }

  iterate() {
    this.progress.iterations++;
    this.progress.gradientSteps++;
    this.progress.examples = this.budget.total;
    return Promise.resolve({ metrics: { "losses/echo": 1 } });
  }

  evaluate() {
    return Promise.resolve({ metrics: { "evaluation/echo": 1 } });
  }

  snapshot() {
    const values = Float32Array.of(1);
    return Promise.resolve({
      parameters: { "echo/weight": { shape: [1], dtype: "float32" as const, values } },
      ...{ state: {}, values: { progress: { ...this.progress } } },
    });
  }

  restore() {
    return Promise.resolve();
  }

  sample(question: { random: Generator; count: number; label?: number }) {
    keep("sample", question);
    const { count, label = 0 } = question;
    return Promise.resolve(images(new Float32Array(4 * count).fill(label)));
  }

  edit(question: Question & { readonly values: Float32Array }) {
    keep("edit", question);
    return Promise.resolve(images(negative(question.values)));
  }

  encode = (values: Float32Array, labels?: ArrayLike<number>) => {
    keep("encode", { values, labels: plain(labels) });
    return Promise.resolve(values.map((value) => 2 * value));
  };

  decode = (values: Float32Array, count: number, labels?: ArrayLike<number>) => {
    keep("decode", { values, count, labels: plain(labels) });
    return Promise.resolve(values.map((value) => 1 - value / 2));
  };

  translate = (values: Float32Array, labels?: ArrayLike<number>) => {
    keep("translate", { values, labels: plain(labels) });
    return Promise.resolve(negative(values));
  };

  logLikelihood(
    values: Float32Array,
    options: Parameters<NonNullable<Trainer["logLikelihood"]>>[1],
  ) {
    const { random, draws, labels } = options;
    keep("logLikelihood", { values, random, draws, labels: plain(labels) });
    // The brighter, the less probable.
    const each = Float64Array.from(
      { length: values.length / 4 },
      (_, i) => -values.subarray(4 * i, 4 * i + 4).reduce((sum, value) => sum + value, 0),
    );
    return Promise.resolve({ each, draws });
  }

  dispose(): void {}
}

const echo: ModelDefinition<{ stochasticity: number }> = {
  name: "echo",
  summary: "Turns pictures into their negatives",
  budgetUnit: "examples",
  takes: { examples: ["images"] },
  configuration: z.strictObject({
    stochasticity: z.number().default(0).meta({ description: "Nothing" }),
  }),
  bestBy: { metric: "evaluation/echo", goal: "minimize" },
  create: ({ budget }) => Promise.resolve(new Echo(budget)),
};

const split = (values: readonly number[], labels: readonly number[]): Split => ({
  ...{ count: labels.length, values: Float32Array.from(values), labels: Uint8Array.from(labels) },
});

/** Four test images of two classes, each of one grey: 0, 1/4, 1/2 and 3/4. */
export const squares: Dataset = {
  ...{ name: "squares", seed: 0, kind: "images", shape, partnerShape: shape },
  ...{ classes: 2, classNames: ["cat", "dog"] },
  train: split([0, 0, 0, 0], [0]),
  validation: split([0, 0, 0, 0, 0.5, 0.5, 0.5, 0.25], [0, 1]),
  test: split([0, 0.25, 0.5, 0.75].flatMap((grey) => [grey, grey, grey, grey]), [0, 1, 0, 1]),
};

const experiment: ExperimentDefinition = {
  ...{ name: "squares-echo", budget: 1, dataset: { name: "squares" }, model: { name: "echo" } },
};

/** A data set as its registry has it. */
function entryOf(dataset: Dataset): Registries["datasets"][number] {
  const about = { name: dataset.name, summary: "Squares of one grey" };
  return {
    ...about,
    load: () =>
      Promise.resolve({
        ...{ ...about, holds: { kind: "images" } as const, configuration: z.strictObject({}) },
        create: () => Promise.resolve(dataset),
      }),
  };
}

/** Registries of it alone, with a data set whose classes stand in another order. */
export const registries: Registries = {
  module: import.meta.url,
  environments: [],
  agents: [],
  models: [{ name: "echo", summary: echo.summary, load: () => Promise.resolve(echo) }],
  datasets: [entryOf(squares), entryOf({ ...squares, name: "turned", classNames: ["dog", "cat"] })],
  experiments: [{
    ...{ name: experiment.name, summary: "Learns nothing", expectedSeconds: 1 },
    ...{ module: import.meta.url, load: () => Promise.resolve(experiment) },
  }],
};
