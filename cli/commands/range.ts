/** `range NAME | FILE.ts`: the learning-rate range test. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { float, integer, string } from "@optique/core/valueparser";
import type { RangePoint, RangeResult } from "../../lab/experiment/range.ts";
import {
  backendOption,
  budgetOption,
  defaulting,
  defineCommand,
  jsonOption,
  named,
  plain,
  PROGRAM,
  seedValue,
  setOption,
} from "../command.ts";
import { fileToWrite, writeWhole } from "../files.ts";
import { callersSettings } from "../settings.ts";
import { metricLabel } from "../../lab/experiment/metric_label.ts";
import { figure, table } from "../terminal/format.ts";
import { interruption } from "../terminal/interruption.ts";
import { settingWords, shellWord } from "../../lab/core/shell.ts";
import { isFile } from "../../lab/experiment/load.ts";
import { loading } from "../loading.ts";
import { callersReference, type Io } from "../terminal/io.ts";

/** Rates that the table shows at most. */
const ROWS = 24;
/** Columns of the longest bar. */
const BAR = 30;

/** The command `range`. */
export const range = defineCommand({
  name: "range",
  usage: "NAME | FILE.ts [OPTIONS]",
  brief: "Learning-rate range test: which rates learn, and which break",
  description: "Trains once, briefly, while the learning rate rises by a constant ratio from " +
    "iteration to iteration, whatever its schedule says, and shows what became of the metric at " +
    "each rate, with a rate to begin with. For agents and models that take gradient steps. " +
    "Nothing is stored.",
  examples: [
    ["range cartpole-ppo", "from 1e-5 to 1"],
    ["range glyphs-vae --from 1e-4 --to 0.1", "a narrower range"],
    [
      "range cartpole-ppo --set agent.epochs=4 --iterations 40",
      "with another field, in fewer steps",
    ],
    ["range cartpole-ppo --metric losses/policy", "judged by another series"],
    ["range cartpole-ppo --out range.csv", "and keep the points"],
  ],
  mayBeForeign: (args) => args.some(isFile),
  parser: (known) =>
    object({
      name: argument(named("NAME", known.experiments), {
        description: plain("A named experiment, or a file that exports one."),
      }),
      from: defaulting(
        option("--from", float({ metavar: "LR", min: 0 }), {
          description: plain("The lowest rate."),
        }),
        1e-5,
      ),
      to: defaulting(
        option("--to", float({ metavar: "LR", min: 0 }), {
          description: plain("The highest rate."),
        }),
        1,
      ),
      iterations: defaulting(
        option("--iterations", integer({ metavar: "N", min: 10, max: 100_000 }), {
          description: plain(
            "Rates, one an iteration; fewer where the budget holds fewer iterations.",
          ),
        }),
        100,
      ),
      episodes: defaulting(
        option("--episodes", integer({ metavar: "N", min: 1, max: 10_000 }), {
          description: plain("Agents: episodes of the greedy policy at each rate."),
        }),
        10,
      ),
      metric: optional(option("--metric", string({ metavar: "NAME" }), {
        description: plain(
          "The series to judge by, max:NAME or min:NAME where neither way is known to be better. " +
            "Default: an agent's mean return, a model's loss.",
        ),
      })),
      set: setOption(),
      seed: defaulting(option("--seed", seedValue(), { description: plain("The seed.") }), 1),
      budget: budgetOption("Another total budget, by which schedules go"),
      backend: backendOption(),
      out: optional(option("--out", string({ metavar: "FILE" }), {
        description: plain("Write the points into this .csv file."),
      })),
      force: option("--force", { description: plain("Write over a file that is there.") }),
      json: jsonOption(),
    }),
  async run({ name, out, force, json, ...options }, io) {
    const file = out === undefined ? undefined : await fileToWrite(io, out, [".csv"], force);
    const registries = await io.registries();
    const { loadDefinition } = await import("../../lab/experiment/load.ts");
    const { rangeTest } = await import("../../lab/experiment/range.ts");
    const { definition } = await loading(
      io,
      name,
      () => loadDefinition(callersReference(io, name), registries),
    );
    using stop = interruption(io, () => io.error("\nStopping after this iteration …\n"));
    const shows = io.screen() !== undefined;
    const result = await rangeTest(definition, {
      ...options,
      set: await callersSettings(options, io),
      registries,
      signal: stop.signal,
      onPoint: (learningRate, point, points) => {
        if (shows) io.notice(`\r\x1b[Krate ${figure(learningRate)}, ${point} of ${points}`);
      },
    });
    if (shows) io.notice("\r\x1b[K");
    if (file !== undefined) await writeWhole(file, csv(result));
    const asked = [
      shellWord(name),
      ...settingWords(options.set),
      ...options.budget === undefined ? [] : [`--budget ${shellWord(String(options.budget))}`],
    ].join(" ");
    io.out(json ? document(definition.name, result) : await page(asked, result, io));
    return stop.signal.aborted ? 130 : 0;
  },
});

