/**
 * The form of a setting, made from the configuration's schema.
 *
 * @module
 */
import { settingText } from "../../lab/core/shell.ts";
import type { FieldDescription } from "../../lab/experiment/fields.ts";
import type { Json } from "../../lab/core/snapshot.ts";

/** A field of the form. */
export interface FormField extends FieldDescription {
  /** What it is without a change; undefined: the base has no such field. */
  readonly usual: Json | undefined;
  /** What it may be, where that is counted out; empty: it is typed. */
  readonly choices: readonly string[];
}

/** Fields that belong together. */
export interface FieldGroup {
  readonly name: string;
  readonly fields: readonly FormField[];
}

/** Types whose values are typed. */
const typed = /^(number|integer|string|object|any|null|.*\[\])$/;

/** What of a field's type is counted out. */
function choicesOf(type: string): readonly string[] {
  if (type === "boolean") return ["true", "false"];
  const options = type.split(" | ");
  return options.some((each) => typed.test(each)) ? [] : options;
}

/**
 * The fields of a form.
 *
 * @param fields With their values.
 * @param usual The same of the base, without a change.
 * @param registered Names that a field may have, by its path.
 */
export function formOf(
  fields: readonly FieldDescription[],
  usual: readonly FieldDescription[],
  registered: Readonly<Record<string, readonly string[]>>,
): FormField[] {
  const values = new Map(usual.map(({ path, value }) => [path, value]));
  return fields.map((field) => ({
    ...field,
    usual: values.get(field.path),
    choices: registered[field.path] ?? choicesOf(field.type),
  }));
}

/** Fields by the part of the configuration that they belong to; those of no part come first. */
export function groupsOf(fields: readonly FormField[]): FieldGroup[] {
  const groups = Map.groupBy(fields, ({ path }) => path.includes(".") ? path.split(".")[0] : "");
  return [...groups].map(([name, fields]) => ({ name, fields }))
    .sort((a, b) => Number(a.name !== "") - Number(b.name !== ""));
}

/**
 * Whether a field is not as the base has it.
 *
 * @param refused What was typed into a form that was refused, so that no value is known.
 */
export function isChanged({ value, usual }: FormField, refused?: string): boolean {
  if (refused !== undefined) return usual === undefined || refused !== settingText(usual);
  return JSON.stringify(value) !== JSON.stringify(usual);
}

/** The value of a field; undefined where there is none. */
export function valueOf(fields: readonly FieldDescription[], path: string): Json | undefined {
  return fields.find((field) => field.path === path)?.value;
}

/** Fields whose change leaves the seconds of a setting to be told from those of its base. */
const TELLABLE: readonly string[] = ["budget", "evaluation.every"];

/**
 * Seconds that a setting takes on the command line: those of the base, by the share of its budget; `least`
 * where it is a smaller one, as evaluations take what they take. Undefined where these are not known, and
 * where another field is not as the base has it.
 */
export function expectedSeconds(
  { seconds, fields }: { readonly seconds: number | null; readonly fields: readonly FormField[] },
): { readonly seconds: number; readonly least: boolean } | undefined {
  const budget = fields.find(({ path }) => path === "budget");
  if (!seconds || typeof budget?.value !== "number" || typeof budget.usual !== "number") {
    return undefined;
  }
  if (fields.some((each) => !TELLABLE.includes(each.path) && isChanged(each))) return undefined;
  const share = budget.value / budget.usual;
  return { seconds: seconds * share, least: share < 1 };
}

/**
 * The changed field that a refusal is about; undefined where none is named.
 *
 * @param message One line of the lab: `Cannot set agent.gamma as it must be …`.
 */
export function fieldOf(message: string, changed: readonly string[]): string | undefined {
  const words = new Set(message.split(/[\s":,?]+/));
  if (/^Cannot use the budget/.test(message)) return changed.find((path) => path === "budget");
  if (/^Cannot use the seed/.test(message)) return "seed";
  return changed.find((path) => words.has(path));
}
