/**
 * A trained policy at work in its world, step by step, for whoever draws or records it.
 *
 * @module
 */
import { LONGEST } from "../agents/trainers/evaluated_episodes.ts";
import { drawingOf } from "../envs/checker_scene.ts";
import type { Environment } from "../lab/core/environment.ts";
import { isRecord } from "../lab/core/plain.ts";
import type { Seed } from "../lab/core/random.ts";
import { renderTerminal } from "../lab/core/render_terminal.ts";
import type { Scene } from "../lab/core/scene.ts";
import type { ActOptions } from "../lab/core/trainer.ts";
import type { Run } from "../lab/store/store.ts";
import { clipped, figure } from "./terminal/format.ts";
import type { Io } from "./terminal/io.ts";

/** A moment of an episode. */
export interface Frame {
  readonly scene: Scene;
  /** Steps so far. */
  readonly length: number;
  /** Sum of the rewards so far. */
  readonly episodeReturn: number;
  /** Whether it is the episode's last. */
  readonly over: boolean;
}

/** An environment that draws itself. */
export type Drawn = Environment & Required<Pick<Environment, "scene">>;

/** What chooses an action for an observation. */
export type Act = (observation: unknown, options: ActOptions) => unknown;

/**
 * An episode of `act` from the start that `seed` makes; cut off where evaluation cuts episodes off.
 */
export async function* episodeOf(
  act: Act,
  environment: Drawn,
  seed: Seed,
): AsyncGenerator<Frame> {
  let { observation } = environment.reset({ seed });
  let [length, episodeReturn, over] = [0, 0, false];
  yield { scene: drawingOf(environment)!, length, episodeReturn, over };
  while (!over) {
    const options = { started: length === 0, actionMask: environment.actionMask?.() };
    const result = environment.step(await act(observation, options));
    observation = result.observation;
    episodeReturn += result.reward;
    length++;
    over = result.terminated || result.truncated || length >= LONGEST;
    yield { scene: drawingOf(environment)!, length, episodeReturn, over };
  }
}

/** A frame as lines for standard error, at most so large; below them whose it is and how far. */
export function drawnFrame(
  { scene, length, episodeReturn }: Frame,
  title: string,
  room: { readonly columns: number; readonly rows: number },
  io: Io,
): string {
  const mode = io.color.error ? "color" : "ascii";
  const picture = renderTerminal(scene, { ...room, mode });
  const said = `${title}  step ${length}  return ${figure(episodeReturn)}`;
  return `${picture}\n${clipped(said, (io.screen()?.columns ?? Infinity) - 1)}`;
}

/** Whether the evaluations of a run draw its actions, in place of the best ones. */
export function drawsActions({ manifest: { determined: { configuration } } }: Run): boolean {
  const { evaluation } = configuration;
  return isRecord(evaluation) && evaluation.stochastic === true;
}
