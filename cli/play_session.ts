/**
 * Plays a world in the terminal: by a person's keys, or by chance.
 *
 * @module
 */
import type { Environment } from "../lab/core/environment.ts";
import type { Seed } from "../lab/core/random.ts";
import { Moves } from "../lab/core/pace.ts";
import type { Scene } from "../lab/core/scene.ts";
import { figure, plural } from "./terminal/format.ts";
import { type Io, type Keyboard, leaveScreen } from "./terminal/io.ts";
import { drawingOf } from "../envs/checker_scene.ts";
import type { Controls } from "../envs/controls.ts";
import { keysOf } from "./terminal/play_keys.ts";
import { renderTerminal } from "../lab/core/render_terminal.ts";

/** Another screen without a cursor. */
const enterScreen = "\x1b[?1049h\x1b[?25l\x1b[2J";

/** What ends a session or a wait: the process is to stop, a frame is due, the terminal has another size. */
const [stopped, due, resized] = [Symbol("stopped"), Symbol("due"), Symbol("resized")] as const;

/** A world with the counts of what was played. */
export class Game {
  /** Returns of the episodes that ended. */
  readonly returns: number[] = [];
  /** Steps of the present episode. */
  length = 0;
  /** Of the last step. */
  reward = 0;
  /** Sum of the present episode's rewards. */
  episodeReturn = 0;
  /** How the present episode ended; empty while it goes on. */
  ended: "" | "terminated" | "truncated" = "";
  /** What the world shows. */
  observation: unknown;

  /** Starts the first episode. */
  constructor(readonly environment: Environment, readonly seed: Seed) {
    this.observation = environment.reset({ seed }).observation;
  }

  /** Starts the next episode. */
  restart(): void {
    this.observation = this.environment.reset().observation;
    this.length = this.reward = this.episodeReturn = 0;
    this.ended = "";
  }

  /** Acts once. */
  act(action: unknown): void {
    const { observation, reward, terminated, truncated } = this.environment.step(action);
    this.observation = observation;
    this.length++;
    this.reward = reward;
    this.episodeReturn += reward;
    this.ended = terminated ? "terminated" : truncated ? "truncated" : "";
    if (this.ended !== "") this.returns.push(this.episodeReturn);
  }

  /** What was played, in a line. */
  summary(): string {
    const { returns, environment: { id } } = this;
    if (returns.length === 0) {
      return `${id}: no episode finished, return ${figure(this.episodeReturn)} after ` +
        plural(this.length, "step");
    }
    const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
    return `${id}: ${plural(returns.length, "episode")}, return ${figure(mean)} on average, ` +
      `${figure(returns.reduce((best, value) => Math.max(best, value)))} at best`;
  }
}

/** How a session goes. */
export interface SessionOptions {
  /** Keys of actions; undefined: `choose` alone acts. */
  readonly controls?: Controls;
  /** Chooses actions in a person's stead. */
  readonly choose?: () => unknown;
  /** Steps a second; 0: the world waits for a key. */
  readonly framesPerSecond: number;
  /** Ends the session; undefined: a key does. */
  readonly seconds?: number;
  /** Called with every drawing. */
  readonly onScene?: (scene: Scene) => void;
  /** Waits; tests hand over their own. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

/**
 * Plays until a person quits, the time is over or the process is to stop, and returns whether
 * it was interrupted. The terminal is as before afterwards, whatever happens.
 */
export async function playSession(
  game: Game,
  io: Io,
  keyboard: Keyboard,
  options: SessionOptions,
): Promise<{ interrupted: boolean }> {
  const stop = Promise.withResolvers<symbol>();
  using _listening = io.onInterrupt(() => stop.resolve(stopped));
  try {
    keyboard.raw(true);
    io.error(enterScreen);
    return { interrupted: await new Session(game, io, options).run(keyboard, stop.promise) };
  } finally {
    io.error(leaveScreen);
    keyboard.raw(false);
  }
}

const realSleep = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

class Session {
  readonly #game: Game;
  readonly #io: Io;
  readonly #options: SessionOptions;
  readonly #moves: Moves;
  #episode = 1;
  #isPaused: boolean;

  constructor(game: Game, io: Io, options: SessionOptions) {
    this.#game = game;
    this.#io = io;
    this.#options = options;
    this.#moves = new Moves(options.framesPerSecond > 0);
    this.#isPaused = options.choose === undefined;
  }

  get #isLive(): boolean {
    return this.#moves.isLive;
  }

