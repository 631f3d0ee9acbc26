/**
 * Records a step as a graph. The step runs once on a backend whose tensors have shapes and types
 * but no elements, so that nothing in it can depend on values; then a second time, and what
 * differs between the two (random numbers, counters, clocks) is named as an error.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../../core/errors.ts";
import {
  type Attributes,
  type Dtype,
  elements,
  type Graph,
  GraphBuilder,
  lineOf,
  NoLowering,
  ofTensorFlow,
  type Operation,
  type View,
} from "./ir.ts";
import { hostKernels, type HostResult, tracedOnHost } from "./host_kernels.ts";
import { handedOn, rules, type Shaped, withoutLowering } from "./shapes.ts";

/** Name of the recording backend. */
const backendName = "reverie-trace";

/** A tensor that the step is given. */
export interface Declared {
  readonly kind: "input" | "random" | "scalar" | "state";
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: Dtype;
}

/** What a traced step returns: outputs, and what its state becomes by full name. */
interface Traced {
  readonly outputs: Record<string, tf.Tensor>;
  readonly updates: Record<string, tf.Tensor>;
}

/** A step over declared tensors by full name (`input/observation`, `state/policy/0/kernel`). */
export type TracedStep = (declared: ReadonlyMap<string, tf.Tensor>) => Traced;

/** What stands for a tensor's data: a value of the graph. */
class Handle {
  references = 1;
  constructor(readonly value: number) {}
}

/** Holds no elements; kernels on it append to the graph under construction. */
class TraceBackend extends tf.KernelBackend {
  builder = new GraphBuilder();
  /** Whether operations are to carry where the step asked for them. */
  origins = false;
  #count = 0;

  /** A handle for a value of the graph. */
  handle(value: number): object {
    this.#count++;
    return new Handle(value);
  }

  /** The value behind a tensor of this backend. */
  valueAt(id: object): number {
    return handleOf(id).value;
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType) {
    if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
      throw new NoLowering(`tf.tensor of ${dtype}`, new Error());
    }
    const given = values as Float32Array;
    const list = dtype === "bool" ? Array.from(given, (each) => each ? -1 : 0) : given;
    return this.handle(this.builder.constant(list, dtype, elements(shape)).id);
  }

  override move(): void {
    throw outside();
  }

  override readSync(): never {
    throw new InputError(
      `Cannot compile as the step reads the value of a tensor${where()}: ` +
        "what depends on values must stay a tensor",
    );
  }

  override read(): never {
    return this.readSync();
  }

  override incRef(id: object): void {
    handleOf(id).references++;
  }

  override refCount(id: object): number {
    return id instanceof Handle ? id.references : 0;
  }

  decRef(id: object): void {
    handleOf(id).references--;
  }

  // Liveness is computed from the graph: what the step disposes of stays known.
  override disposeData(id: object, force = false): boolean {
    const handle = handleOf(id);
    handle.references--;
    return force || handle.references <= 0;
  }

  override numDataIds(): number {
    return this.#count;
  }

  override memory() {
    return { unreliable: true } as { unreliable: boolean };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {}
}

/** @throws InputError for data of another backend. */
function handleOf(id: object): Handle {
  if (id instanceof Handle) return id;
  throw outside();
}

function outside(): InputError {
  return new InputError(
    `Cannot compile as the step uses a tensor that was made outside of it${where()}: ` +
      "declare it as an input or as state",
  );
}

let backend: TraceBackend | undefined;

/** Registers the recording backend and its kernels, once. */
function prepare(): TraceBackend {
  if (backend !== undefined) return backend;
  const made = new TraceBackend();
  for (const kernelName of tf.getKernelsForBackend("cpu").map((kernel) => kernel.kernelName)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => checked(made, kernelName, inputs, attrs ?? {}),
    });
  }
  return backend = made;
}

/**
 * Records one kernel.
 *
 * @throws InputError that names the call where its operands do not fit.
 */
