/**
 * What models draw, in the terminal: samples while they train, and pictures that no file is asked for.
 *
 * @module
 */
import type { Raster } from "../lab/core/picture.ts";
import { renderPictureTerminal } from "../lab/core/render_terminal.ts";
import type { RunProgress } from "../lab/experiment/launch.ts";
import { printableLines } from "../lab/core/printable.ts";
import type { Registries } from "../lab/experiment/registries.ts";
import { configured } from "../lab/experiment/run_fields.ts";
import type { Run, Store } from "../lab/store/store.ts";
import { wrapped } from "./terminal/format.ts";
import type { Io } from "./terminal/io.ts";
import type { ProgressDisplay } from "./terminal/progress.ts";

/** The artifact that is shown. */
const SAMPLES = "samples";
/** Most lines of a preview; a low terminal gets half of its own. */
const LINES = 16;

/** A picture as lines for the terminal behind standard error, as wide as it is. */
export function pictureLines(raster: Raster, io: Io, rows = Infinity): string {
  const mode = io.color.error ? "color" : "ascii";
  return renderPictureTerminal(raster, { columns: io.screen()?.columns ?? 80, rows, mode });
}

/**
 * Shows the newest samples of models that train above their live lines. Those that a single run made
 * last stay.
 */
export class Previews {
  #shown = Promise.resolve("");

  constructor(
    private readonly display: ProgressDisplay,
    private readonly from: { readonly store: Store; readonly registries: Registries },
    private readonly io: Io,
  ) {}

  /** Takes what the runner reports. */
  take({ run, kind }: RunProgress): void {
    if (kind !== "evaluation" || this.io.screen() === undefined) return;
    this.#shown = this.#shown.then(async (before) => {
      const preview = await this.#previewOf(run).catch(() => "");
      if (preview === "") return before;
      this.display.show(preview);
      return preview;
    });
  }

  /** Takes the preview away, or leaves it where it `stays`. */
  async end(stays: boolean): Promise<void> {
    const preview = await this.#shown;
    if (preview === "") return;
    this.display.show("");
    if (stays) this.display.note(preview);
  }

  async #previewOf(run: Run): Promise<string> {
    const { store } = this.from;
    const samples = store.artifacts(run.id).findLast(({ name }) => name === SAMPLES);
    if (samples === undefined) return "";
    const bytes = await store.readArtifact(samples.hash);
    const { columns, rows } = this.io.screen()!;
    const lines = Math.max(4, Math.min(LINES, Math.floor(rows / 2)));
    if (samples.mediaType !== "image/png") {
      const text = printableLines(new TextDecoder().decode(bytes));
      return text.split("\n").flatMap((line) => wrapped(line, columns)).slice(0, lines).join("\n");
    }
    const { decode } = await import("fast-png");
    const { width, height, channels, data } = decode(bytes);
    const raster = { width, height, channels, pixels: data } as Raster;
    const isSheet = await this.#kindOf(run) === "images";
    const most = 2 * lines * Math.max(1, width / columns);
    return pictureLines(isSheet ? upperRows(raster, Math.floor(most)) : raster, this.io, lines);
  }

  async #kindOf(run: Run): Promise<string | undefined> {
    const name = configured(run, "dataset");
    return (await this.from.registries.datasets.find((each) => each.name === name)?.load())?.kind;
  }
}

/**
 * The upper rows of images of a sheet, as many as fit into so many pixels: all above the last row of
 * pixels of one colour; all of it where there is none.
 */
export function upperRows(sheet: Raster, most: number): Raster {
  const bytes = sheet.width * sheet.channels;
  const isPlain = (row: number) => {
    const pixels = sheet.pixels.subarray(row * bytes, (row + 1) * bytes);
    return pixels.every((value, i) => value === pixels[i % sheet.channels]);
  };
  if (sheet.height <= most) return sheet;
  const height = Array.from({ length: most }, (_, row) => row).findLast((row) =>
    row > 0 && isPlain(row)
  );
  if (height === undefined) return sheet;
  return { ...sheet, height, pixels: sheet.pixels.subarray(0, height * bytes) };
}
