import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert";
import { decode } from "fast-png";
import { decodeFrames } from "modern-gif";
import { makeEnv } from "../../envs/mod.ts";
import type { Keyboard } from "../../cli/terminal/io.ts";
import { main } from "../../cli/main.ts";
import { keysOf } from "../../cli/terminal/play_keys.ts";
import { controlsOf } from "../../envs/controls.ts";
import { Game, playSession } from "../../cli/play_session.ts";
import { InputError } from "../../lab/core/errors.ts";
import { Box } from "../../lab/core/space.ts";
import type { Scene } from "../../lab/core/scene.ts";
import { type CapturedIo, capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";
import { until } from "../until.ts";

const screen = { columns: 60, rows: 20 };

/** A keyboard that types these chunks one after the other and is silent then. */
function typing(...chunks: (string | null)[]): Keyboard & { readonly modes: boolean[] } {
  const modes: boolean[] = [];
  return {
    modes,
    raw: (on) => void modes.push(on),
    read: () => {
      const next = chunks.shift();
      return next === undefined ? new Promise(() => {}) : Promise.resolve(next);
    },
  };
}

/** Waits at once, moving the clock. */
function sleeping(io: CapturedIo) {
  return (milliseconds: number) => {
    io.clock += milliseconds;
    return Promise.resolve();
  };
}

/** What the terminal shows in the end, without colours. */
function lastFrame(io: CapturedIo): string {
  const frames = io.written.error.split("\x1b[?2026h\x1b[H").slice(1);
  // deno-lint-ignore no-control-regex
  return frames.at(-1)!.split("\x1b[J")[0].replaceAll(/\x1b\[[\d;]*[mK]/g, "");
}

/** Checks that the terminal is given back: the last thing written, and the keys' mode. */
function isRestored(io: CapturedIo, modes: readonly boolean[]): void {
  ok(io.written.error.includes("\x1b[?1049h\x1b[?25l"));
  ok(io.written.error.endsWith("\x1b[0m\x1b[?25h\x1b[?1049l"));
  deepStrictEqual(modes, [true, false]);
}

Deno.test("what a terminal sends is read as keys", () => {
  deepStrictEqual(keysOf("\x1b[A\x1b[B\x1bOC\x1b[D"), ["up", "down", "right", "left"]);
  deepStrictEqual(keysOf("3Q \r"), ["3", "q", "space", "enter"]);
  deepStrictEqual(keysOf("\x03"), ["interrupt"]);
  deepStrictEqual(keysOf("\x1b"), ["escape"]);
  deepStrictEqual(keysOf("\x1b[1;5C\x1b[15~é"), ["right", "unknown", "é"]);
});

Deno.test("arrows mean what each world means by its actions", () => {
  const action = (id: string, key: string) => controlsOf(makeEnv(id)).actionOf(key);
  deepStrictEqual(
    ["left", "down", "right", "up"].map((key) => action("FrozenLake-v1", key)),
    [0, 1, 2, 3],
  );
  deepStrictEqual(
    ["up", "right", "down", "left"].map((key) => action("GridWorld-v0", key)),
    [0, 1, 2, 3],
  );
  deepStrictEqual(["down", "up", "right", "left", "5"].map((key) => action("Taxi-v4", key)), [
    ...[0, 1, 2, 3, 5],
  ]);
  deepStrictEqual(["left", "space", "right"].map((key) => action("MountainCar-v0", key)), [
    ...[0, 1, 2],
  ]);
  deepStrictEqual(
    ["up", "right", "down", "left"].map((key) => action("GridWorldPixels-v0", key)),
    [0, 1, 2, 3],
  );
  strictEqual(action("CartPole-v1", "2"), undefined);
  deepStrictEqual(action("Pendulum-v1", "left"), Float32Array.of(-2));
  deepStrictEqual(action("Pendulum-v1", "space"), Float32Array.of(0));
  // Where there are no bounds a key pushes by one.
  const actionSpace = new Box({ low: -Infinity, high: Infinity, shape: [1] });
  const { actionOf, legend } = controlsOf({ ...makeEnv("Pendulum-v1"), actionSpace });
  deepStrictEqual(
    ["left", "space", "right"].map(actionOf),
    [-1, 0, 1].map((x) => Float32Array.of(x)),
  );
  match(legend, /−1 {2}.* 1 {2}/);
});

Deno.test("every key of a world has its label, and the legend is made of them", () => {
  const keysOf = (id: string) => controlsOf(makeEnv(id)).keys.map(({ key, label }) => [key, label]);
  deepStrictEqual(keysOf("MountainCar-v0"), [
    ...[["left", "← left"], ["space", "space rest"], ["right", "→ right"]],
  ]);
  deepStrictEqual(keysOf("Blackjack-v1"), [["0", "0 stick"], ["1", "1 hit"]]);
  deepStrictEqual(keysOf("Pendulum-v1"), [
    ...[["left", "← −2"], ["right", "→ 2"], ["space", "space lets go"]],
  ]);
  for (const id of ["Taxi-v4", "GridWorld-v0", "Bandit-v0", "Pendulum-v1"]) {
    const { keys, actionOf } = controlsOf(makeEnv(id));
    ok(keys.every(({ key }) => actionOf(key) !== undefined), id);
  }
});

Deno.test("the moves of the legend go where they say", () => {
  for (const id of ["GridWorld-v0", "FrozenLake-v1", "CliffWalking-v1"]) {
    const env = makeEnv(id, id === "FrozenLake-v1" ? { isSlippery: false } : {});
    const { actionOf } = controlsOf(env);
    const agentAfter = (keys: string[]) => {
      env.reset({ seed: 1 });
      for (const key of keys) env.step(actionOf(key));
      const agent = env.scene!().shapes.findLast((shape) => shape.kind === "circle")!;
      return agent.kind === "circle" ? agent.center : undefined;
    };
    const [x, y] = agentAfter([])!;
    const vertical = id === "CliffWalking-v1" ? "up" : "down";
    deepStrictEqual(agentAfter([vertical]), [x, y + (vertical === "up" ? 1 : -1)], id);
    if (id !== "CliffWalking-v1") deepStrictEqual(agentAfter(["right"]), [x + 1, y], id);
    else deepStrictEqual(agentAfter(["up", "right", "left"]), [x, y + 1], id);
  }
});

Deno.test("actions that no key stands for are refused, with a way out", () => {
  const env = makeEnv("Identity-v0", { space: "multi-discrete" });
  throws(() => controlsOf(env), /Identity-v0 by keys .*--random/);
});

Deno.test("a world that waits steps with every key; q gives the terminal back", async () => {
  const keyboard = typing("\x1b[C", "\x1b[B2", "q");
  const io = capturedIo({ screen, keyboard });
  strictEqual(await main(["play", "GridWorld-v0"], io), 0);
  match(lastFrame(io), /GridWorld-v0 {2}episode 1 {2}step 3 {2}reward -0\.01 {2}return -0\.03/);
  match(lastFrame(io), /↑ up {2}→ right {2}↓ down {2}← left/);
  strictEqual(io.written.out, "GridWorld-v0: no episode finished, return -0.03 after 3 steps\n");
  isRestored(io, keyboard.modes);
});

Deno.test("a frame fits the terminal", async () => {
  for (const id of ["CartPole-v1", "Taxi-v4", "Blackjack-v1", "Acrobot-v1"]) {
    const io = capturedIo({ screen, keyboard: typing("q") });
    await main(["play", id], io);
    const lines = lastFrame(io).split("\r\n");
    ok(lines.length <= screen.rows && lines.every((line) => [...line].length < screen.columns));
  }
});

Deno.test("a world that waits is drawn anew where the terminal gets another size", async () => {
  const env = makeEnv("GridWorld-v0");
  const io = capturedIo({ screen: { columns: 100, rows: 40 } });
  const quit = Promise.withResolvers<string>();
  const keyboard: Keyboard = { raw: () => {}, read: () => quit.promise };
  const playing = playSession(new Game(env, 1), io, keyboard, {
    controls: controlsOf(env),
    framesPerSecond: 0,
  });
  const turn = () => new Promise<void>((resolve) => setTimeout(resolve));
  for (const to of [{ columns: 30, rows: 12 }, { columns: 20, rows: 8 }]) {
    io.resize(to);
    await turn();
    const lines = lastFrame(io).split("\r\n");
    strictEqual(lines.length <= to.rows, true);
    strictEqual(lines.at(-1)!.length, to.columns - 1);
  }
  quit.resolve("q");
  strictEqual((await playing).interrupted, false);
  const { length } = io.written.error;
  io.resize(screen);
  await turn();
  strictEqual(io.written.error.length, length);
});

Deno.test("a world that moves by itself starts with a key, keeps its action and ends", async () => {
  const env = makeEnv("CartPole-v1");
  const io = capturedIo({ screen });
  const game = new Game(env, 1);
  // Silent after the first key until the pole has fallen.
  const fallen = Promise.withResolvers<string>();
  const chunks = [Promise.resolve("\x1b[C"), fallen.promise];
  const keyboard: Keyboard = { raw: () => {}, read: () => chunks.shift() ?? new Promise(() => {}) };
  const scenes: Scene[] = [];
  const { interrupted } = await playSession(game, io, keyboard, {
    controls: controlsOf(env),
    framesPerSecond: 25,
    onScene: (scene) => {
      scenes.push(scene);
      if (game.ended !== "") fallen.resolve("q");
    },
    sleep: sleeping(io),
  });
  strictEqual(interrupted, false);
  const alone = makeEnv("CartPole-v1");
  alone.reset({ seed: 1 });
  let steps = 1;
  while (!alone.step(1).terminated) steps++;
  deepStrictEqual(game.returns, [steps]);
  strictEqual(scenes.length, steps + 1);
  // The first step comes with the key, then 25 a second of the clock.
  strictEqual(io.clock, (steps - 1) * 40);
  match(lastFrame(io), /step \d+ {2}reward 1 {2}return \d+\r\nterminated: enter starts/);
});

Deno.test("after the end a key starts the next episode", async () => {
  const io = capturedIo({ screen, keyboard: typing("0", "\r", "q") });
  strictEqual(await main(["play", "Blackjack-v1"], io), 0);
  match(lastFrame(io), /episode 2 {2}step 0/);
  match(io.written.out, /^Blackjack-v1: 1 episode, return/);
});

Deno.test("Ctrl-C and SIGTERM end with 130, and the terminal is given back", async () => {
  const keyboard = typing("\x03");
  const io = capturedIo({ screen, keyboard });
  strictEqual(await main(["play", "CartPole-v1"], io), 130);
  isRestored(io, keyboard.modes);

  const silent = typing();
  const other = capturedIo({ screen, keyboard: silent });
  const playing = main(["play", "CartPole-v1"], other);
  await until(() => silent.modes.length > 0);
  other.interrupt();
  strictEqual(await playing, 130);
  isRestored(other, silent.modes);
});

Deno.test("a world that breaks leaves the terminal as it was", async () => {
  const env = makeEnv("CartPole-v1");
  const keyboard = typing("1");
  const io = capturedIo({ screen, keyboard });
  const broken = { ...env, id: env.id, reset: () => env.reset(), step: () => env.step(NaN) };
  const game = new Game({ ...broken, scene: () => env.scene!() }, 1);
  const options = { controls: controlsOf(env), framesPerSecond: 0 };
  await rejects(playSession(game, io, keyboard, options), InputError);
  isRestored(io, keyboard.modes);
});

Deno.test("random actions are shown until the seconds are over", async () => {
  const env = makeEnv("CartPole-v1");
  const io = capturedIo({ screen });
  const game = new Game(env, 1);
  let scenes = 0;
  await playSession(game, io, typing(), {
    choose: () => 0,
    framesPerSecond: 25,
    seconds: 2,
    onScene: () => scenes++,
    sleep: sleeping(io),
  });
  strictEqual(scenes, 51); // a start, then 25 a second, new starts included
  strictEqual(io.clock, 2000);
  ok(game.returns.length > 3);
});

Deno.test("more episodes than a call takes arguments have a mean and a best one", () => {
  const game = new Game(makeEnv("Taxi-v4"), 1);
  for (let i = 0; i < 200_000; i++) game.returns.push(i % 2);
  strictEqual(game.summary(), "Taxi-v4: 200,000 episodes, return 0.5 on average, 1 at best");
});

Deno.test("a world that waits for keys ends with its seconds, too", async () => {
  const io = capturedIo({ screen });
  const game = new Game(makeEnv("Taxi-v4"), 1);
  const options = { controls: controlsOf(makeEnv("Taxi-v4")), framesPerSecond: 0, seconds: 3 };
  const { interrupted } = await playSession(game, io, typing(), {
    ...options,
    sleep: sleeping(io),
  });
  strictEqual(interrupted, false);
  strictEqual(io.clock, 3000);
});

Deno.test("--random --out records a GIF of so many frames, the same with the same seed", async () => {
  await inFolder(async (folder) => {
    const record = async (name: string, ...flags: string[]) => {
      const io = capturedIo({ folder });
      const args = ["play", "CartPole-v1", "--random", "--seconds", "1", "--out", name, ...flags];
      strictEqual(await main(args, io), 0);
      match(io.written.out, new RegExp(`^25 frames: ${folder}/${name}\nCartPole-v1: `));
      return await Deno.readFile(`${folder}/${name}`);
    };
    const gif = await record("a.gif");
    const frames = decodeFrames(gif.buffer);
    strictEqual(frames.length, 25);
    deepStrictEqual([frames[0].width, frames[0].height, frames[0].delay], [400, 138, 40]);
    deepStrictEqual(await record("b.gif"), gif);
    ok((await record("c.gif", "--seed", "2")).toString() !== gif.toString());
  });
});

Deno.test("chance takes no action that the world's mask forbids", async () => {
  const lab = new URL("../../mod.ts", import.meta.url).href;
  await inFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/masked.ts`,
      `import { defineEnvironment, Discrete } from "${lab}";
       export default defineEnvironment({
         id: "Masked-v0",
         observationSpace: new Discrete(2),
         actionSpace: new Discrete(4),
         timeLimit: 10,
         reset: () => 0,
         step: (at, action) => {
           if (action % 2 !== at) throw new Error("forbidden: " + action);
           return { state: 1 - at, reward: 1, terminated: false };
         },
         observe: (at) => at,
         actionMask: (at) => [1 - at, at, 1 - at, at],
         scene: () => ({ view: [0, 0, 1, 1], background: "#ffffff", shapes: [] }),
       });`,
    );
    const io = capturedIo({ folder, root: folder });
    const args = ["play", "masked.ts", "--random", "--seconds", "12", "--out", "a.gif"];
    strictEqual(await main(args, io), 0, io.written.error);
    match(io.written.out, /Masked-v0: 4 episodes, return 10.0 on average/);
  });
});

Deno.test("--out draws the first frame as PNG or SVG, with the world's options", async () => {
  await inFolder(async (folder) => {
    const args = ["play", "FrozenLake-v1", "--random", "--set", "mapName=8x8", "--out"];
    strictEqual(await main([...args, "lake.png"], capturedIo({ folder })), 0);
    const { width, height } = decode(await Deno.readFile(`${folder}/lake.png`));
    deepStrictEqual([width, height], [400, 400]);
    strictEqual(await main([...args, "lake.svg"], capturedIo({ folder })), 0);
    const svg = await Deno.readTextFile(`${folder}/lake.svg`);
    match(svg, /^<svg /);
    ok(svg.match(/<polyline/g)!.length >= 18); // the lines of 8 × 8 cells
  });
});

Deno.test("what a person plays is recorded, too", async () => {
  await inFolder(async (folder) => {
    const io = capturedIo({ folder, screen, keyboard: typing("\x1b[C\x1b[C", "q") });
    strictEqual(await main(["play", "GridWorld-v0", "--out", "mine.gif"], io), 0);
    match(io.written.out, /^3 frames: /);
    strictEqual(decodeFrames((await Deno.readFile(`${folder}/mine.gif`)).buffer).length, 3);
  });
});

Deno.test("nothing is written over without --force", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.svg`, "mine");
    const args = ["play", "CartPole-v1", "--random", "--out", "a.svg"];
    const io = capturedIo({ folder });
    strictEqual(await main(args, io), 2);
    match(io.written.error, /such a file already/);
    strictEqual(await Deno.readTextFile(`${folder}/a.svg`), "mine");
    strictEqual(await main([...args, "--force"], capturedIo({ folder })), 0);
  });
});

