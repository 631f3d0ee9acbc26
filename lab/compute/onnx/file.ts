/**
 * Files of the Open Neural Network Exchange: the part of its format that the lab writes. The numbers
 * of fields and types are those of `onnx.proto3`.
 *
 * @module
 */
import { Message } from "../../core/protobuf.ts";

/** Version of the operators: ONNX 1.13, ONNX Runtime from 1.14 on. */
const OPSET = 18;

/** Of the format, as it was when these operators came. */
const IR_VERSION = 8;

/** Element types by their numbers in the format. */
export const onnxTypes = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;

/** Element types. */
export type OnnxType = keyof typeof onnxTypes;

/** A node's attribute: a number is an integer, a list holds integers. */
export type OnnxAttribute = number | string | readonly number[];

/** An operator applied: one output from named tensors. */
export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A tensor with its elements, little-endian. */
export interface OnnxTensor {
  readonly name: string;
  readonly dtype: OnnxType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** What a graph is given or gives; a word stands for a length that is not known. */
export interface OnnxPort {
  readonly name: string;
  readonly dtype: OnnxType;
  readonly shape: readonly (number | string)[];
}

/** A graph of operators, in an order in which they can be computed. */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}

/** The bytes of a file with one graph; `about` is free text by key. */
export function encodeOnnx(
  graph: OnnxGraph,
  about: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const bytes = new Message()
    .integer(1, IR_VERSION)
    .text(2, "reverie")
    .message(7, graphMessage(graph))
    .message(8, new Message().text(1, "").integer(2, OPSET))
    .messages(
      14,
      Object.entries(about),
      ([key, value]) => new Message().text(1, key).text(2, value),
    )
    .finish();
  return bytes as Uint8Array<ArrayBuffer>;
}

function graphMessage({ name, nodes, initializers, inputs, outputs }: OnnxGraph): Message {
  return new Message()
    .messages(1, nodes, nodeMessage)
    .text(2, name)
    .messages(
      5,
      initializers,
      ({ name, dtype, shape, bytes }) =>
        new Message().integers(1, shape).integer(2, onnxTypes[dtype]).text(8, name).bytes(9, bytes),
    )
    .messages(11, inputs, portMessage)
    .messages(12, outputs, portMessage);
}

function nodeMessage({ operator, inputs, output, attributes }: OnnxNode): Message {
  return new Message()
    .texts(1, inputs)
    .text(2, output)
    .text(4, operator)
    .messages(5, Object.entries(attributes), attributeMessage);
}

function attributeMessage([name, value]: [string, OnnxAttribute]): Message {
  const message = new Message().text(1, name);
  if (typeof value === "number") return message.integer(3, value).integer(20, 2);
  if (typeof value === "string") return message.text(4, value).integer(20, 3);
  return message.integers(8, value).integer(20, 7);
}

function portMessage({ name, dtype, shape }: OnnxPort): Message {
  const lengths = new Message().messages(
    1,
    shape,
    (length) =>
      typeof length === "string" ? new Message().text(2, length) : new Message().integer(1, length),
  );
  const tensor = new Message().integer(1, onnxTypes[dtype]).message(2, lengths);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}