function checked(
  made: TraceBackend,
  kernel: string,
  named: tf.NamedTensorInfoMap,
  attributes: object,
): tf.TensorInfo | tf.TensorInfo[] {
  try {
    return record(made, kernel, named, attributes);
  } catch (error) {
    const shapes = Object.values(named).flatMap((each) => each == null ? [] : `[${each.shape}]`);
    throw refusal(error, `${kernel} does not take ${shapes.join(" and ")} this way`);
  }
}

/**
 * What a step's error becomes: a failed check is one line with its place. The lab's rules and
 * TensorFlow.js throw plain errors there; all others are thrown as they are.
 */
function refusal(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || error.constructor !== Error) return error;
  const message = error.message.replaceAll(/\s+/g, " ");
  return new InputError(`Cannot compile as ${what}${lineOf(error)}: ${message}`);
}

/** Kernels whose result is the same value in another shape. */
const aliases: Record<string, (shape: number[], attributes: Attributes) => number[]> = {
  Identity: (shape) => shape,
  Reshape: (from, { shape }) => inferred(from, shape as number[]),
  ExpandDims: (shape, { dim }) => {
    const [at] = tf.util.parseAxisParam(dim as number, [1, ...shape]);
    return shape.toSpliced(at, 0, 1);
  },
};

/** Appends one kernel to the graph, or returns what needs none. */
function record(
  made: TraceBackend,
  kernel: string,
  named: tf.NamedTensorInfoMap,
  attributes: object,
): tf.TensorInfo | tf.TensorInfo[] {
  const inputs = Object.values(named).filter((each) => each !== null && each !== undefined);
  const infos = inputs as tf.TensorInfo[];
  const known = attributes as Attributes;
  if (kernel in aliases) {
    const [{ dataId, shape, dtype }] = infos;
    made.incRef(dataId);
    return { dataId, shape: aliases[kernel](shape, known), dtype };
  }
  if (kernel === "Fill") {
    const shape = known.shape as number[];
    const dtype = (known.dtype ?? "float32") as Dtype;
    const element = dtype === "bool" ? -Number(Boolean(known.value)) : known.value as number;
    const value = made.builder.constant([element], dtype, elements(shape));
    return { dataId: made.handle(value.id), shape, dtype };
  }
  if (kernel === "Range") {
    const { start, stop, step, dtype } = known as Record<string, number> & { dtype: Dtype };
    const count = Math.max(0, Math.ceil((stop - start) / step));
    const list = Array.from({ length: count }, (_, i) => start + i * step);
    return { dataId: made.write(list as never, [count], dtype), shape: [count], dtype };
  }
  if (kernel === "SplitV") return split(made, infos[0], known);
  if (kernel === "Unpack") {
    const [axis] = tf.util.parseAxisParam(known.axis as number, infos[0].shape);
    const numOrSizeSplits = infos[0].shape[axis];
    return split(made, infos[0], { axis, numOrSizeSplits }).map((part) => ({
      ...part,
      shape: part.shape.toSpliced(axis, 1),
    }));
  }
  if (hostKernels.has(kernel)) {
    const names = Object.keys(named).filter((name) => named[name] != null);
    const results = tracedOnHost(kernel, names, infos as unknown as Shaped[], known);
    const appended = ({ shaped, call }: HostResult) =>
      append(made, kernel, infos, shaped, call, new Error());
    return Array.isArray(results) ? results.map(appended) : appended(results);
  }
  const rule = rules.get(kernel);
  if (rule === undefined) throw new NoLowering(kernel, new Error());
  const unfit = infos.find(({ dtype }) => withoutLowering.get(kernel)?.includes(dtype as Dtype));
  if (unfit !== undefined) throw new NoLowering(`${kernel} of ${unfit.dtype}`, new Error());
  if (known.dataFormat === "NCHW") throw new NoLowering(`${kernel} of NCHW`, new Error());
  const cast = handedOn(kernel, infos);
  if (cast !== undefined) {
    const { dtype, from } = cast;
    infos.forEach((x, i) => {
      if (i < from || x.dtype === dtype) return;
      infos[i] = record(made, "Cast", { x }, { dtype }) as tf.TensorInfo;
    });
  }
  const given = parsed(kernel, infos, known);
  const symbols = infos.map(({ shape, dtype }) => ({ shape, dtype: dtype as Dtype }));
  const result = rule(symbols, given);
  requireWhole(result, given);
  if ([...symbols, result].some(({ shape }) => elements(shape) === 0)) {
    throw new NoLowering(`${kernel} of no elements`, new Error());
  }
  const origin = made.origins ? new Error() : undefined;
  return append(made, kernel, infos, result, extra(given, named), origin);
}

