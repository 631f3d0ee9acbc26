import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { environments, makeEnv } from "../../../envs/mod.ts";
import { renderTerminal } from "../../../lab/cli/render_terminal.ts";
import { renderRaster } from "../../../lab/core/render_raster.ts";
import { renderSvg } from "../../../lab/core/render_svg.ts";
import type { Scene, Shape } from "../../../lab/core/scene.ts";

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

Deno.test("later marks cover earlier ones and edges are smoothed", () => {
  const half: Shape = { ...square, points: [[0, 0], [1, 0], [1, 4], [0, 4]], fill: "#000000" };
  // The left pixel is 2 wide and half covered: of 3 columns of samples 1 or 2 are black.
  const [[upper], [lower]] = rows(scene(square, half), 2, 2);
  ok(["555555", "aaaaaa"].includes(upper), upper);
  ok(["550000", "aa0000"].includes(lower), lower);
});

Deno.test("circles and lines cover what lies within their radius and half width", () => {
  const circle: Shape = { kind: "circle", center: [2, 2], radius: 1, fill: "#0000ff" };
  const count = (picture: Scene) =>
    rows(picture, 80, 80).flat().filter((color) => color !== "ffffff").length / 400;
  ok(Math.abs(count(scene(circle)) - Math.PI) < 0.15);
  const line: Shape = { kind: "line", points: [[1, 2], [3, 2]], color: "#0000ff", width: 0.5 };
  ok(Math.abs(count(scene(line)) - (1 + Math.PI / 16)) < 0.12);
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

Deno.test("the terminal shows two pixels a character in 24-bit colours", () => {
  const red = "38;2;255;0;0;48;2;255;0;0m";
  const white = "38;2;255;255;255;48;2;255;255;255m";
  strictEqual(
    renderTerminal(scene(square), { columns: 4 }),
    [
      `\x1b[${white}▀▀▀▀\x1b[0m`,
      `\x1b[${red}▀▀\x1b[${white}▀▀\x1b[0m`,
    ].join("\n"),
  );
});

Deno.test("plain ASCII has no colours and shows texts as letters", () => {
  const text: Shape = { kind: "text", at: [3, 3], text: "G", size: 1, color: "#000000" };
  const lines = renderTerminal(scene({ ...square, fill: "#000000" }, text), {
    columns: 8,
    mode: "ascii",
  });
  deepStrictEqual(lines.split("\n"), ["", "      G", "@@@@", "@@@@"]);
});

Deno.test("a picture fits into the columns and rows and keeps its proportions", () => {
  const wide = { ...scene(square), view: [0, 0, 16, 4] as const };
  for (const [columns, most] of [[80, 24], [80, 5], [10, 24], [1, 1]]) {
    const lines = renderTerminal(wide, { columns, rows: most, mode: "color" }).split("\n")
      .map((line) => [...line].filter((letter) => letter === "▀").length);
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
