/** `play ENV`: a person, or chance, plays a world. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { sampleAction } from "../../lab/core/action_mask.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { streamOf } from "../../lab/core/random.ts";
import { isLive, LIVE_PACE, MOST_PACE, TURN_PACE } from "../../lab/core/pace.ts";
import type { Scene } from "../../lab/core/scene.ts";
import {
  defaulting,
  defineCommand,
  named,
  plain,
  PROGRAM,
  seedValue,
  setOption,
} from "../command.ts";
import { drawingOf } from "../../envs/checker_scene.ts";
import type { Out } from "../files.ts";
import { isFile } from "../../lab/experiment/load.ts";
import { shellWord } from "../../lab/core/shell.ts";
import type { Io } from "../terminal/io.ts";
import { worldsOf } from "../worlds.ts";

/** Seconds of a recording where none are given. */
const RECORDED_SECONDS = 5;

interface PlayValues {
  readonly reference: string;
  readonly out: string | undefined;
  readonly seconds: number | undefined;
  readonly fps: number | undefined;
  readonly seed: number | bigint;
  readonly random: boolean;
}

/** The command `play`. */
export const play = defineCommand({
  name: "play",
  usage: "ENV | FILE.ts [OPTIONS]",
  brief: "Plays a world by the keyboard in the terminal, or records it",
  description: "Shows a world in the terminal, and you act in it: arrows or digits, p pauses, r " +
    "restarts, q quits. With --random chance acts. With --out what is played is written as a GIF, " +
    "or its first frame as PNG or SVG.",
  examples: [
    ["play CartPole-v1", "balance the pole yourself"],
    ["play GridWorld-v0 --set mapName=key-door", "a world with options"],
    ["play corridor.ts --random", "watch a world of your own"],
    ["play Acrobot-v1 --random --seconds 5 --out acrobot.gif", "record random actions"],
    ["play Taxi-v4 --random --out taxi.svg", "a picture of a starting state"],
  ],
  mayBeForeign: (args) => args.some(isFile),
  parser: (known) =>
    object({
      reference: argument(named("ENV", known.environments), {
        description: plain("The id of a world, or a file that exports one."),
      }),
      set: setOption("Set an option of the world, as mapName=8x8. Repeatable."),
      random: option("--random", { description: plain("Random actions in place of yours.") }),
      seed: defaulting(
        option("--seed", seedValue(), { description: plain("Seed of the world and of chance.") }),
        1,
      ),
      fps: optional(
        option("--fps", integer({ metavar: "N", min: 0, max: MOST_PACE }), {
          description: plain(
            `Steps a second; 0 waits for a key. Default: ${LIVE_PACE} where the world moves by ` +
              `itself, else 0; for --random ${TURN_PACE} in place of 0.`,
          ),
        }),
      ),
      seconds: optional(
        option("--seconds", integer({ metavar: "N", min: 1, max: 3600 }), {
          description: plain(
            `How long. Default: until you quit, ${RECORDED_SECONDS} for a recording by --random.`,
          ),
        }),
      ),
      out: optional(
        option("--out", string({ metavar: "FILE" }), {
          description: plain("Record into this file: .gif, or the first frame as .png or .svg."),
        }),
      ),
      force: option("--force", { description: plain("Write over a file that is there.") }),
    }),
  async run({ reference, set, force, ...values }, io) {
    const file = values.out === undefined
      ? undefined
      : await (await import("../play_recording.ts")).recordingToWrite(io, values.out, force);
    const worlds = await worldsOf(io, reference, set);
    if (worlds.length > 1) {
      io.notice(`Playing ${worlds[0].id}, the first of ${worlds.map(({ id }) => id).join(", ")}\n`);
    }
    const environment = worlds[0].make();
    try {
      return await playWorld(environment, { ...values, reference }, file, io);
    } finally {
      environment.close?.();
    }
  },
});

async function playWorld(
  environment: Environment,
  values: PlayValues,
  file: Out | undefined,
  io: Io,
): Promise<number> {
  if (file !== undefined && environment.scene === undefined) {
    throw new InputError(`Cannot record ${environment.id} as it draws no scene`);
  }
  const framesPerSecond = values.fps ??
    (isLive(environment) ? LIVE_PACE : values.random ? TURN_PACE : 0);
  if (values.random && framesPerSecond === 0) {
    throw new InputError(`Cannot play at random as --fps must be at least 1: 0`);
  }
  const recorded = values.random && file !== undefined;
  return await (recorded ? recordRandom : playInTerminal)(
    environment,
    values,
    framesPerSecond,
    file,
    io,
  );
}

/** Chance, which chooses among the actions that the world allows at the moment. */
function randomPlayer(environment: Environment, seed: number | bigint): () => unknown {
  const { id, actionSpace } = environment;
  const random = streamOf(seed, "play");
  return () => sampleAction(id, actionSpace, random, environment.actionMask?.());
}

/** Random actions, unseen, into a file. */
async function recordRandom(
  environment: Environment,
  { seed, seconds = RECORDED_SECONDS }: PlayValues,
  framesPerSecond: number,
  file: Out | undefined,
  io: Io,
): Promise<number> {
  const { mostFrames, recordingKind, saveRecording } = await import("../play_recording.ts");
  const { Game } = await import("../play_session.ts");
  const isGif = recordingKind(file!.path) === "gif";
  const length = isGif ? seconds * framesPerSecond : 1;
  if (length > mostFrames) {
    throw new InputError(
      `Cannot record as a GIF holds at most ${mostFrames} frames: ${seconds} s × ` +
        `${framesPerSecond} frames/s`,
    );
  }
  const game = new Game(environment, seed);
  const choose = randomPlayer(environment, seed);
  const frames: Scene[] = [drawingOf(environment)!];
  while (frames.length < length) {
    if (game.ended === "") game.act(choose());
    else game.restart();
    frames.push(drawingOf(environment)!);
  }
  io.out(await saveRecording(file!, frames, framesPerSecond));
  if (isGif) io.out(game.summary());
  return 0;
}

async function playInTerminal(
  environment: Environment,
  { reference, random, seed, seconds }: PlayValues,
  framesPerSecond: number,
  file: Out | undefined,
  io: Io,
): Promise<number> {
  const { mostFrames, saveRecording } = await import("../play_recording.ts");
  const { Game, playSession } = await import("../play_session.ts");
  const { controlsOf } = await import("../../envs/controls.ts");
  const keyboard = io.keyboard();
  if (keyboard === undefined || io.screen() === undefined) {
    throw new InputError(
      `Cannot play ${environment.id} as this is no terminal` +
        (environment.scene === undefined
          ? ", and it has no scene that a file could hold"
          : `: to record it, ${PROGRAM} play ${shellWord(reference)} --random --out FILE.gif`),
    );
  }
  const controls = random ? undefined : controlsOf(environment);
  const game = new Game(environment, seed);
  const frames: Scene[] = [];
  const { interrupted } = await playSession(game, io, keyboard, {
    controls,
    ...(random ? { choose: randomPlayer(environment, seed) } : {}),
    framesPerSecond,
    seconds,
    onScene: (scene) => {
      if (file !== undefined && frames.length < mostFrames) frames.push(scene);
    },
  });
  if (file !== undefined) {
    io.out(await saveRecording(file, frames, framesPerSecond || TURN_PACE));
  }
  io.out(game.summary());
  return interrupted ? 130 : 0;
}
