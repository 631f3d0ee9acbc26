/**
 * A model's functions as programs: what binds them to a workspace.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { PARAMETERS } from "../lab/core/base_trainer.ts";
import { holdingsOf, requireData } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import { belowPrefix, type NamedTensors, prefixed, sizeOf } from "../lab/core/tensor_data.ts";
import { outputNames } from "../lab/compute/compile/output_names.ts";
import type { ModelContext } from "../lab/compute/definitions.ts";
import { descend, descendAlong, movingAverage } from "../lab/compute/descend.ts";
import { parametersOf } from "../lab/compute/networks.ts";
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
import type { Batch, Codes, ExampleShape, Model, ModelStep, NoiseSpecs } from "./model.ts";
import type { SharedFields } from "./fields.ts";
import { type Applied, applied, initialParameters, type Networks } from "./networks.ts";
import { addToTotals, initialTotals } from "./totals.ts";

/** Moving averages of networks. */
export const AVERAGE = "average";
/** A model's state beside its networks. */
export const KEPT = "kept";

/** A model, and where its programs run. */
export interface Bound<C extends SharedFields, N extends Networks> {
  readonly model: Model<C, N>;
  readonly configuration: C;
  readonly networks: N;
  readonly shape: ExampleShape;
  readonly workspace: Workspace;
  /** Stands before the names of groups. */
  readonly scope: string;
  /** Whether examples come with labels that the model looks at. */
  readonly labelled: boolean;
  /** Whether examples come with partners that the model looks at. */
  readonly paired: boolean;
  /** Initial tensors by group, without the scope: parameters, and what there is of average and kept. */
  readonly initial: Readonly<Record<string, NamedTensors>>;
}

/**
 * A model on a data set, with its state defined: parameters drawn from the streams of the networks'
 * names, averages equal to them, and what it keeps.
 *
 * @throws InputError for a data set that the model does not take.
 */
export function bindModel<C extends SharedFields, N extends Networks>(
  model: Model<C, N>,
  { configuration, dataset, workspace, stream, scope = "" }: Pick<
    ModelContext<C>,
    "configuration" | "dataset" | "workspace" | "stream" | "scope"
  >,
): Bound<C, N> {
  const held = holdingsOf(dataset);
  requireData(model, `"${dataset.name}"`, held);
  const shape = {
    shape: dataset.shape,
    size: sizeOf(dataset.shape),
    classes: held.labels ? dataset.classes! : 0,
    partnerSize: held.partners ? sizeOf(dataset.partnerShape!) : 0,
  };
  const networks = model.networks(shape, configuration);
  const parameters = initialParameters(networks, stream);
  const kept = model.keeps?.(shape, configuration);
  const initial = {
    [PARAMETERS]: parameters,
    ...model.average && { [AVERAGE]: parametersOf(parameters, ...model.average.networks) },
    ...kept && { [KEPT]: kept },
  };
  for (const [group, tensors] of Object.entries(initial)) workspace.define(scope + group, tensors);
  return {
    model,
    configuration,
    networks,
    shape,
    workspace,
    scope,
    labelled: model.takes.labels !== undefined && held.labels === true,
    paired: model.takes.partners !== undefined && held.partners === true,
    initial,
  };
}

/** Every tensor that a model's function may be given. */
type Context = Batch & Codes & { readonly at: Tensors };

/** A program over rows of examples. */
export type RowProgram<Output extends string = string> = Program<
  Record<string, InputSpec>,
  string,
  Output
>;

type AnyContext = StepContext<string, string, string, string>;

/** [B, …] of each noise, or one draw for all. */
function randomOf(noise: NoiseSpecs, batch: number): Record<string, RandomSpec> {
  return Object.fromEntries(
    Object.entries(noise).map(([name, [distribution, shape, per]]) => [
      name,
      [per === "batch" ? shape : [batch, ...shape], distribution] as const,
    ]),
  );
}

/** The input of labels where the model looks at them. */
export function labelInput(
  { shape, labelled }: Pick<Bound<SharedFields, Networks>, "shape" | "labelled">,
  batch: number,
): Record<string, InputSpec> {
  return labelled ? { labels: [[batch, shape.classes], "float32"] } : {};
}

/** The inputs of examples: x, and labels and partners where the model looks at them. */
function exampleInputs(
  { shape, labelled, paired }: Pick<Bound<SharedFields, Networks>, "shape" | "labelled" | "paired">,
  batch: number,
): Record<string, InputSpec> {
  return {
    x: [[batch, shape.size], "float32"],
    ...labelInput({ shape, labelled }, batch),
    ...paired ? { partners: [[batch, shape.partnerSize], "float32"] } : {},
  };
}

