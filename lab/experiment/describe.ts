/**
 * What a definition asks for, as plain data. A registered one is looked at in this thread; a user's
 * file is imported in another one, so that its code runs neither in the thread that writes the store
 * nor with its permissions.
 *
 * @module
 */
import { FitError, InputError, LabError } from "../core/errors.ts";
import { Thread } from "../core/thread.ts";
import type { BudgetUnit } from "../core/trainer.ts";
import type { Json } from "../core/snapshot.ts";
import type { Manifest } from "../store/store.ts";
import { secondsOf } from "./budget.ts";
import type { FieldDescription } from "./fields.ts";
import { foreignWorker } from "./foreign_worker.ts";
import { isFile, loadDefinition, type Loaded } from "./load.ts";
import { needsModule } from "./own.ts";
import type { Registries } from "./registries.ts";
import { type Overrides, resolve } from "./resolve.ts";
import type { Job } from "./session.ts";
import { whileWaiting } from "./slow_file.ts";
import { storedFields } from "./stored_fields.ts";
import type { SweepDefinition } from "./sweep/definition.ts";

/** A definition with every field filled in and checked, without its code. */
export interface Described extends Omit<Loaded, "definition"> {
  readonly name: string;
  readonly version: number;
  /** Its own number of seeds. */
  readonly seeds: number;
  readonly configuration: { readonly [key: string]: Json };
  readonly unit: BudgetUnit;
  /** See `secondsOf`. */
  readonly expectedSeconds?: number;
  readonly notes: readonly string[];
  /** Names of the other experiments that its file exports. */
  readonly others?: readonly string[];
}

/** What a describing thread is asked. */
export type Question =
  & { readonly registries: string }
  & (
    | {
      readonly kind: "describe";
      readonly reference: string;
      readonly overrides: Overrides;
      readonly examine: boolean;
    }
    | { readonly kind: "unit"; readonly job: Job }
    | { readonly kind: "fields"; readonly manifest: Manifest }
    | { readonly kind: "sweep"; readonly reference: string }
  );

/** What it replies. */
export type Reply =
  | { readonly described: Described }
  | { readonly unit: BudgetUnit }
  | { readonly fields: readonly FieldDescription[] }
  | { readonly sweep: SweepDefinition | null }
  | { readonly failed: string; readonly kind: keyof typeof failures; readonly stack: string };

/** What a thread may fail by, to be thrown again here. Node and Bun load this, and have no Deno. */
const failures = {
  fit: FitError,
  input: InputError,
  get denied() {
    return Deno.errors.NotCapable;
  },
  other: LabError,
};

/**
 * Describes a definition at hand.
 *
 * @throws InputError and FitError as `resolve` does.
 */
export async function described(
  { definition, module, hash }: Loaded,
  registries: Registries,
  overrides: Overrides = {},
): Promise<Described> {
  const { configuration, unit, notes } = await resolve(definition, registries, overrides);
  const { name, version = 1, seeds = 1 } = definition;
  const expectedSeconds = secondsOf(definition, configuration);
  return { name, version, seeds, module, hash, configuration, unit, expectedSeconds, notes };
}

/** Describes definitions by name or file; the thread for files starts with the first. */
export class Describer implements Disposable {
  #thread: Thread<Question, Reply> | undefined;

  /**
   * @param options.examine False: the worlds of files are not looked at. Default true.
   * @param options.onSlow Hears, in a line, that a file is waited for.
   */
  constructor(
    private readonly registries: Registries,
    private readonly options: {
      readonly examine?: boolean;
      readonly onSlow?: (line: string) => void;
    } = {},
  ) {}

  /**
   * Describes a registered experiment, or the one of a file.
   *
   * @throws InputError as `loadDefinition` and `resolve` do, and for a file's world that breaks the
   *   contract on reset or its first steps; LabError where the file's code ends its thread.
   */
  async describe(reference: string, overrides: Overrides = {}): Promise<Described> {
    const { registries } = this;
    if (!isFile(reference)) {
      return await described(await loadDefinition(reference, registries), registries, overrides);
    }
    const { set, budget } = overrides;
    const { examine = true } = this.options;
    const reply = await this.#ask(reference, {
      ...{ kind: "describe", registries: registries.module, reference, examine },
      overrides: { set, budget },
    });
    return (reply as { described: Described }).described;
  }

  /** The unit in which the budget of a job is counted whose agent or model may be its module's own. */
  async unitOf(job: Job): Promise<BudgetUnit> {
    const question = { kind: "unit", registries: this.registries.module, job } as const;
    return (await this.#ask(job.module, question) as { unit: BudgetUnit }).unit;
  }

  /** What {@linkcode storedFields} says of a run whose parts may be its module's own. */
  async fieldsOf(manifest: Manifest): Promise<readonly FieldDescription[]> {
    const { determined: { configuration }, definition: { module } } = manifest;
    if (!needsModule(configuration)) return await storedFields(manifest, this.registries);
    const question = { kind: "fields", registries: this.registries.module, manifest } as const;
    return (await this.#ask(module, question) as { fields: readonly FieldDescription[] }).fields;
  }

  /**
   * The sweep that a file exports as default; undefined where it exports none.
   *
   * @throws InputError where the file is missing or throws.
   */
  async sweepOf(reference: string): Promise<SweepDefinition | undefined> {
    const question = { kind: "sweep", registries: this.registries.module, reference } as const;
    const reply = await this.#ask(reference, question) as { sweep: SweepDefinition | null };
    return reply.sweep ?? undefined;
  }

  async #ask(module: string, question: Question): Promise<Exclude<Reply, { failed: string }>> {
    const thread = this.#thread ??= new Thread<Question, Reply>(
      foreignWorker(new URL("./describing_worker.ts", import.meta.url), "describing"),
    );
    const { onSlow } = this.options;
    using _waiting = onSlow && whileWaiting(module, onSlow);
    const reply = await thread.ask(question).catch((error) => {
      throw new LabError(`Cannot load ${module} as its thread ended: ${error.message}`);
    });
    if (!("failed" in reply)) return reply;
    throw Object.assign(new failures[reply.kind](reply.failed), { stack: reply.stack });
  }

  [Symbol.dispose](): void {
    this.#thread?.[Symbol.dispose]();
    this.#thread = undefined;
  }
}
