/**
 * Environment steps alone, with actions drawn beforehand: one environment, and 1,024 in a batch;
 * beside Gymnasium where it is asked for.
 *
 * @module
 */
import { makeEnv, makeVectorEnv } from "../envs/mod.ts";
import { type Box, Discrete, type Space } from "../lab/core/space.ts";
import type { Vector } from "../lab/core/vector.ts";
import type { Bench } from "./group.ts";
import { measure, type Subject } from "./measure.ts";
import { type Peer, peerRow } from "./peers/peer.ts";
import { type Row, row, targetRow } from "./row.ts";
import { choices, numbersOf } from "./steps/step.ts";

const unit = "environment steps/s";
const count = 1024;
const length = 16;
const heapSteps = 10_000_000;

/** Worlds in batches: what they are called, what they are, steps/s to reach, if any. */
const worlds: readonly (readonly [name: string, id: string, target?: number])[] = [
  ["CartPole-v1", "CartPole-v1", 20e6],
  ["Pendulum-v1", "Pendulum-v1", 10e6],
  ["MountainCar-v0", "MountainCar-v0", 15e6],
  ["GridWorld-v0, empty-8x8", "GridWorld-v0", 30e6],
  ["Acrobot-v1", "Acrobot-v1", 1.2e6],
  ["FrozenLake-v1", "FrozenLake-v1"],
  ["CliffWalking-v1", "CliffWalking-v1"],
  ["Taxi-v4", "Taxi-v4"],
];

/** What Gymnasium steps in vectors: one by one, or in a form of its own. */
const peerWorlds = [
  ["CartPole-v1", "sync"],
  ["CartPole-v1", "vector"],
  ["Pendulum-v1", "sync"],
  ["MountainCar-v0", "sync"],
  ["Acrobot-v1", "sync"],
  ["FrozenLake-v1", "sync"],
  ["CliffWalking-v1", "sync"],
  ["Taxi-v4", "sync"],
] as const;

/** Steps a second of batches, and what they leave on the heap. */
export async function* batches({ progress }: Bench): AsyncIterable<Row> {
  const vectors = worlds.map(([, id]) => vectorWithActions(id));
  for (const [i, [name, , target]] of worlds.entries()) {
    progress(`${count} × ${name}`);
    const { vector, actions } = vectors[i];
    const { step } = await measure({
      step: () => {
        for (const given of actions) vector.step(given);
      },
    });
    const perSecond = count * length * 1000 / step;
    const work = `${name}, batch of ${count}`;
    yield target === undefined
      ? row(work, perSecond, unit)
      : targetRow(work, perSecond, unit, target);
  }
  for (const [i, [name]] of worlds.entries()) {
    progress(`heap of ${name}`);
    yield targetRow(
      `heap grown by ${heapSteps / 1e6} M steps of ${name}`,
      grown(vectors[i]),
      "MB",
      1,
    );
  }
}

/** Steps a second of one CartPole-v1, with its time limit and autoreset. */
export async function* environments(bench: Bench): AsyncIterable<Row> {
  bench.progress("one CartPole-v1");
  const peer = await bench.peer("worlds.py");
  const steps = 1000;
  const actions = choices(numbersOf("actions"), steps, 2);
  const stepped = makeEnv("CartPole-v1");
  stepped.reset({ seed: 1 });
  const written = makeEnv("CartPole-v1");
  written.reset({ seed: 1 });
  const observation = new Float32Array(4);
  const subjects: Record<string, Subject> = {
    step: () => {
      for (let t = 0; t < steps; t++) {
        const { terminated, truncated } = stepped.step(actions[t]);
        if (terminated || truncated) stepped.reset();
      }
    },
    stepInto: () => {
      for (let t = 0; t < steps; t++) {
        const { terminated, truncated } = written.stepInto!(actions[t], observation, 0);
        if (terminated || truncated) written.reset();
      }
    },
  };
  if (typeof peer === "object") subjects.peer = peer.subject("one CartPole-v1 1");
  const milliseconds = await measure(subjects);
  const perSecond = steps * 1000 / milliseconds.step;
  yield targetRow("CartPole-v1, step", perSecond, unit, 2.5e6);
  yield targetRow("CartPole-v1, stepInto", steps * 1000 / milliseconds.stepInto, unit, 10e6);
  if (peer === undefined) return;
  yield* peerRow(peer, "CartPole-v1, step", perSecond, unit, 1000 / milliseconds.peer);
  for (const [id, kind] of peerWorlds) {
    bench.progress(`${count} × ${id} beside Gymnasium`);
    yield* besidePeer(peer, id, kind);
  }
}

/** A batch beside one of Gymnasium's. */
async function* besidePeer(peer: Peer | string, id: string, kind: string): AsyncIterable<Row> {
  const { vector, actions } = vectorWithActions(id);
  let t = 0;
  const subjects: Record<string, Subject> = {
    own: () => vector.step(actions[t++ % length]),
  };
  if (typeof peer === "object") subjects.peer = peer.subject(`${kind} ${id} ${count}`);
  const milliseconds = await measure(subjects);
  const perSecond = (each: number) => count * 1000 / each;
  const name = `${id}, batch of ${count}, beside ${
    kind === "sync" ? "SyncVectorEnv" : "its vector"
  }`;
  yield* peerRow(peer, name, perSecond(milliseconds.own), unit, perSecond(milliseconds.peer));
}

interface Stepped {
  readonly vector: Vector;
  readonly actions: readonly (Int32Array | Float32Array)[];
}

/** A batch that was started, and what it is stepped with in turn. */
function vectorWithActions(id: string): Stepped {
  const vector = makeVectorEnv(id, { count, mode: "same-step" });
  vector.reset({ seed: 1 });
  return { vector, actions: Array.from({ length }, (_, t) => draw(vector.actionSpace, t)) };
}

function draw(space: Space, t: number): Int32Array | Float32Array {
  const random = numbersOf(`actions/${t}`);
  if (space instanceof Discrete) return choices(random, count, space.n);
  const { low, high } = space as Box;
  return Float32Array.from({ length: count }, () => random.uniform(low[0], high[0]));
}

/** By how many MB the heap grows, or less: what is collected meanwhile does not count. */
function grown({ vector, actions }: Stepped): number {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  const before = Deno.memoryUsage().heapUsed;
  for (let t = 0; t * count < heapSteps; t++) vector.step(actions[t % length]);
  return Math.max(0, Deno.memoryUsage().heapUsed - before) / 1e6;
}
