/**
 * Pools and depthwise convolutions: for every window its taps one after the other, four channels
 * at a time.
 *
 * @module
 */
import { allInside } from "../images.ts";
import type { WindowItem } from "../items.ts";
import {
  type Code,
  f32x4,
  get,
  i32,
  Locals,
  loop,
  memory,
  repeat,
  sequence,
  set,
  splat,
  splatInt,
  v128,
  when,
} from "./assembler.ts";
import type { Madd } from "./math.ts";

/** Where one tap of a window lies: the image's element, and the tap's number. */
interface Tap {
  /** Address of the image's element, and an offset in bytes. */
  readonly at: Code;
  readonly offset: number;
  readonly index: number;
}

/** A function that works on every window of the item. */
export function windowFunction(
  item: WindowItem,
  address: (value: number) => number,
  size: number,
  madd: Madd,
): { locals: Locals; body: Code } {
  const { windows: w, role } = item;
  const locals = new Locals(0);
  const [n, y, x, top, left, corner, image, out, channel] = Array.from(
    { length: 9 },
    () => locals.add("i32"),
  );
  const inside = allInside(w);
  const pixel = w.channels * 4;
  const taps = Array.from({ length: w.kernelHeight * w.kernelWidth }, (_, index) => ({
    index,
    y: Math.floor(index / w.kernelWidth) * w.dilationY,
    x: index % w.kernelWidth * w.dilationX,
  }));
  /** Code for each tap that lies in the image. */
  const each = (body: (tap: Tap) => Code): Code =>
    sequence(...taps.map((tap) => {
      const offset = (tap.y * w.width + tap.x) * pixel;
      if (inside) return body({ at: get(corner), offset, index: tap.index });
      const code = body({
        at: i32.add(get(corner), i32.const(offset)),
        offset: 0,
        index: tap.index,
      });
      const row = i32.add(get(top), i32.const(tap.y));
      const column = i32.add(get(left), i32.const(tap.x));
      return when(
        i32.and(i32.below(row, i32.const(w.height)), i32.below(column, i32.const(w.width))),
        code,
      );
    }));
  const context = { item, locals, address, each, out, channel, inside, madd };
  const perChannel = rolesCode[role](context);
  const run = (limit: number, bytes: number) =>
    repeat(
      channel,
      i32.const(limit),
      i32.const(bytes),
      sequence(
        perChannel(bytes === 16),
        set(corner, i32.add(get(corner), i32.const(bytes))),
        set(out, i32.add(get(out), i32.const(bytes))),
      ),
    );
  const whole = Math.floor(w.channels / 4) * 16;
  const window = sequence(
    set(
      corner,
      i32.add(
        get(image),
        i32.mul(
          i32.add(i32.mul(get(top), i32.const(w.width)), get(left)),
          i32.const(pixel),
        ),
      ),
    ),
    set(channel, i32.const(0)),
    whole > 0 ? run(whole, 16) : [],
    whole < pixel ? run(pixel, 4) : [],
    set(left, i32.add(get(left), i32.const(w.strideX))),
  );
  const addsUp = role.endsWith("Gradient") || role === "depthwiseInput" ||
    role === "depthwiseFilter";
  const target = address(item.output);
  const body = sequence(
    addsUp ? memory.fill(i32.const(target), i32.const(0), i32.const(size * 4)) : [],
    set(image, i32.const(imageAddress(item, address))),
    set(out, i32.const(windowAddress(item, address))),
    loop(
      n,
      i32.const(w.images),
      i32.const(1),
      sequence(
        set(top, i32.const(-w.padTop)),
        loop(
          y,
          i32.const(w.outHeight),
          i32.const(1),
          sequence(
            set(left, i32.const(-w.padLeft)),
            loop(x, i32.const(w.outWidth), i32.const(1), window),
            set(top, i32.add(get(top), i32.const(w.strideY))),
          ),
        ),
        set(image, i32.add(get(image), i32.const(w.height * w.width * pixel))),
      ),
    ),
  );
  return { locals, body };
}

/** The address of what has the shape of the input images. */
function imageAddress({ role, inputs, output }: WindowItem, address: (value: number) => number) {
  const written = role === "averageGradient" || role === "depthwiseInput";
  // The largest elements are looked for in x; what is added to lies at a fixed distance.
  return address(written ? output : role === "maxGradient" ? inputs[1] : inputs[0]);
}

/** The address of what has an element for each window and channel. */
function windowAddress({ role, inputs, output }: WindowItem, address: (value: number) => number) {
  const written = role === "max" || role === "average" || role === "depthwise";
  return address(written ? output : role === "depthwiseFilter" ? inputs[1] : inputs[0]);
}

