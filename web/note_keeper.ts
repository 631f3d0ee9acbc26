/**
 * Keeps a run's note as it is typed: after a short pause, and as the page is left.
 *
 * @module
 */
import { signal } from "@preact/signals";
import { reasonOf } from "./ask.ts";
import { changeNote } from "./change.ts";

/** Milliseconds without a key after which what is typed is kept. */
const PAUSE = 800;

/** A note between a page and its store. */
export class NoteKeeper {
  /** Whether the store has what is typed, as far as the reader is to be told. */
  readonly isKept = signal(false);
  /** Why it has not; empty: it has, or will. */
  readonly problem = signal("");
  /** The note that was written elsewhere meanwhile: until a reader chooses, none is kept. */
  readonly other = signal<string | undefined>(undefined);
  #stored: string;
  #typed: string;
  /** What the server is asked to keep. */
  #asked: string | undefined;
  /** Notes that the store had from here. */
  readonly #own = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param run Its id.
   * @param stored The note that the page began with.
   * @param pause Milliseconds without a key after which it is kept.
   */
  constructor(
    private readonly run: string,
    stored: string,
    private readonly pause = PAUSE,
  ) {
    this.#stored = this.#typed = stored;
  }

  /** Takes in what stands in the field now. */
  type(note: string): void {
    this.#typed = note;
    this.isKept.value = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.keep(), this.pause);
  }

  /** Keeps what was typed; what is typed while the server is asked follows. */
  async keep(): Promise<void> {
    clearTimeout(this.#timer);
    const note = this.#typed;
    if (this.#asked !== undefined || this.other.value !== undefined) return;
    if (note === this.#stored) return;
    this.#asked = note;
    try {
      const other = await changeNote(this.run, note, this.#stored);
      if (other === undefined) this.#own.add(this.#stored = note);
      else this.other.value = other.note;
      this.isKept.value = this.#typed === this.#stored;
      this.problem.value = "";
    } catch (error) {
      this.problem.value = `Not kept: ${reasonOf(error as Error)}`;
      return;
    } finally {
      this.#asked = undefined;
    }
    await this.keep();
  }

  /**
   * Takes over what the store is said to have, where nothing else was typed. One that was kept from here may
   * be said late, when the store has a newer one.
   *
   * @returns Whether it takes the place of what is shown.
   */
  follow(note: string): boolean {
    const isTyped = this.#typed !== this.#stored || this.#asked !== undefined;
    if (isTyped || this.other.value !== undefined) return false;
    if (note === this.#stored || this.#own.has(note)) return false;
    this.#stored = this.#typed = note;
    this.isKept.value = false;
    return true;
  }

  /** The page is left: what was typed goes to the server at once, behind what it is asked already. */
  leave(): void {
    if (this.#asked === undefined) return void this.keep();
    if (this.#asked !== this.#typed) {
      changeNote(this.run, this.#typed, this.#asked).catch(
        () => {/* nobody is there to be told */},
      );
    }
  }

  /** What was typed takes the place of the other note. */
  async overwrite(): Promise<void> {
    this.#stored = this.other.value!;
    this.other.value = undefined;
    await this.keep();
  }

  /**
   * Looks whether the other note that is shown is still the one that is stored, and else shows that.
   *
   * @returns Whether it is; false, too, where nobody answers.
   */
  async look(): Promise<boolean> {
    const shown = this.other.value;
    if (shown === undefined) return false;
    try {
      const newer = await changeNote(this.run, shown, shown);
      if (this.other.value !== shown) return false;
      if (newer !== undefined) this.other.value = newer.note;
      this.problem.value = "";
      return newer === undefined;
    } catch (error) {
      this.problem.value = `Not kept: ${reasonOf(error as Error)}`;
      return false;
    }
  }

  /**
   * What was typed gives way to the other note.
   *
   * @returns That note; undefined where it is another one by now, which is shown then.
   */
  async yield(): Promise<string | undefined> {
    if (!await this.look()) return undefined;
    this.#stored = this.#typed = this.other.value!;
    this.other.value = undefined;
    return this.#stored;
  }
}
