/** Memory plans: no two values in one place at one time, state in place only where that is safe. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { planOf } from "../../../../bench/captured.ts";
import { convVaeStep } from "../../../../bench/steps/conv_vae.ts";
import { ppoStep } from "../../../../bench/steps/ppo.ts";
import { optimize } from "../../../../lab/compute/compile/compiler.ts";
import { uniform } from "../../../../lab/compute/compile/ir.ts";
import type { Item, Operand } from "../../../../lab/compute/compile/items.ts";
import { SharedArena } from "../../../../lab/compute/compile/memory.ts";
import {
  bytesOf,
  neededValues,
  type Plan,
  plan,
  readsOf,
} from "../../../../lab/compute/compile/plan.ts";
import { type Schedule, schedule } from "../../../../lab/compute/compile/schedule.ts";
import { CompiledWorkspace } from "../../../../lab/compute/compile/workspace.ts";
import type { Tensors } from "../../../../lab/compute/workspace.ts";
import { graphOf, type Shapes } from "./graphs.ts";
import { columnsOf, type Element, elementsOf, targetsOf } from "./places.ts";
import { type RandomProgram, randomPrograms, tracedProgram } from "./random_programs.ts";

const start = 1 << 20;

/** A plan whose declared values lie below `start`, each in its own place. */
function planned(graph: Parameters<typeof optimize>[0]): { schedule: Schedule; plan: Plan } {
  const scheduled = schedule(optimize(graph));
  const places = new Map<string, number>();
  let top = 64;
  for (const { kind, name, size } of scheduled.values) {
    if (kind === "constant" || kind === "temporary") continue;
    places.set(`${kind}/${name}`, top);
    top += bytesOf(size);
  }
  const addressOf = (kind: string, name: string) => places.get(`${kind}/${name}`)!;
  return { schedule: scheduled, plan: plan(scheduled, start, addressOf, 256) };
}

/**
 * Runs a plan on memory that only knows whose elements lie where, and returns what went wrong:
 * a value that is read must still be whole.
 */
function clobbered(scheduled: Schedule, plan: Plan): string | undefined {
  const { values, items, updates } = scheduled;
  /** Of every four bytes: which element of which value is there. */
  const owners = new Map<number, string>();
  const needed = neededValues(scheduled);
  let wrong: string | undefined;
  /** The addresses of elements, as those of the value that they are of, and their names. */
  const placed = (elements: readonly Element[]) =>
    elements.map(([id, i]) => [plan.addresses[id]! + 4 * i, `${id}:${i}`] as const);
  const writeAll = (elements: readonly Element[]) => {
    for (const [at, element] of placed(elements)) owners.set(at, element);
  };
  const write = (id: number) => writeAll(elementsOf(scheduled, id));
  const readAll = (elements: readonly Element[], when: string) => {
    for (const [at, element] of placed(elements)) {
      if (owners.get(at) !== element) wrong ??= `${element} is overwritten before ${when}`;
    }
  };
  const read = (id: number, when: string) => readAll(elementsOf(scheduled, id), when);
  for (const id of scheduled.within.keys()) {
    const [[at]] = placed(elementsOf(scheduled, id).slice(0, 1));
    if (plan.addresses[id] !== at) wrong ??= `${id} does not lie where it is a part`;
  }
  for (const value of values) {
    const declared = value.kind !== "temporary" && plan.addresses[value.id] !== undefined;
    if (declared) write(value.id);
  }
  items.forEach((item, i) => {
    const when = `item ${i}, ${item.kind}`;
    const [sameElement, others] = operandsOf(item);
    for (const elements of columnsRead(scheduled, item)) readAll(elements, when);
    const written = item.kind === "loop"
      ? [...item.nodes.map((n) => n.output).filter((id) => needed.has(id))]
      : [];
    const adds = item.kind === "matMul" && item.addend !== undefined;
    if (adds) written.push(item.output);
    const whole = item.kind === "loop"
      ? item.reductions.map((r) => r.output)
      : adds
      ? []
      : [item.output];
    for (const id of [...sameElement, ...others]) read(id, when);
    // What is written as a whole must leave all that is read; a node only what others read.
    if (item.kind === "copy" && item.fill === undefined) {
      item.moves.forEach((move) => writeAll(targetsOf(scheduled, item.output, move)));
    } else whole.forEach((id) => write(id));
    for (const id of sameElement) read(id, when);
    placesOf(scheduled, item).forEach(writeAll);
    for (const id of sameElement) read(id, when);
    written.forEach((id) => write(id));
    for (const elements of columnsRead(scheduled, item)) readAll(elements, `the end of ${when}`);
    for (const id of others) read(id, `the end of ${when}`);
    for (const id of [...written, ...whole]) read(id, `the end of ${when}`);
    for (const id of sameElement) {
      const over = written.find((each) => plan.addresses[each] !== plan.addresses[id]);
      if (over !== undefined && overlaps(id, over)) wrong ??= `${over} lies across ${id}, ${when}`;
    }
  });
  function overlaps(a: number, b: number): boolean {
    const [p, q] = [plan.addresses[a]!, plan.addresses[b]!];
    return p < q + 4 * values[b].size && q < p + 4 * values[a].size;
  }
  const moved = new Map(owners);
  for (const { from, to, bytes } of plan.copies) {
    const lanes = Array.from({ length: bytes / 4 }, (_, i) => moved.get(from + 4 * i));
    lanes.forEach((owner, i) => owner === undefined || moved.set(to + 4 * i, owner));
  }
  const holds = (id: number, at: number, what: string) => {
    elementsOf(scheduled, id).forEach((element, i) => {
      if (moved.get(at + 4 * i) !== element.join(":")) {
        wrong ??= `${what} does not hold ${id} in the end`;
      }
    });
  };
  for (const { address, value, name } of plan.outputs) holds(value, address, name);
  for (const { state, view } of updates) {
    holds(view.value, plan.addresses[state]!, values[state].name!);
  }
  return wrong;
}