/** Attributes that count elements, and the least that each may be. */
const counts = Object.entries({
  ...{
    begin: -Infinity,
    end: -Infinity,
    strides: -Infinity,
    size: 0,
    paddings: 0,
    pad: 0,
    reps: 0,
  },
  ...{ dilations: 1, filterSize: 1 },
});

/** @throws Error where a length of the result is none, or an attribute counts parts of elements. */
function requireWhole({ shape }: Shaped, attributes: Attributes): void {
  const isLength = (length: number) => Number.isInteger(length) && length >= 0;
  tf.util.assert(shape.every(isLength), () => `it would be of the shape [${shape}]`);
  for (const [name, least] of counts) {
    if (attributes[name] === undefined) continue;
    for (const each of [attributes[name]].flat(Infinity)) {
      tf.util.assert(
        typeof each !== "number" || (Number.isInteger(each) && each >= least),
        () => `${name} must be whole${least < 0 ? "" : `, ${least} at least`}: ${each}`,
      );
    }
  }
}

/** Appends one kernel to the graph. */
function append(
  made: TraceBackend,
  kernel: string,
  inputs: readonly tf.TensorInfo[],
  { shape, dtype }: Shaped,
  attributes: Attributes,
  origin: Error | undefined,
): tf.TensorInfo {
  const views = inputs.map(({ dataId, shape }): View => ({
    value: made.valueAt(dataId),
    shape: shape.slice(),
  }));
  const output = made.builder.apply(kernel, views, shape, dtype, attributes, origin);
  return { dataId: made.handle(output.value), shape: [...shape], dtype };
}

/** Which attribute of a kernel names axes: any of them negative, and all where it is left out. */
const namesAxes: ReadonlyMap<string, string> = new Map([
  ...["Sum", "Mean", "Min", "Prod", "All", "Any", "ArgMax", "ArgMin"].map(byAxis),
  ...["Cumsum", "Cumprod", "Concat", "Pack", "GatherV2"].map(byAxis),
  ["Max", "reductionIndices"],
  ["Reverse", "dims"],
]);

function byAxis(kernel: string): [string, string] {
  return [kernel, "axis"];
}

/**
 * Attributes as the graph has them: non-negative `axes` and `batchDims`, and slices that name every
 * axis.
 */
function parsed(
  kernel: string,
  [x, ...others]: readonly tf.TensorInfo[],
  attributes: Attributes,
): Attributes {
  if (kernel === "Slice") return sliced(x, attributes);
  const name = namesAxes.get(kernel);
  if (name === undefined) return attributes;
  const { [name]: given, ...rest } = attributes;
  const shape = kernel === "Pack" ? [1 + others.length, ...x.shape] : x.shape;
  const axes = tf.util.parseAxisParam(given as number | number[], shape);
  tf.util.assert(new Set(axes).size === axes.length, () => `${given} names an axis twice`);
  if (kernel !== "GatherV2") return { ...rest, axes };
  const batchDims = rest.batchDims as number ?? 0;
  return { axes, batchDims: batchDims < 0 ? batchDims + others[0].shape.length : batchDims };
}

/** Begin and size of a slice along every axis: TensorFlow.js lets the last ones out. */
function sliced(x: tf.TensorInfo, attributes: Attributes): Attributes {
  const { begin, size } = attributes as Record<string, number | number[]>;
  const [first, length] = tf.slice_util.parseSliceParams(x, begin, size);
  return { begin: first, size: length };
}

