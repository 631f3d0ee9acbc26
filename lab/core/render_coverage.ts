/**
 * Fills outlines with smooth edges: the share of every pixel that an outline covers, computed
 * exactly from its edges.
 *
 * Each edge adds to a buffer how far the cover changes from one pixel to its right neighbour; a
 * running sum along a row is then the signed area. The method is that of font rasterisers (R. Levien
 * (2016), "Inside the fastest font renderer in the world").
 *
 * @module
 */
import { angleOf } from "./elementary.ts";
import { cosine, sine } from "./sine.ts";

/** Longest distance in pixels between an arc and the chords that stand for it. */
const arcError = 0.05;

/** How overlapping parts of an outline add up. */
type FillRule = "even-odd" | "nonzero";

/** Chords of an arc over `angle` (radians) with a radius of `reach` pixels. */
function chordsOf(angle: number, reach: number): number {
  return Math.max(1, Math.ceil(angle * Math.sqrt(reach / (8 * arcError))));
}

/**
 * An outline and the buffers that fill it. Positions are in pixels, the y axis points down. All of
 * it is allocated once: filling allocates nothing, except where an outline has more corners than
 * any before.
 */
export class Coverage {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** [height, width + 1]: change of the cover from the pixel to the left. Zero between fills. */
  readonly #change: Float32Array;
  /** x, y of every corner; contours one after the other. */
  #corners = new Float64Array(512);
  /** Where each contour ends in `#corners`. */
  #ends = new Int32Array(64);
  #length = 0;
  #contours = 0;
  /** Cosine and sine of turns: those of ends and circles of a size come with every frame. */
  readonly #turns = new Map<number, readonly [cos: number, sin: number]>();

