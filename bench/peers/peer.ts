/**
 * Another library in a process of its own, which times on request, so that its batches alternate
 * with the lab's.
 *
 * @module
 */
import { LabError } from "../../lab/core/errors.ts";
import type { Subject } from "../measure.ts";
import { missingRow, type Row, row } from "../row.ts";
import type { LabBackend } from "../workspaces.ts";

/**
 * Training steps in PyTorch's public API (on the processor and on CUDA), in JAX's and in jax-js's,
 * environments of Gymnasium, agents of Stable-Baselines3 and of SBX, agents as plain loops in PyTorch
 * and in JAX, CleanRL's PPO.
 */
export type PeerScript =
  | "steps.py"
  | "cuda_steps.py"
  | "worlds.py"
  | "baselines.py"
  | "sbx_agents.py"
  | "loops.py"
  | "single_file.py"
  | "jax_steps.py"
  | "jax_loop.py"
  | "jax_js.js";

/** How to install what a script needs, where it is one command. */
const installation: { readonly [Script in PeerScript]?: string } = {
  "sbx_agents.py": "pip install sbx-rl",
  "jax_steps.py": "pip install jax",
  "jax_loop.py": "pip install jax",
  "jax_js.js": "deno cache --no-config --no-lock npm:@jax-js/jax@0.1.25",
};

/** What starts a script: `python3` of the PATH, or Deno without the lab's own packages. */
function commandOf(script: PeerScript): [command: string, ...args: string[]] {
  const path = new URL(script, import.meta.url).pathname;
  if (script.endsWith(".py")) return ["python3", path];
  const flags = ["--no-config", "--no-lock", "--cached-only", "--no-prompt"];
  return ["deno", "run", ...flags, "--allow-read", "--allow-env", path];
}

/** Loops in another library's public API: see the scripts. */
export class Peer {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  /** The last line of its errors, once it has ended. */
  readonly #complaint: Promise<string>;
  #rest = "";

  private constructor(child: Deno.ChildProcess, readonly script: PeerScript, public name: string) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#complaint = lastLineOf(child.stderr);
  }

  /** Starts a script; a sentence that says why where its library is not there, or breaks. */
  static async open(script: PeerScript): Promise<Peer | string> {
    let child: Deno.ChildProcess;
    const [command, ...args] = commandOf(script);
    try {
      child = new Deno.Command(command, {
        args,
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return `not installed: no ${command} on the PATH`;
      throw error;
    }
    const peer = new Peer(child, script, "");
    const name = await peer.#line();
    if (name === undefined) {
      await peer.close();
      const hint = installation[script] ?? "see bench/peers/README.md";
      return `did not start: ${await peer.#complaint} (${hint})`;
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
    const line = await this.#line();
    const milliseconds = Number(line ?? NaN);
    if (Number.isFinite(milliseconds)) return milliseconds;
    const what = line === undefined ? `ended: ${await this.#complaint}` : `answered ${line}`;
    throw new LabError(`Cannot time "${step}" as bench/peers/${this.script} ${what}`);
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

  /** Ends the process, also one that waits for more than its input. */
  async close(): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#reader.cancel();
    const late = setTimeout(() => this.#child.kill("SIGKILL"), 1000);
    await this.#child.status;
    clearTimeout(late);
    await this.#complaint;
  }
}

/** Characters that are kept of what a process says; its last line is shorter. */
const KEPT = 2000;

/** The last line of a stream, read to its end so that who writes never waits. */
async function lastLineOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text = (text + part).slice(-KEPT);
  }
  return text.trim().split("\n").at(-1) || "it said nothing";
}

/** How many times faster than a peer the lab has to be. */
export interface Bars {
  /** On the default backend. */
  readonly portable: number;
  /** There where the peer's vectors have 512 bits; default: `portable`. */
  readonly wide?: number;
  /** With `--backend native`; left out: none is asked for. */
  readonly native?: number;
}

/** The ratio to reach beside a peer of this name, which says how wide its vectors are. */
export function barOf(
  { portable, wide = portable, native }: Bars,
  peer: string,
  backend: LabBackend,
): number | undefined {
  if (backend === "native") return native;
  return peer.includes("AVX512") ? wide : portable;
}

/** The row beside a peer: none where none is asked for, no figure where it is not installed. */
export function* peerRow(
  peer: Peer | string | undefined,
  name: string,
  value: number,
  unit: string,
  peerValue: number,
  asked?: { readonly bars: Bars | undefined; readonly backend: LabBackend },
): Iterable<Row> {
  if (typeof peer === "string") yield missingRow(name, unit, peer);
  else if (peer !== undefined) {
    const reach = asked?.bars && barOf(asked.bars, peer.name, asked.backend);
    yield row(name, value, unit, { name: peer.name, value: peerValue, reach });
  }
}
