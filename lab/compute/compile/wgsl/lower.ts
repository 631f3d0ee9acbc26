/**
 * A planned schedule as WGSL: a shader for each dispatch of one compute pass, over one storage
 * buffer. A shader is small on purpose: drivers compile all of it for each entry point. Where things lie
 * is given to it with the dispatch, so that layers of one shape, members of an ensemble and programs
 * that differ in their addresses share its pipeline.
 *
 * @module
 */
import { NoLowering } from "../ir.ts";
import { neededValues, type Plan } from "../plan.ts";
import type { Item } from "../items.ts";
import type { Schedule } from "../schedule.ts";
import { functionsFor } from "./functions.ts";
import { convolutionTasks, windowTasks } from "./images.ts";
import { indexedTask, scanTask } from "./indexed.ts";
import { loopTasks } from "./loops.ts";
import { argMaxTask, copyTasks, rangeTask } from "./moves.ts";
import { matMulTasks, productMemory } from "./products.ts";
import { foldFunctions } from "./reductions.ts";
import { dispatchesOf, lanes, type Lowering, type Task, withoutAddresses } from "./tasks.ts";

/** A program for the graphics device: shaders in order, all with the entry point `main`. */
export type Shader = readonly Dispatch[];

/** One shader and the workgroups that run it. */
interface Dispatch {
  readonly code: string;
  /** Where what the code names begins, in elements. */
  readonly addresses: readonly number[];
  /** Numbers of workgroups along x and y. */
  readonly grid: readonly [number, number];
}

/** Addresses of a dispatch, at most: a quarter of what a uniform binding holds everywhere. */
const mostAddresses = 4096;

/** Scratch bytes that the schedule's items need. */
export function scratchBytes(schedule: Schedule): number {
  let size = 0;
  const scratch = (more: number) => {
    size += more;
    return 0;
  };
  itemTasks(schedule, { address: () => 0, scratch });
  return size * 4;
}

/** The shaders; `widest` is the largest number of workgroups along one axis of a dispatch. */
export function lower(schedule: Schedule, plan: Plan, widest: number): Shader {
  return dispatchesOf(tasksOf(schedule, plan)).flatMap((tasks) => dispatchesFor(tasks, widest));
}

/** Tasks side by side: each workgroup finds its task by its number. Too many for one dispatch take two. */
function dispatchesFor(tasks: readonly Task[], widest: number): Dispatch[] {
  let groups = 0;
  const branches = tasks.map((task, i) => {
    const first = groups;
    groups += task.groups;
    return `if (group < ${groups}u) { task${i}(group - ${first}u, lane); }`;
  });
  const across = Math.min(groups, widest);
  const bodies = tasks.map(({ body }, i) => functionOf(`task${i}`, body)).join("\n");
  const [placed, addresses] = withoutAddresses(
    bodies,
    (i) => `addresses[${i >> 2}].${"xyzw"[i & 3]}`,
  );
  if (addresses.length > mostAddresses && tasks.length > 1) {
    const half = tasks.length >> 1;
    return [tasks.slice(0, half), tasks.slice(half)].flatMap((some) => dispatchesFor(some, widest));
  }
  const own = `${placed}
@compute @workgroup_size(${lanes}) fn main(
  @builtin(workgroup_id) at: vec3u, @builtin(num_workgroups) all: vec3u,
  @builtin(local_invocation_index) lane: u32) {
  workgroups = all.x;
  let group = at.x + at.y * ${across}u;
  ${branches.join(" else ")}
}`;
  const folds = foldFunctions(own);
  const parts = [
    "@group(0) @binding(0) var<storage, read_write> m: array<u32>;",
    `@group(0) @binding(1) var<uniform> addresses: array<vec4u, ${
      Math.ceil(addresses.length / 4)
    }>;`,
    "var<private> workgroups: u32;",
    own.includes("panelA") ? productMemory : "",
    folds === "" ? "" : `var<workgroup> pool: array<u32, ${lanes}>;`,
    functionsFor(own + folds),
    folds,
    own,
  ];
  return [{
    code: parts.filter((part) => part !== "").join("\n"),
    addresses,
    grid: [across, Math.ceil(groups / across)],
  }];
}

function functionOf(name: string, body: string): string {
  return `fn ${name}(group: u32, lane: u32) {\n  ${body}\n}`;
}

/** All work of a schedule in order, with the copies of its plan. */
function tasksOf(schedule: Schedule, plan: Plan): Task[] {
  let top = plan.scratch;
  const scratch = (size: number) => {
    top += size * 4;
    return top - size * 4;
  };
  return [
    ...itemTasks(schedule, { address: (value) => plan.addresses[value]!, scratch }),
    ...plan.copies.map(({ from, to, bytes }) => rangeTask(from, to, bytes / 4)),
  ];
}

/** The items' tasks over a layout of memory. */
function itemTasks(schedule: Schedule, layout: Pick<Lowering, "address" | "scratch">): Task[] {
  const needed = neededValues(schedule);
  const { values } = schedule;
  const lowering = { ...layout, values, stored: (value: number) => needed.has(value) };
  return schedule.items.flatMap((item) => tasksOfItem(item, lowering));
}

function tasksOfItem(item: Item, lowering: Lowering): Task[] {
  switch (item.kind) {
    case "loop":
      return loopTasks(item, lowering);
    case "matMul":
      return matMulTasks(item, lowering);
    case "copy":
      return copyTasks(item, lowering);
    case "argMax":
      return [argMaxTask(item, lowering)];
    case "convolution":
      return convolutionTasks(item, lowering);
    case "window":
      return windowTasks(item, lowering);
    case "gather":
    case "scatter":
      return [indexedTask(item, lowering)];
    case "scan":
      return [scanTask(item, lowering)];
    case "host":
      throw new NoLowering(`${item.kernel} in WGSL`, item.origin);
  }
}
