/**
 * How samples are drawn, as it is typed: fields of a model that no weight hangs on.
 *
 * @module
 */
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { float, integer, string } from "@optique/core/valueparser";
import { classNamesOf, type Dataset } from "../lab/core/dataset.ts";
import { InputError, unknownName } from "../lab/core/errors.ts";
import type { SamplingSettings } from "../lab/core/trainer.ts";
import { plain, setOption } from "./command.ts";

/** `--class`, `--steps`, `--sampler`, `--guidance`, `--set`. */
export function samplingOptions() {
  return {
    class: optional(option("--class", string({ metavar: "NAME" }), {
      description: plain("The class of all samples. Default: all classes in turn."),
    })),
    steps: optional(option("--steps", integer({ metavar: "N", min: 1 }), {
      description: plain(
        "Steps from noise to sample, where the model takes steps: --set model.samplerSteps=N.",
      ),
    })),
    sampler: optional(option("--sampler", string({ metavar: "NAME" }), {
      description: plain("What a step is, as heun or ddim: --set model.solver=NAME."),
    })),
    guidance: optional(option("--guidance", float({ metavar: "W", min: 0 }), {
      description: plain(
        "How far samples follow their class, where the model was told classes: " +
          "--set model.guidance=W.",
      ),
    })),
    set: setOption(
      "Draw with another value of a field that no weight hangs on, as model.stochasticity=0. " +
        "Repeatable.",
    ),
  };
}

/** What {@linkcode samplingOptions} read. */
export interface Sampling {
  readonly class?: string;
  readonly steps?: number;
  readonly sampler?: string;
  readonly guidance?: number;
  readonly set: readonly (readonly [path: string, text: string])[];
}

/** The fields that options of their own stand for. */
const fields = { steps: "samplerSteps", sampler: "solver", guidance: "guidance" } as const;

/**
 * Settings as a trainer takes them, and the number of the class. Before a field's name `model.` may
 * stand.
 *
 * @throws InputError for a class that the data do not have, and for a field that is said twice.
 */
export function samplingOf(
  { class: name, steps, sampler, guidance, set }: Sampling,
  dataset: Dataset,
): { readonly label?: number; readonly settings: SamplingSettings } {
  const given = { steps, sampler, guidance };
  const settings = Object.fromEntries(set.map(([path, text]) => {
    const number = Number(text);
    const name = path.replace(/^model\./, "");
    const option = (Object.keys(fields) as (keyof typeof fields)[])
      .find((each) => fields[each] === name && given[each] !== undefined);
    if (option !== undefined) {
      throw new InputError(`Cannot set ${path} as --${option} says it, too: ${text}`);
    }
    return [name, Number.isNaN(number) || text === "" ? text : number];
  }));
  return {
    label: name === undefined ? undefined : labelOf(name, dataset),
    settings: {
      ...settings,
      ...steps !== undefined && { [fields.steps]: steps },
      ...sampler !== undefined && { [fields.sampler]: sampler },
      ...guidance !== undefined && { [fields.guidance]: guidance },
    },
  };
}

/** Draws; what is refused then names the options that were typed, as `--steps` for samplerSteps. */
export async function drawnAsTyped<Drawn>(
  sampling: Sampling,
  draw: () => Promise<Drawn>,
): Promise<Drawn> {
  try {
    return await draw();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const typed = Object.entries(fields)
      .filter(([option]) => sampling[option as keyof typeof fields] !== undefined);
    const inOptions = (why: string) =>
      typed.reduce(
        (why, [option, field]) => why.replaceAll(new RegExp(`\\b${field}\\b`, "g"), `--${option}`),
        why,
      );
    throw new InputError(error.message.replace(/ as .*/, inOptions), { cause: error });
  }
}

/** A class by its name. @throws InputError where there is none. */
function labelOf(name: string, dataset: Dataset): number {
  const names = classNamesOf(dataset);
  if (names.length === 0) {
    throw new InputError(
      `Cannot sample one class as the data set ${dataset.name} has none: ${name}`,
    );
  }
  const label = names.indexOf(name);
  if (label < 0) throw unknownName("sample one class", "class", name, names);
  return label;
}
