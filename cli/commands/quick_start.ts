/** The quick start: no command at all. @module */
import { join } from "node:path";
import { object } from "@optique/core/constructs";
import type { RunRequest } from "../../lab/experiment/launch.ts";
import type { ExperimentEntry, Registries } from "../../lab/experiment/registries.ts";
import type { Run, Store } from "../../lab/store/store.ts";
import {
  backendOption,
  defineCommand,
  jsonOption,
  PROGRAM,
  quietOption,
  storeOption,
  workersOption,
} from "../command.ts";
import type { Group } from "../comparison.ts";
import { writeWhole } from "../files.ts";
import { metricLabel } from "../terminal/figures.ts";
import { configured } from "../filter.ts";
import { count, duration, figure, plural, table } from "../terminal/format.ts";
import { type Io, styled } from "../terminal/io.ts";
import { runsDocument } from "../run_document.ts";
import { runsTable } from "../terminal/runs_table.ts";
import { openStoreOf, storeLocation } from "../stores.ts";
import { conclude, fresh, watched } from "../training.ts";

/** The quick start, which runs where no command is named. */
export const quickStart = defineCommand({
  name: "",
  usage: "[OPTIONS]",
  brief: "The quick start: trains four agents and two generative models",
  description:
    "Trains DQN, REINFORCE, A2C and PPO on CartPole-v1, three seeds each, and a VAE on " +
    "drawn digits and a WGAN-GP on eight modes, side by side on the machine's cores; then shows " +
    "what came out. A few minutes on two cores.",
  examples: [
    ["", "the quick start"],
    ["list", "what else can be trained"],
    ["run cartpole-ppo --seeds 3", "train one of them"],
    ["describe cartpole-ppo", "what can be set"],
    ["reproduce latest", "the newest run again, bit for bit"],
  ],
  parser: () =>
    object({
      backend: backendOption(),
      workers: workersOption(),
      store: storeOption(),
      json: jsonOption(),
      quiet: quietOption(),
    }),
  async run({ backend, workers: asked, store: location, json, quiet }, io) {
    const registries = await io.registries();
    const { launch } = await import("../../lab/experiment/launch.ts");
    const requests = await requestsOf(registries.experiments, backend);
    const workers = Math.min(asked ?? io.cores, requests.length);
    if (!quiet) {
      io.error(
        `The quick start: ${plural(requests.length, "run")} on ${plural(workers, "core")}. ` +
          `Ctrl-C stops it.\nWhat else there is: ${PROGRAM} --help\n`,
      );
    }
    const startedAt = io.now();
    using opened = await openStoreOf(io, location);
    const { store } = opened;
    const { result, interrupted } = await watched(
      io,
      { total: requests.length, quiet },
      (watch) => launch(requests, { store, registries, workers, ...watch }),
    );
    const runs = fresh(store, result);
    const seconds = (io.now() - startedAt) / 1000;
    const code = conclude(io, runs, { interrupted, planned: requests.length, store: location });
    if (json) {
      io.out(runsDocument(store, runs));
    } else if (interrupted && runs.length > 0) {
      io.out(runsTable(store, runs, io));
    } else if (runs.length > 0) {
      io.out(await results(store, runs, registries, { seconds, location }, io));
    }
    return code;
  },
});

/** Every seed of every preset, the longest first, so that all cores are busy to the end. */
async function requestsOf(
  experiments: readonly ExperimentEntry[],
  backend: RunRequest["backend"],
): Promise<RunRequest[]> {
  const longestFirst = experiments.filter(({ inQuickStart }) => inQuickStart)
    .sort((a, b) => b.expectedSeconds - a.expectedSeconds);
  const requests: RunRequest[] = [];
  for (const entry of longestFirst) {
    const { name, seeds = 1 } = await entry.load();
    for (let seed = 1; seed <= seeds; seed++) {
      requests.push({ reference: name, seed, backend, tags: ["quick-start"] });
    }
  }
  return requests;
}

