/** `evaluate RUN`: measures a stored policy or model. @module */
import { setTimeout as sleep } from "node:timers/promises";
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { isLive, LIVE_PACE, MOST_PACE, TURN_PACE } from "../../lab/core/pace.ts";
import { deriveSeed, type Seed, streamOf } from "../../lab/core/random.ts";
import type { Scene } from "../../lab/core/scene.ts";
import type { Trainer } from "../../lab/core/trainer.ts";
import type { Run, StoredCheckpoint } from "../../lab/store/store.ts";
import {
  checkpointOption,
  defaulting,
  defineCommand,
  jsonOption,
  plain,
  runArgument,
  seedValue,
  setOption,
  storeOption,
} from "../command.ts";
import { returnScales } from "../../lab/experiment/return_scale.ts";
import { Judge } from "../../lab/experiment/verdict.ts";
import type { Act, Drawn } from "../episode.ts";
import type { Out } from "../files.ts";
import { scaleLines } from "../terminal/figures.ts";
import { figureBeside, plural, table } from "../terminal/format.ts";
import type { Io } from "../terminal/io.ts";
import { finite, runsDocument } from "../run_document.ts";
import { openStoreOf } from "../stores.ts";

/** Episodes that are played where nothing is said. */
const EPISODES = 100;

/** The command `evaluate`. */
export const evaluate = defineCommand({
  name: "evaluate",
  usage: "RUN [OPTIONS]",
  brief: "Evaluates a stored policy or model; draws or records an episode",
  description: "Evaluates the stored policy of an agent over episodes, or a stored model on its " +
    "test data. Training is not touched and nothing is stored.",
  examples: [
    ["evaluate latest --episodes 1000", "the newest run over a thousand episodes"],
    ["evaluate 3f2a --checkpoint best --seed 7", "its best checkpoint, other starting states"],
    ["evaluate latest --stochastic", "its actions drawn, not the best ones"],
    ["evaluate latest --set environment.slip=0.5", "in a world that slips"],
    ["evaluate latest --render", "and then draw one episode in the terminal"],
    ["evaluate latest --episodes 1 --render --fps 50", "twice as fast"],
    ["evaluate latest --out episode.gif", "and record one"],
  ],
  mayBeForeign: () => true,
  parser: (known) =>
    object({
      run: runArgument(known),
      episodes: optional(
        option("--episodes", integer({ metavar: "N", min: 1, max: 1_000_000 }), {
          description: plain(`Episodes to play (agents). Default: ${EPISODES}.`),
        }),
      ),
      seed: defaulting(
        option("--seed", seedValue(), { description: plain("Seed of the evaluation.") }),
        1,
      ),
      checkpoint: checkpointOption(),
      set: setOption(
        "Agents: play in a world with another value of a field, as environment.slip=0.5. Repeatable.",
      ),
      stochastic: option("--stochastic", {
        description: plain(
          "Draw actions from the policy, in place of its best ones. Default: as the run's own " +
            "evaluations do.",
        ),
      }),
      greedy: option("--greedy", {
        description: plain("Take its best actions, also where the run's own evaluations draw."),
      }),
      render: option("--render", {
        description: plain("Then draw an episode in the terminal."),
      }),
      fps: optional(
        option("--fps", integer({ metavar: "N", min: 1, max: MOST_PACE }), {
          description: plain(
            `Steps a second that are drawn or recorded. Default: ${LIVE_PACE} where the world ` +
              `moves by itself, else ${TURN_PACE}.`,
          ),
        }),
      ),
      out: optional(
        option("--out", string({ metavar: "FILE" }), {
          description: plain(
            "Record one into this file: .gif, or the first frame as .png or .svg.",
          ),
        }),
      ),
      force: option("--force", { description: plain("Write over a file that is there.") }),
      store: storeOption(),
      json: jsonOption(),
    }),
  async run({ run: reference, seed, checkpoint, set, render, fps, ...options }, io) {
    const { greedy, out, force, store: location, json, episodes = EPISODES } = options;
    if (greedy && options.stochastic) {
      throw new InputError("Cannot use --greedy with --stochastic as each says how to act");
    }
    if (fps !== undefined && !render && out === undefined) {
      throw new InputError("Cannot use --fps as nothing is drawn: add --render or --out FILE");
    }
    // What encodes pictures is loaded where one is asked for.
    const file = out === undefined
      ? undefined
      : await (await import("../play_recording.ts")).recordingToWrite(io, out, force);
    const registries = await io.registries();
    const { openTrainer } = await import("../../lab/experiment/inspect.ts");
    using opened = await openStoreOf(io, location, { readOnly: true });
    const { store } = opened;
    const run = store.find(reference);
    if (set.length > 0 && "model" in run.manifest.determined.configuration) {
      throw new InputError(
        `Cannot evaluate ${run.id} with ${set[0][0]} as a model is measured as it learned: ` +
          "`score` and `sample` draw by other values",
      );
    }
    const { drawsActions } = await import("../episode.ts");
    const stochastic = options.stochastic || drawsActions(run) && !greedy;
    const { trainer, makeEnvironment, checkpoint: taken, dispose } = await openTrainer(run, {
      store,
      registries,
      checkpoint,
      settings: set,
      notice: (line) => io.notice(`${line}\n`),
    });
    try {
      const stage = render || file !== undefined
        ? stageOf(trainer, makeEnvironment, run)
        : undefined;
      const random = streamOf(seed, "evaluation");
      if ((options.stochastic || greedy) && trainer.act === undefined) {
        throw new InputError(`Cannot choose how to act as ${run.id} must be an agent: a model`);
      }
      if (options.episodes !== undefined && "model" in run.manifest.determined.configuration) {
        throw new InputError(`Cannot play episodes as ${run.id} must be an agent: a model`);
      }
      const { metrics } = await trainer.evaluate({ random, episodes, stochastic });
      const judge = new Judge(registries);
      if (json) {
        const changed = set.length === 0 ? {} : { set: Object.fromEntries(set) };
        io.out(runsDocument(store, [run], judge, { evaluation: finite(metrics), ...changed }));
      } else {
        const how = stochastic ? " with drawn actions" : "";
        const over = trainer.act === undefined ? "" : `, ${plural(episodes, "episode")}${how}`;
        const when = whenOf(taken, run);
        const within = set.map(([path, value]) => `, ${path}=${value}`).join("");
        io.out(
          `run ${run.id}  ${run.name}  seed ${run.manifest.determined.seed}${over}${when}${within}\n`,
        );
        io.out(table(
          [{ title: "metric" }, { title: "value", align: "right" }],
          Object.entries(metrics).map(([name, value]) => [
            name,
            figureBeside(value, judge.mark(run.manifest.determined.configuration, name)),
          ]),
          io,
        ));
        // What returns are worth is known of the run's own world.
        const worth = set.length > 0 ? "" : scaleLines(returnScales([run], registries));
        if (worth !== "") io.out(`\n${worth}`);
      }
      if (stage !== undefined) {
        const pace = fps ?? (isLive(stage) ? LIVE_PACE : TURN_PACE);
        await play(trainer, stage, seed, { render, file, pace, stochastic }, io);
      }
    } finally {
      dispose();
    }
    return 0;
  },
});

