import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { blackjack } from "../../envs/blackjack.ts";
import { colors } from "../../envs/colors.ts";
import { cartPole } from "../../envs/cartpole.ts";
import { environments, makeEnv } from "../../envs/mod.ts";
import { taxi } from "../../envs/taxi.ts";
import { checkEnvironment } from "../../envs/checker.ts";
import { frameStack } from "../../envs/wrappers/frame_stack.ts";
import { pixels } from "../../envs/wrappers/pixels.ts";
import { renderObservation } from "../../envs/wrappers/render_observation.ts";
import { defineEnvironment, environmentOf } from "../../lab/core/define_environment.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { renderRaster } from "../../lab/core/render_raster.ts";
import { Box, Discrete } from "../../lab/core/space.ts";

const definition = cartPole({ suttonBartoReward: false });

/** Observations of a start and of some steps, as they are and as `stepInto` writes them. */
function walk(env: Environment, into: boolean): Float32Array[] {
  const seen = [env.reset({ seed: 3 }).observation];
  for (const action of [0, 1, 1, 1, 0, 1]) {
    const out = new Float32Array(env.observationSpace.flatSize + 2);
    if (into) env.stepInto!(action, out, 1);
    seen.push(into ? out.slice(1, -1) : env.step(action).observation);
  }
  return seen;
}

Deno.test("pixels are the picture's bytes as shares of 255", () => {
  const plain = makeEnv("GridWorld-v0");
  plain.reset({ seed: 1 });
  const { pixels: bytes } = renderRaster(plain.scene!(), { width: 64, height: 64 });
  const seen = renderObservation(makeEnv("GridWorld-v0"), { width: 64, height: 64 });
  const { observation } = seen.reset({ seed: 1 });
  deepStrictEqual(observation, Float32Array.from(bytes, (byte) => byte / 255));
  deepStrictEqual(seen.observationSpace.toString(), "Box(0, 1, [64, 64, 3])");
});

Deno.test("grey is the luma of the colours", () => {
  const options = { width: 40, height: 30 };
  const color = renderObservation(makeEnv("CartPole-v1"), options).reset({ seed: 1 }).observation;
  const grey = renderObservation(makeEnv("CartPole-v1"), { ...options, grey: true })
    .reset({ seed: 1 }).observation;
  strictEqual(grey.length, 1200);
  grey.forEach((value: number, i: number) => {
    const [red, green, blue] = color.subarray(3 * i, 3 * i + 3);
    ok(Math.abs(value - (0.2126 * red + 0.7152 * green + 0.0722 * blue)) < 2 / 255);
  });
});

Deno.test("the wrapped world, its stepInto and the world's definition as pixels show the same", () => {
  const options = { grey: true, width: 32, height: 24 };
  const make = () => renderObservation(makeEnv("CartPole-v1"), options);
  const expected = walk(make(), false);
  ok(expected.some((seen, i) => i > 0 && seen.some((value, j) => value !== expected[0][j])));
  deepStrictEqual(walk(make(), true), expected);
  deepStrictEqual(walk(environmentOf(pixels(definition, options)), false), expected);
  deepStrictEqual(walk(environmentOf(pixels(definition, options)), true), expected);
});

Deno.test("frames of a definition are those that frameStack stacks, as channels", () => {
  for (const grey of [true, false]) {
    const options = { grey, width: 20, height: 16 };
    const stacked = frameStack(renderObservation(makeEnv("CartPole-v1"), options), 3);
    const defined = environmentOf(pixels(definition, { ...options, frames: 3 }));
    const channels = grey ? 1 : 3;
    strictEqual(`${defined.observationSpace}`, `Box(0, 1, [16, 20, ${3 * channels}])`);
    const expected = walk(stacked, false).map((frames) =>
      frames.map((_, i) => {
        const [pixel, rest] = [Math.floor(i / (3 * channels)), i % (3 * channels)];
        const [frame, channel] = [Math.floor(rest / channels), rest % channels];
        return frames[(frame * 20 * 16 + pixel) * channels + channel];
      })
    );
    deepStrictEqual(walk(defined, false), expected);
  }
});

Deno.test("pixel worlds are made by their ids, in the shape that is convolved", () => {
  const spaceOf = (id: string, options: object) => `${makeEnv(id, options).observationSpace}`;
  strictEqual(spaceOf("CartPolePixels-v0", {}), "Box(0, 1, [84, 84, 4])");
  strictEqual(spaceOf("CartPolePixels-v0", { size: 64, grey: false }), "Box(0, 1, [64, 64, 12])");
  strictEqual(spaceOf("GridWorldPixels-v0", {}), "Box(0, 1, [84, 84, 1])");
  const options = { mapName: "four-rooms", diagonal: true, timeLimit: 7 };
  const grid = makeEnv("GridWorldPixels-v0", options);
  strictEqual(`${grid.actionSpace}`, "Discrete(8)");
  strictEqual(grid.timeLimit, 7);
  const { observation } = grid.reset({ seed: 2 });
  const shown = renderObservation(makeEnv("GridWorld-v0", options), { grey: true });
  deepStrictEqual(observation, shown.reset({ seed: 2 }).observation);
  for (const option of [{ size: 7 }, { size: 84.5 }, { frames: 0 }, { observation: "index" }]) {
    throws(() => makeEnv("GridWorldPixels-v0", option), InputError);
  }
});

