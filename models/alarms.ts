/**
 * Alarms: what is told of a training that goes wrong. Each is a pure function of the newest values of
 * series: a window in, what was seen against which bound or nothing out. A model is watched by those
 * whose series it reports.
 *
 * The bounds are the usual advice for adversarial models where there is some (Chintala et al., "How to
 * train a GAN?", github.com/soumith/ganhacks: a discriminator's loss near 0, gradient norms above 100)
 * and this lab's own where there is none.
 *
 * @module
 */
import { badLoss, type LabEvent, type Metrics, type Progress } from "../lab/core/metrics.ts";

/** The newest values of series, and where training stands. */
export interface Window {
  /** By full name, newest last, of the last {@linkcode LONGEST} reports. */
  readonly series: Readonly<Record<string, readonly number[]>>;
  /** The share of the budget that is spent. */
  readonly spent: number;
  /** Gradient steps an iteration. */
  readonly stepsEach: number;
}

/** A model's configuration as remedies read it. */
type Fields = Readonly<Record<string, unknown>>;

/** A setting that usually helps, as it is typed; undefined where the model has no such field. */
type Remedy = (fields: Fields) => string | undefined;

/** A failure that can be told from series. */
export interface Alarm {
  /** What it is called in events. */
  readonly name: string;
  readonly level: LabEvent["level"];
  /** The reports that it looks at. */
  readonly after: "iteration" | "evaluation";
  /** What was seen, against which bound; undefined where all is well. */
  find(window: Window): string | undefined;
  /** Those of them that a model has fields for are offered, two at most, in this order. */
  readonly remedies: readonly Remedy[];
}

/** Values of a series that are kept. */
const LONGEST = 500;
/** Gradient steps that a state must last before it is told. */
const STEPS = 500;
/** Before this share of the budget samples are those of a model that has hardly learned. */
const EARLY = 0.25;

// Remedies.

/** A number's field times a factor. */
function times(field: string, factor: number): Remedy {
  return (fields) => {
    const value = fields[field];
    if (typeof value !== "number" || value === 0) return undefined;
    const next = factor > 1 && Number.isInteger(value) ? Math.ceil(value * factor) : value * factor;
    return `--set model.${field}=${Number(next.toPrecision(2))}`;
  };
}

/** A field's other value. */
function to(field: string, value: number | boolean): Remedy {
  return (fields) =>
    field in fields && fields[field] !== value ? `--set model.${field}=${value}` : undefined;
}

/** Whole numbers that are to be smaller stay 1 at least. */
function fewer(field: string): Remedy {
  return (fields) => {
    const value = fields[field];
    if (typeof value !== "number" || value < 2) return undefined;
    return `--set model.${field}=${Math.floor(value / 2)}`;
  };
}

/** Half of each width. */
const narrower: Remedy = ({ hiddenSizes }) => {
  if (!Array.isArray(hiddenSizes) || hiddenSizes.length === 0) return undefined;
  return `--set model.hiddenSizes=[${hiddenSizes.map((size) => Math.ceil(size / 2)).join(",")}]`;
};

// What alarms see.

/** The newest `count` values of a series; undefined where there are fewer. */
function newest({ series }: Window, name: string, count: number): readonly number[] | undefined {
  const values = series[name] ?? [];
  return values.length < count ? undefined : values.slice(values.length - count);
}

/** Its values of the last 500 gradient steps; undefined where there are fewer. */
function lasting(window: Window, name: string): readonly number[] | undefined {
  return newest(window, name, Math.min(LONGEST, Math.ceil(STEPS / window.stepsEach)));
}

