import { deepStrictEqual, strictEqual } from "node:assert";
import type uPlot from "uplot";
import {
  draggedAlong,
  followClick,
  followFinger,
  followWheel,
  shifted,
  stretched,
} from "../../web/components/plot_hands.ts";

Deno.test("a stretch grows and shrinks about the pointer, within what the lines have", () => {
  const whole = { from: 0, to: 1000 };
  deepStrictEqual(stretched(whole, 250, 0.5, whole), { from: 125, to: 625 });
  deepStrictEqual(stretched({ from: 125, to: 625 }, 250, 0.2, whole), { from: 225, to: 325 });
  deepStrictEqual(stretched({ from: 100, to: 300 }, 300, 3, whole), { from: 0, to: 300 });
  strictEqual(stretched({ from: 125, to: 625 }, 250, 2, whole), undefined);
  strictEqual(stretched({ from: 125, to: 625 }, 250, 9, whole), undefined);
});

Deno.test("a stretch of lines whose end is not known grows as asked, not before the beginning", () => {
  deepStrictEqual(stretched({ from: 100, to: 200 }, 150, 4, undefined), { from: 0, to: 350 });
});

Deno.test("on a logarithmic axis a stretch grows and shrinks by powers of ten", () => {
  const whole = { from: 1, to: 10_000 };
  deepStrictEqual(stretched(whole, 100, 0.5, whole, true), { from: 10, to: 1000 });
  deepStrictEqual(stretched({ from: 10, to: 1000 }, 10, 0.5, whole, true), { from: 10, to: 100 });
  strictEqual(stretched({ from: 10, to: 1000 }, 100, 2, whole, true), undefined);
});

Deno.test("a stretch goes along by a share of its length, no farther than the lines go", () => {
  const whole = { from: 0, to: 1000 };
  const shown = { from: 200, to: 400 };
  deepStrictEqual(shifted(shown, 0.5, whole), { from: 300, to: 500 });
  deepStrictEqual(shifted(shown, -0.5, whole), { from: 100, to: 300 });
  deepStrictEqual(shifted(shown, 9, whole), { from: 800, to: 1000 });
  deepStrictEqual(shifted(shown, -9, whole), { from: 0, to: 200 });
  deepStrictEqual([shifted(whole, 0.5, whole), shifted(whole, -0.5, whole)], [whole, whole]);
  // Where the lines end is not known.
  deepStrictEqual(shifted(shown, 9, undefined), { from: 2000, to: 2200 });
  deepStrictEqual(shifted(shown, -9, undefined), { from: 0, to: 200 });
  const decades = { from: 1, to: 1e6 };
  deepStrictEqual(shifted({ from: 10, to: 1000 }, 0.5, decades, true), { from: 100, to: 10_000 });
  deepStrictEqual(shifted({ from: 10, to: 1000 }, -9, decades, true), { from: 1, to: 100 });
});

type Happened = Readonly<Record<string, unknown>>;

/** A chart 200 pixels wide, 40 from the left, over 0 to 1000; what is done to it is kept. */
function chart() {
  const listeners = new Map<string, (event: unknown) => void>();
  const done: unknown[][] = [];
  const tell = (name: string) => (...args: unknown[]) => void done.push([name, ...args]);
  const plot = {
    over: {
      addEventListener: (name: string, listener: (event: unknown) => void) =>
        listeners.set(name, listener),
      getBoundingClientRect: () => ({ left: 40, width: 200 }),
      clientHeight: 90,
    },
    posToVal: (pixel: number, scale: string) => scale === "x" ? 5 * pixel : NaN,
    scales: { x: { min: 0, max: 1000 } },
    ...{ setSelect: tell("select"), setCursor: tell("cursor"), setScale: tell("scale") },
  };
  return {
    plot: plot as unknown as uPlot,
    happens: (name: string, event: Happened) => listeners.get(name)!(event),
    done: () => done.splice(0),
  };
}

const selected = (left: number, width: number, isOver: boolean) => [
  ...["select", { left, top: 0, width, height: 90 }, isOver],
];

Deno.test("a click tells its place on the x axis", () => {
  const { plot, happens } = chart();
  const picked: number[] = [];
  const pick: { current: ((x: number) => void) | undefined } = { current: undefined };
  followClick(plot, pick);
  happens("click", { clientX: 60 });
  pick.current = (x) => void picked.push(x);
  happens("click", { clientX: 60 });
  // With Shift it moves a stretch along.
  happens("click", { clientX: 60, shiftKey: true });
  deepStrictEqual(picked, [100]);
});

Deno.test("a finger chooses the stretch that it goes along, a tap chooses none", () => {
  const { plot, happens, done } = chart();
  followFinger(plot);
  const touch = (clientX: number, more: Happened = {}) => ({
    ...{ pointerType: "touch", isPrimary: true, clientX },
    ...more,
  });
  // No mouse, and no second finger.
  happens("pointerdown", touch(100, { pointerType: "mouse" }));
  happens("pointermove", touch(120));
  happens("pointerdown", touch(100, { isPrimary: false }));
  happens("pointermove", touch(120));
  deepStrictEqual(done(), []);
  happens("pointerdown", touch(100));
  happens("pointermove", touch(130, { isPrimary: false }));
  happens("pointermove", touch(120));
  deepStrictEqual(done(), [["cursor", { left: 80, top: 0 }], selected(60, 20, false)]);
  // Beyond the edge it is at the edge.
  happens("pointermove", touch(10));
  deepStrictEqual(done(), [["cursor", { left: 0, top: 0 }], selected(0, 60, false)]);
  happens("pointerup", touch(500, { isPrimary: false }));
  happens("pointerup", touch(500));
  deepStrictEqual(done(), [selected(60, 140, true)]);
  happens("pointermove", touch(120));
  deepStrictEqual(done(), []);
  for (
    const [to, expected] of [[107, selected(0, 0, false)], [108, selected(60, 8, true)]] as const
  ) {
    happens("pointerdown", touch(100));
    happens("pointerup", touch(to));
    deepStrictEqual(done(), [expected]);
  }
  happens("pointerdown", touch(100));
  happens("pointercancel", touch(100));
  happens("pointerup", touch(150));
  deepStrictEqual(done(), [selected(0, 0, false)]);
});

