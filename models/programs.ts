/**
 * A model's functions as programs: what binds them to a workspace.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { PARAMETERS } from "../lab/core/base_trainer.ts";
import { holdingsOf, requireData } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import { show } from "../lab/core/plain.ts";
import { belowPrefix, type NamedTensors, prefixed, sizeOf } from "../lab/core/tensor_data.ts";
import { outputNames } from "../lab/compute/compile/step_graph.ts";
import type { ModelContext } from "../lab/compute/definitions.ts";
import { descend, descendAlong, movingAverage } from "../lab/compute/descend.ts";
import { parametersOf } from "../lab/compute/networks.ts";
import { fill } from "../lab/compute/program.ts";
import type { RowStep } from "../lab/compute/row_step.ts";
import type { Optimizer } from "../lab/compute/optimizers.ts";
import type {
  InputSpec,
  Program,
  RandomSpec,
  StepContext,
  Tensors,
  Workspace,
} from "../lab/compute/workspace.ts";
import { maskedMean } from "./losses.ts";
import type {
  Batch,
  Codes,
  Coupling,
  ExampleShape,
  Losses,
  Model,
  ModelStep,
  NoiseSpecs,
  Of,
} from "./model.ts";
import type { SharedFields } from "./fields.ts";
import { type Applied, applied, initialParameters, type Networks } from "./networks.ts";
import { type Functions, functionsOf, networksOf, randomOf, requireTerms } from "./outputs.ts";
import { AT, NOISE, ROWS } from "./row_program.ts";
import { addToTotals, initialTotals } from "./totals.ts";

/** Moving averages of networks. */
const AVERAGE = "average";
/** A model's state beside its networks. */
const KEPT = "kept";
/** Stands before the step's name in the term that is the global norm of its gradient. */
export const GRADIENTS = "gradients/";

/** Inputs by name. */
export type Inputs = Record<string, InputSpec>;

/** A program over rows of examples. */
export type RowProgram<Output extends string = string> = Program<Inputs, string, Output>;

/** A program that adds what it returns to a group of sums: `takeMeans` reads them. */
interface SummedProgram {
  readonly program: RowProgram;
  readonly totals: string;
}

/** A gradient step, and the group of its optimizer's state. */
export interface CompiledStep extends SummedProgram {
  readonly optimizer: string;
}

/** What a program has, whose names are known at run time only. */
type AnyContext = StepContext<string, string, string, string>;

/** What a program is compiled from, but for its name and its state. */
interface ProgramParts {
  readonly inputs: Inputs;
  readonly random: Record<string, RandomSpec>;
  readonly scalars?: readonly string[];
}

/** Every tensor that a model's function may be given. */
export type Seen = Batch & Codes & { readonly at: Tensors };

/**
 * A model on a data set, with its state defined in a workspace: parameters drawn from the streams of
 * the networks' names, averages equal to them, and what it keeps.
 */
export class BoundModel<C extends SharedFields, N extends Networks> {
  readonly model: Model<C, N>;
  /** What it can be asked for under the configuration. */
  readonly functions: Functions<C, N>;
  readonly configuration: C;
  readonly shape: ExampleShape;
  readonly workspace: Workspace;
  /** Stands before the names of groups. */
  readonly scope: string;
  /** Whether examples come with labels that the model looks at, or with kinds in their place. */
  readonly labelled: boolean;
  /** Whether these are kinds. */
  readonly sorted: boolean;
  /** Whether samples of text go on from a prompt. */
  readonly prompted: boolean;
  /** Whether examples come with partners that the model looks at. */
  readonly paired: boolean;
  /** Functions of rows that were seen to look at labels. */
  readonly #looking = new Set<string>();
  readonly #networks: N;
  /** Those of the networks that have a moving average; undefined: the model names none. */
  readonly #averages: readonly string[] | undefined;
  /** N: training examples. */
  readonly #examples: number;
  /** Initial tensors by group, without the scope. */
  readonly #initial: Readonly<Record<string, NamedTensors>>;