function* csv({ metric, points }: RangeResult): Generator<string> {
  yield `learning_rate,${metric},smoothed\n`;
  for (const { learningRate, value, smoothed } of points) {
    yield `${learningRate},${value},${smoothed}\n`;
  }
}

function document(experiment: string, result: RangeResult): string {
  const { metric, goal, points, best, suggestion, brokeAt, backend } = result;
  const point = ({ learningRate, value, smoothed }: RangePoint) => ({
    learning_rate: learningRate,
    value,
    smoothed,
  });
  return JSON.stringify(
    {
      ...{ experiment, backend, metric, goal, best: point(best) },
      ...{ suggestion: suggestion ?? null, broke_at: brokeAt ?? null, points: points.map(point) },
    },
    null,
    2,
  );
}

async function page(asked: string, result: RangeResult, io: Io): Promise<string> {
  const { rangeRule } = await import("../../lab/experiment/range.ts");
  const { metric, points, best, suggestion, field, brokeAt } = result;
  const bars = barsOf(result);
  const rows = thinned(points, best).map((point) => [
    point.learningRate.toExponential(1),
    figure(point.smoothed),
    `${bars(point)}${point === best ? "  best" : ""}`,
  ]);
  const shown = table(
    [
      { title: "learning rate", align: "right" },
      { title: metricLabel(metric), align: "right" },
      { title: "smoothed: longer is better" },
    ],
    rows,
    io,
  );
  return [
    shown,
    ...brokeAt === undefined ? [] : [`Learning broke at ${short(brokeAt)}: a loss is not finite.`],
    ...suggestion === undefined ? [`No rate is suggested as ${whyNone(result)}.`] : [
      `Suggested: ${short(suggestion)}, ${rangeRule} (${short(best.learningRate)}).`,
      `To try it: ${PROGRAM} run ${asked} --set ${field}=${short(suggestion)}`,
    ],
  ].join("\n");
}

/** Why no rate is suggested, and what helps. */
function whyNone({ metric, points, best, brokeAt }: RangeResult): string {
  if (brokeAt !== undefined && brokeAt === points[0].learningRate) {
    return "learning broke at the lowest rate: lower --from";
  }
  if (points.every(({ smoothed }) => Object.is(smoothed, best.smoothed))) {
    return `${metric} is the same at every rate`;
  }
  if (best === points[0]) return `${metric} is best at the lowest rate: lower --from`;
  return `${metric} is best at the ` +
    (brokeAt === undefined ? "highest rate: raise --to" : "rate at which learning broke");
}

/**
 * Bars from the best point down to the worst, or to what is as much worse than the first point as the
 * best is better: beyond that learning is broken, and how much does not matter.
 */
function barsOf({ points, best, goal }: RangeResult): (point: RangePoint) => string {
  const gain = ({ smoothed }: RangePoint) => goal === "maximize" ? smoothed : -smoothed;
  const finite = points.map(gain).filter(Number.isFinite);
  const most = gain(best);
  const broken = 2 * gain(points[0]) - most;
  const least = Math.max(Math.min(...finite), broken < most ? broken : -Infinity);
  return (point) => {
    const share = (gain(point) - least) / (most - least);
    return share > 0 ? "█".repeat(Math.round(BAR * Math.min(1, share))) || "▏" : "▏";
  };
}

function short(rate: number): string {
  return String(Number(rate.toPrecision(2)));
}

/** At most so many points as the table has rows, evenly spread, the best among them. */
function thinned(points: readonly RangePoint[], best: RangePoint): RangePoint[] {
  const every = Math.ceil(points.length / ROWS);
  return points.filter((point, i) => i % every === 0 || point === best);
}
