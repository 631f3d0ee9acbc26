/**
 * Digits as strokes: what `glyphs` draws. A stroke runs through its points in a unit box (x right,
 * y down), smoothly (Catmull–Rom) or with corners. Each digit has the variants that people write.
 *
 * @module
 */

/** One movement of the pen. */
export interface Stroke {
  /** Smooth through the points, or straight between them. */
  readonly smooth: boolean;
  /** x, y, x, y, … in the unit box. */
  readonly points: readonly number[];
}

/** Smooth through the points. */
export const smooth = (...points: number[]): Stroke => ({ smooth: true, points });
/** Straight between the points. */
export const corners = (...points: number[]): Stroke => ({ smooth: false, points });

/** `digits[label]` lists the variants of a digit; each variant lists its strokes. */
// deno-fmt-ignore
export const digits: readonly (readonly (readonly Stroke[])[])[] = [
  [
    [smooth(.5, 0, .25, .12, .13, .5, .25, .88, .5, 1, .75, .88, .87, .5, .75, .12, .5, 0)],
    [smooth(.66, .06, .42, 0, .2, .2, .14, .55, .28, .92, .54, 1, .78, .8, .86, .44, .72, .1, .5, .03)],
  ],
  [
    [corners(.5, 0, .5, 1)],
    [corners(.3, .22, .52, 0, .52, 1)],
    [corners(.3, .2, .52, 0, .52, 1), corners(.26, 1, .78, 1)],
  ],
  [
    [smooth(.18, .22, .34, .04, .58, 0, .78, .16, .74, .4, .48, .7, .14, 1), corners(.14, 1, .86, 1)],
    [smooth(.16, .2, .36, .03, .62, .02, .79, .2, .7, .46, .42, .78, .2, .96, .1, .88, .24, .8, .5, .92, .72, 1, .9, .9)],
  ],
  [
    [smooth(.18, .12, .46, 0, .76, .13, .72, .36, .42, .46), smooth(.42, .46, .76, .55, .85, .77, .56, 1, .15, .9)],
    [corners(.18, .02, .8, .02, .42, .42), smooth(.42, .42, .76, .5, .84, .77, .54, 1, .15, .9)],
  ],
  [
    [corners(.3, 0, .14, .6, .9, .6), corners(.68, .28, .64, 1)],
    [corners(.64, 1, .68, 0, .1, .66, .92, .66)],
  ],
  [
    [corners(.8, .02, .28, .02, .22, .45), smooth(.22, .45, .5, .36, .8, .5, .8, .82, .5, 1, .15, .9)],
    [corners(.3, .04, .24, .46), corners(.28, .04, .84, 0), smooth(.24, .46, .56, .42, .78, .6, .74, .86, .46, 1, .16, .94)],
  ],
  [
    [smooth(.72, .02, .4, .2, .2, .55, .26, .88, .52, 1, .78, .86, .76, .62, .5, .52, .24, .7)],
    [smooth(.5, 0, .26, .34, .18, .72, .36, .98, .66, .96, .8, .74, .6, .56, .36, .62, .22, .8)],
  ],
  [
    [corners(.14, .02, .84, .02), smooth(.84, .02, .6, .42, .42, 1)],
    [corners(.14, .04, .86, .04), smooth(.86, .04, .62, .46, .4, 1), corners(.36, .5, .78, .48)],
    [corners(.16, .2, .18, .03, .84, .03, .46, 1)],
  ],
  [
    [smooth(.72, .12, .5, 0, .24, .12, .34, .38, .66, .6, .78, .82, .5, 1, .22, .84, .34, .6, .66, .38, .76, .16, .5, 0)],
    [smooth(.5, .46, .24, .32, .3, .07, .5, 0, .72, .08, .76, .32, .5, .46), smooth(.5, .46, .2, .64, .22, .9, .5, 1, .78, .9, .8, .64, .5, .46)],
  ],
  [
    [smooth(.78, .22, .6, .03, .32, .06, .2, .3, .36, .5, .62, .46, .78, .22), corners(.78, .22, .7, 1)],
    [smooth(.8, .26, .58, .02, .28, .1, .22, .36, .46, .5, .7, .4, .8, .2, .82, .56, .68, .92, .42, 1, .22, .92)],
  ],
];
