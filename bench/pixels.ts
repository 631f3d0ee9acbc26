/**
 * Worlds seen as pixels: a step, its drawing and its pixels, into an array of the caller's.
 *
 * @module
 */
import { makeEnv, makeVectorEnv } from "../envs/mod.ts";
import { renderObservation } from "../envs/wrappers/render_observation.ts";
import type { Bench } from "./group.ts";
import { measure } from "./measure.ts";
import { type Row, row, targetRow } from "./row.ts";

/** What is asked for, on CartPole in grey. */
const leastFrames = 20_000;

/** Frames a second of 84 × 84 pixels. */
export async function* pixels({ progress }: Bench): AsyncIterable<Row> {
  progress("pixels");
  const subject = (id: string, grey: boolean) => {
    const env = renderObservation(makeEnv(id), { grey });
    const observation = new Float32Array(env.observationSpace.flatSize);
    env.reset({ seed: 1 });
    let action = 0;
    return () => {
      action = 1 - action;
      const { terminated, truncated } = env.stepInto!(action, observation, 0);
      if (terminated || truncated) env.reset();
    };
  };
  const rows = 8;
  const batch = (id: string) => {
    const vector = makeVectorEnv(id, { count: rows, mode: "same-step", options: { frames: 4 } });
    vector.reset({ seed: 1 });
    const actions = Int32Array.from({ length: rows }, (_, i) => i % 2);
    return () => {
      for (let i = 0; i < rows; i++) actions[i] = 1 - actions[i];
      vector.step(actions);
    };
  };
  const milliseconds = await measure({
    grey: subject("CartPole-v1", true),
    color: subject("CartPole-v1", false),
    grid: subject("GridWorld-v0", true),
    cartBatch: batch("CartPolePixels-v0"),
    gridBatch: batch("GridWorldPixels-v0"),
  });
  const perSecond = (value: number) => 1000 / value;
  const unit = "frames/s";
  yield targetRow("CartPole-v1, 84×84 grey", perSecond(milliseconds.grey), unit, leastFrames);
  yield row("CartPole-v1, 84×84 RGB", perSecond(milliseconds.color), unit);
  yield row("GridWorld-v0, 84×84 grey", perSecond(milliseconds.grid), unit);
  const batched = `84×84×4 grey, batch of ${rows}`;
  yield row(`CartPolePixels-v0, ${batched}`, perSecond(milliseconds.cartBatch) * rows, unit);
  yield row(`GridWorldPixels-v0, ${batched}`, perSecond(milliseconds.gridBatch) * rows, unit);
}
