/** What is no agent or no body is refused where it is defined, or made. */
import { deepStrictEqual, strictEqual, throws } from "node:assert";
import type * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { defineAgent } from "../../agents/define_agent.ts";
import { defineBody } from "../../agents/define_body.ts";
import { bodyOf } from "../../lab/compute/bodies.ts";
import { dense } from "../../lab/compute/networks.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { Box } from "../../lab/core/space.ts";

const call = () => {};
const agent = {
  name: "mine",
  summary: "Learns",
  takes: { actions: ["discrete"] },
  configuration: z.strictObject({}),
  trainer: call,
};
const body = { size: 3, initialParameters: () => ({}), features: call };

const space = new Box({ low: 0, high: 1, shape: [3] });
const ofAgent = (parts: object) => () => defineAgent({ ...agent, ...parts } as never);
const ofBody = (parts: object) => () => {
  bodyOf(space, {}, defineBody({ name: "mine", create: () => ({ ...body, ...parts }) } as never));
};

/** Features of four observations. */
const featuresOf = (features: () => unknown) => () => {
  const mine = defineBody({ name: "mine", create: () => ({ ...body, features }) } as never);
  mine.create(space).features({}, { shape: [4, 3] } as never);
};

const refused: [define: () => void, line: RegExp][] = [
  [ofAgent({ trainr: call }), /^Cannot define the agent mine as .* field "trainr" .*"trainer"/],
  [ofAgent({ trainer: undefined }), / mine as trainer must be a function: undefined$/],
  [ofAgent({ summary: undefined }), / mine as summary must be a text: undefined$/],
  [ofAgent({ configuration: undefined }), / mine as configuration must be an object: undefined$/],
  [ofAgent({ budgetUnit: "steps" }), / as there is no budgetUnit "steps".*: known are /],
  [() => defineAgent(null as never), /^Cannot define the agent as it must be an object: null$/],
  [ofAgent({ name: "" }), /^Cannot define the agent as its name must not be empty: ""$/],
  [
    ofAgent({ takes: { actions: [] } }),
    / mine by its takes as actions must name a kind of space at least: \[\]$/,
  ],
  [
    ofAgent({ takes: { actions: ["discrete"], observations: [] } }),
    / mine by its takes as observations must name a kind of space at least: \[\]$/,
  ],
  [ofAgent({ takes: undefined }), / as takes must be an object: undefined$/],
  [ofAgent({ takes: {} }), / by its takes as actions must be a list: undefined$/],
  [
    ofAgent({ takes: { action: ["discrete"] } }),
    / by its takes as there is no field "action" \(did you mean "actions"/,
  ],
  [
    ofAgent({ takes: { actions: ["Discrete"] } }),
    / by its takes as there is no kind of space "Discrete" \(did you mean "discrete"\?\)/,
  ],
  [
    ofAgent({ takes: { actions: [], observations: ["boxes"] } }),
    / by its takes as there is no kind of space "boxes" \(did you mean "box"\?\)/,
  ],
  [
    () => defineBody({ name: "mine", creat: call } as never),
    /^Cannot define the body mine as there is no field "creat" \(did you mean "create"\?\)/,
  ],
  [() => defineBody({ name: "mine" } as never), / mine as create must be a function: undefined$/],
  [
    ofBody({ featurs: call }),
    /^Cannot use what the body mine creates as .* field "featurs" \(did you mean "features"\?\)/,
  ],
  [ofBody({ size: undefined }), / creates as size must be a number: undefined$/],
  [ofBody({ size: 0 }), /^Cannot use the body mine as its size must be a whole number ≥ 1: 0$/],
  [ofBody({ size: 2.5 }), / the body mine as its size must be a whole number ≥ 1: 2\.5$/],
  [
    featuresOf(() => ({ shape: [4, 2] })),
    /^Cannot use the body mine as its features must be a tensor \[4,3\], of its size 3: \[4,2\]$/,
  ],
  [featuresOf(() => ({ shape: [12] })), / a tensor \[4,3\], of its size 3: \[12\]$/],
  [featuresOf(() => undefined), / a tensor \[4,3\], of its size 3: undefined$/],
];

for (const [define, line] of refused) {
  Deno.test(`refused in one line: an agent or a body, ${line.source}`, () => {
    throws(define, { name: "InputError", message: line });
  });
}

Deno.test("a body without tensors is one, and what lacks them says of which body", () => {
  const made = (parts: object) =>
    bodyOf(space, {}, { name: "mine", create: () => ({ ...body, ...parts }) as never });
  deepStrictEqual(made({}).initialParameters(defaultRng(1)), {});
  for (const [none, shown] of [[undefined, "undefined"], [Promise.resolve({}), "{}"]]) {
    throws(() => made({ initialParameters: () => none }).initialParameters(defaultRng(1)), {
      name: "InputError",
      message: "Cannot use the body mine as initialParameters must return its tensors by name, " +
        `{} for none: ${shown}`,
    });
  }
  const features = (parameters: Tensors, x: tf.Tensor) => dense(parameters, x, "body/0");
  const x = { shape: [4, 3] } as never;
  // The layers of the network that it stands in are none of its own.
  throws(() => made({ features }).features({ "0/kernel": x }, x), {
    name: "InputError",
    message:
      'Cannot apply a layer as there is no parameter "body/0/kernel": known are none (in the body mine)',
  });
});

Deno.test("a body of a class may have more than is asked of it", () => {
  class Wide {
    readonly size = 3;
    readonly scale = 2;
    initialParameters = () => ({});
    features = (_: unknown, observations: unknown) => observations;
  }
  const wide = defineBody({ name: "wide", create: () => new Wide() as never });
  strictEqual(bodyOf(space, {}, wide).size, 3);
  const observations = { shape: [4, 3] } as never;
  strictEqual(bodyOf(space, {}, wide).features({}, observations), observations);
});
