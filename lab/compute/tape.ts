/**
 * A repair of the tape on which TensorFlow.js 4.22 records what it will differentiate. Two faults
 * are behind most of its wrong or missing second derivatives:
 *
 * - A kernel whose derivative is written with its output (tanh, sigmoid, exp, …) saves a copy of
 *   that output, and the copy is recorded before the kernel itself. Read in order, the copy then
 *   hangs in the air, and a gradient of the gradient silently loses that path. Here the copy is
 *   recorded after the kernel.
 * - Comparisons and other kernels with integer or boolean results are recorded although nothing
 *   can flow through them; differentiating `where(greater(x, 0), …)` then fails for want of a
 *   gradient of `Greater`. Here they are not recorded.
 *
 * Two more concern first derivatives:
 *
 * - The gradient of a kernel fails that is not given one of its optional inputs (a batch
 *   normalisation without a scale). What is not there is not recorded here.
 * - A kernel with several results returns the very array that is recorded, so that a step which
 *   changes it (the parts of a split, reversed in place) gets another function's gradient. A copy is
 *   recorded here.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** The part of the engine's private state that recording touches. */
interface Recorder {
  getTensorsForGradient(
    kernel: string,
    inputs: Record<string, tf.Tensor>,
    outputs: tf.Tensor[],
  ): (tf.Tensor | undefined)[];
  readonly state: { readonly activeTape: { readonly inputs: Record<string, tf.Tensor> }[] };
  addTapeNode(
    kernel: string,
    inputs: Record<string, tf.Tensor>,
    outputs: tf.Tensor[],
    gradient: unknown,
    saved: tf.Tensor[],
    attributes: unknown,
  ): void;
}

let repaired = false;

/** Repairs the tape of this thread, once. */
export function repairTape(): void {
  if (repaired) return;
  repaired = true;
  const engine = tf.engine() as unknown as Recorder;
  const saving = engine.getTensorsForGradient;
  engine.getTensorsForGradient = function (kernel, inputs, outputs) {
    return saving.call(this, kernel, inputs, outputs).filter((tensor) => tensor != null);
  };
  const record = engine.addTapeNode;
  engine.addTapeNode = function (kernel, inputs, outputs, gradient, saved, attributes) {
    if (outputs.every(({ dtype }) => dtype !== "float32")) {
      tf.dispose(saved);
      return;
    }
    const tape = this.state.activeTape;
    let copies = tape.length;
    while (copies > 0 && outputs.includes(tape[copies - 1].inputs.x)) copies--;
    const after = tape.splice(copies);
    record.call(this, kernel, present(inputs), [...outputs], gradient, saved, attributes);
    tape.push(...after);
  };
}

/** Without the inputs that a kernel is not given; an array stays one. */
function present(inputs: Record<string, tf.Tensor>): Record<string, tf.Tensor> {
  if (Object.values(inputs).every((tensor) => tensor != null)) return inputs;
  return Object.fromEntries(Object.entries(inputs).filter(([, tensor]) => tensor != null));
}