Deno.test("a world that is seen otherwise is the same world: rewards, ends, infos, masks, scenes", () => {
  const others: Readonly<Record<string, string>> = {
    "CartPolePixels-v0": "CartPole-v1",
    "GridWorldPixels-v0": "GridWorld-v0",
    "CartPoleNoVel-v1": "CartPole-v1",
    "PendulumNoVel-v1": "Pendulum-v1",
    "MountainCarContinuousNoVel-v0": "MountainCarContinuous-v0",
  };
  deepStrictEqual(
    environments.map(({ id }) => id).filter((id) => /Pixels|NoVel/.test(id)).sort(),
    Object.keys(others).sort(),
  );
  const asPixels = (make: () => Environment, id: string) => {
    const [seen, world] = [make(), makeEnv(id)];
    const random = defaultRng(1);
    const shown = (env: Environment) => [env.scene!(), env.actionMask?.(), env.timeLimit];
    const starts = [seen, world].map((env) => env.reset({ seed: 4 }).info);
    deepStrictEqual(starts[0], starts[1], id);
    for (let t = 0; t < 12; t++) {
      deepStrictEqual(shown(seen), shown(world), id);
      const action = world.actionSpace.sample(random);
      const [{ observation: _, ...found }, { observation: __, ...expected }] = [seen, world]
        .map((env) => env.step(action));
      deepStrictEqual(found, expected, id);
      if (found.terminated || found.truncated) break;
    }
    deepStrictEqual(shown(seen), shown(world), id);
  };
  for (const [id, world] of Object.entries(others)) {
    const size = id.includes("Pixels") ? { size: 8, frames: 3 } : {};
    asPixels(() => makeEnv(id, size), world);
  }
  for (const [id, make] of [["Taxi-v4", taxi], ["Blackjack-v1", blackjack]] as const) {
    const small = { width: 8, height: 8, frames: 3 };
    const configured = environments.find((entry) => entry.id === id)!.configuration!.parse({});
    // deno-lint-ignore no-explicit-any
    asPixels(() => environmentOf(pixels((make as any)(configured), small) as any), id);
  }
});

Deno.test("a world as pixels passes the checker and goes on from a snapshot without pixels", () => {
  const make = () =>
    environmentOf(pixels(definition, { grey: true, width: 8, height: 8, frames: 2 }));
  deepStrictEqual(checkEnvironment(make()), []);
  const env = make();
  env.reset({ seed: 1 });
  env.step(1);
  const snapshot = env.snapshot!();
  ok(JSON.stringify(snapshot).length < 1000);
  const other = make();
  other.restore!(snapshot);
  deepStrictEqual(other.step(0), env.step(0));
});

Deno.test("every environment of the lab can be seen as pixels", () => {
  for (const { id } of environments) {
    const { observation } = renderObservation(makeEnv(id), { width: 30, height: 30 }).reset();
    ok(new Set(observation).size > 2, id);
  }
});

Deno.test("walls are drawn without seams, whatever the size", () => {
  const env = makeEnv("GridWorld-v0", { mapName: "four-rooms" });
  env.reset({ seed: 1 });
  for (const width of [64, 84, 101]) {
    const { pixels: bytes } = renderRaster(env.scene!(), { width, height: width });
    const inside = Math.floor(width / 13 / 2);
    for (let i = 0; i < width; i++) {
      for (const pixel of [inside * width + i, i * width + inside]) {
        strictEqual(bytes.subarray(3 * pixel, 3 * pixel + 3).toHex(), colors.body.slice(1));
      }
    }
  }
});

Deno.test("a world without a scene, no frames and wrong sizes are refused", () => {
  const blind = defineEnvironment({
    id: "Blind-v0",
    observationSpace: new Box({ low: 0, high: 1, shape: [1] }),
    actionSpace: new Discrete(2),
    reset: () => 0,
    step: () => ({ state: 0, reward: 0, terminated: true }),
    observe: () => new Float32Array(1),
  });
  throws(() => renderObservation(environmentOf(blind)), /Blind-v0 .*draws no scene/);
  throws(() => pixels(blind), /Blind-v0 .*draws no scene/);
  throws(() => pixels(definition, { frames: 0 }), /frames must be a whole number ≥ 1: 0/);
  throws(() => pixels(definition, { width: 2.5 }), InputError);
});
