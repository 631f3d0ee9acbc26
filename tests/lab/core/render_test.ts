import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { environments, makeEnv } from "../../../envs/mod.ts";
import { renderPictureTerminal, renderTerminal } from "../../../lab/core/render_terminal.ts";
import { InputError } from "../../../lab/core/errors.ts";
import { layOut } from "../../../lab/core/render_font.ts";
import { Rasterizer, renderRaster } from "../../../lab/core/render_raster.ts";
import { renderSvg } from "../../../lab/core/render_svg.ts";
import type { Color, Scene, Shape } from "../../../lab/core/scene.ts";

const square: Shape = {
  kind: "polygon",
  points: [[0, 0], [2, 0], [2, 2], [0, 2]],
  fill: "#ff0000",
};
const scene = (...shapes: Shape[]): Scene => ({
  view: [0, 0, 4, 4],
  background: "#ffffff",
  shapes,
});

/** The raster as rows of hexadecimal colours. */
function rows(picture: Scene, width: number, height: number): string[][] {
  const { pixels } = renderRaster(picture, { width, height });
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => {
      const start = (row * width + column) * 3;
      return pixels.subarray(start, start + 3).toHex();
    }));
}

Deno.test("the raster's first row is the top of the view", () => {
  deepStrictEqual(rows(scene(square), 2, 2), [["ffffff", "ffffff"], ["ff0000", "ffffff"]]);
});

Deno.test("what is no colour is refused and not drawn as another one", () => {
  for (const fill of ["red", "#f00", "#ff00zz", "#ff000080", "", undefined, NaN, 0xff0000]) {
    const given = typeof fill === "string" ? JSON.stringify(fill) : String(fill);
    throws(() => rows(scene({ ...square, fill: fill as Color }), 2, 2), {
      name: "InputError",
      message: `Cannot draw a colour as it must be #rrggbb: ${given}`,
    });
  }
  deepStrictEqual(rows(scene({ ...square, fill: "#FF0000" }), 2, 2)[1][0], "ff0000");
});

/** Area in world units that is not white, for black marks on the view of 4 × 4. */
function blackArea(picture: Scene, width: number, height = width): number {
  const rasterizer = new Rasterizer(width, height, 1);
  rasterizer.draw(picture);
  const dark = rasterizer.pixels.reduce((sum, value) => sum + 255 - value, 0) / 255;
  return dark * 16 / (width * height);
}

Deno.test("later marks cover earlier ones, and a pixel that is half covered is half mixed", () => {
  const half: Shape = { ...square, points: [[0, 0], [1, 0], [1, 4], [0, 4]], fill: "#000000" };
  const [[upper], [lower]] = rows(scene(square, half), 2, 2);
  strictEqual(upper, "808080");
  strictEqual(lower, "800000");
});

Deno.test("marks cover their area in any size, also where the picture is stretched", () => {
  const black = "#000000";
  const circle: Shape = { kind: "circle", center: [2, 2], radius: 1.3, fill: black };
  const line: Shape = { kind: "line", points: [[1, 1.1], [3, 2.3]], color: black, width: 0.5 };
  const triangle: Shape = {
    kind: "polygon",
    points: [[0.3, 0.2], [3.7, 1.1], [1.2, 3.3]],
    fill: black,
  };
  const length = Math.hypot(2, 1.2);
  for (const [width, height] of [[20, 20], [80, 33], [31, 84]]) {
    const close = (shape: Shape, area: number) => {
      const found = blackArea(scene(shape), width, height);
      ok(Math.abs(found / area - 1) < 0.02, `${shape.kind} ${width}: ${found}, not ${area}`);
    };
    close(circle, Math.PI * 1.3 ** 2);
    close(line, 0.5 * length + Math.PI * 0.25 ** 2);
    close(triangle, Math.abs(3.4 * 3.1 - 0.9 * 0.9) / 2);
  }
});

Deno.test("a polygon that crosses itself is filled by the even-odd rule", () => {
  const points = [[1, 1], [3, 1], [3, 3], [1, 3]] as const;
  const twice: Shape = { kind: "polygon", points: [...points, ...points], fill: "#000000" };
  strictEqual(blackArea(scene(twice), 16), 0);
  ok(blackArea(scene({ ...twice, points }), 16) > 3.9);
});

Deno.test("corners of a line are round on the outside and covered once on the inside", () => {
  // Two arms of length 2 and width 1, at a right angle: the inner square is shared, a quarter of a
  // disc fills the outer corner.
  const elbow: Shape = {
    kind: "line",
    points: [[1, 3], [1, 1], [3, 1]],
    color: "#000000",
    width: 1,
  };
  const area = 2 + 2 - 0.25 + Math.PI / 16 + Math.PI / 4;
  for (const points of [elbow.points, elbow.points.toReversed()]) {
    ok(Math.abs(blackArea(scene({ ...elbow, points }), 160) - area) < 0.01);
  }
});

