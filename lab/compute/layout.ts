/**
 * Checks of state against the layout of its group: names, shapes and types, in one line each.
 *
 * @module
 */
import { InputError, unknownName } from "../core/errors.ts";
import { isPlain, isRecord, kindOf } from "../core/plain.ts";
import { type NamedTensors, sizeOf, type TensorData } from "../core/tensor_data.ts";

/** Shape and element type of a tensor. */
interface Shaped {
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** A group's tensors by name, in the order of its definition. */
export type Layout = ReadonlyMap<string, Shaped>;

function fits(given: Shaped | undefined, { shape, dtype }: Shaped): boolean {
  return given?.dtype === dtype && given.shape.length === shape.length &&
    given.shape.every((length, i) => length === shape[i]);
}

function text(given: Shaped | undefined): string {
  return given === undefined ? "missing" : `${given.dtype} [${given.shape}]`;
}

/** Whether `value` has the parts of tensor data, as no tensor of TensorFlow.js has them. */
function isTensorData(value: unknown): value is TensorData {
  if (!isRecord(value) || !Array.isArray(value.shape)) return false;
  const { values } = value;
  return Array.isArray(values) || (ArrayBuffer.isView(values) && "length" in values);
}

/** @throws InputError where tensors cannot be state: data by name, of float32 or int32, and whole. */
export function requireState(
  group: string,
  tensors: NamedTensors,
): asserts tensors is Record<string, TensorData<"float32" | "int32">> {
  if (!isPlain(tensors)) {
    throw new InputError(
      `Cannot define "${group}" as state must be tensor data by name: ${kindOf(tensors)}`,
    );
  }
  for (const [name, tensor] of Object.entries(tensors)) {
    const action = `Cannot define "${group}/${name}"`;
    if (!isTensorData(tensor)) {
      throw new InputError(
        `${action} as state must be tensor data ({ shape, dtype, values }): ${kindOf(tensor)}`,
      );
    }
    const { shape, dtype, values } = tensor;
    if (dtype !== "float32" && dtype !== "int32") {
      throw new InputError(`${action} as state must be float32 or int32: ${dtype}`);
    }
    const size = sizeOf(shape);
    if (values.length !== size) {
      throw new InputError(
        `${action} as [${shape}] must have as many values (${size}): ${values.length}`,
      );
    }
  }
}

/** @throws InputError where tensors to load are not those of the group (names the first). */
export function requireLoadable(
  group: string,
  layout: Layout,
  tensors: { readonly [name: string]: Shaped },
): void {
  const expected = [...layout.keys()];
  const differs = expected.find((name) => !(name in tensors)) ??
    Object.keys(tensors).find((name) => !layout.has(name));
  if (differs !== undefined) {
    throw new InputError(
      `Cannot load "${group}" as its tensors must be ${expected.join(", ")}: ` +
        `"${differs}" is ${layout.has(differs) ? "missing" : "not among them"}`,
    );
  }
  for (const [name, shaped] of layout) {
    if (fits(tensors[name], shaped)) continue;
    throw new InputError(
      `Cannot load "${group}/${name}" as it must be ${text(shaped)}: ${text(tensors[name])}`,
    );
  }
}

/** @throws InputError where a step's next state of a group is not declared or not of its layout. */
export function requireNext(
  program: { readonly name: string; readonly state?: readonly string[] },
  group: string,
  layout: Layout,
  next: { readonly [name: string]: Shaped },
): void {
  const action = `run "${program.name}"`;
  if (!program.state?.includes(group)) {
    throw unknownName(action, "declared state", group, program.state ?? []);
  }
  for (const [name, shaped] of layout) {
    if (fits(next[name], shaped)) continue;
    throw new InputError(
      `Cannot ${action} as state "${group}/${name}" must stay ${text(shaped)}: ${text(next[name])}`,
    );
  }
  for (const name in next) {
    if (!layout.has(name)) throw unknownName(action, `state of "${group}"`, name, layout.keys());
  }
}