/** What a function sees: an input that is not there is an error where it is read. */
function contextOf(
  name: string,
  { input, random, scalar }: AnyContext,
  kept: Tensors,
): Context {
  const required = (part: string) => {
    if (part in input) return input[part] as tf.Tensor2D;
    throw new InputError(
      `Cannot use ${part} in "${name}" as the model must take them and the data hold them: none`,
    );
  };
  return {
    get x() {
      return required("x");
    },
    get codes() {
      return required("codes");
    },
    get labels() {
      return required("labels");
    },
    get partners() {
      return required("partners");
    },
    noise: random,
    at: scalar,
    kept,
  };
}

/**
 * Compiles a function of rows over the networks as everything but the gradient steps sees them: with
 * their moving averages where they have some.
 *
 * @param chain A group of one tensor, x, which is read in place of an input and which the function
 *   may replace.
 * @param rows Also gets the input `mask` where one is declared.
 */
export function compileRows<C extends SharedFields, N extends Networks, Output extends string>(
  { model, configuration, networks, workspace, scope, initial }: Bound<C, N>,
  part: string,
  { batch, inputs, noise = {}, scalars = [], chain }: {
    readonly batch: number;
    readonly inputs: Readonly<Record<string, InputSpec>>;
    readonly noise?: NoiseSpecs;
    readonly scalars?: readonly string[];
    readonly chain?: string;
  },
  rows: (
    networks: Applied<N>,
    context: Context,
    configuration: C,
    mask: tf.Tensor,
  ) => { readonly outputs: Record<Output, tf.Tensor>; readonly x?: tf.Tensor },
): RowProgram<Output> {
  const name = `${model.name}/${part}`;
  const groups = [...Object.keys(initial), ...chain === undefined ? [] : [chain]];
  return workspace.compile(
    { name, inputs, random: randomOf(noise, batch), scalars, state: groups.map((g) => scope + g) },
    (context) => {
      const state = (group: string) => context.state[scope + group] ?? {};
      const nets = applied(networks, { ...state(PARAMETERS), ...state(AVERAGE) });
      const input = chain === undefined ? context.input : { ...context.input, ...state(chain) };
      const seen = contextOf(name, { ...context, input }, state(KEPT));
      const { outputs, x } = rows(nets, seen, configuration, context.input.mask);
      return { outputs, state: x === undefined ? {} : { [scope + chain!]: { x } } };
    },
  );
}

/** Sums of a test split's terms, and the program that adds to them. */
export function compileEvaluation<C extends SharedFields, N extends Networks>(
  bound: Bound<C, N>,
  evaluate: NonNullable<Model<C, N>["evaluate"]>,
  batch: number,
): { readonly program: RowProgram<never>; readonly totals: string } {
  const { model, configuration, networks, workspace, scope, initial, shape } = bound;
  const name = `${model.name}/evaluation`;
  const totals = `${scope}evaluation_losses`;
  const spec = {
    name,
    inputs: { ...exampleInputs(bound, batch), mask: [[batch], "float32"] as InputSpec },
    random: randomOf(model.noise?.(shape, configuration) ?? {}, batch),
  };
  const means = (context: AnyContext, mask: tf.Tensor): Tensors => {
    const state = (group: string) => context.state[scope + group] ?? {};
    const nets = applied(networks, { ...state(PARAMETERS), ...state(AVERAGE) });
    return averaged(evaluate(nets, contextOf(name, context, state(KEPT)), configuration), mask);
  };
  const state = prefixed(initial, scope);
  const names = outputNames(
    spec,
    state,
    (context) => ({ outputs: means(context as AnyContext, context.input.mask) }),
  );
  workspace.define(totals, initialTotals(names));
  const program = workspace.compile(
    { ...spec, state: [...Object.keys(state), totals] },
    (context) => {
      const { mask } = context.input;
      const next = addToTotals(context.state[totals], means(context, mask), tf.sum(mask));
      return { outputs: {} as Record<never, tf.Tensor>, state: { [totals]: next } };
    },
  );
  return { program, totals };
}

/** A gradient step, the groups that a checkpoint holds of it, and where its losses are added up. */
export interface CompiledStep {
  readonly program: RowProgram;
  readonly optimizer: string;
  readonly losses: string;
}

/**
 * Compiles a gradient step and defines its optimizer's state and the sums of its losses.
 *
 * @param masked Whether its last rows may be missing.
 */
