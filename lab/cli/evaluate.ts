/** `evaluate RUN`: measures a stored policy or model. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice, integer } from "@optique/core/valueparser";
import type { Environment } from "../core/environment.ts";
import { InputError } from "../core/errors.ts";
import { deriveSeed, type Seed, streamOf } from "../core/random.ts";
import type { Trainer } from "../core/trainer.ts";
import {
  defaulting,
  defineCommand,
  jsonOption,
  plain,
  runArgument,
  seedValue,
  storeOption,
} from "./command.ts";
import { figure, table } from "./format.ts";
import type { Io } from "./io.ts";
import { finite, runsDocument } from "./run_document.ts";
import { openStoreOf } from "./stores.ts";

/** Between two frames of a rendered episode: 50 a second, as CartPole's world goes. */
const FRAME_MILLISECONDS = 20;

/** The command `evaluate`. */
export const evaluate = defineCommand({
  name: "evaluate",
  usage: "RUN [OPTIONS]",
  brief: "Evaluates a stored policy or model; draws an episode",
  description: "Evaluates the stored policy of an agent over episodes, or a stored model on its " +
    "test data. Training is not touched and nothing is stored.",
  examples: [
    ["evaluate latest --episodes 1000", "the newest run over a thousand episodes"],
    ["evaluate 3f2a --checkpoint best --seed 7", "its best checkpoint, other starting states"],
    ["evaluate latest --render", "and draw one episode in the terminal"],
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
      store: storeOption(),
      json: jsonOption(),
    }),
  async run({ run: reference, episodes, seed, checkpoint, render, store: location, json }, io) {
    const registries = await io.registries();
    const { openTrainer } = await import("../experiment/inspect.ts");
    using opened = await openStoreOf(io, location, { readOnly: true });
    const { store } = opened;
    const run = store.find(reference);
    const { trainer, makeEnvironment, dispose } = await openTrainer(run, {
      store,
      registries,
      checkpoint,
    });
    try {
      if (render) {
        if (makeEnvironment === undefined || trainer.act === undefined) {
          throw new InputError(
            `Cannot render ${run.id} as it is no agent in a world: try sample ${run.id}`,
          );
        }
        await play(trainer, makeEnvironment(), seed, io);
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

/** Plays an episode with the greedy policy and draws it; without a terminal only its last frame. */
async function play(
  trainer: Trainer,
  environment: Environment,
  seed: Seed,
  io: Io,
): Promise<void> {
  if (environment.scene === undefined) {
    throw new InputError(`Cannot render ${environment.id} as it draws no scene`);
  }
  const { renderTerminal } = await import("./render_terminal.ts");
  const screen = io.screen();
  const frame = () =>
    renderTerminal(environment.scene!(), {
      columns: Math.min(screen?.columns ?? 80, 120) - 1,
      rows: Math.min((screen?.rows ?? 24) - 2, 40),
      mode: io.color.error ? "color" : "ascii",
    });
  let { observation } = environment.reset({ seed: deriveSeed(seed, "environment/0") });
  let [episodeReturn, length, over] = [0, 0, false];
  let drawn = 0;
  while (!over) {
    const moment = { started: length === 0, actionMask: environment.actionMask?.() };
    const action = await trainer.act!(observation, moment);
    const result = environment.step(action);
    observation = result.observation;
    episodeReturn += result.reward;
    length++;
    over = result.terminated || result.truncated;
    if (screen === undefined && !over) continue;
    const lines = `${frame()}\nstep ${length}  return ${figure(episodeReturn)}\n`;
    io.error(`${drawn > 0 ? `\x1b[${drawn}A\r\x1b[J` : ""}${lines}`);
    drawn = lines.split("\n").length - 1;
    if (screen !== undefined) await new Promise((go) => setTimeout(go, FRAME_MILLISECONDS));
  }
  environment.close?.();
}