Deno.test("what cannot be played is one line and 2", async () => {
  for (
    const [args, expected] of [
      [["CartPole-v1"], /this is no terminal/],
      [["CartPole-v1", "--random"], /this is no terminal/],
      [["CartPole-v2", "--random"], /did you mean "CartPole-v1"/],
      [
        ["CartPole-v1", "--random", "--out", "a.mp4"],
        /must end in \.gif, \.png or \.svg: a\.mp4|mp4/,
      ],
      [["CartPole-v1", "--random", "--seconds", "3600", "--out", "a.gif"], /at most 600 frames/],
      [["CartPole-v1", "--random", "--fps", "0", "--out", "a.gif"], /--fps must be at least 1: 0/],
      [["CartPole-v1", "--fps", "51"], /51/],
      [["CartPole-v1", "--set", "wind=1"], /Cannot set wind as CartPole-v1 has no such option/],
    ] as const
  ) {
    const io = capturedIo();
    strictEqual(await main(["play", ...args], io), 2, args.join(" "));
    match(io.written.error, expected);
    match(io.written.error, /^error: [^\n]+\n$/);
    strictEqual(io.written.out, "");
  }
});

Deno.test("without a terminal a file is proposed where the world draws something to record", () =>
  inFolder(async (folder) => {
    const core = new URL("../../lab/core/", import.meta.url).href;
    await Deno.writeTextFile(
      `${folder}/bare.ts`,
      `import { defineEnvironment } from "${core}define_environment.ts";
      import { Discrete } from "${core}space.ts";
      export default defineEnvironment({
        ...{ id: "Bare-v0", observationSpace: new Discrete(2), actionSpace: new Discrete(2) },
        ...{ timeLimit: 9, reset: () => 0, observe: (state) => state },
        step: (state) => ({ state, reward: 0, terminated: false }),
      });`,
    );
    for (
      const [world, expected] of [
        [
          "CartPole-v1",
          /no terminal: to record it, .* play CartPole-v1 --random --out FILE\.gif\n$/,
        ],
        ["bare.ts", /no terminal, and it has no scene that a file could hold\n$/],
      ] as const
    ) {
      const io = capturedIo({ folder });
      strictEqual(await main(["play", world, "--random"], io), 2);
      match(io.written.error, expected);
    }
  }));