Deno.test("what lies outside of the view is cut off", () => {
  const around: Shape = { ...square, points: [[-9, 1], [9, 1], [9, 3], [-9, 3]], fill: "#000000" };
  strictEqual(blackArea(scene(around), 12), 8);
  const beyond = ([[-9, 1], [9, 0], [0, -9], [0, 9]] as const).map(([x, y]): Shape => ({
    kind: "circle",
    center: [x, y],
    radius: 3,
    fill: "#000000",
  }));
  strictEqual(blackArea(scene(...beyond), 12), 0);
  for (const [x, y] of [[-0.3, 2], [4.3, 2], [2, -0.3], [2, 4.3]]) {
    const points = [[x - 1, y], [x, y - 1], [x + 1, y], [x, y + 1]] as const;
    const inside = blackArea(scene({ kind: "polygon", points, fill: "#000000" }), 10);
    ok(Math.abs(inside - 0.49) < 0.005, `${inside}`); // a triangle 0.7 high and 1.4 wide
  }
  const corner: Shape = { kind: "circle", center: [0, 4], radius: 2, fill: "#000000" };
  ok(Math.abs(blackArea(scene(corner), 80) - Math.PI) < 0.02);
});

Deno.test("one rasterizer draws many scenes, each as a new one would", () => {
  const rasterizer = new Rasterizer(84, 84);
  fc.assert(
    fc.property(fc.infiniteStream(fc.double({ min: -6, max: 9, noNaN: true })), (numbers) => {
      const next = () => numbers.next().value as number;
      const points = Array.from({ length: 5 }, () => [next(), next()] as const);
      const picture = scene(
        { kind: "polygon", points, fill: "#2b3440" },
        { kind: "line", points, color: "#d08a4a", width: Math.abs(next()) / 5 },
        { kind: "circle", center: points[1], radius: Math.abs(next()), fill: "#7f8fd0" },
        { kind: "text", at: points[2], text: "Gym 4", size: 1.2, color: "#000000" },
      );
      rasterizer.draw(picture);
      deepStrictEqual(rasterizer.pixels, renderRaster(picture, { width: 84, height: 84 }).pixels);
    }),
    { numRuns: 30 },
  );
});

Deno.test("a picture needs whole sizes", () => {
  for (const width of [0, -1, 1.5, NaN, 1e9]) {
    throws(() => renderRaster(scene(), { width, height: 4 }), InputError);
  }
});

Deno.test("text is centred and as high as its size says", () => {
  const text: Shape = { kind: "text", at: [2, 2], text: "H", size: 2, color: "#000000" };
  const drawn = rows(scene(text), 80, 80);
  const dark = drawn.flatMap((line, row) =>
    line.flatMap((color, column) => color === "ffffff" ? [] : [[row, column]])
  );
  const span = (axis: number) => {
    const values = dark.map((place) => place[axis]);
    return [Math.min(...values), Math.max(...values)];
  };
  for (const axis of [0, 1]) strictEqual(span(axis)[0] + span(axis)[1], 79);
  // A capital is 0.7 of the font's height, the pen adds 0.1 of it: 0.8 × 40 pixels.
  strictEqual(span(0)[1] - span(0)[0] + 1, 32);
});

Deno.test("the font has every printable letter of ASCII, each with a shape of its own", () => {
  const box = JSON.stringify(layOut("\u{1f600}").strokes);
  const seen = new Set<string>();
  for (let code = 33; code < 127; code++) {
    const letter = String.fromCharCode(code);
    const strokes = JSON.stringify(layOut(letter).strokes);
    ok(strokes !== box, letter);
    seen.add(strokes);
  }
  strictEqual(seen.size, 94);
  deepStrictEqual(layOut("é").strokes, layOut("e").strokes);
});

Deno.test("a thin line still shows in a small picture", () => {
  const line: Shape = {
    kind: "line",
    points: [[0, 1.9], [4, 1.9]],
    color: "#000000",
    width: 0.001,
  };
  ok(rows(scene(line), 4, 4).flat().some((color) => color !== "ffffff"));
});