export function compileStep<C extends SharedFields, N extends Networks>(
  bound: Bound<C, N>,
  step: ModelStep<N, C>,
  optimizer: Optimizer,
  masked: boolean,
): CompiledStep {
  const { model, configuration, networks, workspace, scope, initial, shape } = bound;
  const name = `${model.name}/${step.name}`;
  const { batchSize } = configuration;
  const changes = step.changes ?? Object.keys(networks);
  const own = parametersOf(initial[PARAMETERS], ...changes);
  const noise = step.noise ?? model.noise;
  const groups = {
    optimizer: `${scope}${step.name}_optimizer`,
    losses: `${scope}${step.name}_losses`,
  };
  const seesExamples = step.examples !== "none";
  const spec = {
    name,
    inputs: seesExamples
      ? {
        ...exampleInputs(bound, batchSize),
        ...masked ? { mask: [[batchSize], "float32"] as InputSpec } : {},
      }
      : {} as Record<string, InputSpec>,
    random: randomOf(noise?.call(model, shape, configuration) ?? {}, batchSize),
    scalars: ["learningRate"],
  };
  const maximumGradientNorm = step.maximumGradientNorm?.(configuration);

  /** The loss, the terms beside it and, by names of their own, the tensors kept, at parameters. */
  const terms = (parameters: Tensors, context: AnyContext) => {
    const seen = contextOf(name, context, context.state[scope + KEPT] ?? {});
    const nets = applied(networks, parameters);
    const { kept = {}, ...terms } = step.loss!(nets, seen, configuration);
    return {
      ...averaged(terms as Tensors & { loss: tf.Tensor }, context.input.mask),
      ...Object.fromEntries(Object.entries(kept).map(([name, x]) => [`${KEPT}/${name}`, x])),
    };
  };
  /** {@linkcode terms} at a step's gradients: {@linkcode ModelStep.gradients}. */
  const rule = (context: AnyContext) => {
    const seen = contextOf(name, context, context.state[scope + KEPT] ?? {});
    const nets = applied(networks, context.state[scope + PARAMETERS]);
    const { gradients, terms, kept = {} } = step.gradients!(nets, seen, configuration);
    return {
      gradients: Object.assign(
        {},
        ...Object.entries(gradients).map(([network, tensors]) => (
          prefixed(tensors, `${network}/`)
        )),
      ) as Tensors,
      values: {
        ...averaged(terms, context.input.mask),
        ...prefixed(kept, `${KEPT}/`),
      } as Tensors,
    };
  };
  /** Loss, terms, and the parameters and optimizer's state that follow. */
  const taken = (context: AnyContext) => {
    const descent = {
      optimizer,
      changes,
      maximumGradientNorm,
      learningRate: context.scalar.learningRate,
    };
    const parameters = context.state[scope + PARAMETERS];
    const before = context.state[groups.optimizer];
    if (step.gradients === undefined) {
      return descend((at) => terms(at, context), parameters, before, descent);
    }
    const { gradients, values } = rule(context);
    return { values, ...descendAlong(gradients, parameters, before, descent) };
  };
  /** What is reported: the terms beside the loss, else the loss by the step's name. */
  const reported = (values: Tensors): Tensors => {
    const beside = Object.entries(values).filter(([name]) =>
      name !== "loss" && !name.startsWith(`${KEPT}/`)
    );
    return beside.length > 0 ? Object.fromEntries(beside) : { [step.name]: values.loss };
  };

  workspace.define(groups.optimizer, optimizer.initialState(own));
  const state = {
    ...prefixed(initial, scope),
    [groups.optimizer]: optimizer.initialState(own),
  };
  const names = outputNames(spec, state, (given) => {
    const context = given as AnyContext;
    const values = step.gradients === undefined
      ? terms(context.state[scope + PARAMETERS], context)
      : rule(context).values;
    return { outputs: reported(values) };
  });
  workspace.define(groups.losses, initialTotals(names));

  const averages = (model.average?.networks ?? []).filter((network) => changes.includes(network));
  const program = workspace.compile(
    { ...spec, state: [...Object.keys(state), groups.losses] },
    (context) => {
      const { values, parameters, optimizer } = taken(context);
      const losses = reported(values);
      const kept = belowPrefix(values as Tensors, `${KEPT}/`);
      const weight = "mask" in context.input ? tf.sum(context.input.mask) : tf.scalar(1);
      const average = context.state[scope + AVERAGE];
      const moved = averages.length === 0 ? {} : {
        [scope + AVERAGE]: {
          ...average,
          ...movingAverage(
            parametersOf(average, ...averages),
            parameters,
            1 - model.average!.decay(configuration),
          ),
        },
      };
      return {
        outputs: losses,
        state: {
          [scope + PARAMETERS]: parameters,
          [groups.optimizer]: optimizer,
          [groups.losses]: addToTotals(context.state[groups.losses], losses, weight),
          ...moved,
          ...Object.keys(kept).length === 0 ? {} : { [scope + KEPT]: kept },
        },
      };
    },
  );
  return { program, ...groups };
}

/** Terms of examples as means over those that are there; scalars stay as they are. */
function averaged<T extends Tensors>(terms: Readonly<T>, mask: tf.Tensor | undefined): T {
  const means = new Map<tf.Tensor, tf.Tensor>();
  const mean = (term: tf.Tensor) => {
    if (term.rank === 0) return term;
    const known = means.get(term) ?? (mask === undefined ? tf.mean(term) : maskedMean(term, mask));
    means.set(term, known);
    return known;
  };
  return Object.fromEntries(
    Object.entries(terms).map(([name, term]) => [name, mean(term)]),
  ) as T;
}