/** A split is a slice for each part. */
function split(
  made: TraceBackend,
  x: tf.TensorInfo,
  { axis, numOrSizeSplits }: Attributes,
): tf.TensorInfo[] {
  const [at] = tf.util.parseAxisParam(axis as number, x.shape);
  const lengths = tf.backend_util.prepareSplitSize(
    { shape: x.shape } as tf.Tensor,
    numOrSizeSplits as number | number[],
    at,
  );
  const begin = x.shape.map(() => 0);
  return lengths.map((length) => {
    const size = x.shape.with(at, length);
    const part = record(made, "Slice", { x }, { begin: begin.slice(), size });
    begin[at] += length;
    return part as tf.TensorInfo;
  });
}

/** Attributes as they are; a kernel with optional inputs also says which of them it has. */
function extra(attributes: Attributes, named: object): Attributes {
  const { bias, preluActivationWeights, scale, offset } = named as Record<string, unknown>;
  const optional = { bias, preluActivationWeights, scale, offset };
  const has = Object.keys(optional).filter((name) => optional[name as "bias"] != null);
  const copy = copied(attributes) as Attributes;
  return has.length > 0 ? { ...copy, has } : copy;
}

/** A copy of plain values, lists of them and records. */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (ArrayBuffer.isView(value) || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copied(each)]));
}

/** A shape with at most one −1, as `reshape` takes it. */
function inferred(from: readonly number[], to: readonly number[]): number[] {
  const size = elements(from);
  const shape = tf.util.inferFromImplicitShape([...to], size);
  tf.util.assert(elements(shape) === size, () => `[${to}] does not have ${size} elements`);
  return shape;
}

/** The line of the step that is being traced. */
function where(): string {
  return lineOf(new Error());
}

/** Runs the step once on the recording backend. */
function traceOnce(declared: readonly Declared[], step: TracedStep): Graph {
  return tf.tidy(() => hidden(recorded(declared, step))).graph;
}

function recorded(declared: readonly Declared[], step: TracedStep): Graph {
  const made = prepare();
  const builder = made.builder = new GraphBuilder();
  const tensors = new Map<string, tf.Tensor>();
  for (const { kind, name, shape, dtype } of declared) {
    const value = builder.value(kind, dtype, elements(shape), { name });
    const id = made.handle(value.id);
    const tensor = tf.engine().makeTensorFromDataId(id, [...shape], dtype, made);
    tensors.set(`${kind}/${name}`, tensor as tf.Tensor);
  }
  const viewOf = (tensor: tf.Tensor): View => ({
    value: made.valueAt(tensor.dataId),
    shape: tensor.shape.slice(),
  });
  const stateIds = new Map(
    builder.values.filter((value) => value.kind === "state").map((
      value,
    ) => [value.name!, value.id]),
  );
  const { outputs, updates } = taken(step, tensors);
  return {
    values: builder.values,
    operations: builder.operations,
    outputs: Object.entries(outputs).map(([name, tensor]) => ({ name, view: viewOf(tensor) })),
    updates: Object.entries(updates).map(([name, tensor]) => ({
      state: stateIds.get(name)!,
      view: viewOf(tensor),
    })),
  };
}

/** What the step returns; a call that TensorFlow.js refuses before any kernel is one line, too. */
function taken(step: TracedStep, tensors: ReadonlyMap<string, tf.Tensor>): Traced {
  try {
    return step(tensors);
  } catch (error) {
    const thrower = error instanceof Error ? error.stack?.match(/^\s+at .*/m)?.[0] : undefined;
    if (thrower === undefined || !ofTensorFlow.test(thrower)) throw error;
    throw refusal(error, "TensorFlow.js refuses a call");
  }
}

/** What TensorFlow.js's engine computes with, by its own names. */
interface Engine {
  backendName: string;
  backendInstance: tf.KernelBackend;
}

/**
 * Makes something while the recording backend is TensorFlow.js's. It is put in the place of the other
 * one as it is: `tf.setBackend` would look through all kernels of all backends for what to set up, each
 * way anew, which takes as long as the trace of a small step.
 *
 * @param origins Whether operations are to carry where the step asked for them.
 */
