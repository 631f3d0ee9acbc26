/**
 * Configurations for people: what they train, and their fields.
 *
 * @module
 */
import type { Json } from "../lab/core/snapshot.ts";
import type { FieldDescription } from "../lab/experiment/fields.ts";
import { isOwn } from "../lab/experiment/own.ts";
import { differs, fieldsTable } from "./terminal/fields_table.ts";
import { type Io, styled } from "./terminal/io.ts";

/** Name or id of a part of a configuration, and whether it is the definition's own. */
function chosen(part: Json | undefined): string {
  const { name, id } = part as { name?: string; id?: string };
  return `${name ?? id}${isOwn(part) ? " (own)" : ""}`;
}

/** What a configuration trains, and what with: `Trains dqn in Corridor-v0 (own)`. */
export function trained({ agent, environment, model, dataset, body, callbacks }: {
  readonly [part: string]: Json;
}): string {
  const what = agent === undefined
    ? `${chosen(model)} on ${chosen(dataset)}`
    : `${chosen(agent)} in ${chosen(environment)}`;
  return `Trains ${what}${body === undefined ? "" : ` through the network body ${chosen(body)}`}${
    callbacks === undefined ? "" : ", with callbacks (own)"
  }`;
}

/** First the fields that differ from their defaults, then the others, as far as there are any. */
export function fieldTables(fields: readonly FieldDescription[], io: Io): string[] {
  const changed = fields.filter(differs);
  const rest = fields.filter((field) => !differs(field));
  const titled = (title: string, some: readonly FieldDescription[]) =>
    some.length === 0 ? [] : [`${styled(io.color.out, "bold", title)}\n${fieldsTable(some, io)}`];
  return [...titled("Different from the default", changed), ...titled("As by default", rest)];
}