/** What a loop reads of wider values. */
function columnsRead(scheduled: Schedule, item: Item): Element[][] {
  if (item.kind !== "loop") return [];
  return item.nodes.flatMap(({ operands }) => operands)
    .filter((operand) => operand.access === "columns")
    .map((operand) => columnsOf(scheduled, item, operand));
}

/** What a loop writes of wider values. */
function placesOf(scheduled: Schedule, item: Item): Element[][] {
  if (item.kind !== "loop") return [];
  return item.nodes.flatMap(({ places }) =>
    places.map((place) => columnsOf(scheduled, item, place))
  );
}

/** Values from memory: those read at the element that is then written, and the others. */
function operandsOf(item: Item): [sameElement: number[], others: number[]] {
  if (item.kind === "matMul" && item.addend !== undefined) return [[item.addend], [item.a, item.b]];
  if (item.kind !== "loop") return [[], readsOf(item)];
  const own = new Set(item.nodes.map(({ output }) => output));
  const operands: Operand[] = [
    ...item.nodes.flatMap((node) => node.operands),
    ...item.reductions.map((reduction) => reduction.operand),
  ];
  const read = (full: boolean) =>
    operands.flatMap((operand) =>
      operand.access !== "immediate" && operand.access !== "columns" &&
        (operand.access === "full") === full &&
        !(full && own.has(operand.value))
        ? [operand.value]
        : []
    );
  return [read(true), read(false)];
}

Deno.test("in random programs no value is overwritten while it is needed", () => {
  let shared = 0;
  const check = (program: RandomProgram) => {
    const made = planned(tracedProgram(program));
    strictEqual(clobbered(made.schedule, made.plan), undefined);
    if (made.plan.temporaryBytes < made.plan.unplannedBytes) shared++;
    return made.schedule;
  };
  fc.assert(fc.property(randomPrograms(40, 3), (program) => void check(program)), {
    numRuns: 150,
    seed: 5,
  });
  ok(shared > 30, `only ${shared} programs shared memory at all`);
  const spared = { parts: 0, read: 0, written: 0, added: 0 };
  const gates = ["halves", "added", "add", "multiply", "tanh", "slice", "concat"] as const;
  fc.assert(
    fc.property(randomPrograms(16, 8, gates), (program) => {
      const schedule = check(program);
      const { items, within } = schedule;
      spared.parts += within.size;
      spared.read += items.flatMap((item) => columnsRead(schedule, item)).length;
      spared.written += items.flatMap((item) => placesOf(schedule, item)).length;
      spared.added += items.filter((item) => "addend" in item).length;
    }),
    { numRuns: 150, seed: 5 },
  );
  for (const [what, count] of Object.entries(spared)) ok(count > 10, `${count} ${what}`);
});

