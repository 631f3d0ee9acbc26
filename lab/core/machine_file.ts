/**
 * Files that compute: safetensors with compiled programs beside the tensors that these read, a
 * description as canonical JSON among the metadata, and the hash of all that. What opens one needs
 * WebAssembly and nothing of the lab that compiled it.
 *
 * @module
 */
import { decodeCanonicalJson, encodeCanonicalJson } from "./canonical_json.ts";
import { InputError } from "./errors.ts";
import { type Machine, type Place, RunningMachine } from "./machine.ts";
import { show } from "./plain.ts";
import { shortened } from "./printable.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import { sha256 } from "./sha256.ts";
import type { Json } from "./snapshot.ts";
import type { NamedTensors } from "./tensor_data.ts";

/** The key of the hash of all else in the file. */
const HASH = "reverie.sha256";

const PROGRAM = "program";
const CONSTANT = "constant";

/** A kind of such files. */
export interface FileKind {
  /** For messages: `policy`. */
  readonly name: string;
  /** The key of the description among the metadata. */
  readonly key: string;
  /** Raised with each change that makes earlier files unreadable. */
  readonly format: number;
}

/** What such a file holds. */
export interface FileContent {
  readonly tensors: NamedTensors;
  /** Plain data, without the format. */
  readonly description: { readonly [key: string]: Json };
  /** Free text by key. */
  readonly about: Readonly<Record<string, string>>;
}

/** The bytes of a file, with the hash of what it is without it. */
export function encodeFile(
  { key, format }: FileKind,
  { tensors, description, about }: FileContent,
): Uint8Array<ArrayBuffer> {
  const metadata = { ...about, [key]: encodeCanonicalJson({ ...description, format }) };
  return encodeSafetensors(tensors, { ...metadata, [HASH]: hashOf(tensors, metadata) });
}

/**
 * Reads a file, and makes of its content what `open` says.
 *
 * @throws InputError where the bytes are no file of this kind, of another format, or not as they were
 *   written, and for whatever `open` throws.
 */
export function openFile<T>(
  kind: FileKind,
  bytes: Uint8Array,
  open: (content: FileContent) => T,
): T {
  const fail = (requirement: string, given: string) =>
    new InputError(`Cannot load the ${kind.name} as ${requirement}: ${given}`);
  if (!(bytes instanceof Uint8Array)) throw fail("its bytes must be a Uint8Array", show(bytes));
  try {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const { [kind.key]: text, [HASH]: hash, ...about } = metadata;
    if (text === undefined) {
      const keys = shortened(Object.keys(metadata).join(", ")) || "none";
      throw fail(`its metadata must have ${kind.key}`, keys);
    }
    const { format, ...description } = decodeCanonicalJson(text) as { [key: string]: Json };
    if (format !== kind.format) throw fail(`its format must be ${kind.format}`, show(format));
    if (hash !== hashOf(tensors, { ...about, [kind.key]: text })) {
      throw fail("it must have the hash that it was written with", show(hash));
    }
    return open({ tensors, description, about });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw fail("its description must be whole", shortened((error as Error).message));
  }
}

function hashOf(tensors: NamedTensors, metadata: Readonly<Record<string, string>>): string {
  return sha256(encodeSafetensors(tensors, metadata));
}

/** A program as a description holds it. */
interface Described {
  readonly pages: number;
  readonly state: Record<string, number>;
  readonly constants: readonly number[];
  readonly inputs: Record<string, readonly [address: number, length: number]>;
  readonly outputs: Record<string, readonly [address: number, length: number]>;
}

/**
 * A machine as tensors and plain data. Machines of one file share state of the same name.
 *
 * @param name Tells several machines of a file apart, in the names of their own tensors.
 */
export function describeMachine(
  { binary, pages, state, constants, inputs, outputs }: Machine,
  name?: string,
): { readonly tensors: NamedTensors; readonly description: Json } {
  const tensors: NamedTensors = {
    [under(PROGRAM, name)]: { shape: [binary.length], dtype: "uint8", values: binary },
  };
  for (const [name, { tensor }] of Object.entries(state)) tensors[name] = tensor;
  constants.forEach(({ tensor }, i) => tensors[`${under(CONSTANT, name)}/${i}`] = tensor);
  const description = {
    pages,
    state: Object.fromEntries(Object.entries(state).map(([name, { address }]) => [name, address])),
    constants: constants.map(({ address }) => address),
    inputs: places(inputs),
    outputs: places(outputs),
  };
  return { tensors, description };
}

/**
 * The machine of a description, ready to run.
 *
 * @param kind Of the file, for messages.
 * @param lengths Numbers of each input, exactly, and of each output, at least.
 * @param name As it was described with.
 * @throws InputError where it is none, or what it reads or writes does not fit.
 */
export function runningMachine(
  { name: noun }: FileKind,
  described: Json,
  tensors: NamedTensors,
  lengths: {
    readonly inputs: Readonly<Record<string, number>>;
    readonly outputs: Readonly<Record<string, number>>;
  },
  name?: string,
): RunningMachine {
  try {
    const machine = new RunningMachine(machineOf(described as unknown as Described, tensors, name));
    for (const [input, length] of Object.entries(lengths.inputs)) {
      const given = machine.input(input).length;
      if (given !== length) throw new RangeError(`it reads ${given} numbers of ${input}`);
    }
    for (const [output, length] of Object.entries(lengths.outputs)) {
      const given = machine.output(output).length;
      if (given < length) throw new RangeError(`it writes ${given} numbers of ${output}`);
    }
    return machine;
  } catch (error) {
    const line = shortened((error as Error).message);
    throw new InputError(`Cannot load the ${noun} as its program must be whole: ${line}`);
  }
}

function machineOf(described: Described, tensors: NamedTensors, name?: string): Machine {
  const placed = (given: Described["inputs"]) =>
    Object.fromEntries(
      Object.entries(given).map(([name, [address, length]]) => [
        name,
        { address: addressOf(address), length },
      ]),
    );
  return {
    binary: tensors[under(PROGRAM, name)].values as Uint8Array<ArrayBuffer>,
    pages: described.pages,
    state: Object.fromEntries(
      Object.entries(described.state).map(([name, address]) => [
        name,
        { address: addressOf(address), tensor: tensors[name] },
      ]),
    ),
    constants: described.constants.map((address, i) => ({
      address: addressOf(address),
      tensor: tensors[`${under(CONSTANT, name)}/${i}`],
    })),
    inputs: placed(described.inputs),
    outputs: placed(described.outputs),
  };
}

function under(word: string, name: string | undefined): string {
  return name === undefined ? word : `${word}/${name}`;
}

function places(named: Readonly<Record<string, Place>>): Json {
  return Object.fromEntries(
    Object.entries(named).map(([name, { address, length }]) => [name, [address, length]]),
  );
}

/** @throws RangeError where it is none of a float32's. */
function addressOf(address: number): number {
  if (Number.isSafeInteger(address) && address >= 0 && address % 4 === 0) return address;
  throw new RangeError(`no address: ${show(address)}`);
}
