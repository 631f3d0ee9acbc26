/** Which elements of which values the items of a schedule read and write. */
import type { Columns, Item, Move, Operand } from "../../../../lab/compute/compile/items.ts";
import type { Schedule } from "../../../../lab/compute/compile/schedule.ts";

/** An element of a value that lies in no other one. */
export type Element = readonly [value: number, index: number];

/** The elements of a value, where they lie. */
export function elementsOf({ values, within }: Schedule, id: number): Element[] {
  let [value, first] = [id, 0];
  for (let part = within.get(value); part !== undefined; part = within.get(value)) {
    value = part.value;
    first += part.offset;
  }
  return Array.from({ length: values[id].size }, (_, i) => [value, first + i]);
}

/** The elements of some columns that a loop goes over. */
export function columnsOf(
  schedule: Schedule,
  { size, columns }: Extract<Item, { kind: "loop" }>,
  { value, offset, stride }: Columns,
): Element[] {
  const all = elementsOf(schedule, value);
  return Array.from(
    { length: size },
    (_, i) => all[offset + Math.floor(i / columns!) * stride + i % columns!],
  );
}

/** What an operand of a loop reads. */
export function elementsRead(
  schedule: Schedule,
  loop: Extract<Item, { kind: "loop" }>,
  operand: Operand,
): Element[] {
  if (operand.access === "immediate") return [];
  if (operand.access === "columns") return columnsOf(schedule, loop, operand);
  return elementsOf(schedule, operand.value);
}

/** The elements that a move writes. */
export function targetsOf(schedule: Schedule, output: number, move: Move): Element[] {
  const all = elementsOf(schedule, output);
  const { shape, targetStrides, targetOffset } = move;
  const indices = shape.reduce<number[]>(
    (found, length, axis) =>
      found.flatMap((at) => Array.from({ length }, (_, i) => at + i * targetStrides[axis])),
    [targetOffset],
  );
  return indices.map((index) => all[index]);
}