/** Whether each of the newest `times` values fulfils it. */
function holds(
  window: Window,
  name: string,
  times: number,
  fulfils: (value: number) => boolean,
): boolean {
  return newest(window, name, times)?.every(fulfils) ?? false;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** The newest value of a series. */
function last({ series }: Window, name: string): number {
  return series[name]?.at(-1) ?? NaN;
}

// The alarms.

const nonFinite: Alarm = {
  name: "a value that is no number",
  level: "error",
  after: "iteration",
  find: ({ series }) => {
    const now = Object.entries(series).map(([name, values]) => [name, values.at(-1)!] as const);
    const bad = badLoss(Object.fromEntries(now));
    if (bad === undefined) return undefined;
    const before = series[bad.slice(0, bad.indexOf(" "))].at(-2);
    return `${bad}${before === undefined ? "" : `, after ${shown(before)}`}; losses must be finite`;
  },
  remedies: [times("learningRate", 0.3), times("batchSize", 2)],
};

/** A norm above this is long for a loss that is a mean over examples … */
const LONG_GRADIENT = 100;
/** … and one so many times what was usual is out of the ordinary for any loss. */
const GROWTH = 10;
const USUAL = 20;

const explodingGradient: Alarm = {
  name: "exploding gradient",
  level: "warning",
  after: "iteration",
  find: (window) => {
    for (const name of Object.keys(window.series)) {
      if (!name.startsWith("gradients/")) continue;
      const norms = newest(window, name, 3)?.length ? window.series[name].slice(-USUAL - 1) : [];
      const before = norms.slice(0, -1).sort((a, b) => a - b);
      const [norm, usual] = [norms.at(-1)!, before[before.length >> 1]];
      if (norm > LONG_GRADIENT && norm > GROWTH * usual) {
        return `${name} is ${shown(norm)}, above ${LONG_GRADIENT} and ${GROWTH} times its median ` +
          `of ${shown(usual)} over ${before.length} iterations`;
      }
    }
    return undefined;
  },
  remedies: [times("learningRate", 0.3), times("penalty", 10), times("batchSize", 2)],
};

const overpowering: Alarm = {
  name: "the discriminator overpowers the generator",
  level: "warning",
  after: "iteration",
  find: (window) => {
    const accuracies = lasting(window, "losses/discriminator_accuracy");
    const losses = lasting(window, "losses/discriminator");
    const norms = lasting(window, "gradients/generator");
    if (!accuracies?.every((accuracy) => accuracy > 0.95)) return undefined;
    const right = `it is right about ${shown(100 * mean(accuracies))} % of the examples, for ` +
      `${STEPS} gradient steps above 95 %`;
    if (losses !== undefined && mean(losses) < 0.05) {
      return `${right}, and its loss is ${shown(mean(losses))}, below 0.05`;
    }
    if (norms !== undefined && norms.at(-1)! < Math.max(...norms) / 10) {
      return `${right}, and the generator's gradient fell to ${shown(norms.at(-1)!)}, a tenth of ` +
        `${shown(Math.max(...norms))}`;
    }
    return undefined;
  },
  remedies: [
    times("discriminatorRate", 0.3),
    to("instanceNoise", 0.1),
    fewer("discriminatorSteps"),
    to("smoothing", 0.1),
  ],
};

/** What cross-entropy and the non-saturating loss come to where D is ½ everywhere. */
const EQUILIBRIUM = { "losses/discriminator": 2 * Math.LN2, "losses/generator": Math.LN2 };

const equilibrium: Alarm = {
  name: "equilibrium",
  level: "info",
  after: "iteration",
  find: (window) => {
    const near = (name: string, value: number, within: number) => {
      const values = lasting(window, name);
      return values !== undefined && Math.abs(mean(values) - value) < within;
    };
    const even = near("losses/real_score", 0.5, 0.02) && near("losses/generated_score", 0.5, 0.02);
    const level = Object.entries(EQUILIBRIUM).every(([name, value]) => near(name, value, 0.03));
    if (!even || !level) return undefined;
    return `D is ${shown(last(window, "losses/real_score"))} of real and ` +
      `${shown(last(window, "losses/generated_score"))} of generated examples, for ${STEPS} ` +
      "gradient steps within 0.02 of 0.5, and the losses within 0.03 of 1.386 and 0.693: either " +
      "the samples are as good as the data, or the discriminator has given up (evaluation/…)";
  },
  remedies: [times("discriminatorRate", 2), times("discriminatorSteps", 2), to("smoothing", 0)],
};

const modeCollapse: Alarm = {
  name: "mode collapse",
  level: "warning",
  after: "evaluation",
  find: (window) => {
    if (window.spent < EARLY) return undefined;
    const modes = 0.9 * last(window, "ceiling/modes");
    if (holds(window, "evaluation/modes", 2, (count) => count < modes)) {
      return `${last(window, "evaluation/modes")} of ${last(window, "ceiling/modes")} modes, at ` +
        `two evaluations below ${shown(modes)}`;
    }
    const below = (name: string, bound: number) => holds(window, name, 2, (x) => x < bound);
    const above = (name: string, bound: number) => holds(window, name, 2, (x) => x > bound);
    if (below("evaluation/diversity", 0.5)) {
      return `samples lie ${shown(last(window, "evaluation/diversity"))} times as far from each ` +
        "other as test examples, at two evaluations below 0.5";
    }
    if (below("evaluation/recall", 0.3) && above("evaluation/precision", 0.8)) {
      return `recall is ${shown(last(window, "evaluation/recall"))} at a precision of ` +
        `${
          shown(last(window, "evaluation/precision"))
        }, at two evaluations below 0.3 and above 0.8`;
    }
    if (below("evaluation/class_entropy", 0.8) && above("evaluation/recognised", 0.5)) {
      return `the entropy of the classes is ${
        shown(last(window, "evaluation/class_entropy"))
      } of ` +
        "its most, at two evaluations below 0.8";
    }
    return undefined;
  },
  remedies: [
    to("minibatchDeviation", true),
    times("criticSteps", 2),
    to("instanceNoise", 0.1),
    times("penalty", 10),
    times("latentSize", 2),
    times("learningRate", 0.3),
  ],
};

/** Evaluations among which the dominant mode is looked for. */
const HOPS = 5;

const oscillation: Alarm = {
  name: "oscillation",
  level: "warning",
  after: "evaluation",
  find: (window) => {
    if (!holds(window, "evaluation/dominant_share", HOPS, (share) => share > 0.5)) return undefined;
    const dominant = newest(window, "evaluation/dominant", HOPS)!;
    const hops = dominant.filter((mode, i) => i > 0 && mode !== dominant[i - 1]).length;
    const share = hops / (HOPS - 1);
    if (share <= 0.3) return undefined;
    return `most samples hop from mode to mode: the one that more than half of them are of changed ` +
      `at ${hops} of ${HOPS - 1} evaluations, above 30 %`;
  },
  remedies: [times("learningRate", 0.3), to("averageDecay", 0.999), to("beta1", 0)],
};

const memorisation: Alarm = {
  name: "memorisation",
  level: "warning",
  after: "evaluation",
  find: (window) => {
    const [made, real] = ["evaluation", "ceiling"].map((of) => last(window, `${of}/nearest_train`));
    const bound = 0.3 * real;
    if (!holds(window, "evaluation/nearest_train", 2, (distance) => distance < bound)) {
      return undefined;
    }
    if (!holds(window, "evaluation/recall", 2, (recall) => recall > 0.3)) return undefined;
    return `samples lie ${shown(made)} from the nearest training example and unseen ones ` +
      `${shown(real)}, at two evaluations below 0.3 times that`;
  },
  remedies: [narrower, fewer("width"), fewer("latentSize"), times("averageDecay", 0.5)],
};

const posteriorCollapse: Alarm = {
  name: "posterior collapse",
  level: "warning",
  after: "evaluation",
  find: (window) =>
    holds(window, "evaluation/active_units", 3, (units) => units === 0)
      ? "no unit of the code says anything of its example, at three evaluations: at least one must"
      : undefined,
  remedies: [to("warmUp", 0.3), to("freeBits", 0.1), times("beta", 0.3)],
};

/** Every alarm, by what it tells. */
export const alarms = {
  nonFinite,
  explodingGradient,
  overpowering,
  equilibrium,
  modeCollapse,
  oscillation,
  memorisation,
  posteriorCollapse,
} as const satisfies Record<string, Alarm>;

/** Keeps the windows of a training, and tells each alarm once while it lasts. */
export class Alarms {
  readonly #series: Record<Alarm["after"], Record<string, number[]>> = {
    iteration: {},
    evaluation: {},
  };
  readonly #lasting = new Set<string>();
  readonly #fields: Fields;

  /** @param fields The model's configuration, which remedies change. */
  constructor(fields: object) {
    this.#fields = { ...fields };
  }

  /** Takes a report in. @returns The events of alarms that begin. */
  look(
    after: Alarm["after"],
    metrics: Metrics,
    { iterations, gradientSteps }: Progress,
    spent: number,
  ): LabEvent[] {
    const series = this.#series[after];
    for (const [name, value] of Object.entries(metrics)) {
      const values = series[name] ??= [];
      values.push(value);
      if (values.length > LONGEST) values.shift();
    }
    const window = { series, spent, stepsEach: Math.max(1, gradientSteps / iterations) };
    const events: LabEvent[] = [];
    for (const alarm of Object.values(alarms).filter((each) => each.after === after)) {
      const found = alarm.find(window);
      if (found === undefined) this.#lasting.delete(alarm.name);
      else if (!this.#lasting.has(alarm.name)) {
        this.#lasting.add(alarm.name);
        events.push({ level: alarm.level, message: this.#told(alarm, found, gradientSteps) });
      }
    }
    return events;
  }

  #told({ name, remedies }: Alarm, found: string, gradientSteps: number): string {
    const settings = remedies.flatMap((remedy) => remedy(this.#fields) ?? []).slice(0, 2);
    const help = settings.length === 0 ? "" : `; what usually helps: ${settings.join(", ")}`;
    return `${name} after ${gradientSteps.toLocaleString("en")} gradient steps: ${found}${help}`;
  }
}
