/**
 * Flags of Deno's without which no thread can be given fewer permissions than the process has: tasks, and
 * the package's program, start Deno with them.
 *
 * @module
 */
import { fork } from "node:child_process";

/** What Deno must be started with. */
export const DENO_FLAGS = ["--unstable-worker-options", "--unstable-lazy-dynamic-imports"] as const;

/**
 * Whether this process was started without one of them. Deno ends a process that asks for such a
 * thread then, and tells its flags only by what it would start another program with; none is started, as
 * there is none of that name. False where that cannot be known, as no program may be started.
 */
export function lacksDenoFlags(): boolean {
  const may = (name: "run" | "env") => Deno.permissions.querySync({ name }).state === "granted";
  if (!may("run") || !may("env")) return false;
  const { spawnargs } = fork("none", [], { execPath: "/nowhere/deno" }).on("error", () => {});
  return DENO_FLAGS.some((flag) => !spawnargs.includes(flag));
}