Deno.test("that test sees a value in the place of another", () => {
  const { schedule, plan } = planned(graphOf({ x: [3, 3] }, ({ x }) => {
    const a = tf.matMul(x, x);
    const b = tf.matMul(a, x);
    return { y: tf.matMul(a, b) };
  }));
  strictEqual(clobbered(schedule, plan), undefined);
  const [a, b] = schedule.items.map((item) => (item as { output: number }).output);
  const addresses = plan.addresses.with(b, plan.addresses[a]);
  ok(clobbered(schedule, { ...plan, addresses }) !== undefined);
});

/** How many updates are computed where the old state lies, and the copies that are left. */
function inPlace(
  inputs: Shapes,
  f: (given: Tensors) => Tensors,
  state: Shapes,
  next: (given: Tensors) => Tensors,
): { inPlace: number; copies: number } {
  const made = planned(graphOf(inputs, f, state, next));
  strictEqual(clobbered(made.schedule, made.plan), undefined);
  const { addresses, copies } = made.plan;
  const placed = made.schedule.updates.filter(({ state, view }) =>
    state !== view.value && addresses[state] === addresses[view.value]
  );
  return { inPlace: placed.length, copies: copies.length };
}

const none = () => ({});

Deno.test("state that is only read where it is written is replaced in place", () => {
  const made = inPlace({ x: [4] }, none, { w: [4] }, ({ w, x }) => ({ w: tf.sub(w, x) }));
  deepStrictEqual(made, { inPlace: 1, copies: 0 });
});

Deno.test("state that is read later stays until the end", () => {
  const made = inPlace(
    { x: [2, 2] },
    ({ w, x }) => ({ y: tf.matMul(tf.sub(w, x), w) }),
    { w: [2, 2] },
    ({ w, x }) => ({ w: tf.sub(w, x) }),
  );
  deepStrictEqual(made, { inPlace: 0, copies: 1 });
});

Deno.test("state that its own loop reads across is not replaced under its hands", () => {
  const made = inPlace(
    {},
    none,
    { w: [3], m: [3, 3] },
    ({ w, m }) => ({ w, m: tf.add(m, w) }),
  );
  deepStrictEqual(made, { inPlace: 1, copies: 0 }, "m is read full, w stays what it is");
  const across = inPlace({}, none, { w: [3, 3] }, ({ w }) => ({ w: tf.matMul(w, w) }));
  deepStrictEqual(across, { inPlace: 0, copies: 1 });
  const part = inPlace(
    {},
    none,
    { w: [2, 3] },
    ({ w }) => ({ w: tf.add(w, tf.reshape(tf.slice(w, [1, 0], [1, 3]), [3])) }),
  );
  deepStrictEqual(part, { inPlace: 0, copies: 1 }, "a row of w is added to all of them");
});

Deno.test("a swap goes through staging", () => {
  const made = inPlace({}, none, { a: [3], b: [3] }, ({ a, b }) => ({ a: b, b: a }));
  deepStrictEqual(made, { inPlace: 0, copies: 4 });
});

Deno.test("a chain of state passes on what was there before", () => {
  const made = inPlace(
    { x: [3] },
    none,
    { a: [3], b: [3], c: [3] },
    ({ x, a, b }) => ({ a: tf.neg(x), b: a, c: b }),
  );
  strictEqual(made.inPlace, 0);
});

Deno.test("a value that two updates take is computed over at most one of them", () => {
  const made = inPlace({ x: [3] }, none, { a: [3], b: [3] }, ({ x, a }) => {
    const next = tf.add(a, x);
    return { a: next, b: next };
  });
  deepStrictEqual(made, { inPlace: 1, copies: 1 });
});

Deno.test("state that an output shows as it was is not replaced in place", () => {
  const made = inPlace(
    { x: [3] },
    ({ w }) => ({ before: w }),
    { w: [3] },
    ({ w, x }) => ({ w: tf.add(w, x) }),
  );
  strictEqual(made.inPlace, 0);
});

Deno.test("outputs and updates may be inputs, state or constants", () => {
  const made = inPlace(
    { x: [3] },
    ({ x, w }) => ({ x, w, two: tf.fill([3], 2), list: tf.tensor1d([1, 2, 3]) }),
    { w: [3], v: [3], u: [3] },
    ({ x }) => ({ w: x, v: tf.fill([3], 0.5), u: tf.tensor1d([3, 2, 1]) }),
  );
  strictEqual(made.inPlace, 0);
});