Deno.test("SVG holds every kind of mark with the y axis turned and text escaped", () => {
  const svg = renderSvg(
    scene(
      square,
      { kind: "line", points: [[0, 0], [4, 4]], color: "#00ff00", width: 0.1 },
      { kind: "circle", center: [1, 3], radius: 0.5, fill: "#0000ff" },
      { kind: "text", at: [2, 2], text: "a<b & c", size: 1, color: "#000000" },
    ),
    { width: 40 },
  );
  strictEqual(
    svg,
    [
      '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" viewBox="0 0 40 40">',
      '<rect width="40" height="40" fill="#ffffff"/>',
      '<polygon points="0,40 20,40 20,20 0,20" fill="#ff0000" fill-rule="evenodd"/>',
      '<polyline points="0,40 40,0" fill="none" stroke="#00ff00" stroke-width="1" ' +
      'stroke-linecap="round" stroke-linejoin="round"/>',
      '<circle cx="10" cy="10" r="5" fill="#0000ff"/>',
      '<text x="20" y="20" fill="#000000" font-family="sans-serif" font-size="10" ' +
      'text-anchor="middle" dominant-baseline="central">a&lt;b &amp; c</text>',
      "</svg>",
    ].join("\n"),
  );
});

Deno.test("what is no width, colour or shape is refused, and comes into no markup", () => {
  for (const width of [NaN, -1, 0, Infinity, "9"]) {
    throws(() => renderSvg(scene(square), { width: width as number }), {
      name: "InputError",
      message: /^Cannot draw as SVG as width must be a number above 0: /,
    });
  }
  const color = 'red" onload="alert(1)' as Color;
  const shapes: Shape[] = [
    { ...square, fill: color } as Shape,
    { kind: "circle", center: [1, 1], radius: 1, fill: color },
    { kind: "line", points: [[0, 0], [1, 1]], width: 1, color },
    { kind: "text", at: [0, 0], text: "a", size: 1, color },
  ];
  const wrong = [...shapes.map((shape) => scene(shape)), { ...scene(), background: color }];
  for (const each of wrong) {
    throws(() => renderSvg(each), { name: "InputError", message: /colour as it must be #rrggbb/ });
  }
  throws(() => renderSvg(scene({ ...square, kind: "rect" } as unknown as Shape)), {
    name: "InputError",
    message: 'Cannot draw a shape as its kind must be line, polygon, circle or text: "rect"',
  });
});

Deno.test("the terminal shows two pixels a character in 24-bit colours", () => {
  const red = "255;0;0m";
  const white = "255;255;255m";
  const low: Shape = { ...square, points: [[0, 0], [2, 0], [2, 1], [0, 1]] };
  strictEqual(
    renderTerminal(scene(low), { columns: 4 }),
    [
      `\x1b[48;2;${white}    \x1b[0m`,
      `\x1b[38;2;255;255;255;48;2;${red}▀▀\x1b[48;2;${white}  \x1b[0m`,
    ].join("\n"),
  );
});

Deno.test("a picture in a terminal is the means of what it covers, on black, and never enlarged", () => {
  const grey = { width: 4, height: 4, channels: 1, pixels: new Uint8Array(16) } as const;
  grey.pixels.set([0, 20, 100, 100, 40, 60, 100, 101, 200, 200, 255, 255, 200, 200, 255, 255]);
  strictEqual(
    renderPictureTerminal(grey, { columns: 2 }),
    "\x1b[38;2;30;30;30;48;2;200;200;200m▀\x1b[38;2;100;100;100;48;2;255;255;255m▀\x1b[0m",
  );
  const sizeOf = (options: { columns?: number; rows?: number }) =>
    // deno-lint-ignore no-control-regex
    renderPictureTerminal(grey, options).replaceAll(/\x1b\[[\d;]*m/g, "").split("\n")
      .map((line) => line.length);
  deepStrictEqual([sizeOf({}), sizeOf({ columns: 3 }), sizeOf({ rows: 1 })], [[4, 4], [3, 3], [2]]);
  // Red that is half there, and what is not there at all.
  const pixels = Uint8Array.of(255, 0, 0, 128, 90, 90, 90, 0);
  strictEqual(
    renderPictureTerminal({ width: 2, height: 1, channels: 4, pixels }),
    "\x1b[48;2;128;0;0m \x1b[48;2;0;0;0m \x1b[0m",
  );
  const rgb = {
    width: 1,
    height: 2,
    channels: 3,
    pixels: Uint8Array.of(1, 2, 3, 4, 5, 6),
  } as const;
  strictEqual(renderPictureTerminal(rgb), "\x1b[38;2;1;2;3;48;2;4;5;6m▀\x1b[0m");
  const letters = (picture: typeof grey) => renderPictureTerminal(picture, { mode: "ascii" });
  deepStrictEqual(letters(grey).split("\n"), ["@@**", "::"]);
  const dark = { ...grey, pixels: grey.pixels.map((value) => 255 - value) };
  deepStrictEqual(letters(dark).split("\n"), ["@@**", "::"]);
  throws(() => renderPictureTerminal(grey, { mode: "asci" as "ascii" }), InputError);
});

Deno.test("plain ASCII has no colours and shows texts as letters", () => {
  const text: Shape = { kind: "text", at: [3, 3], text: "G", size: 1, color: "#000000" };
  const lines = renderTerminal(scene({ ...square, fill: "#000000" }, text), {
    columns: 8,
    mode: "ascii",
  });
  deepStrictEqual(lines.split("\n"), ["", "      G", "@@@@", "@@@@"]);
});

Deno.test("plain ASCII is the denser the further a colour's luma is from the background's", () => {
  // Four columns of greys: 0, 1/4, 1/2 and 3/4 and a little of the way from white to black.
  const greys = ["#ffffff", "#b8b8b8", "#787878", "#383838"] as const;
  const bars = greys.map((fill, i): Shape => ({
    kind: "polygon",
    points: [[i, 0], [i + 1, 0], [i + 1, 4], [i, 4]],
    fill,
  }));
  const drawn = (background: "#ffffff" | "#000000") =>
    renderTerminal({ ...scene(...bars), background }, { columns: 4, mode: "ascii" }).split("\n");
  const ramp = " .:-=+*#%@";
  const letters = (far: (grey: number) => number) =>
    [255, 0xb8, 0x78, 0x38].map((grey) => ramp[Math.min(9, Math.floor(10 * far(grey) / 255))])
      .join("");
  deepStrictEqual(drawn("#ffffff"), Array(2).fill(letters((grey) => 255 - grey)));
  deepStrictEqual(drawn("#000000"), Array(2).fill(letters((grey) => grey)));
  // Of a background between the two the further one is all of the way.
  const middle = renderTerminal({ ...scene(...bars), background: "#404040" }, {
    columns: 4,
    mode: "ascii",
  });
  const most = 255 - 0x40;
  const far = (grey: number) => ramp[Math.min(9, Math.floor(10 * Math.abs(grey - 0x40) / most))];
  strictEqual(middle.split("\n")[0], [255, 0xb8, 0x78, 0x38].map(far).join("").trimEnd());
});

Deno.test("a picture has the columns and rows that its proportions ask for, a character twice as high", () => {
  const sizeOf = (view: Scene["view"], options: { columns?: number; rows?: number }) => {
    const lines = renderTerminal({ ...scene(square), view }, options).split("\n")
      // deno-lint-ignore no-control-regex
      .map((line) => line.replaceAll(/\x1b\[[\d;]*m/g, "").length);
    return [lines[0], lines.length];
  };
  const [even, wide] = [[0, 0, 4, 4], [0, 0, 16, 4]] as const;
  deepStrictEqual(sizeOf(even, {}), [48, 24]);
  deepStrictEqual(sizeOf(wide, {}), [80, 10]);
  deepStrictEqual(sizeOf(even, { rows: 40 }), [80, 40]);
  deepStrictEqual(sizeOf(even, { rows: 50 }), [80, 40]);
  deepStrictEqual(sizeOf(wide, { rows: 5 }), [40, 5]);
  deepStrictEqual(sizeOf(wide, { columns: 16, rows: 40 }), [16, 2]);
});

Deno.test("a picture fits into the columns and rows and keeps its proportions", () => {
  const wide = { ...scene(square), view: [0, 0, 16, 4] as const };
  for (const [columns, most] of [[80, 24], [80, 5], [10, 24], [1, 1]]) {
    const lines = renderTerminal(wide, { columns, rows: most, mode: "color" }).split("\n")
      // deno-lint-ignore no-control-regex
      .map((line) => line.replaceAll(/\x1b\[[\d;]*m/g, "").length);
    ok(lines.length <= most && lines.length >= 1);
    ok(lines.every((length) => length <= columns && length === lines[0]));
    if (columns > 1) ok(Math.abs(lines[0] / lines.length / 8 - 1) < 0.3, `${lines}`);
  }
});

Deno.test("every environment of the lab draws itself inside its view", () => {
  for (const { id } of environments) {
    const env = makeEnv(id);
    env.reset({ seed: 1 });
    const drawn = env.scene!();
    ok(drawn.shapes.length > 2, id);
    ok(!/NaN|Infinity|undefined/.test(renderSvg(drawn)), id);
    ok(new Set(renderRaster(drawn, { width: 60, height: 60 }).pixels).size > 3, id);
  }
});
