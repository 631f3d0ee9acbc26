/**
 * The checker's notes: what it found so far, and the questions that it asks more than once.
 *
 * @module
 */
import { copyActionMask } from "../lab/core/action_mask.ts";
import type { Environment, StepResult } from "../lab/core/environment.ts";
import { InputError } from "../lab/core/errors.ts";
import { explainMiss, MisfitError } from "../lab/core/misfit.ts";
import { firstNotJson, isRecord, show } from "../lab/core/plain.ts";
import type { Generator } from "../lab/core/random.ts";
import { withPlace } from "../lab/core/stack.ts";
import { isEqual } from "./checker_values.ts";

/** What is wrong, and how to mend it. */
export interface Finding {
  /** `error`: breaks the contract. `warning`: works, but something will not. */
  readonly severity: "error" | "warning";
  /** What was looked at. */
  readonly check:
    | "id"
    | "spaces"
    | "reset"
    | "step"
    | "seeds"
    | "observation"
    | "errors"
    | "time limit"
    | "snapshot"
    | "mask"
    | "scene"
    | "stepInto"
    | "transitions";
  /** What was found. */
  readonly message: string;
  /** What to do about it. */
  readonly mend: string;
}

/** An environment under examination. */
export class Examination {
  /** What was found so far. */
  readonly findings: Finding[] = [];
  readonly #env: Environment;

  /** Starts with no findings. */
  constructor(env: Environment) {
    this.#env = env;
  }

  /** Keeps a finding, the first of those that differ in their numbers only. */
  find(finding: Finding): void {
    const withoutNumbers = ({ message }: Finding) => message.replace(/-?\d[\d.e+-]*/g, "0");
    const isKnown = this.findings.some((known) =>
      withoutNumbers(known) === withoutNumbers(finding)
    );
    if (!isKnown) this.findings.push(finding);
  }

  /** Something breaks the contract. */
  error(check: Finding["check"], message: string, mend: string): void {
    this.find({ severity: "error", check, message, mend });
  }

  /** Something will not work. */
  warn(check: Finding["check"], message: string, mend: string): void {
    this.find({ severity: "warning", check, message, mend });
  }

  /** Runs a part; what it throws is a finding, too. */
  part(check: Finding["check"], look: () => void): void {
    try {
      look();
    } catch (error) {
      if (error instanceof MisfitError) {
        return this.error(error.part, error.found, error.mend);
      }
      this.error(
        check,
        withPlace(
          `it throws ${error instanceof Error ? `${error.name}: ${error.message}` : error}`,
          error,
        ),
        "make it work for any seed and any action in the action space",
      );
    }
  }

  /** Whether `call` throws an InputError. */
  refuses(check: Finding["check"], what: string, mend: string, call: () => unknown): void {
    try {
      call();
    } catch (error) {
      if (error instanceof MisfitError) throw error;
      if (error instanceof InputError) return;
      this.error(check, `${what} throws ${(error as Error)?.name}, not InputError`, mend);
      return;
    }
    this.error(check, `${what} goes unnoticed`, mend);
  }

  /** Whether what `call` shows lies in the observation space. */
  lookAt(value: unknown, call: string): void {
    const space = this.#env.observationSpace;
    if (space.contains(value)) return;
    const { message, mend } = explainMiss(space, value);
    this.error("observation", `the observation of ${call} ${message}`, mend);
  }

  /** Whether the info of `call` is plain. */
  lookAtInfo(info: unknown, call: string): void {
    const wrong = isRecord(info) ? firstNotJson(info, "info") : `info is ${show(info)}`;
    if (wrong === undefined) return;
    this.error(
      "step",
      `${wrong} in ${call}`,
      "return an object of plain JSON as info, {} where there is nothing to say",
    );
  }

  /** Whether everything that step returns is what it should be. */
  lookAtStep(result: StepResult<unknown>): void {
    this.lookAt(result.observation, "step");
    this.lookAtInfo(result.info, "step");
    // As agents ask it of what they learn from: networks compute with 32 bits.
    if (!Number.isFinite(result.reward) || !Number.isFinite(Math.fround(result.reward))) {
      const where = Number.isFinite(result.reward) ? ", infinite in 32 bits" : "";
      this.error(
        "step",
        `the reward of step is ${show(result.reward)}${where}`,
        "return a finite number as reward; bound what may grow without limit",
      );
    }
    for (const name of ["terminated", "truncated"] as const) {
      if (typeof result[name] === "boolean") continue;
      this.error(
        "step",
        `${name} of step is ${show(result[name])}`,
        `return true or false as ${name}`,
      );
    }
  }

  /** Whether the action mask of the present state fits, and is the same when it is read again. */
  lookAtMask(): void {
    const { id, actionSpace, actionMask } = this.#env;
    if (actionMask === undefined) return;
    const mend =
      "return 1 for each action that may be chosen, 0 for the others: one of them at least";
    const mask: ArrayLike<unknown> = this.#env.actionMask!();
    try {
      const allowed = new Uint8Array(actionSpace.flatSize);
      copyActionMask(id, actionSpace, mask as ArrayLike<number>, allowed);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return this.error("mask", error.message.replace(/^Cannot .*? as /, ""), mend);
    }
    const values = Array.from(mask);
    const wrong = values.find((value) => ![0, 1, false, true].includes(value as number));
    if (wrong !== undefined) {
      return this.error("mask", `the action mask has ${show(wrong)}, no 0 or 1`, mend);
    }
    if (isEqual(values, Array.from(this.#env.actionMask!()))) return;
    this.error(
      "mask",
      "the action mask of the same state is another one when it is read again",
      "make it of the state alone, never of Math.random, the clock or a variable outside of it",
    );
  }

  /** Random actions over ends of episodes. */
  walk(length: number, random: Generator): unknown[] {
    const env = this.#env;
    return Array.from({ length }, () => {
      const { observation, reward, terminated, truncated } = env.step(
        env.actionSpace.sample(random),
      );
      const again = terminated || truncated ? structuredClone(env.reset().observation) : null;
      return [structuredClone(observation), reward, terminated, truncated, again];
    });
  }
}
