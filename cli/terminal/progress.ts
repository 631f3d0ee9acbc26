/**
 * Progress of runs on standard error: on a terminal one live line a run, rewritten in place, with
 * finished runs scrolling away above; elsewhere only what stays: how runs ended, and events.
 *
 * @module
 */
import { amountOf, unitWords } from "../../lab/core/budget.ts";
import type { RunProgress } from "../../lab/experiment/launch.ts";
import { judgedBy } from "../../lab/experiment/score.ts";
import { headline } from "./figures.ts";
import { chunks, clipped, count, duration, padded, width, wrapped } from "./format.ts";
import { type Io, type Style, styled } from "./io.ts";
import type { Judge, Verdict } from "../../lab/experiment/verdict.ts";
import { printable } from "../../lab/core/printable.ts";

/** Between two drawings on a terminal. */
const FRAME_MILLISECONDS = 100;
/** Seconds of training from which on a speed is worth showing. */
const STEADY_SECONDS = 0.5;
/** Where the speed stands in a live line. */
const SPEED = 2;
/** Widest bar, and the narrowest that is worth drawing. */
const BAR = { most: 20, least: 6 };

/** What is known of a run that is under way. */
interface Live {
  latest: RunProgress;
  /** Where this attempt began: rates are counted from there. */
  readonly first: RunProgress;
  metrics: Record<string, number>;
}

/** Shows where runs stand. Dispose to leave the terminal as it was. */
export class ProgressDisplay implements Disposable {
  readonly #live = new Map<string, Live>();
  readonly #startedAt: number;
  #finished = 0;
  #picture: readonly string[] = [];
  #drawnLines = 0;
  #drawnAt = -Infinity;

  /**
   * @param total Runs that are asked for.
   * @param judge Says what a run that has ended is worth.
   */
  constructor(readonly io: Io, readonly total: number, readonly judge?: Judge) {
    this.#startedAt = io.now();
  }