Deno.test("what such a program leaves behind is right, run after run", async () => {
  const workspace = new CompiledWorkspace("strict");
  const floats = (...values: number[]) =>
    ({ shape: [3], dtype: "float32", values: Float32Array.from(values) }) as const;
  workspace.define("s", { a: floats(1, 2, 3), b: floats(4, 5, 6), c: floats(7, 8, 9) });
  const program = workspace.compile(
    { name: "pass on", inputs: { x: [[3], "float32"] }, state: ["s"] },
    ({ input: { x }, state: { s: { a, b, c } } }) => {
      const sum = tf.add(a, x);
      return {
        outputs: { c, sum, twice: sum, two: tf.fill([3], 2) },
        state: { s: { a: sum, b: a, c: b } },
      };
    },
  );
  const state = async () =>
    Object.values(await workspace.read("s")).map(({ values }) => [...values]);
  program.input.x.set([10, 10, 10]);
  program.run();
  deepStrictEqual(await state(), [[11, 12, 13], [1, 2, 3], [4, 5, 6]]);
  program.input.x.set([-1, 0, 1]);
  program.run();
  deepStrictEqual(await state(), [[10, 12, 14], [11, 12, 13], [1, 2, 3]]);
  deepStrictEqual([...program.readNow("c")], [4, 5, 6]);
  deepStrictEqual([...program.readNow("twice")], [10, 12, 14]);
  deepStrictEqual([...program.readNow("two")], [2, 2, 2]);
});

for (const step of [ppoStep, convVaeStep]) {
  Deno.test(`temporaries of ${step.name} take at most half of what each its own would`, () => {
    const { temporaryBytes, unplannedBytes } = planOf(step);
    ok(temporaryBytes > 0);
    ok(temporaryBytes <= unplannedBytes / 2, `${temporaryBytes} of ${unplannedBytes} bytes`);
  });
}

Deno.test("numbers that are in the code take no memory", () => {
  const { schedule, plan } = planned(graphOf({ x: [64] }, ({ x }) => ({ y: tf.mul(x, 3) })));
  const constants = schedule.values.filter((value) => uniform(value) === 3);
  deepStrictEqual(constants.map(({ id }) => plan.addresses[id]), [undefined]);
});

// Memory.

Deno.test("views stay valid when the memory grows", () => {
  const arena = new SharedArena();
  const view = arena.floats(arena.take(64), 16);
  view.fill(7);
  const before = arena.memory.buffer.byteLength;
  arena.take(before * 4);
  ok(arena.memory.buffer.byteLength > before);
  strictEqual(view.length, 16);
  view[0] = 8;
  strictEqual(arena.floats(64, 16)[0], 8);
  strictEqual(view[15], 7);
});

Deno.test("inputs that were bound before the memory grew are still read", () => {
  const workspace = new CompiledWorkspace("strict");
  const first = workspace.compile(
    { name: "first", inputs: { x: [[2], "float32"] } },
    ({ input }) => ({ outputs: { y: tf.neg(input.x) } }),
  );
  const large = workspace.compile(
    { name: "large", inputs: { x: [[4_000_000], "float32"] } },
    ({ input }) => ({ outputs: { y: tf.sum(input.x) } }),
  );
  large.input.x.fill(1);
  large.run();
  first.input.x.set([1, 2]);
  first.run();
  deepStrictEqual([...first.readNow("y")], [-1, -2]);
  deepStrictEqual([...large.readNow("y")], [4_000_000]);
});

Deno.test("more memory than there is names the bytes", () => {
  const arena = new SharedArena();
  const most = arena.mostPages * 65536;
  throws(() => arena.takeUpTo(most + 1), {
    name: "LabError",
    message: `Cannot hold the programs in memory as WebAssembly offers at most ${most} bytes ` +
      `here: ${most + 1} asked for`,
  });
  strictEqual(arena.top, 64, "nothing was taken");
  arena.take(64);
});

Deno.test("a step that needs more memory than there can be is refused, with how much and what helps", () => {
  const workspace = new CompiledWorkspace("strict");
  const most = new SharedArena().mostPages / 16;
  const program = (side: number) =>
    workspace.compile(
      { name: "toy/great", inputs: { a: [[side, 1], "float32"], b: [[1, side], "float32"] } },
      ({ input: { a, b } }) => ({ outputs: { y: tf.sum(tf.matMul(a, b)) } }),
    );
  throws(() => program(17_000).run(), {
    name: "InputError",
    message: new RegExp(
      `^Cannot compile "toy/great" as steps have at most ${most} MiB of memory: it needs 1103 MiB ` +
        "\\(smaller batches, as by batchSize, .*\\)$",
    ),
  });
  // What was refused has taken nothing.
  program(100).run();
});
