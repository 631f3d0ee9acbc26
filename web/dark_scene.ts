/**
 * Scenes for dark pages.
 *
 * @module
 */
import type { Color, Scene } from "../lab/core/scene.ts";

/** The lightness that black and white get on a dark page. */
const [darkest, lightest] = [0.1, 0.9];

/** The scene with light and dark exchanged, each colour in its own hue. */
export function darkened(scene: Scene): Scene {
  return {
    ...scene,
    background: inverted(scene.background),
    shapes: scene.shapes.map((shape) =>
      "fill" in shape
        ? { ...shape, fill: inverted(shape.fill) }
        : { ...shape, color: inverted(shape.color) }
    ),
  };
}

/** A colour of the same hue, light where it was dark: l → lightest − l · (lightest − darkest). */
export function inverted(color: Color): Color {
  const channels = [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16) / 255);
  const [low, high] = [Math.min(...channels), Math.max(...channels)];
  const lightness = (low + high) / 2;
  const next = lightest - lightness * (lightest - darkest);
  // The chroma that fits the new lightness: colours at the ends have none to show.
  const room = (l: number) => 1 - Math.abs(2 * l - 1);
  const scale = room(lightness) === 0 ? 0 : Math.min(1, room(next) / room(lightness));
  const parts = channels.map((channel) => {
    const value = next + (channel - lightness) * scale;
    return Math.round(255 * Math.max(0, Math.min(1, value))).toString(16).padStart(2, "0");
  });
  return `#${parts.join("")}`;
}
