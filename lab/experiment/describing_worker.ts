/**
 * The thread that imports a user's file: replies with plain data.
 *
 * @module
 */
import { resolve as resolvePath } from "node:path";
import { FitError, InputError } from "../core/errors.ts";
import { joinThread } from "../core/thread.ts";
import { described, type Question, type Reply } from "./describe.ts";
import { stackOf } from "../core/stack.ts";
import { lineOf } from "./error_lines.ts";
import { importFile, isExperiment, loadDefinition } from "./load.ts";
import { isOfOwnFile, refusalOf } from "./own_errors.ts";
import { ownPartsOf } from "./own.ts";
import type { Registries } from "./registries.ts";
import { environmentMaker, trainerDefinition } from "./session.ts";
import { storedFields } from "./stored_fields.ts";
import { isSweep } from "./sweep/definition.ts";

const post = joinThread<Question, Reply>(async (question) => {
  try {
    post(await replyTo(question));
  } catch (thrown) {
    const error = isOfOwnFile(thrown) ? refusalOf(`use ${fileOf(question)}`, thrown) : thrown;
    post({ failed: lineOf(error), kind: kindOf(error), stack: stackOf(error) });
  }
});

function fileOf(question: Question): string {
  if (question.kind === "unit") return question.job.module;
  return question.kind === "fields" ? question.manifest.definition.module : question.reference;
}

function kindOf(error: unknown): Extract<Reply, { failed: string }>["kind"] {
  if (error instanceof FitError) return "fit";
  if (error instanceof InputError) return "input";
  return error instanceof Deno.errors.NotCapable ? "denied" : "other";
}

/** The registries, and which worlds they had before a user's file was imported. */
let laboratory: Promise<{ registries: Registries; known: ReadonlySet<string> }> | undefined;

function laboratoryOf({ registries }: Question): NonNullable<typeof laboratory> {
  return laboratory ??= import(registries).then(({ registries }: { registries: Registries }) => ({
    registries,
    known: new Set(registries.environments.map(({ id }) => id)),
  }));
}

async function replyTo(question: Question): Promise<Reply> {
  const { registries, known } = await laboratoryOf(question);
  if (question.kind === "sweep") {
    const { reference } = question;
    const { default: sweep } = await importFile(resolvePath(reference), reference);
    // As plain data: it came from a file.
    return { sweep: isSweep(sweep) ? JSON.parse(JSON.stringify(sweep)) : null };
  }
  if (question.kind === "unit") {
    return { unit: (await trainerDefinition(question.job, registries)).budgetUnit };
  }
  if (question.kind === "fields") {
    return { fields: await storedFields(question.manifest, registries) };
  }
  const { reference, overrides, examine } = question;
  const loaded = await loadDefinition(reference, registries);
  const description = await described(loaded, registries, overrides);
  const { environment } = description.configuration as { environment?: { id: string; own?: true } };
  const isForeign = environment !== undefined && (environment.own || !known.has(environment.id));
  if (examine && isForeign && registries.faultOf !== undefined) {
    const job = {
      ...description,
      experiment: description.name,
      seed: "1",
      backend: "auto",
    } as const;
    const make = await environmentMaker(job, registries, loaded.definition);
    const fault = await registries.faultOf(make(), ownPartsOf(loaded.definition).environment);
    if (fault !== undefined) {
      throw new InputError(
        `Cannot train in ${environment.id} as ${fault} (check ${reference} says more, --no-check ` +
          "trains all the same)",
      );
    }
  }
  // Imported already.
  const others = Object.values(await importFile(resolvePath(reference), reference)).flat()
    .filter(isExperiment).map(({ name }) => name).filter((name) => name !== description.name);
  return { described: { ...description, others: [...new Set(others)] } };
}
