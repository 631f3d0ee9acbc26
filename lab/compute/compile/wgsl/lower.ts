/**
 * A planned schedule as one WGSL module: an entry point for each dispatch of a compute pass, over
 * one storage buffer with constant offsets.
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

/** A program for the graphics device. */
export interface Shader {
  readonly code: string;
  /** Entry points in order, with their numbers of workgroups. */
  readonly dispatches: readonly { readonly entryPoint: string; readonly grid: [number, number] }[];
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

/** The module; `widest` is the largest number of workgroups along one axis of a dispatch. */
export function lower(schedule: Schedule, plan: Plan, widest: number): Shader {
  const tasks = tasksOf(schedule, plan);
  const dispatches = dispatchesOf(tasks);
  const bodies: string[] = [];
  const entries = dispatches.map((together, d) => {
    const groups = together.reduce((sum, task) => sum + task.groups, 0);
    const across = Math.min(groups, widest);
    let first = 0;
    const branches = together.map((task) => {
      const name = `task${bodies.length}`;
      bodies.push(`fn ${name}(group: u32, lane: u32) {\n  ${task.body}\n}`);
      const branch = `if (group < ${first + task.groups}u) { ${name}(group - ${first}u, lane); }`;
      first += task.groups;
      return branch;
    });
    const entryPoint = `dispatch${d}`;
    const code = `@compute @workgroup_size(${lanes}) fn ${entryPoint}(
  @builtin(workgroup_id) at: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = at.x + at.y * ${across}u;
  ${branches.join(" else ")}
}`;
    return { entryPoint, code, grid: [across, Math.ceil(groups / across)] as [number, number] };
  });
  const own = [...bodies, ...entries.map(({ code }) => code)].join("\n");
  const folds = foldFunctions(own);
  const code = [
    "@group(0) @binding(0) var<storage, read_write> m: array<u32>;",
    own.includes("panelA") ? matMulMemory : "",
    folds === "" ? "" : `var<workgroup> pool: array<u32, ${lanes}>;`,
    functionsFor(own + folds),
    folds,
    own,
  ].filter((part) => part !== "").join("\n");
  return { code, dispatches: entries.map(({ entryPoint, grid }) => ({ entryPoint, grid })) };
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