async function results(
  store: Store,
  runs: readonly Run[],
  registries: Registries,
  { seconds, location }: { seconds: number; location: string | undefined },
  io: Io,
): Promise<string> {
  const { compareRuns } = await import("../comparison.ts");
  const { groups, notes } = compareRuns(store, runs, registries);
  const agents = groups.filter(({ configuration }) => "agent" in configuration);
  const models = groups.filter(({ configuration }) => "model" in configuration);
  const bold = (text: string) => styled(io.color.out, "bold", text);
  const sheets = await sampleSheets(store, models, storeLocation(io, location));
  const at = location === undefined ? "" : ` --store ${location}`;
  return [
    ...(agents.length > 0 ? [await agentsTable(agents, io)] : []),
    ...(models.length > 0 ? [modelsTable(store, models, io)] : []),
    ...(notes.length > 0 ? [notes.join("\n")] : []),
    `${bold("Total time")} ${duration(seconds)}.` +
    sheets.map((path) => `\n${bold("Samples")} ${path}`).join(""),
    next(runs, at, io),
  ].join("\n\n");
}

async function agentsTable(groups: readonly Group[], io: Io): Promise<string> {
  const { thresholdCells, withInterval } = await import("../terminal/comparison_table.ts");
  const value = groups[0].threshold?.value;
  return table(
    [
      { title: "agent", flexible: true },
      { title: "seeds", align: "right" },
      { title: "return: IQM [95 %]", align: "right" },
      { title: `steps to ${value ?? "solve"}`, align: "right" },
      { title: "time", align: "right" },
      { title: "reached by" },
      { title: "steps/s", align: "right" },
    ],
    groups.map((group) => [
      named(group, "agent").toUpperCase(),
      String(group.runs.length),
      withInterval(group.iqm, group.interval),
      ...thresholdCells(group),
      count(group.speed),
    ]),
    io,
  );
}

function modelsTable(store: Store, groups: readonly Group[], io: Io): string {
  return table(
    [
      { title: "model" },
      { title: "trained on" },
      { title: "figures", flexible: true },
      { title: "examples/s", align: "right" },
    ],
    groups.map((group) => {
      const metrics = store.lastMetrics(group.runs[0].id);
      const figures = Object.entries(metrics).filter(([name]) => name.startsWith("evaluation/"));
      return [
        named(group, "model").toUpperCase(),
        named(group, "dataset"),
        figures.map(([name, value]) => `${metricLabel(name)} ${figure(value)}`).join(", "),
        count(group.speed),
      ];
    }),
    io,
  );
}

/** Name of the agent, model or data set of a group. */
function named({ configuration }: Group, part: string): string {
  const given = configuration[part];
  return given !== null && typeof given === "object" && !Array.isArray(given)
    ? String(given.name)
    : "–";
}

/** Writes the last sample sheet of each model where a person can open it. */
async function sampleSheets(
  store: Store,
  models: readonly Group[],
  location: string,
): Promise<string[]> {
  const folder = join(location.replace(/^sqlite:(\/\/)?/, ""), "samples");
  const paths: string[] = [];
  for (const run of models.flatMap((group) => group.runs)) {
    const sheet = store.artifacts(run.id).filter(({ name }) => name === "samples").at(-1);
    if (sheet === undefined) continue;
    const path = join(folder, `${run.name}-${run.id}.png`);
    await writeWhole(path, await store.readArtifact(sheet.hash));
    paths.push(path);
  }
  return paths;
}

/** What a person wants next. */
function next(runs: readonly Run[], at: string, io: Io): string {
  const finished = runs.filter(({ digest }) => digest !== null);
  const agents = finished.filter((run) => configured(run, "agent") !== undefined);
  const agent = agents.find((run) => configured(run, "agent") === "ppo") ?? agents[0];
  const model = finished.find((run) => configured(run, "model") !== undefined);
  const example = agent ?? model ?? runs[0];
  const lines = [
    ["See the runs in a browser", "deno task dashboard"],
    ["Repeat one, bit for bit", `${PROGRAM} reproduce ${example.id}${at}`],
    ...(agent === undefined
      ? []
      : [["Watch it play", `${PROGRAM} evaluate ${agent.id} --render${at}`]]),
    ...(model === undefined
      ? []
      : [["Draw more samples", `${PROGRAM} sample ${model.id} --out more.png${at}`]]),
    ["See what can be set", `${PROGRAM} describe ${example.manifest.determined.experiment}`],
    ["See what else there is", `${PROGRAM} list`],
  ];
  const longest = Math.max(...lines.map(([does]) => does.length));
  return [
    styled(io.color.out, "bold", "Next"),
    ...lines.map(([does, line]) =>
      `  ${styled(io.color.out, "dim", does.padEnd(longest))}  ${line}`
    ),
  ].join("\n");
}