function onBackend<T>(origins: boolean, make: () => T): T {
  const backendInstance = prepare();
  backendInstance.origins = origins;
  const engine = tf.engine() as unknown as Engine;
  const { backendName: name, backendInstance: instance } = engine;
  const frames = Error.stackTraceLimit;
  Object.assign(engine, { backendName, backendInstance });
  Error.stackTraceLimit = 60;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = frames;
    Object.assign(engine, { backendName: name, backendInstance: instance });
  }
}

/**
 * The graph of a step.
 *
 * @throws InputError as {@linkcode compileTraced} does.
 */
export function trace(declared: readonly Declared[], step: TracedStep): Graph {
  return compileTraced(declared, step, { compile: (graph) => graph });
}

/**
 * The names of a step's outputs, by one trace.
 *
 * @throws InputError as {@linkcode trace} does, save for what differs from trace to trace.
 */
export function tracedNames(declared: readonly Declared[], step: TracedStep): string[] {
  const { outputs } = onBackend(false, () => traceOnce(declared, step));
  return outputs.map(({ name }) => name);
}

/**
 * Compiles the graph of a step. Where that fails the step is traced once more with the line of every
 * operation, which costs half of a trace's time, so that the error names it.
 *
 * @param known What was compiled of the same graph before: then one trace is enough.
 * @throws InputError that names the call and the line where the step cannot be compiled: it reads
 *   values, uses tensors from outside, draws its own random numbers, or has no lowering.
 */
export function compileTraced<T>(
  declared: readonly Declared[],
  step: TracedStep,
  { compile, known }: {
    readonly compile: (graph: Graph) => T;
    readonly known?: (graph: Graph) => T | undefined;
  },
): T {
  const attempt = (origins: boolean): T => {
    const { first, before } = onBackend(origins, () => {
      const first = traceOnce(declared, step);
      const before = known?.(first);
      if (before === undefined) refuseDifferences(first, traceOnce(declared, step));
      return { first, before };
    });
    return before ?? compile(first);
  };
  try {
    return attempt(false);
  } catch (error) {
    if (error instanceof InputError) attempt(true);
    // What differed by chance need not differ again.
    throw error;
  }
}

/** Wraps a graph so that `tidy` does not search it for tensors. */
function hidden(graph: Graph): { graph: Graph } & tf.TensorContainerObject {
  return Object.defineProperty({}, "graph", { value: graph, enumerable: false }) as never;
}

/** What differs between two traces of one step varies without being declared. */
function refuseDifferences(first: Graph, second: Graph): void {
  const [calls, again] = [first, second].map(({ operations }) =>
    operations.map(({ origin: _, ...call }) => call)
  );
  const i = calls.findIndex((call, i) => !isSame(call, again[i]));
  if (i >= 0 || calls.length < again.length) {
    const call: Operation | undefined = first.operations[i];
    const isOther = call !== undefined && i < again.length;
    throw undeclared(isOther ? `the call ${call.kernel}` : "the number of its calls", call?.origin);
  }
  const results = ({ outputs, updates }: Graph) => [outputs, updates];
  if (!isSame(results(first), results(second))) throw undeclared("what it returns", undefined);
  for (const value of first.values) {
    if (value.kind !== "constant") continue;
    const elements = value.elements!;
    // Equal elements are kept as one.
    const other = second.values[value.id]?.elements;
    const differs = other?.length !== elements.length ||
      elements.some((element, i) => !Object.is(element, other[i]));
    if (differs) {
      const user = first.operations.find((each) => each.inputs.some((x) => x.value === value.id));
      throw undeclared(`a constant of ${user?.kernel ?? "its outputs"}`, user?.origin);
    }
  }
}

/** Whether plain values are the same to the bit, lists and records by what is in them. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length &&
    names.every((name) => isSame(a[name as never], b[name as never]));
}

function undeclared(what: string, origin: Error | undefined): InputError {
  return new InputError(
    `Cannot compile as ${what} differs between two traces${lineOf(origin)}: ` +
      "declare what varies as an input, a scalar, state or random numbers",
  );
}