  /** An empty outline over `width` × `height` pixels. */
  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#change = new Float32Array((width + 1) * height);
  }

  /** Adds a corner to the present contour. */
  add(x: number, y: number): void {
    if (this.#length + 2 > this.#corners.length) {
      const grown = new Float64Array(2 * this.#corners.length);
      grown.set(this.#corners);
      this.#corners = grown;
    }
    this.#corners[this.#length] = x;
    this.#corners[this.#length + 1] = y;
    this.#length += 2;
  }

  /** Closes the present contour; the next corner starts another one. */
  close(): void {
    if (this.#contours === this.#ends.length) {
      const grown = new Int32Array(2 * this.#ends.length);
      grown.set(this.#ends);
      this.#ends = grown;
    }
    this.#ends[this.#contours++] = this.#length;
  }

  /** Adds an ellipse with half axes `reachX` and `reachY`. */
  addEllipse(x: number, y: number, reachX: number, reachY: number): void {
    this.#addArc(x, y, reachX, reachY, 1, 0, 2 * Math.PI);
    this.close();
  }

  /**
   * Adds what an elliptic pen covers on its way through `points` (x, y, x, y, …, `count` numbers of
   * it): round ends, round corners. To be filled by the rule `nonzero`.
   */
  addStroke(points: Float64Array, count: number, reachX: number, reachY: number): void {
    // Directions are unit vectors of the plane in which the pen is a unit circle.
    let [beforeU, beforeV, isFirst] = [0, 0, true];
    let [x, y] = [points[0], points[1]];
    for (let i = 2; i < count; i += 2) {
      const [nextX, nextY] = [points[i], points[i + 1]];
      let [u, v] = [(nextX - x) / reachX, (nextY - y) / reachY];
      const length = Math.sqrt(u * u + v * v);
      if (length < 1e-9) continue;
      [u, v] = [u / length, v / length];
      if (isFirst) this.#addPie(x, y, reachX, reachY, v, -u, Math.PI);
      else this.#addJoin(x, y, reachX, reachY, beforeU, beforeV, u, v);
      const [sideX, sideY] = [-v * reachX, u * reachY];
      this.add(x + sideX, y + sideY);
      this.add(nextX + sideX, nextY + sideY);
      this.add(nextX - sideX, nextY - sideY);
      this.add(x - sideX, y - sideY);
      this.close();
      [x, y, beforeU, beforeV, isFirst] = [nextX, nextY, u, v, false];
    }
    if (isFirst) this.addEllipse(x, y, reachX, reachY);
    else this.#addPie(x, y, reachX, reachY, -beforeV, beforeU, Math.PI);
  }

  /** The wedge at the outer side of a corner. */
  #addJoin(
    x: number,
    y: number,
    reachX: number,
    reachY: number,
    beforeU: number,
    beforeV: number,
    u: number,
    v: number,
  ): void {
    const cross = beforeU * v - beforeV * u;
    const angle = Math.abs(angleOf(beforeU * u + beforeV * v, cross));
    if (angle < 1e-6) return;
    if (cross > 0) this.#addPie(x, y, reachX, reachY, v, -u, angle);
    else this.#addPie(x, y, reachX, reachY, -beforeV, beforeU, angle);
  }

  /** A slice of the pen around its middle, from the direction (u, v) on. */
  #addPie(
    x: number,
    y: number,
    reachX: number,
    reachY: number,
    u: number,
    v: number,
    angle: number,
  ): void {
    this.add(x, y);
    this.#addArc(x, y, reachX, reachY, u, v, angle);
    this.close();
  }

  /** Corners on an arc from the direction (u, v) on, turning as the rectangles of a stroke do. */
  #addArc(
    x: number,
    y: number,
    reachX: number,
    reachY: number,
    u: number,
    v: number,
    angle: number,
  ): void {
    const chords = chordsOf(angle, Math.max(reachX, reachY));
    const [cos, sin] = this.#turnBy(angle / chords);
    for (let i = 0; i <= chords; i++) {
      this.add(x + u * reachX, y + v * reachY);
      [u, v] = [u * cos + v * sin, v * cos - u * sin];
    }
  }

  #turnBy(angle: number): readonly [cos: number, sin: number] {
    let known = this.#turns.get(angle);
    if (known === undefined) {
      if (this.#turns.size >= 1024) this.#turns.clear();
      known = [cosine(angle), sine(angle)];
      this.#turns.set(angle, known);
    }
    return known;
  }

  /**
   * Paints the outline over `pixels` [height, width, channels] in a colour with one byte a channel,
   * and starts an empty one.
   */
  fill(pixels: Uint8Array, color: readonly number[], rule: FillRule): void {
    const [corners, change, stride] = [this.#corners, this.#change, this.width + 1];
    let [least, most, upper, lower] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < this.#length; i += 2) {
      least = Math.min(least, corners[i]);
      most = Math.max(most, corners[i]);
      upper = Math.min(upper, corners[i + 1]);
      lower = Math.max(lower, corners[i + 1]);
    }
    this.#accumulate();
    const first = Math.max(0, Math.floor(least));
    const end = Math.min(this.width, Math.ceil(most));
    const channels = color.length;
    const endRow = Math.min(this.height, Math.ceil(lower));
    for (let row = Math.max(0, Math.floor(upper)); row < endRow; row++) {
      let area = 0;
      for (let column = first; column < end; column++) {
        const at = row * stride + column;
        area += change[at];
        change[at] = 0;
        const cover = rule === "nonzero"
          ? Math.min(1, Math.abs(area))
          : Math.abs(area - 2 * Math.round(area / 2));
        if (cover < 1 / 512) continue;
        const pixel = (row * this.width + column) * channels;
        for (let channel = 0; channel < channels; channel++) {
          const below = pixels[pixel + channel];
          pixels[pixel + channel] = below + cover * (color[channel] - below) + 0.5;
        }
      }
      change[row * stride + Math.max(end, 0)] = 0;
    }
    this.#length = 0;
    this.#contours = 0;
  }

  /** Adds the changes of cover of every edge. */
  #accumulate(): void {
    const [corners, height] = [this.#corners, this.height];
    let begin = 0;
    for (let contour = 0; contour < this.#contours; contour++) {
      const end = this.#ends[contour];
      let [fromX, fromY] = [corners[end - 2], corners[end - 1]];
      for (let i = begin; i < end; i += 2) {
        const [toX, toY] = [corners[i], corners[i + 1]];
        const slope = (toX - fromX) / (toY - fromY);
        const isDown = fromY < toY;
        const top = Math.max(0, isDown ? fromY : toY);
        const bottom = Math.min(height, isDown ? toY : fromY);
        const sign = isDown ? 1 : -1;
        for (let row = Math.floor(top); row < bottom; row++) {
          const [high, low] = [Math.max(top, row), Math.min(bottom, row + 1)];
          const [x0, x1] = [fromX + (high - fromY) * slope, fromX + (low - fromY) * slope];
          this.#addSlice(row, Math.min(x0, x1), Math.max(x0, x1), sign * (low - high));
        }
        [fromX, fromY] = [toX, toY];
      }
      begin = end;
    }
  }

  /** Adds the part of an edge within one row: `rise` of it between `left` and `right`. */
  #addSlice(row: number, left: number, right: number, rise: number): void {
    const change = this.#change;
    const start = row * (this.width + 1);
    if (left >= this.width) return;
    if (right <= 0) {
      change[start] += rise;
      return;
    }
    const run = right - left;
    if (left < 0) {
      const outside = rise * (-left / run);
      change[start] += outside;
      rise -= outside;
      left = 0;
    }
    if (right > this.width) {
      rise *= (this.width - left) / (right - left);
      right = this.width;
    }
    const first = Math.floor(left);
    const last = Math.ceil(right);
    const at = start + first;
    if (last <= first + 1) {
      const middle = (left + right) / 2 - first;
      change[at] += rise * (1 - middle);
      change[at + 1] += rise * middle;
      return;
    }
    // A trapezoid over several pixels: `before` of it lies left of the edge in the pixel.
    const perPixel = rise / (right - left);
    let covered = 0;
    let before = 0;
    for (let column = first; column < last; column++) {
      const [from, to] = [Math.max(left, column), Math.min(right, column + 1)];
      const share = perPixel * (to - from);
      const inside = covered + share * (column + 1 - (from + to) / 2);
      change[start + column] += inside - before;
      before = inside;
      covered += share;
    }
    change[start + last] += covered - before;
  }
}
