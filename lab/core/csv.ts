/**
 * Comma-separated values (RFC 4180): a cell in quotes may hold commas, line ends and, doubled, quotes.
 *
 * @module
 */
import { InputError } from "./errors.ts";

/** A record of a table. */
export interface CsvRecord {
  /** Without the quotes around them; others without the spaces around them. */
  readonly cells: readonly string[];
  /** Where it begins, from 1. */
  readonly line: number;
}

/** A cell with quotes around it, or one without, up to what ends it. */
const CELL = /[ \t]*"([^"]*(?:""[^"]*)*)"[ \t]*(?=[,\r\n]|$)|(?![ \t]*")([^,\r\n]*)/y;
const LINE_END = /\r\n|\n|\r/g;

/**
 * The records of a table, one after another; empty lines are left out. Lines end as on any system, and
 * spaces may stand around quotes, as spreadsheets and people write them.
 *
 * @param task What it is read for, in messages: `read t.csv`.
 * @throws InputError that names the line of a record whose quotes do not fit.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * const cells = [...csvRecords('"height, cm",b\n"1",2\n', "read t.csv")].map(({ cells }) => cells);
 * deepStrictEqual(cells, [["height, cm", "b"], ["1", "2"]]);
 * ```
 */
export function* csvRecords(text: string, task: string): Generator<CsvRecord> {
  const cell = new RegExp(CELL);
  let [at, line] = [text.startsWith("\ufeff") ? 1 : 0, 1];
  while (at < text.length) {
    const began = { at, line };
    const cells: string[] = [];
    while (true) {
      cell.lastIndex = at;
      const found = cell.exec(text);
      if (found === null) {
        throw new InputError(
          `Cannot ${task} as quotes must be closed before a comma or a line's end, and doubled ` +
            `within (RFC 4180): line ${began.line}`,
        );
      }
      const [whole, quoted, plain] = found;
      cells.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
      if (quoted !== undefined) line += quoted.match(LINE_END)?.length ?? 0;
      at += whole.length;
      if (text[at] !== ",") break;
      at++;
    }
    const isEmpty = cells.length === 1 && text.slice(began.at, at).trim() === "";
    if (!isEmpty) yield { cells, line: began.line };
    at += text.startsWith("\r\n", at) ? 2 : 1;
    line++;
  }
}