  /** @throws InputError for a data set that the model does not take. */
  constructor(
    model: Model<C, N>,
    { configuration, dataset, workspace, stream, scope = "" }: Pick<
      ModelContext<C>,
      "configuration" | "dataset" | "workspace" | "stream" | "scope"
    >,
  ) {
    const held = holdingsOf(dataset);
    requireData(model, `"${dataset.name}"`, held);
    this.model = model;
    this.configuration = configuration;
    this.workspace = workspace;
    this.scope = scope;
    const { kinds } = configuration;
    this.sorted = kinds !== undefined;
    this.labelled = this.sorted || model.takes.labels !== undefined && held.labels === true &&
        (model.looksAtLabels?.(configuration) ?? true);
    this.prompted = model.prompted === true && held.kind === "text";
    this.paired = model.takes.partners !== undefined && held.partners === true;
    const shape = this.shape = {
      shape: dataset.shape,
      size: sizeOf(dataset.shape),
      binary: held.binary === true,
      classes: kinds ?? (held.labels ? dataset.classes! : 0),
      tokens: dataset.vocabulary?.length ?? 0,
      partnerSize: held.partners ? sizeOf(dataset.partnerShape!) : 0,
      partnerShape: held.partners ? dataset.partnerShape : undefined,
    };
    this.functions = functionsOf(model, shape, configuration);
    this.#examples = dataset.train.count;
    this.#networks = networksOf(model, shape, configuration);
    const parameters = initialParameters(this.#networks, stream);
    const kept = model.keeps?.(shape, configuration, stream);
    this.#averages = model.average?.filter((network) => network in this.#networks);
    this.#initial = {
      [PARAMETERS]: parameters,
      ...this.#averages && { [AVERAGE]: parametersOf(parameters, ...this.#averages) },
      ...kept && { [KEPT]: kept },
    };
    for (const [group, tensors] of Object.entries(this.#initial)) this.define(group, tensors);
  }

  /** Its state before training, as {@linkcode BoundModel.state}. */
  get initialState(): Readonly<Record<string, NamedTensors>> {
    return this.#initial;
  }

  /** Groups beside `parameters` that a checkpoint holds: what there is of averages and kept state. */
  get groups(): string[] {
    return Object.keys(this.#initial).filter((group) => group !== PARAMETERS);
  }

  /** Defines a group. @returns Its name in the workspace. */
  define(group: string, tensors: NamedTensors): string {
    this.workspace.define(this.scope + group, tensors);
    return this.scope + group;
  }

  /** The input of labels where the model looks at them. */
  labelInput(batch: number): Inputs {
    return this.labelled ? { labels: [[batch, this.shape.classes], "float32"] } : {};
  }

  /** Whether a function of rows, which has run, looks at the labels that are there. */
  looksAtLabels(part: string): boolean {
    return this.#looking.has(part);
  }

  /** The inputs of samples' first draw: labels and a prompt where the model looks at them. */
  firstInputs(batch: number): Inputs {
    return {
      ...this.labelInput(batch),
      ...this.prompted && { prompt: [[batch, this.shape.size], "float32"] },
    };
  }

  /** The inputs of examples: x, and labels and partners where the model looks at them. */
  #exampleInputs(batch: number, masked: boolean): Inputs {
    return {
      x: [[batch, this.shape.size], "float32"],
      ...this.labelInput(batch),
      ...this.paired && { partners: [[batch, this.shape.partnerSize], "float32"] },
      ...masked && { mask: [[batch], "float32"] },
    };
  }

  /** Compiles a program over groups, which it sees and names without the scope. */
  #compile<Output extends string>(
    part: string,
    parts: ProgramParts,
    groups: readonly string[],
    run: (context: AnyContext) => {
      readonly outputs: Record<Output, tf.Tensor>;
      readonly state: Record<string, Tensors>;
    },
  ): RowProgram<Output> {
    const { model, workspace, scope } = this;
    const state = groups.map((group) => scope + group);
    return workspace.compile({ name: `${model.name}/${part}`, ...parts, state }, (context) => {
      const { outputs, state } = run({ ...context, state: belowPrefix(context.state, scope) });
      return { outputs, state: prefixed(state, scope) };
    });
  }

  /** The networks as everything but the gradient steps sees them: with their moving averages. */
  #averaged({ state }: AnyContext): Applied<N> {
    return applied(this.#networks, { ...state[PARAMETERS], ...state[AVERAGE] });
  }

  /**
   * Compiles a function of rows over the networks as everything but the gradient steps sees them.
   *
   * @param chain A group of one tensor, x, which is read in place of an input and which the function
   *   may replace.
   * @param rows Also gets the program's inputs.
   */
  compileRows<Output extends string>(
    part: string,
    { batch, inputs, noise, scalars, chain }: {
      readonly batch: number;
      readonly inputs: Inputs;
      readonly noise?: NoiseSpecs;
      readonly scalars?: readonly string[];
      readonly chain?: string;
    },
    rows: (networks: Applied<N>, seen: Seen, configuration: C, inputs: Tensors) => {
      readonly outputs: Record<Output, tf.Tensor>;
      readonly x?: tf.Tensor;
    },
  ): RowProgram<Output> {
    const parts = { inputs, random: randomOf(noise, batch), scalars };
    const groups = [...Object.keys(this.#initial), ...chain === undefined ? [] : [chain]];
    return this.#compile(part, parts, groups, (context) => {
      const input = { ...context.input, ...chain === undefined ? {} : context.state[chain] };
      const seen = this.#seen(part, { ...context, input }, batch);
      const networks = this.#averaged(context);
      const { outputs, x } = rows(networks, seen, this.configuration, context.input);
      return { outputs, state: x === undefined ? {} : { [chain!]: { x } } };
    });
  }

  /** The groups of its state as they stand, without the scope. */
  async state(): Promise<Record<string, NamedTensors>> {
    const groups: Record<string, NamedTensors> = {};
    for (const group of Object.keys(this.#initial)) {
      groups[group] = await this.workspace.read(this.scope + group);
    }
    return groups;
  }

  /**
   * A function of rows as {@linkcode compileRows} compiles it, without a workspace: its output is
   * `rows`, its noise and scalars are the inputs `noise/NAME` and `at/NAME`.
   *
   * @param state See {@linkcode BoundModel.state}.
   */
  rowStep(
    part: string,
    { inputs, noise, scalars }: {
      readonly inputs: (rows: number) => Inputs;
      readonly noise: NoiseSpecs;
      readonly scalars: readonly string[];
    },
    state: Readonly<Record<string, NamedTensors>>,
    rows: Of<N, Seen, C, tf.Tensor>,
  ): RowStep {
    const numbers = scalars.map((name) => [AT + name, [[], "float32"]] as const);
    return {
      name: part,
      state,
      inputs: (count) => ({
        ...inputs(count),
        ...Object.fromEntries([
          ...Object.entries(randomOf(noise, count))
            .map(([name, [shape]]) => [NOISE + name, [shape, "float32"]] as const),
          ...numbers,
        ]),
      }),
      step: ({ input, state }, count) => {
        const [random, scalar] = [belowPrefix(input, NOISE), belowPrefix(input, AT)];
        const context = { input, random, scalar: scalar as Record<string, tf.Scalar>, state };
        const seen = this.#seen(part, context, count);
        return { [ROWS]: rows(this.#averaged(context), seen, this.configuration) };
      },
    };
  }

  /** Compiles the sums of a test split's terms. */
  compileEvaluation(
    evaluate: NonNullable<Model<C, N>["evaluate"]>,
    batch: number,
  ): SummedProgram {
    const { model, shape, configuration } = this;
    const parts = {
      inputs: this.#exampleInputs(batch, true),
      random: randomOf(model.noise?.(shape, configuration), batch),
    };
    return this.#compileSummed("evaluation", parts, this.#initial, (context) => {
      const seen = this.#seen("evaluation", context, batch);
      return averaged(
        `evaluate ${model.name}`,
        evaluate(this.#averaged(context), seen, configuration),
        batch,
        context.input.mask,
      );
    });
  }

  /**
   * Compiles a gradient step and defines its optimizer's state and the sums of its losses.
   *
   * @param masked Whether its last rows may be missing.
   */
  compileStep(step: ModelStep<N, C>, optimizer: Optimizer, masked: boolean): CompiledStep {
    const { model, shape, configuration } = this;
    const { batchSize } = configuration;
    const { noise = model.noise } = step;
    const changes = step.changes ?? Object.keys(this.#networks);
    const maximumGradientNorm = step.maximumGradientNorm?.(configuration);
    const own = `${step.name}_optimizer`;
    const action = `take the step ${step.name} of ${model.name}`;
    const initial = optimizer.initialState(parametersOf(this.#initial[PARAMETERS], ...changes));

    /** The terms at parameters, the tensors kept by names of their own, and a rule's gradients. */
    const measured = (parameters: Tensors, context: AnyContext) => {
      const nets = applied(this.#networks, parameters);
      const seen = this.#seen(step.name, context, batchSize);
      const { gradients, kept = {}, terms } = step.gradients === undefined
        ? termsOf(action, step.loss!(nets, seen, configuration), batchSize)
        : step.gradients(nets, seen, configuration);
      const means = averaged(action, terms, batchSize, context.input.mask);
      const values = { ...means, ...prefixed(kept, `${KEPT}/`) };
      return { gradients, values: values as Tensors & { readonly loss: tf.Tensor } };
    };
    /** Terms, and the parameters and optimizer's state that follow. */
    const taken = (context: AnyContext) => {
      const { state, scalar: { learningRate } } = context;
      const descent = { optimizer, changes, maximumGradientNorm, learningRate };
      if (step.gradients === undefined) {
        const loss = (parameters: Tensors) => measured(parameters, context).values;
        return descend(loss, state[PARAMETERS], state[own], descent);
      }
      const { gradients, values } = measured(state[PARAMETERS], context);
      const along = Object.entries(gradients!)
        .map(([network, tensors]) => prefixed(tensors, `${network}/`));
      const all: Tensors = Object.assign({}, ...along);
      return { values, ...descendAlong(all, state[PARAMETERS], state[own], descent) };
    };
    const constrained = (parameters: Tensors): Tensors => {
      if (step.constrain === undefined) return parameters;
      const changed = parametersOf(parameters, ...changes);
      return { ...parameters, ...step.constrain(changed, configuration) };
    };
    /** What is reported: the terms beside the loss, else the loss by the step's name. */
    const reported = ({ loss, ...values }: Tensors): Tensors => {
      const terms = Object.entries(values).filter(([name]) => !name.startsWith(`${KEPT}/`));
      return terms.length > 0 ? Object.fromEntries(terms) : { [step.name]: loss };
    };

    const random = randomOf(noise?.call(model, shape, configuration), batchSize);
    const coupling = step.couple?.(configuration);
    const norm = (value: tf.Tensor): Tensors => ({ [GRADIENTS + step.name]: value });
    const parts = {
      inputs: step.examples === "none" ? {} : this.#exampleInputs(batchSize, masked),
      random: coupling === undefined ? random : {
        ...random,
        [coupling.noise]: coupled(random[coupling.noise], coupling, () => {
          const { program: { input } } = summed;
          const rows = input.mask?.reduce((sum, there) => sum + there, 0) ?? batchSize;
          return [(input.x as Float32Array).subarray(0, rows * shape.size), shape.size];
        }),
      },
      scalars: ["learningRate", "spent", ...configuration.averageRampUp ? ["averageRate"] : []],
    };
    const summed = this.#compileSummed(
      step.name,
      parts,
      { ...this.#initial, [own]: initial },
      (context) => ({
        ...reported(measured(context.state[PARAMETERS], context).values),
        ...norm(tf.scalar(0)),
      }),
      (context) => {
        const { values, optimizer, gradientNorm, ...descended } = taken(context);
        const parameters = constrained(descended.parameters);
        const kept = belowPrefix(values, `${KEPT}/`);
        return {
          terms: { ...reported(values), ...norm(gradientNorm) },
          state: {
            [PARAMETERS]: parameters,
            [own]: optimizer,
            ...this.#nextAverage(context.state[AVERAGE], parameters, changes, context.scalar),
            ...Object.keys(kept).length > 0 && { [KEPT]: kept },
          },
        };
      },
    );
    return { ...summed, optimizer: this.define(own, initial) };
  }

  /** The moving averages after a step that changed some networks; nothing where none has one. */
  #nextAverage(
    average: Tensors,
    parameters: Tensors,
    changes: readonly string[],
    { averageRate }: Readonly<Record<string, tf.Scalar>>,
  ): Record<string, Tensors> {
    const { averageDecay = 0 } = this.configuration;
    const moved = (this.#averages ?? []).filter((network) => changes.includes(network));
    if (moved.length === 0) return {};
    const rate = averageRate ?? 1 - averageDecay;
    const next = movingAverage(parametersOf(average, ...moved), parameters, rate);
    return { [AVERAGE]: { ...average, ...next } };
  }

  /**
   * Compiles a program whose terms, scalars all, are its outputs and are added to sums of them.
   *
   * @param state Initial tensors of its groups.
   * @param terms The terms alone: what they are called.
   * @param run The terms, and groups that the program replaces; left out: none.
   */
  #compileSummed(
    part: string,
    parts: ProgramParts,
    state: Readonly<Record<string, NamedTensors>>,
    terms: (context: AnyContext) => Tensors,
    run = (context: AnyContext): { terms: Tensors; state: Record<string, Tensors> } => (
      { terms: terms(context), state: {} }
    ),
  ): SummedProgram {
    const name = `${this.model.name}/${part}`;
    const names = outputNames(
      { name, ...parts },
      state,
      (context) => ({ outputs: terms(context as AnyContext) }),
    );
    const sums = `${part}_losses`;
    const totals = this.define(sums, initialTotals(names));
    const program = this.#compile(part, parts, [...Object.keys(state), sums], (context) => {
      const { terms, state } = run(context);
      const { mask } = context.input;
      const weight = mask === undefined ? tf.scalar(1) : tf.sum(mask);
      const next = addToTotals(context.state[sums], terms, weight);
      return { outputs: terms, state: { ...state, [sums]: next } };
    });
    return { program, totals };
  }

  /** What a function sees: an input that is not there is an error where it is read. */
  #seen(part: string, { input, random, scalar, state }: AnyContext, batch: number): Seen {
    const name = `${this.model.name}/${part}`;
    const required = (given: string) => {
      if (given === "labels") this.#looking.add(part);
      if (given in input) return input[given] as tf.Tensor2D;
      throw new InputError(
        `Cannot use ${given} in "${name}" as the model must take them and the data hold them: none`,
      );
    };
    const { spent } = scalar;
    const seen = {
      ...{ noise: random, at: scalar, spent, kept: state[KEPT] ?? {}, shape: this.shape },
      ...{ examples: this.#examples, rows: batch, prompt: input.prompt },
    };
    for (const given of ["x", "codes", "labels", "partners"]) {
      Object.defineProperty(seen, given, { get: () => required(given) });
    }
    Object.defineProperty(seen, "mask", {
      get: () => input.mask ?? tf.ones([required("x").shape[0]]),
    });
    return seen as Seen;
  }
}

/** What a loss returns, as a learning rule would; B is `batch`. */
function termsOf(action: string, losses: Losses, batch: number) {
  const { kept, ...terms } = requireTerms(action, losses);
  requireTerm(action, "loss", terms.loss, batch);
  return { terms: terms as Tensors, kept, gradients: undefined };
}

/**
 * What else than [B] or a scalar would be broadcast with the mask of examples.
 *
 * @throws InputError that names the term and its shape.
 */
function requireTerm(action: string, name: string, term: unknown, batch: number): void {
  const shape = term instanceof tf.Tensor ? term.shape : undefined;
  if (shape?.length === 0 || (shape?.length === 1 && shape[0] === batch)) return;
  throw new InputError(
    `Cannot ${action} as its ${name} must be one number an example, [${batch}], or one in all: ` +
      show(shape ?? term),
  );
}

/** A noise whose first rows are put to the examples that are there once they are drawn. */
function coupled(
  [shape, distribution]: RandomSpec,
  { arrange }: Coupling,
  examples: () => [x: Float32Array, dimensions: number],
): RandomSpec {
  return [shape, (random, view) => {
    fill(view, distribution, random);
    const [x, dimensions] = examples();
    arrange((view as Float32Array).subarray(0, x.length), x, dimensions);
  }];
}

/** Terms of B examples as means over those that are there; scalars stay as they are. */
function averaged(
  action: string,
  terms: Readonly<Tensors>,
  batch: number,
  mask: tf.Tensor | undefined,
): Tensors {
  const means = new Map<tf.Tensor, tf.Tensor>();
  const mean = (term: tf.Tensor) => {
    if (term.rank === 0) return term;
    const known = means.get(term) ?? (mask === undefined ? tf.mean(term) : maskedMean(term, mask));
    means.set(term, known);
    return known;
  };
  return Object.fromEntries(
    Object.entries(requireTerms(action, terms)).map(([name, term]) => {
      requireTerm(action, name, term, batch);
      return [name, mean(term)];
    }),
  );
}
