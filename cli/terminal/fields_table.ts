/**
 * Fields of a configuration for people.
 *
 * @module
 */
import type { Json } from "../../lab/core/snapshot.ts";
import type { FieldDescription } from "../../lab/experiment/fields.ts";
import { table, width, wrapped } from "./format.ts";
import { type Io, styled } from "./io.ts";

/** Narrower terminals get two lines a field in place of a table. */
const TABLE_COLUMNS = 110;
/** Width of the column of types. */
const KIND_COLUMNS = 24;

/** Whether a field has another value than its default; what is not set differs from nothing. */
export function differs({ value, default: usual }: FieldDescription): boolean {
  return value !== null && JSON.stringify(value) !== JSON.stringify(usual);
}

/** Each field with its value, its default where that is another, what it takes and its meaning. */
export function fieldsTable(fields: readonly FieldDescription[], io: Io): string {
  return io.columns() >= TABLE_COLUMNS ? wide(fields, io) : narrow(fields, io);
}

function wide(fields: readonly FieldDescription[], io: Io): string {
  const anyDiffers = fields.some(differs);
  return table(
    [
      { title: "field" },
      { title: anyDiffers ? "value" : "default" },
      ...(anyDiffers ? [{ title: "default" }] : []),
      { title: "type, range, unit" },
      { title: "meaning", flexible: true },
    ],
    fields.map((field) => [
      field.path,
      valueOf(field, io),
      ...(anyDiffers ? [shown(field.default)] : []),
      wrapped(kindOf(field), KIND_COLUMNS).join("\n"),
      field.description,
    ]),
    io,
  );
}

/** `number, 0 … 1` and the unit. */
function kindOf({ type, range, unit }: FieldDescription): string {
  return [type, range, unit].filter((part) => part !== undefined).join(", ");
}

function narrow(fields: readonly FieldDescription[], io: Io): string {
  const indented = (text: string) => wrapped(text, io.columns() - 4).map((line) => `    ${line}`);
  return fields.flatMap((field) => {
    const usual = differs(field) && field.default !== null
      ? `default ${shown(field.default)}; `
      : "";
    const facts = `${usual}${kindOf(field)}`;
    const head = `${field.path} = ${valueOf(field, io)}`;
    const fits = width(head) + 2 + facts.length <= io.columns();
    const dim = (line: string) => styled(io.color.out, "dim", line);
    return [
      fits ? `${head}  ${dim(facts)}` : head,
      ...(fits ? [] : indented(facts).map(dim)),
      ...indented(field.description),
    ];
  }).join("\n");
}

/** The value, bold where it differs from the default. */
function valueOf(field: FieldDescription, io: Io): string {
  return styled(io.color.out && differs(field), "bold", shown(field.value));
}

function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return "–";
  if (value === "") return '""';
  if (Array.isArray(value) && value.every((each) => typeof each !== "object")) {
    return `[${value.join(", ")}]`;
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
