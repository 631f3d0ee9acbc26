/**
 * What other programs call the commands: a message about such a name says which one it is.
 *
 * Sources: the scripts of rl-baselines3-zoo, CleanRL's and pythae's, the command lines of MLflow,
 * Weights & Biases, DVC and Optuna, and those of a shell.
 *
 * @module
 */

import { PROGRAM } from "./command.ts";

/** By the other name: the command with what it needs, or, in full, a task. */
export const otherCommands: Readonly<Record<string, string>> = {
  train: "run",
  fit: "run",
  learn: "run",
  launch: "run",
  sweep: "run NAME --sweep PATH=RANGE",
  tune: "run NAME --sweep PATH=RANGE",
  optimize: "run NAME --sweep PATH=RANGE",
  continue: "resume",
  restart: "resume",
  repro: "reproduce",
  enjoy: "evaluate",
  eval: "evaluate",
  test: "evaluate",
  watch: "evaluate RUN --render",
  record: "evaluate RUN --out episode.gif",
  generate: "sample",
  dream: "sample",
  embed: "encode",
  anomaly: "detect",
  fid: "score RUN --metric fid",
  lr_find: "range",
  show: "describe",
  info: "describe",
  inspect: "describe",
  ls: "runs",
  ps: "runs",
  log: "runs",
  history: "runs",
  diff: "compare",
  stats: "compare",
  plot: "report",
  csv: "export RUN --format csv --out PATH",
  onnx: "export RUN --format onnx --out PATH",
  tag: "annotate",
  rename: "annotate",
  note: "annotate",
  rm: "delete",
  remove: "delete",
  restore: "delete --restore RUN",
  gc: "delete --purge",
  fsck: "verify",
  repair: "recover",
  init: "new project NAME",
  create: "new",
  agent: "worker",
  autocomplete: "completions",
  dashboard: "deno task -q dashboard",
  serve: "deno task -q dashboard",
  server: "deno task -q dashboard",
  ui: "deno task -q dashboard",
  download: "deno task -q fetch",
};

/**
 * What to type in place of what another program calls so; undefined where nothing is known of it.
 *
 * @param program How the command line is called here: the package's program has no tasks beside it.
 */
export function otherCommand(name: string, program: string = PROGRAM): string | undefined {
  if (!Object.hasOwn(otherCommands, name)) return undefined;
  const line = otherCommands[name];
  if (!line.startsWith("deno ")) return `${program} ${line}`;
  return program.startsWith("deno ") ? line : `${line}, in a project (${program} new project NAME)`;
}
