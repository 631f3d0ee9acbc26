/**
 * Files in a folder that every machine has under the same path. A file is whole or absent: it is
 * written under a name of its own, synced, and renamed.
 *
 * @module
 */
import { InputError, LabError } from "../../../core/errors.ts";
import { isAsNamed, putFileBelow, sizeOfFile } from "../../files.ts";
import { UnreachableError } from "../connection.ts";
import { type FleetFiles, MARK } from "./contract.ts";
import type { FolderPlace } from "./place.ts";

/** A folder, on a file system that machines share. */
export class FolderFiles implements FleetFiles {
  readonly name: string;
  readonly #folder: string;

  constructor({ name, path }: FolderPlace) {
    this.name = name;
    this.#folder = path;
  }

  async begin(): Promise<void> {
    await this.#explained(() => this.#write(MARK, new Uint8Array()));
  }

  async check(): Promise<void> {
    await this.#explained(() => this.#requireMark());
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    await this.#explained(async () => {
      this.#requireMark();
      if (!await isAsNamed(`${this.#folder}/${path}`)) await this.#write(path, bytes);
    });
  }

  get(path: string): Promise<Uint8Array | undefined> {
    return this.#explained(async () => {
      this.#requireMark();
      return await unlessMissing(Deno.readFile(`${this.#folder}/${path}`));
    });
  }

  async delete(paths: readonly string[]): Promise<void> {
    await this.#explained(async () => {
      this.#requireMark();
      for (const path of paths) await unlessMissing(Deno.remove(`${this.#folder}/${path}`));
    });
  }

  close(): void {}

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    await putFileBelow(this.#folder, path, bytes);
  }

  /** An empty folder may be one where nothing is mounted, yet or any more. */
  #requireMark(): void {
    if (sizeOfFile(`${this.#folder}/${MARK}`) !== undefined) return;
    throw new UnreachableError(
      `Cannot use the files in ${this.name} as ${MARK} is missing there, which stands in the folder ` +
        "of the store: it must be mounted here under this path",
    );
  }

  async #explained<T>(action: () => T | Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (failure) {
      const error = failure instanceof LabError ? failure.cause : failure;
      if (!(error instanceof Error)) throw failure;
      const because = (why: string) => `Cannot use the files in ${this.name} as ${why}`;
      const code = "code" in error ? String(error.code) : "";
      if (error instanceof Deno.errors.NotCapable) {
        throw new InputError(because(
          "this task may not: the folder must lie below the one that you call from, runs or /tmp",
        ));
      }
      if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
        throw new InputError(because(`this user may not: ${error.message}`));
      }
      if (code === "ENOSPC" || code === "EDQUOT") throw new LabError(because("its disk is full"));
      if (code === "") throw failure; // a mistake of the code
      const why = `the folder is not to be reached: ${error.message}`;
      throw new UnreachableError(because(why), { cause: error });
    }
  }
}

/** What comes of reading or removing a file; undefined where there is none. */
export async function unlessMissing<T>(doing: Promise<T>): Promise<T | undefined> {
  try {
    return await doing;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
