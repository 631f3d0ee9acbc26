/**
 * A process for a run, as its thread would be: what goes wrong in it, a heap that overflows included,
 * ends this run alone.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { sizeOfFile } from "../store/files.ts";
import { REVECTORIZE, revectorizes } from "./engine_flags.ts";
import { framesOf, FrameWriter } from "./frames.ts";
import { labRoot } from "./load.ts";
import { packagesFolder } from "./packages.ts";
import type { FromWorker, ToWorker, TrainMessage } from "./protocol.ts";
import { type Shown, Signs } from "./signs.ts";

/** To a run's process: what its thread is told, and how it is to stop. */
export type ToProcess =
  | Omit<TrainMessage, "signs">
  | Exclude<ToWorker, TrainMessage>
  | { readonly kind: "stop"; readonly stop: number };
/** From a run's process: what its thread says, and its signs. */
export type FromProcess = FromWorker | { readonly kind: "signs"; readonly shown: Shown };

/** Milliseconds between two messages about a run's signs. */
const LOOK_EVERY = 50;

/** Deno's configuration: the checkout's, or the project's where the lab is a package. */
function configuration(): string[] {
  const files = [labRoot, `${Deno.cwd()}/`].map((folder) => `${folder}deno.json`);
  const file = files.find((path) => sizeOfFile(path) !== undefined);
  return file === undefined ? [] : [`--config=${file}`];
}

/** A process that trains. */
export class RunProcess implements Disposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: FrameWriter;
  #receive: (message: FromWorker) => void = () => {};
  #ended: (reason: string) => void = () => {};
  #signs: Signs | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param reads Folders that it may read beside the lab's. */
  constructor(reads: readonly string[]) {
    const entry = fileURLToPath(new URL("./isolated.ts", import.meta.url));
    this.#child = new Deno.Command("deno", {
      args: [
        ...[
          "run",
          "--quiet",
          "--no-prompt",
          "--unstable-worker-options",
          "--unstable-lazy-dynamic-imports",
        ],
        ...configuration(),
        `--allow-read=${[labRoot, packagesFolder(), ...reads].join(",")}`,
        ...revectorizes() ? [`--v8-flags=${REVECTORIZE}`] : [],
        ...["--allow-env=XDG_RUNTIME_DIR,REVERIE_V8_FLAGS", entry],
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = new FrameWriter(this.#child.stdin);
    void this.#listen();
  }

  async #listen(): Promise<void> {
    let reason: string | undefined;
    try {
      for await (const message of framesOf(this.#child.stdout)) {
        const said = message as FromProcess;
        if (said.kind === "signs") this.#signs?.show(said.shown);
        else this.#receive(said);
      }
    } catch (error) {
      reason = `its process said what is no message: ${error}`;
    }
    const { code, signal } = await this.#child.status;
    clearInterval(this.#timer);
    this.#ended(reason ?? `its process ended (${signal ?? `exit code ${code}`})`);
  }

  /** See `Thread.post`. */
  post(message: ToWorker): void {
    if (message.kind !== "train") return this.#say(message);
    const signs = this.#signs = new Signs(message.signs);
    const { signs: _, ...order } = message;
    this.#say(order);
    let told = 0;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      if (signs.stop !== told) this.#say({ kind: "stop", stop: told = signs.stop });
    }, LOOK_EVERY);
  }

  #say(message: ToProcess): void {
    this.#writer.write(message).catch((error) => this.#ended(`it cannot be told: ${error}`));
  }

  /** See `Thread.listen`. */
  listen(receive: (message: FromWorker) => void, ended: (reason: string) => void): void {
    [this.#receive, this.#ended] = [receive, ended];
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#ended = () => {};
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has ended
    }
  }
}
