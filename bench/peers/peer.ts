/**
 * Another library in a process of its own, which times on request, so that its batches alternate
 * with the lab's.
 *
 * @module
 */
import { LabError } from "../../lab/core/errors.ts";
import type { Subject } from "../measure.ts";
import { missingRow, type Row, row } from "../row.ts";

/**
 * Training steps in PyTorch's public API, environments of Gymnasium, agents of Stable-Baselines3,
 * agents as plain loops in PyTorch, CleanRL's PPO.
 */
export type PeerScript =
  | "steps.py"
  | "worlds.py"
  | "baselines.py"
  | "loops.py"
  | "single_file.py";

/** Loops in another library's public API: see the scripts. */
export class Peer {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";

  private constructor(child: Deno.ChildProcess, readonly script: PeerScript, public name: string) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Starts `python3` of the PATH; a sentence that says why where it has not the library. */
  static async open(script: PeerScript): Promise<Peer | string> {
    let child: Deno.ChildProcess;
    try {
      child = new Deno.Command("python3", {
        args: [new URL(script, import.meta.url).pathname],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "not installed: no python3 on the PATH";
      throw error;
    }
    const peer = new Peer(child, script, "");
    const name = await peer.#line();
    if (name === undefined) {
      await peer.close();
      return "not installed: see bench/peers/README.md";
    }
    peer.name = name;
    return peer;
  }

  /** What times calls of the step that the script has by that name. */
  subject(step: string): Subject {
    return { time: (count) => this.#time(step, count) };
  }

  async #time(step: string, count: number): Promise<number> {
    await this.#writer.write(new TextEncoder().encode(`${count} ${step}\n`));
    const milliseconds = Number(await this.#line() ?? NaN);
    if (Number.isFinite(milliseconds)) return milliseconds;
    throw new LabError(`Cannot time "${step}" as bench/peers/${this.script} ended`);
  }

  /** The next line that it prints; undefined where it has ended. */
  async #line(): Promise<string | undefined> {
    while (!this.#rest.includes("\n")) {
      const { value, done: ended } = await this.#reader.read();
      if (ended) return undefined;
      this.#rest += value;
    }
    const end = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return line;
  }

  /** Ends the process. */
  async close(): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#reader.cancel();
    await this.#child.status;
  }
}

/** The row beside a peer: none where none is asked for, no figure where it is not installed. */
export function* peerRow(
  peer: Peer | string | undefined,
  name: string,
  value: number,
  unit: string,
  peerValue: number,
  reach?: number,
): Iterable<Row> {
  if (typeof peer === "string") yield missingRow(name, unit, peer);
  else if (peer !== undefined) {
    yield row(name, value, unit, { name: peer.name, value: peerValue, reach });
  }
}