interface Context {
  readonly item: WindowItem;
  readonly locals: Locals;
  readonly address: (value: number) => number;
  readonly each: (body: (tap: Tap) => Code) => Code;
  /** Locals: address of the window's element, byte offset of the channel. */
  readonly out: number;
  readonly channel: number;
  readonly inside: boolean;
  readonly madd: Madd;
}

/** Code for four channels of a window, or for one. */
type PerChannel = (vector: boolean) => Code;

const load = (vector: boolean, at: Code, offset = 0) =>
  vector ? v128.load(at, offset) : v128.loadSplat(at, offset);
const store = (vector: boolean, at: Code, value: Code, offset = 0) =>
  vector ? v128.store(at, value, offset) : v128.storeLane(at, value, offset);
const addTo = (vector: boolean, at: Code, value: Code, offset = 0) =>
  store(vector, at, f32x4.add(load(vector, at, offset), value), offset);

const rolesCode: Record<WindowItem["role"], (context: Context) => PerChannel> = {
  max: ({ locals, each, out }) => {
    const best = locals.add("v128");
    return (vector) =>
      sequence(
        set(best, splat(-Infinity)),
        each(({ at, offset }) => set(best, f32x4.greater(get(best), load(vector, at, offset)))),
        store(vector, get(out), get(best)),
      );
  },
  average: ({ item: { windows }, locals, each, out, inside }) => {
    const [sum, count] = [locals.add("v128"), locals.add("v128")];
    const all = splat(windows.kernelHeight * windows.kernelWidth);
    return (vector) =>
      sequence(
        set(sum, splat(0)),
        set(count, inside ? all : splat(0)),
        each(({ at, offset }) =>
          sequence(
            set(sum, f32x4.add(get(sum), load(vector, at, offset))),
            inside ? [] : set(count, f32x4.add(get(count), splat(1))),
          )
        ),
        store(vector, get(out), f32x4.div(get(sum), get(count))),
      );
  },
  maxGradient: ({ item, locals, address, each, out }) => {
    const [best, open, hit, x] = [0, 1, 2, 3].map(() => locals.add("v128"));
    const distance = i32.const(address(item.output) - address(item.inputs[1]));
    return (vector) =>
      sequence(
        set(best, splat(-Infinity)),
        each(({ at, offset }) => set(best, f32x4.greater(get(best), load(vector, at, offset)))),
        // The first of equal elements gets it all.
        set(open, splatInt(-1)),
        each(({ at, offset }) =>
          sequence(
            set(x, load(vector, at, offset)),
            set(hit, v128.and(get(open), f32x4.eq(get(x), get(best)))),
            set(open, v128.andNot(get(open), get(hit))),
            addTo(
              vector,
              i32.add(at, distance),
              v128.and(get(hit), load(vector, get(out))),
              offset,
            ),
          )
        ),
      );
  },
  averageGradient: ({ item: { windows }, locals, each, out }) => {
    const share = locals.add("v128");
    const weight = splat(1 / (windows.kernelHeight * windows.kernelWidth));
    return (vector) =>
      sequence(
        set(share, f32x4.mul(load(vector, get(out)), weight)),
        each(({ at, offset }) => addTo(vector, at, get(share), offset)),
      );
  },
  depthwise: (context) => {
    const { locals, each, out, madd } = context;
    const sum = locals.add("v128");
    return (vector) =>
      sequence(
        set(sum, splat(0)),
        each(({ at, offset, index }) =>
          set(
            sum,
            madd(
              load(vector, at, offset),
              load(vector, get(context.channel), filterOffset(context, 1, index)),
              get(sum),
            ),
          )
        ),
        store(vector, get(out), get(sum)),
      );
  },
  depthwiseInput: (context) => {
    const { each, out } = context;
    return (vector) =>
      each(({ at, offset, index }) =>
        addTo(
          vector,
          at,
          f32x4.mul(
            load(vector, get(out)),
            load(vector, get(context.channel), filterOffset(context, 1, index)),
          ),
          offset,
        )
      );
  },
  depthwiseFilter: (context) => {
    const { each, out } = context;
    return (vector) =>
      each(({ at, offset, index }) =>
        addTo(
          vector,
          get(context.channel),
          f32x4.mul(load(vector, get(out)), load(vector, at, offset)),
          filterOffset(context, undefined, index),
        )
      );
  },
};

/** Address of one tap of a filter's first channel: an input of the item, or its output. */
function filterOffset({ item, address }: Context, input: number | undefined, index: number) {
  const value = input === undefined ? item.output : item.inputs[input];
  return address(value) + index * item.windows.channels * 4;
}
