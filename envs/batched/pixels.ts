/**
 * Worlds in columns, seen as pixels.
 *
 * @module
 */
import type { Batch, BatchStep } from "../../lab/core/environment.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { Scene } from "../../lab/core/scene.ts";
import type { PixelView } from "../wrappers/pixels.ts";

/** What is to be drawn of a row: nothing, its newest frame, all of its frames. */
const [none, newest, all] = [0, 1, 2];

/** N worlds that show the drawings of their last states. A step draws one frame a row. */
export class PixelBatch<State> implements Batch<readonly State[]> {
  readonly #worlds: Batch<State>;
  readonly #scene: (state: State) => Scene;
  readonly #view: PixelView;
  /** By row: the states that are shown, the oldest first. */
  readonly #shown: State[][];
  readonly #due: Uint8Array;

  /** The pixels of `count` worlds. */
  constructor(
    worlds: Batch<State>,
    scene: (state: State) => Scene,
    view: PixelView,
    readonly count: number,
  ) {
    this.#worlds = worlds;
    this.#scene = scene;
    this.#view = view;
    this.#shown = Array.from({ length: count }, () => []);
    this.#due = new Uint8Array(count);
  }

  reset(row: number, random: Generator): void {
    this.#worlds.reset(row, random);
    const state = this.#worlds.stateOf(row);
    this.#shown[row] = Array.from({ length: this.#view.frames }, () => state);
    this.#due[row] = all;
  }

  step(step: BatchStep): void {
    this.#worlds.step(step);
    for (let row = 0; row < this.count; row++) {
      if (step.resting[row] === 1) continue;
      const shown = this.#shown[row];
      shown.copyWithin(0, 1);
      shown[shown.length - 1] = this.#worlds.stateOf(row);
      this.#due[row] = newest;
    }
  }

  observe(out: Float32Array, from: number, to: number): void {
    const { space: { flatSize }, frames } = this.#view;
    for (let row = from; row < to; row++) {
      const shown = this.#shown[row];
      if (this.#due[row] === all) {
        for (let frame = 0; frame < frames; frame++) {
          this.#view.write(this.#scene(shown[frame]), frame, out, row * flatSize);
        }
      } else if (this.#due[row] === newest) {
        this.#view.push(this.#scene(shown[frames - 1]), out, row * flatSize);
      }
      this.#due[row] = none;
    }
  }

  stateOf(row: number): readonly State[] {
    return [...this.#shown[row]];
  }

  setState(row: number, state: readonly State[]): void {
    this.#worlds.setState(row, state[state.length - 1]);
    this.#shown[row] = [...state];
    this.#due[row] = all;
  }
}