/** Which time of its training a checkpoint is of, where it is not of the end. */
function whenOf({ iteration }: StoredCheckpoint, { iterations, status }: Run): string {
  if (iteration >= iterations) return "";
  const cause = status === "diverged" ? ", before it diverged" : "";
  return `, at iteration ${iteration} of ${iterations}${cause}`;
}

/** A world to draw an episode in; an `InputError` where the run has none. */
function stageOf(
  trainer: Trainer,
  makeEnvironment: (() => Environment) | undefined,
  { id }: Run,
): Drawn {
  const environment = trainer.act === undefined ? undefined : makeEnvironment?.();
  if (environment === undefined) {
    throw new InputError(`Cannot render ${id} as it is no agent in a world: try sample ${id}`);
  }
  if (environment.scene === undefined) {
    throw new InputError(`Cannot render ${environment.id} as it draws no scene`);
  }
  return environment as Drawn;
}

/** Where an episode is shown, and how fast. */
interface Shown {
  /** On the terminal; where there is none, its last frame on standard error. */
  readonly render: boolean;
  /** In this file, up to the most frames that a recording holds. */
  readonly file: Out | undefined;
  /** Steps a second. */
  readonly pace: number;
  /** Whether its actions are drawn. */
  readonly stochastic: boolean;
}

/** Plays an episode and shows it. */
async function play(
  trainer: Trainer,
  environment: Drawn,
  seed: Seed,
  { render, file, pace, stochastic }: Shown,
  io: Io,
): Promise<void> {
  const { drawnFrame, episodeOf } = await import("../episode.ts");
  const { mostFrames, saveRecording } = await import("../play_recording.ts");
  const scenes: Scene[] = [];
  let drawnLines = 0;
  const random = stochastic ? streamOf(seed, "actions") : undefined;
  const act: Act = (observation, options) => trainer.act!(observation, { ...options, random });
  for await (const frame of episodeOf(act, environment, deriveSeed(seed, "environment/0"))) {
    if (file !== undefined && scenes.length < mostFrames) scenes.push(frame.scene);
    else if (!render) break;
    const screen = io.screen();
    if (!render || (screen === undefined && !frame.over)) continue;
    const { columns, rows } = screen ?? { columns: 80, rows: 24 };
    const room = { columns: Math.min(columns, 120) - 1, rows: Math.min(rows - 2, 40) };
    const lines = drawnFrame(frame, environment.id, room, io);
    // One write a frame, over the one before.
    io.error(`${drawnLines > 0 ? `\x1b[${drawnLines}A\r\x1b[J` : ""}${lines}\n`);
    drawnLines = lines.split("\n").length;
    if (screen !== undefined && !frame.over) await sleep(1000 / pace);
  }
  if (file !== undefined) io.notice(`${await saveRecording(file, scenes, pace)}\n`);
  environment.close?.();
}
