/**
 * Charts to take away.
 *
 * @module
 */
import type { Line } from "./lines.ts";

const quoted = (text: string) => /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** The lines as CSV, a row a point: line, x, y, and the band where there is one. */
export function csvOf(lines: readonly Line[], xLabel: string): string {
  const rows = lines.flatMap(({ label, x, y, low, high }) =>
    x.map((at, i) => [quoted(label), at, y[i], low?.[i] ?? "", high?.[i] ?? ""].join(","))
  );
  return [["line", quoted(xLabel), "value", "low", "high"].join(","), ...rows, ""].join("\n");
}

/** Hands a file to the reader. */
export function download(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** The name of a chart's file: its title in letters, digits and hyphens. */
export function fileNameOf(title: string, ending: string): string {
  return `${
    title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "chart"
  }.${ending}`;
}

/** Pixels of a picture for one of its drawing: sharp on paper and on fine screens. */
const FINENESS = 2;

/** An SVG document as a PNG file. */
export async function pngOf(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = new OffscreenCanvas(FINENESS * image.width, FINENESS * image.height);
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await canvas.convertToBlob({ type: "image/png" });
}
