/** The quick start: no command at all. @module */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { object } from "@optique/core/constructs";
import { isRecord } from "../../lab/core/plain.ts";
import { isLost } from "../../lab/experiment/comparison.ts";
import { deriveSeed } from "../../lab/core/random.ts";
import type { RunProgress, RunRequest } from "../../lab/experiment/launch.ts";
import type { ExperimentEntry, Registries } from "../../lab/experiment/registries.ts";
import { folderOf } from "../../lab/store/location.ts";
import type { Run, Store } from "../../lab/store/store.ts";
import {
  backendOption,
  defineCommand,
  jsonOption,
  PROGRAM,
  programFor,
  storeOption,
  workersOption,
} from "../command.ts";
import { figuresOf } from "../../lab/experiment/score.ts";
import { Judge } from "../../lab/experiment/verdict.ts";
import type { Group } from "../comparison.ts";
import type { Act, Drawn, Frame } from "../episode.ts";
import { writeWhole } from "../files.ts";
import { evaluatedFigures } from "../terminal/figures.ts";
import { configured } from "../../lab/experiment/run_fields.ts";
import { count, duration, plural, table, wrapped } from "../terminal/format.ts";
import { type Io, styled } from "../terminal/io.ts";
import type { ProgressDisplay } from "../terminal/progress.ts";
import { runsDocument } from "../run_document.ts";
import { runsTable, shownVerdict } from "../terminal/runs_table.ts";
import { openStoreOf, storeLocation } from "../stores.ts";
import { storeFlag } from "../../web/program.ts";
import { conclude, fresh, watched } from "../training.ts";

/** Threads of the longest run, at most. */
const MOST_THREADS = 4;

/** How the first solved world is shown: for at most so long, at most so large. */
const SHOWN = { seconds: 2.5, framesPerSecond: 25, columns: 72, rows: 12 };

/** The quick start, which runs where no command is named. */
export const quickStart = defineCommand({
  name: "",
  usage: "[OPTIONS]",
  brief: "The quick start: trains four agents and two generative models",
  description:
    "Trains DQN, REINFORCE, A2C and PPO on CartPole-v1, three seeds each, and a VAE with a mixture prior on " +
    "drawn digits and a WGAN-GP on eight modes, side by side on the machine's cores. The first " +
    "policy that solves its world is drawn at work; in the end tables show what came out. A quarter " +
    "of a minute to half a minute on two cores.",
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
      store: storeOption({ isFolder: true }),
      json: jsonOption(),
    }),
  async run({ backend, workers: asked, store: location, json }, io) {
    const registries = await io.registries();
    const judge = new Judge(registries);
    const { launch } = await import("../../lab/experiment/launch.ts");
    const requests = await requestsOf(
      registries.experiments,
      backend,
      Math.min(io.cores, MOST_THREADS),
    );
    const workers = Math.min(asked ?? io.cores, requests.length);
    io.notice(
      `The quick start: ${plural(requests.length, "run")} on ${plural(workers, "core")}. ` +
        `Ctrl-C stops it.\nWhat else there is: ${PROGRAM} --help\n`,
    );
    const startedAt = io.now();
    using opened = await openStoreOf(io, location);
    const { store } = opened;
    const { result, interrupted } = await watched(
      io,
      requests.length,
      async (watch, display) => {
        let showing: Promise<void> | undefined;
        const onProgress = (progress: RunProgress) => {
          watch.onProgress(progress);
          if (!solves(progress) || io.screen() === undefined) return;
          const where = { store, registries, signal: watch.signal };
          showing ??= showEpisode(progress.run, display, where, io);
        };
        const { isolated } = io;
        const where = { store, registries, workers, isolated };
        const runs = await launch(requests, { ...where, ...watch, onProgress });
        await showing;
        return runs;
      },
      judge,
    );
    const runs = fresh(store, result);
    const seconds = (io.now() - startedAt) / 1000;
    const code = conclude(io, runs, {
      ...{ interrupted, planned: requests.length, store: location },
      events: (id) => store.events(id),
    });
    if (json) {
      io.out(runsDocument(store, runs, judge));
    } else if (interrupted && runs.length > 0) {
      io.out(runsTable(store, runs, io, [], judge));
    } else if (runs.length > 0) {
      io.out(await results(store, runs, registries, { seconds, location }, io));
    }
    return code;
  },
});

/**
 * Every seed of every preset: one of the shortest first, for a result within seconds, then the
 * longest ones, so that all cores are busy to the end. The longest may use `cores` threads, which
 * it takes where others leave them idle.
 */
async function requestsOf(
  experiments: readonly ExperimentEntry[],
  backend: RunRequest["backend"],
  cores: number,
): Promise<RunRequest[]> {
  const longestFirst = experiments.filter(({ inQuickStart }) => inQuickStart)
    .sort((a, b) => b.expectedSeconds - a.expectedSeconds);
  const requests: RunRequest[] = [];
  for (const entry of longestFirst) {
    const { name, seeds = 1 } = await entry.load();
    const threads = entry === longestFirst[0] ? { threads: cores } : {};
    for (let seed = 1; seed <= seeds; seed++) {
      requests.push({ reference: name, seed, backend, ...threads, tags: ["quick-start"] });
    }
  }
  const shortest = longestFirst.at(-1)?.name;
  const first = requests.findIndex(({ reference }) => reference === shortest);
  return [...requests.splice(first, 1), ...requests];
}

