/**
 * A planned schedule as WGSL: a shader for each dispatch of one compute pass, over one storage
 * buffer with constant offsets. A shader is small on purpose: drivers compile all of it for each
 * entry point.
 *
 * @module
 */
import { neededValues, type Plan } from "../plan.ts";
import type { Item, Schedule } from "../schedule.ts";
import { functionsFor } from "./functions.ts";
import { foldFunctions, type LoopContext, loopTasks, scratchElements } from "./loops.ts";
import { matMulMemory, matMulTask } from "./matmul.ts";
import { argMaxTask, copyTasks, rangeTask } from "./moves.ts";
import { dispatchesOf, lanes, type Task } from "./tasks.ts";

/** A program for the graphics device: shaders in order, all with the entry point `main`. */
export type Shader = readonly Dispatch[];

/** One shader and the workgroups that run it. */
export interface Dispatch {
  readonly code: string;
  /** Numbers of workgroups along x and y. */
  readonly grid: readonly [number, number];
}

/** An item of work that has no WGSL. */
export class NoShader extends Error {
  constructor(readonly kind: string) {
    super(`no WGSL of ${kind}`);
  }
}

/** Scratch bytes that the schedule's items need. */
export function scratchBytes(schedule: Schedule): number {
  const loops = schedule.items.filter((item) => item.kind === "loop");
  return loops.reduce((sum, item) => sum + scratchElements(item), 0) * 4;
}

/** The shaders; `widest` is the largest number of workgroups along one axis of a dispatch. */
export function lower(schedule: Schedule, plan: Plan, widest: number): Shader {
  return dispatchesOf(tasksOf(schedule, plan)).map((tasks) => dispatchOf(tasks, widest));
}

/** Tasks side by side: each workgroup finds its task by its number. */
function dispatchOf(tasks: readonly Task[], widest: number): Dispatch {
  let groups = 0;
  const branches = tasks.map((task, i) => {
    const first = groups;
    groups += task.groups;
    return `if (group < ${groups}u) { task${i}(group - ${first}u, lane); }`;
  });
  const across = Math.min(groups, widest);
  const own = `${tasks.map(({ body }, i) => functionOf(`task${i}`, body)).join("\n")}
@compute @workgroup_size(${lanes}) fn main(
  @builtin(workgroup_id) at: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = at.x + at.y * ${across}u;
  ${branches.join(" else ")}
}`;
  const folds = foldFunctions(own);
  const parts = [
    "@group(0) @binding(0) var<storage, read_write> m: array<u32>;",
    own.includes("panelA") ? matMulMemory : "",
    folds === "" ? "" : `var<workgroup> pool: array<u32, ${lanes}>;`,
    functionsFor(own + folds),
    folds,
    own,
  ];
  return {
    code: parts.filter((part) => part !== "").join("\n"),
    grid: [across, Math.ceil(groups / across)],
  };
}

function functionOf(name: string, body: string): string {
  return `fn ${name}(group: u32, lane: u32) {\n  ${body}\n}`;
}

/** All work of a schedule in order, with the copies of its plan. */
function tasksOf(schedule: Schedule, plan: Plan): Task[] {
  const { values } = schedule;
  const stored = neededValues(schedule);
  let scratch = plan.scratch;
  const context: LoopContext = {
    values,
    address: (value) => plan.addresses[value]!,
    stored: (value) => stored.has(value),
    scratch: (size) => {
      scratch += size * 4;
      return scratch - size * 4;
    },
  };
  const tasksOfItem = (item: Item): Task[] => {
    switch (item.kind) {
      case "loop":
        return loopTasks(item, context);
      case "matMul":
        return [matMulTask(item, context.address)];
      case "copy":
        return copyTasks(item, context.address, (value) => values[value].size);
      case "argMax":
        return [argMaxTask(item, context.address, values[item.input].dtype)];
      default:
        throw new NoShader((item as { kind: string }).kind);
    }
  };
  return [
    ...schedule.items.flatMap(tasksOfItem),
    ...plan.copies.map(({ from, to, bytes }) => rangeTask(from, to, bytes / 4)),
  ];
}
