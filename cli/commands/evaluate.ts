/** `evaluate RUN`: measures a stored policy or model. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice, integer, string } from "@optique/core/valueparser";
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { isLive, LIVE_PACE, TURN_PACE } from "../../lab/core/pace.ts";
import { deriveSeed, type Seed, streamOf } from "../../lab/core/random.ts";
import type { Scene } from "../../lab/core/scene.ts";
import type { Trainer } from "../../lab/core/trainer.ts";
import {
  defaulting,
  defineCommand,
  jsonOption,
  plain,
  runArgument,
  seedValue,
  storeOption,
} from "../command.ts";
import { refuseExisting } from "../files.ts";
import { figure, table } from "../terminal/format.ts";
import { callersPath, type Io } from "../terminal/io.ts";
import { finite, runsDocument } from "../run_document.ts";
import { openStoreOf } from "../stores.ts";

/** Between two frames of a rendered episode: 50 a second, as CartPole's world goes. */
const FRAME_MILLISECONDS = 20;

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
    ["evaluate latest --render", "and draw one episode in the terminal"],
    ["evaluate latest --out episode.gif", "and record one"],
  ],
  parser: (known) =>
    object({
      run: runArgument(known),
      episodes: defaulting(
        option("--episodes", integer({ metavar: "N", min: 1, max: 1_000_000 }), {
          description: plain("Episodes to play (agents)."),
        }),
        100,
      ),
      seed: defaulting(
        option("--seed", seedValue(), { description: plain("Seed of the evaluation.") }),
        1,
      ),
      checkpoint: optional(
        option("--checkpoint", choice(["final", "last", "best"], { metavar: "WHICH" }), {
          description: plain("Which checkpoint. Default: the final one, else the last."),
        }),
      ),
      render: option("--render", { description: plain("Draw an episode in the terminal.") }),
      out: optional(
        option("--out", string({ metavar: "FILE" }), {
          description: plain("Record it into this file: .gif, or the first frame as .png or .svg."),
        }),
      ),
      force: option("--force", { description: plain("Write over a file that is there.") }),
      store: storeOption(),
      json: jsonOption(),
    }),
  async run({ run: reference, episodes, seed, checkpoint, render, ...options }, io) {
    const { out, force, store: location, json } = options;
    const path = out === undefined ? undefined : callersPath(io, out);
    if (path !== undefined) {
      const { recordingKind } = await import("../play_recording.ts");
      recordingKind(path);
      await refuseExisting([path], force);
    }
    const registries = await io.registries();
    const { openTrainer } = await import("../../lab/experiment/inspect.ts");
    using opened = await openStoreOf(io, location, { readOnly: true });
    const { store } = opened;
    const run = store.find(reference);
    const { trainer, makeEnvironment, dispose } = await openTrainer(run, {
      store,
      registries,
      checkpoint,
    });
    try {
      if (render || path !== undefined) {
        if (makeEnvironment === undefined || trainer.act === undefined) {
          throw new InputError(
            `Cannot render ${run.id} as it is no agent in a world: try sample ${run.id}`,
          );
        }
        await play(trainer, makeEnvironment(), seed, { render, path }, io);
      }
      const random = streamOf(seed, "evaluation");
      const { metrics } = await trainer.evaluate({ random, episodes });
      if (json) {
        io.out(runsDocument(store, [run], { evaluation: finite(metrics) }));
      } else {
        io.out(`run ${run.id}  ${run.name}  seed ${run.manifest.determined.seed}\n`);
        io.out(table(
          [{ title: "metric" }, { title: "value", align: "right" }],
          Object.entries(metrics).map(([name, value]) => [name, figure(value)]),
          io,
        ));
      }
    } finally {
      dispose();
    }
    return 0;
  },
});

/** Where an episode is shown. */
interface Shown {
  /** In the terminal; without one only its last frame. */
  readonly render: boolean;
  /** In this file, up to the most frames that a recording holds. */
  readonly path: string | undefined;
}

/** Plays an episode with the greedy policy and shows it. */
async function play(
  trainer: Trainer,
  environment: Environment,
  seed: Seed,
  { render, path }: Shown,
  io: Io,
): Promise<void> {
  if (environment.scene === undefined) {
    throw new InputError(`Cannot render ${environment.id} as it draws no scene`);
  }
  const { mostFrames, saveRecording } = await import("../play_recording.ts");
  const screen = render ? await Screen.open(io) : undefined;
  let { observation } = environment.reset({ seed: deriveSeed(seed, "environment/0") });
  const frames: Scene[] = [environment.scene()];
  let [episodeReturn, length, over] = [0, 0, false];
  while (!over) {
    const options = { started: length === 0, actionMask: environment.actionMask?.() };
    const action = await trainer.act!(observation, options);
    const result = environment.step(action);
    observation = result.observation;
    episodeReturn += result.reward;
    length++;
    over = result.terminated || result.truncated;
    const scene = environment.scene();
    if (path !== undefined && frames.length < mostFrames) frames.push(scene);
    await screen?.show(scene, `step ${length}  return ${figure(episodeReturn)}`, over);
  }
  if (path !== undefined) {
    const pace = isLive(environment) ? LIVE_PACE : TURN_PACE;
    io.error(`${await saveRecording(path, frames, pace)}\n`);
  }
  environment.close?.();
}

/** The place in the terminal where an episode is drawn. */
class Screen {
  #drawn = 0;

  private constructor(
    private readonly io: Io,
    private readonly renderTerminal:
      typeof import("../../lab/core/render_terminal.ts").renderTerminal,
  ) {}

  static async open(io: Io): Promise<Screen> {
    const { renderTerminal } = await import("../../lab/core/render_terminal.ts");
    return new Screen(io, renderTerminal);
  }

  /** Draws over what was drawn before and waits a moment; without a terminal only the last frame. */
  async show(scene: Scene, line: string, isLast: boolean): Promise<void> {
    const screen = this.io.screen();
    if (screen === undefined && !isLast) return;
    const picture = this.renderTerminal(scene, {
      columns: Math.min(screen?.columns ?? 80, 120) - 1,
      rows: Math.min((screen?.rows ?? 24) - 2, 40),
      mode: this.io.color.error ? "color" : "ascii",
    });
    const lines = `${picture}\n${line}\n`;
    this.io.error(`${this.#drawn > 0 ? `\x1b[${this.#drawn}A\r\x1b[J` : ""}${lines}`);
    this.#drawn = lines.split("\n").length - 1;
    if (screen !== undefined) await new Promise((go) => setTimeout(go, FRAME_MILLISECONDS));
  }
}
