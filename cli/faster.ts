/**
 * How wide networks train faster on this machine: said once, where it has a library of matrix products.
 *
 * @module
 */
import type { Run } from "../lab/store/store.ts";
import { NATIVE_PROGRAM } from "./command.ts";
import { wrapped } from "./terminal/format.ts";
import type { Io } from "./terminal/io.ts";

/** The file that says that it has been said, in a folder which is empty after the machine's next start. */
const MARK = "reverie-native-said";

/** Says how to train with the machine's library, after the first runs without it that this machine trains. */
export async function tellOfLibrary(io: Io, runs: readonly Run[]): Promise<void> {
  const isPortable = runs.some(({ manifest }) => manifest.determined.backend === "wasm");
  if (io.marks === undefined || !isPortable) return;
  const { libraryHere } = await import("../lab/experiment/blas.ts");
  const file = libraryHere();
  if (file === undefined || !isFirst(`${io.marks}/${MARK}`)) return;
  const line = `This machine has a library that trains wide networks and convolutions faster ` +
    `(${file}): ${NATIVE_PROGRAM} run NAME --backend native; ${NATIVE_PROGRAM} doctor measures it`;
  io.notice(`\n${wrapped(line, io.columns()).join("\n")}\n`);
}

/** Whether a mark is made now; false where it is there, or cannot be made. */
function isFirst(mark: string): boolean {
  try {
    Deno.writeTextFileSync(mark, "", { createNew: true });
    return true;
  } catch {
    return false;
  }
}