  /** Takes what the runner reports. */
  update(progress: RunProgress): void {
    const { run, kind, metrics } = progress;
    const known = kind === "started" ? undefined : this.#live.get(run.id);
    const live = known ?? { latest: progress, first: progress, metrics: {} };
    live.latest = progress;
    live.metrics = { ...live.metrics, ...metrics };
    this.#live.set(run.id, live);
    if (kind === "ended") {
      this.#live.delete(run.id);
      this.#finished++;
    }
    if (kind === "ended") this.note(this.#ending(live));
    else if (kind === "event" && progress.message !== undefined) {
      const line = `${label(progress)}: ${printable(progress.message)}`;
      this.note(wrapped(line, this.io.screen()?.columns ?? Infinity).join("\n"));
    } else this.#draw();
  }

  /** Lines that stay. */
  note(text: string): void {
    this.#erase();
    this.io.notice(`${text}\n`);
    this.#draw(true);
  }

  /** A line that stays and that `--quiet` does not silence, as the answer to a key. */
  reply(line: string): void {
    this.#erase();
    this.io.error(`${line}\n`);
    this.#draw(true);
  }

  /** Shows a picture above the live lines in place of the one before; an empty one takes it away. */
  show(picture: string): void {
    this.#picture = picture === "" ? [] : picture.split("\n");
    if (picture === "") this.#erase();
    this.#draw(true);
  }

  [Symbol.dispose](): void {
    this.#erase();
    this.#live.clear();
    this.#picture = [];
  }

  #draw(always = false): void {
    const screen = this.io.screen();
    const now = this.io.now();
    if (screen === undefined || this.#live.size + this.#picture.length === 0) return;
    if (!always && now - this.#drawnAt < FRAME_MILLISECONDS) return;
    const columns = screen.columns - 1;
    const room = Math.max(1, screen.rows - 3 - this.#picture.length);
    const shown = [...this.#live.values()].slice(0, room);
    const lines = [...this.#picture, ...alignedLines(shown, columns, this.io)];
    const waiting = this.total - this.#finished - this.#live.size;
    if (this.total > 1) {
      const said = `${this.#finished} of ${this.total} finished` +
        `${waiting > 0 ? `, ${waiting} waiting` : ""}, ` +
        `${duration((now - this.#startedAt) / 1000)} so far`;
      lines.push(styled(this.io.color.error, "dim", clipped(said, columns)));
    }
    // One write a frame: erase, then the new lines, so that nothing flickers.
    this.io.notice(`${this.#erasure()}${lines.join("\n")}\n`);
    this.#drawnLines = lines.length;
    this.#drawnAt = now;
  }

  #erasure(): string {
    return this.#drawnLines === 0 ? "" : `\x1b[${this.#drawnLines}A\r\x1b[J`;
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.io.notice(this.#erasure());
    this.#drawnLines = 0;
  }

  #ending(live: Live): string {
    const { run, budget } = live.latest;
    const [mark, style] = marks[run.status] ?? ["·", "dim"];
    const reason = run.message === null ? "" : ` (${run.message})`;
    const figures = judgedBy(run, live.metrics);
    const verdict = this.judge?.run(run, figures);
    const finished = run.status === "completed" || run.status === "stopped";
    const [sign, color] = finished && verdict ? verdictMarks[verdict] : [mark, style];
    const expected = ["completed", "stopped", "interrupted"].includes(run.status);
    const facts = [
      expected ? verdict ?? "" : `${run.status}${reason}`,
      headline(
        figures,
        (metric) => this.judge?.mark(run.manifest.determined.configuration, metric),
      ),
      `${amountOf(spentOf(live.latest), budget.unit)} in ${duration(run.wallSeconds)}`,
    ];
    const line = `${styled(this.io.color.error, color, sign)} ${label(live.latest)}: ` +
      facts.filter((fact) => fact !== "").join(", ");
    const whole = `${line} (${run.id})`;
    // The table in the end has the id too; broken over two lines it cannot be copied.
    return width(whole) > (this.io.screen()?.columns ?? Infinity) ? line : whole;
  }
}

const marks: Partial<Record<RunProgress["run"]["status"], [string, Style]>> = {
  completed: ["✓", "green"],
  stopped: ["✓", "green"],
  interrupted: ["‖", "yellow"],
  diverged: ["✗", "red"],
  failed: ["✗", "red"],
};

/** Of runs that have ended by themselves. */
const verdictMarks: Record<Verdict, [string, Style]> = {
  "solved": ["✓", "green"],
  "learning": ["✓", "green"],
  "training no better than random": ["!", "yellow"],
  "no better than random": ["!", "yellow"],
  "diverged": ["✗", "red"],
};

function label({ run }: RunProgress): string {
  return `${run.name} seed ${run.manifest.determined.seed}`;
}

/** How far a run came, in what its budget counts. */
const spentOf = ({ budget, progress }: RunProgress) => progress[budget.unit];

/** Share of the budget, speed, latest figure, time left. */
function facts({ latest, first, metrics }: Live): string[] {
  const share = shareOf(latest);
  const seconds = latest.wallSeconds - first.wallSeconds;
  const { many } = unitWords[latest.budget.unit];
  const gained = share - shareOf(first);
  const speed = seconds > STEADY_SECONDS ? (spentOf(latest) - spentOf(first)) / seconds : 0;
  return [
    `${Math.floor(share * 100)} %`,
    speed > 0 ? `${count(speed)} ${many}/s` : "",
    headline(metrics),
    seconds > STEADY_SECONDS && gained > 0
      ? `${duration((1 - share) * seconds / gained)} left`
      : "",
  ];
}

function shareOf(progress: RunProgress): number {
  return Math.min(1, spentOf(progress) / progress.budget.total);
}

/** A line a run, its parts in columns, cut to the terminal's width. */
function alignedLines(shown: readonly Live[], columns: number, io: Io): string[] {
  const rows = shown.map((live) => [label(live.latest), ...facts(live)]);
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => width(row[i]))));
  const sum = () => widths.reduce((sum, each) => sum + (each === 0 ? 0 : each + 2), 0);
  if (sum() - 2 > columns) {
    // A speed is what one can do without; cut off, the time left could be misread.
    widths[SPEED] = 0;
    for (const row of rows) row[SPEED] = "";
  }
  const taken = sum();
  const bar = Math.min(BAR.most, columns - taken);
  return rows.map((row, r) => {
    const [name, share, speed, latest, left] = row.map((part, i) =>
      padded(part, widths[i], i === 0 || i === 3 ? "left" : "right")
    );
    const parts = [
      name,
      bar >= BAR.least ? barOf(shareOf(shown[r].latest), bar) : "",
      share,
      speed,
      latest,
      left,
    ];
    const [line] = chunks(parts.filter((part) => part !== "").join("  "), columns);
    // Coloured after cutting, so that no escape sequence is cut.
    return line.replace(/━+/, (done) => styled(io.color.error, "cyan", done))
      .replace(/─+/, (rest) => styled(io.color.error, "dim", rest));
  });
}

/** A bar of which a share is full. */
export function barOf(share: number, length: number): string {
  const full = Math.round(share * length);
  return "━".repeat(full) + "─".repeat(length - full);
}
