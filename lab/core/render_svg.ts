/**
 * Draws a scene as SVG.
 *
 * @module
 */
import { InputError } from "./errors.ts";
import { escaped } from "./markup.ts";
import { checkOptions } from "./options.ts";
import { show } from "./plain.ts";
import { type Color, isColor, type Scene, type Shape } from "./scene.ts";

/** A length in pixels, to a thousandth. */
function pixels(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

/** A colour that is one: what a world calls so may be anything, and stands within the markup. */
function inked(color: Color): Color {
  if (isColor(color)) return color;
  throw new InputError(`Cannot draw a colour as it must be #rrggbb: ${show(color)}`);
}

/**
 * The SVG document of a scene.
 *
 * @param options `width` in pixels (600); the height follows from the view.
 * @throws InputError where the width is no number above 0, a colour is not `#rrggbb`, and of a shape of
 *   another kind.
 *
 * @example
 * ```ts
 * import { renderSvg } from "./render_svg.ts";
 * import { ok } from "node:assert";
 *
 * const svg = renderSvg({
 *   view: [0, 0, 2, 1],
 *   background: "#ffffff",
 *   shapes: [{ kind: "circle", center: [1, 0.75], radius: 0.1, fill: "#3f6fd8" }],
 * }, { width: 100 });
 * ok(svg.includes('<circle cx="50" cy="12.5" r="5" fill="#3f6fd8"/>'));
 * ```
 */
export function renderSvg(scene: Scene, options: { width?: number } = {}): string {
  checkOptions<typeof options>("draw as SVG", options, { width: true });
  const [left, bottom, right, top] = scene.view;
  const width = options.width ?? 600;
  if (!(Number.isFinite(width) && width > 0)) {
    throw new InputError(`Cannot draw as SVG as width must be a number above 0: ${show(width)}`);
  }
  const scale = width / (right - left);
  const height = (top - bottom) * scale;
  const x = (value: number) => pixels((value - left) * scale);
  const y = (value: number) => pixels((top - value) * scale);
  const points = (list: readonly (readonly [number, number])[]) =>
    list.map(([px, py]) => `${x(px)},${y(py)}`).join(" ");
  const element = (shape: Shape): string => {
    switch (shape.kind) {
      case "line":
        return `<polyline points="${points(shape.points)}" fill="none" stroke="${
          inked(shape.color)
        }" ` +
          `stroke-width="${
            pixels(shape.width * scale)
          }" stroke-linecap="round" stroke-linejoin="round"/>`;
      case "polygon":
        return `<polygon points="${points(shape.points)}" fill="${
          inked(shape.fill)
        }" fill-rule="evenodd"/>`;
      case "circle":
        return `<circle cx="${x(shape.center[0])}" cy="${y(shape.center[1])}" ` +
          `r="${pixels(shape.radius * scale)}" fill="${inked(shape.fill)}"/>`;
      case "text":
        return `<text x="${x(shape.at[0])}" y="${y(shape.at[1])}" fill="${inked(shape.color)}" ` +
          `font-family="sans-serif" font-size="${pixels(shape.size * scale)}" ` +
          `text-anchor="middle" dominant-baseline="central">${escaped(shape.text)}</text>`;
      default:
        throw new InputError(
          "Cannot draw a shape as its kind must be line, polygon, circle or text: " +
            show((shape as Shape).kind),
        );
    }
  };
  const size = `width="${pixels(width)}" height="${pixels(height)}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${pixels(width)} ${
      pixels(height)
    }">`,
    `<rect ${size} fill="${inked(scene.background)}"/>`,
    ...scene.shapes.map(element),
    "</svg>",
  ].join("\n");
}