  async run(keyboard: Keyboard, stop: Promise<symbol>): Promise<boolean> {
    const { framesPerSecond, seconds = Infinity, sleep = realSleep } = this.#options;
    const start = this.#io.now();
    let tick = start + (this.#isPaused ? 0 : 1000 / framesPerSecond);
    let reading = keyboard.read();
    let resizing = Promise.withResolvers<symbol>();
    using _listening = this.#io.onResize(() => {
      resizing.resolve(resized);
      resizing = Promise.withResolvers();
    });
    this.#record();
    for (;;) {
      this.#draw();
      const now = this.#io.now();
      if (now - start >= seconds * 1000) return false;
      tick = Math.max(tick, now - 1000);
      const isMoving = this.#isLive && !this.#isPaused;
      const waits: Promise<string | symbol | null>[] = [reading, stop, resizing.promise];
      const next = isMoving ? tick : start + seconds * 1000;
      if (next < Infinity) waits.push(sleep(Math.max(0, next - now)).then(() => due));
      const event = await Promise.race(waits);
      if (event === due && isMoving) {
        tick += 1000 / framesPerSecond;
        this.#advance();
      }
      if (event === due || event === resized) continue;
      if (event === stopped) return true;
      if (typeof event !== "string") return false;
      reading = keyboard.read();
      for (const key of keysOf(event)) {
        if (key === "interrupt") return true;
        if (key === "q" || key === "escape") return false;
        const wasPaused = this.#isPaused;
        this.#press(key);
        if (wasPaused) tick = this.#io.now();
      }
    }
  }

  /** The next frame of a world that goes by itself. */
  #advance(): void {
    const { choose } = this.#options;
    if (this.#game.ended === "") this.#step(choose === undefined ? this.#moves.action : choose());
    else if (choose !== undefined) this.#restart();
    if (this.#game.ended !== "" && choose === undefined) this.#isPaused = true;
  }

  #press(key: string): void {
    if (key === "r") return this.#restart();
    const { choose } = this.#options;
    const hasBegun = choose !== undefined || this.#moves.hasBegun(this.#episode);
    if (key === "p" && this.#isLive && hasBegun) {
      this.#isPaused = !this.#isPaused;
      return;
    }
    const action = this.#options.controls?.actionOf(key);
    if (this.#game.ended !== "" && choose === undefined) {
      if (action !== undefined || key === "enter" || key === "space") this.#restart();
    } else if (action !== undefined) {
      this.#isPaused = false;
      if (this.#moves.take(action, this.#episode)) this.#step(action);
    }
  }

  #restart(): void {
    this.#game.restart();
    this.#episode++;
    this.#isPaused = this.#options.choose === undefined;
    this.#record();
  }

  #step(action: unknown): void {
    this.#game.act(action);
    this.#record();
  }

  #record(): void {
    const scene = drawingOf(this.#game.environment);
    if (scene !== undefined) this.#options.onScene?.(scene);
  }

  #draw(): void {
    const { columns, rows } = this.#io.screen() ?? { columns: 80, rows: 24 };
    const fits = (line: string) => [...line].slice(0, columns - 1).join("");
    const { environment, observation } = this.#game;
    const scene = drawingOf(environment);
    const picture = scene === undefined
      ? fits(`observation ${Array.isArray(observation) ? observation.join(", ") : observation}`)
      : renderTerminal(scene, {
        columns: columns - 1,
        rows: Math.max(1, rows - 3),
        mode: this.#io.color.error ? "color" : "ascii",
      });
    const lines = [...picture.split("\n"), "", fits(this.#status()), fits(this.#hint())];
    // A synchronized update: the terminal shows the frame when it is whole.
    const frame = lines.map((line) => `${line}\x1b[K`).join("\r\n");
    this.#io.error(`\x1b[?2026h\x1b[H${frame}\x1b[J\x1b[?2026l`);
  }

  #status(): string {
    const { environment, returns, length, reward, episodeReturn, ended } = this.#game;
    const episode = returns.length + (ended === "" ? 1 : 0);
    return `${environment.id}  episode ${episode}  step ${length}  reward ${figure(reward)}  ` +
      `return ${figure(episodeReturn)}`;
  }

  #hint(): string {
    const keys = [
      ...(this.#options.controls === undefined ? [] : [this.#options.controls.legend]),
      ...(this.#isLive ? ["p pause"] : []),
      "r restart",
      "q quit",
    ].join("  ");
    if (this.#game.ended !== "" && this.#options.choose === undefined) {
      return `${this.#game.ended}: enter starts the next episode, q quits`;
    }
    if (!this.#isPaused || !this.#isLive) return keys;
    return this.#moves.hasBegun(this.#episode) || this.#options.choose !== undefined
      ? `Paused: ${keys}`
      : `Press a key to start: ${keys}`;
  }
}