/** Whether a run has ended by its stop rule. */
function solves({ kind, run }: RunProgress): boolean {
  return kind === "ended" && run.status === "stopped";
}

/** Shows an episode of a run's policy above the live lines and leaves its end standing. */
async function showEpisode(
  run: Run,
  display: ProgressDisplay,
  { store, registries, signal }: {
    readonly store: Store;
    readonly registries: Registries;
    readonly signal: AbortSignal;
  },
  io: Io,
): Promise<void> {
  const { openTrainer } = await import("../../lab/experiment/inspect.ts");
  const { drawnFrame, episodeOf } = await import("../episode.ts");
  const { trainer, makeEnvironment, dispose } = await openTrainer(run, { store, registries });
  const environment = trainer.act === undefined ? undefined : makeEnvironment?.();
  const frames: Frame[] = [];
  if (environment?.scene !== undefined) {
    const seed = deriveSeed(1, "environment/0");
    const act: Act = (observation, options) => trainer.act!(observation, options);
    for await (const frame of episodeOf(act, environment as Drawn, seed)) frames.push(frame);
  }
  environment?.close?.();
  dispose();
  const every = Math.ceil(frames.length / (SHOWN.seconds * SHOWN.framesPerSecond));
  const title = `${environment?.id} by ${run.name}`;
  let picture = "";
  for (let i = 0; i < frames.length && !signal.aborted; i += every) {
    const { columns, rows } = io.screen() ?? SHOWN;
    const room = {
      columns: Math.min(columns - 1, SHOWN.columns),
      rows: Math.max(1, Math.min(rows - 6, SHOWN.rows)),
    };
    const isLast = i + every >= frames.length;
    picture = drawnFrame(isLast ? frames[frames.length - 1] : frames[i], title, room, io);
    display.show(picture);
    if (!isLast) await sleep(1000 / SHOWN.framesPerSecond);
  }
  display.show("");
  if (picture !== "") display.note(picture);
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
  const at = storeFlag(location);
  return [
    ...(agents.length > 0 ? [await agentsTable(agents, io)] : []),
    ...(models.length > 0 ? [modelsTable(store, models, io)] : []),
    ...(notes.length > 0 ? [notes.flatMap((note) => wrapped(note, io.columns())).join("\n")] : []),
    `${bold("Total time")} ${duration(seconds)}.` +
    sheets.map((path) => `\n${bold("Samples")} ${path}`).join(""),
    next(runs, at, io),
  ].join("\n\n");
}

async function agentsTable(groups: readonly Group[], io: Io): Promise<string> {
  const { iqmCell, iqmTitle, thresholdCells } = await import("../terminal/comparison_table.ts");
  const value = groups[0].threshold?.value;
  return table(
    [
      { title: "agent" },
      { title: `return: ${iqmTitle(groups).replace(" ", "\n")}`, align: "right" },
      { title: `steps to ${value ?? "solve"}`, align: "right" },
      { title: "time", align: "right" },
      { title: "verdict", flexible: true },
      { title: "steps/s", align: "right" },
    ],
    groups.map((group) => [
      named(group, "agent").toUpperCase(),
      iqmCell(group),
      ...thresholdCells(group).slice(0, 2),
      verdictOf(group, io),
      count(group.speed),
    ]),
    io,
  );
}

/** What a group is worth and how many of its seeds reached the threshold: `solved, 3 of 3`. */
function verdictOf({ verdict, threshold, runs }: Group, io: Io): string {
  const { reached = null } = threshold ?? {};
  const seeds = reached === null ? plural(runs.length, "seed") : `${reached} of ${runs.length}`;
  return verdict === undefined ? seeds : `${shownVerdict(verdict, io)}, ${seeds}`;
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
      return [
        named(group, "model").toUpperCase(),
        named(group, "dataset"),
        isLost(group.runs[0]) ? "none" : evaluatedFigures(figuresOf(store, group.runs[0])),
        count(group.speed),
      ];
    }),
    io,
  );
}

/** Name of the agent, model or data set of a group. */
function named({ configuration }: Group, part: string): string {
  const given = configuration[part];
  return isRecord(given) ? String(given.name) : "–";
}

/** Writes the last sample sheet of each model where a person can open it. */
async function sampleSheets(
  store: Store,
  models: readonly Group[],
  location: string,
): Promise<string[]> {
  const folder = join(folderOf(location), "samples");
  const paths: string[] = [];
  for (const run of models.flatMap((group) => group.runs)) {
    const sheet = store.artifacts(run.id).filter(({ name }) => name === "samples").at(-1);
    if (sheet === undefined) continue;
    const path = join(folder, `${run.name}-${run.id}.png`);
    await writeWhole({ path, force: true }, await store.readArtifact(sheet.hash));
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
    ["See runs in a browser", `deno task -q dashboard${at}`],
    ["Repeat one, bit for bit", `${programFor(example)} reproduce ${example.id}${at}`],
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