Deno.test("with Shift a mouse takes a stretch along, without it chooses another", () => {
  const { plot, done } = chart();
  const heard = new Map<string, (event: unknown) => void>();
  const { addEventListener: add, removeEventListener: remove } = globalThis;
  Object.assign(globalThis, {
    addEventListener: (name: string, hear: (event: unknown) => void) => heard.set(name, hear),
    removeEventListener: (name: string) => heard.delete(name),
  });
  try {
    const [asked, selected]: unknown[][] = [[], []];
    const shown: { current: { from: number; to: number } | undefined } = { current: undefined };
    const begins = draggedAlong(plot, {
      zoom: { current: (range) => void asked.push(range) },
      ...{ shown, whole: { current: { from: 0, to: 1200 } }, log: false },
    }, (event) => selected.push(event));
    const down = (more: Happened = {}) => {
      const event = { button: 0, shiftKey: true, clientX: 140, ...more };
      strictEqual(begins(event as never), null);
      return event;
    };
    deepStrictEqual(selected.splice(0).length + heard.size, 0);
    const whole = down();
    shown.current = { from: 0, to: 1000 };
    const without = down({ shiftKey: false });
    const other = down({ button: 2 });
    deepStrictEqual([selected.splice(0), heard.size], [[whole, without, other], 0]);
    down();
    heard.get("mouseup")!({});
    deepStrictEqual([asked, heard.size], [[], 0]);
    down();
    // 20 of 200 pixels to the left are 100 of 1000 on; 60 are more than there is.
    heard.get("mousemove")!({ clientX: 120 });
    heard.get("mousemove")!({ clientX: 80 });
    deepStrictEqual(done(), [
      ["scale", "x", { min: 100, max: 1100 }],
      ["scale", "x", { min: 200, max: 1200 }],
    ]);
    deepStrictEqual(asked, []);
    heard.get("mouseup")!({});
    deepStrictEqual([asked, selected, heard.size], [[{ from: 200, to: 1200 }], [], 0]);
  } finally {
    Object.assign(globalThis, { addEventListener: add, removeEventListener: remove });
  }
});

Deno.test("a wheel zooms about the pointer where Ctrl is held, and is asked for at rest", () => {
  const { plot, happens, done } = chart();
  const { setTimeout, clearTimeout } = globalThis;
  let timer: { readonly what: () => void; readonly milliseconds: number } | undefined;
  Object.assign(globalThis, {
    setTimeout: (what: () => void, milliseconds: number) => timer = { what, milliseconds },
    clearTimeout: (which: unknown) => which === timer && (timer = undefined),
  });
  try {
    const asked: unknown[] = [];
    const whole = { from: 0, to: 2000 };
    const shown: { current: typeof whole | undefined } = { current: undefined };
    followWheel(plot, {
      ...{ zoom: { current: (range) => void asked.push(range) }, whole: { current: whole } },
      ...{ shown, log: false },
    });
    let prevented = 0;
    const wheel = (deltaY: number, ctrlKey = true, deltaX = 0) =>
      happens("wheel", {
        deltaX,
        deltaY,
        ctrlKey,
        clientX: 140,
        preventDefault: () => prevented++,
      });
    wheel(-40, false);
    // Sideways a chart that shows all goes nowhere, and a page may.
    wheel(0, false, 40);
    deepStrictEqual([done(), prevented], [[], 0]);
    shown.current = { from: 0, to: 1000 };
    wheel(40, false, 30);
    deepStrictEqual([done(), prevented], [[], 0]);
    // Over 200 pixels stand 1000.
    wheel(30, false, 40);
    deepStrictEqual(done(), [["scale", "x", { min: 200, max: 1200 }]]);
    timer!.what();
    deepStrictEqual([asked.splice(0), prevented], [[{ from: 200, to: 1200 }], 1]);
    prevented = 0;
    shown.current = undefined;
    // e^(−40 / 400) is 0.904837: the pointer stands at 500 of 0 to 1000.
    wheel(-40);
    const closer = { from: 47.58129, to: 952.4187 };
    deepStrictEqual(done(), [["scale", "x", { min: closer.from, max: closer.to }]]);
    deepStrictEqual([prevented, asked, timer!.milliseconds], [1, [], 150]);
    timer!.what();
    deepStrictEqual(asked.splice(0), [closer]);
    // A notch is 120 pixels at most: e^0.3 is 1.349859.
    wheel(1000);
    deepStrictEqual(done(), [["scale", "x", { min: 0, max: 1174.929 }]]);
    Object.assign(plot.scales, { x: { min: 0, max: 1900 } });
    wheel(1000);
    timer!.what();
    deepStrictEqual(asked, [undefined]);
    deepStrictEqual(done(), [["scale", "x", { min: 0, max: 2000 }]]);
    Object.assign(plot.scales, { x: {} });
    wheel(-40);
    deepStrictEqual(done(), []);
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
});
