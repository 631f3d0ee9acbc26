/**
 * What data sets that are read from a folder share: a file under its name or with `.gz`, unpacked, and
 * one message where it is missing.
 *
 * @module
 */
import * as z from "zod";
import { InputError } from "../../lab/core/errors.ts";
import type { DatasetContext, ReadBytes } from "../../lab/core/registry.ts";

/** Reads a file's bytes. */
export type ReadFile = DatasetContext<unknown>["readFile"];

/** The field `folder`. */
export function folderField(folder: string, description: string) {
  return { folder: z.string().min(1).default(folder).meta({ description }) };
}

/** `folder/name` with one slash between them; a name that is a whole path, as it is. */
export function pathIn(folder: string, name: string): string {
  if (name.startsWith("/")) return name;
  return `${folder.replace(/\/+$/, "")}/${name}`;
}

/** The bytes that a file must have by how it starts; undefined where too little of it is there. */
export type SizeOf = (start: Uint8Array, path: string) => number | undefined;

/**
 * Unpacks gzip, recognised by 1f 8b, no further than the file says that it goes; other bytes are
 * returned as they are.
 */
async function unpack(bytes: Uint8Array, path: string, sizeOf?: SizeOf): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  let most: number | undefined;
  try {
    for await (const chunk of stream.pipeThrough(new DecompressionStream("gzip"))) {
      chunks.push(chunk);
      length += chunk.length;
      most ??= sizeOf?.(await joined(chunks), path);
      if (most !== undefined && length > most) {
        throw new InputError(
          `Cannot read ${path} as it must unpack to the ${most} bytes of its header: it goes on`,
        );
      }
    }
    return await joined(chunks);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`Cannot read ${path} as it must be whole gzip: truncated or altered`);
  }
}

async function joined(chunks: readonly Uint8Array<ArrayBuffer>[]): Promise<Uint8Array> {
  return new Uint8Array(await new Blob([...chunks]).arrayBuffer());
}

/**
 * Reads `name` or `name.gz` of a folder.
 *
 * @param standIn The data set that is drawn and has its kind of examples, for the message.
 * @param sizeOf What a packed file is not unpacked beyond; default all of it.
 * @throws InputError where neither is there, which names the folder and the stand-in; where gzip is
 *   damaged.
 */
export async function readNamed(
  readFile: ReadFile,
  folder: string,
  name: string,
  standIn: string,
  sizeOf?: SizeOf,
): Promise<ReadBytes> {
  const plain = pathIn(folder, name);
  for (const path of [plain, `${plain}.gz`]) {
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes !== undefined) return { bytes: await unpack(bytes, path, sizeOf), path };
  }
  throw new InputError(
    `Cannot read ${plain} as dataset.folder must hold it, plain or with .gz: it is not there ` +
      `(\`deno task -q fetch URL --sha256 HASH --out ${folder}\` brings one; the data set ${standIn} ` +
      "needs none)",
  );
}
