/**
 * Files in the database itself, in pieces.
 *
 * @module
 */
import type { Query } from "../connection.ts";
import { type FleetFiles, isSound } from "./contract.ts";

/** Bytes of a piece of a file. */
const PIECE = 8 << 20;

/** What a database is asked through: one transaction each. */
export type Within = <T>(action: (query: Query) => Promise<T>) => Promise<T>;

/** The table `file`. */
export class TableFiles implements FleetFiles {
  readonly name = "the database's tables";

  constructor(private readonly within: Within) {}

  async begin(): Promise<void> {}

  async check(): Promise<void> {}

  async put(path: string, bytes: Uint8Array): Promise<void> {
    const there = await this.get(path);
    if (isSound(path, there)) return;
    await this.within(async (query) => {
      if (there !== undefined) await query("DELETE FROM file WHERE path = $1", path);
      for (let piece = 0; piece * PIECE < Math.max(1, bytes.length); piece++) {
        await query(
          "INSERT INTO file VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
          ...[path, piece, bytes.subarray(piece * PIECE, (piece + 1) * PIECE)],
        );
      }
    });
  }

  get(path: string): Promise<Uint8Array | undefined> {
    return this.within(async (query) => {
      await query("SET LOCAL TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      const parts: Uint8Array[] = [];
      for (;;) {
        const [piece] = await query(
          "SELECT bytes FROM file WHERE path = $1 AND piece = $2",
          ...[path, parts.length],
        );
        if (piece === undefined) break;
        parts.push(piece.bytes as Uint8Array);
      }
      if (parts.length === 0) return undefined;
      const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const part of parts) {
        whole.set(part, at);
        at += part.length;
      }
      return whole;
    });
  }

  async delete(paths: readonly string[]): Promise<void> {
    await this.within((query) => query("DELETE FROM file WHERE path = ANY ($1)", paths));
  }

  close(): void {}
}
