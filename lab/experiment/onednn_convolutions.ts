/**
 * oneDNN's convolutions, through Deno's foreign functions. Images and results lie as TensorFlow.js has
 * them; a filter is brought into the order that the library chooses, which takes microseconds.
 *
 * No pointer is read: an address that the library writes is handed back to it as a number.
 *
 * @module
 */
import type { CallViews, ConvolutionCall, MathLibrary } from "../compute/compile/library.ts";
import type { Convolution } from "../compute/compile/items.ts";
import { LabError } from "../core/errors.ts";

// Of dnnl_types.h; versions 2 and 3 have the same numbers.
const [CPU, IN_ORDER, FLOAT32, ANY, TRAINING, DIRECT] = [1, 1, 3, 1, 64, 1];
/** What an operation takes and leaves, and what its gradients do. */
const argument = { image: 1, result: 17, filter: 33 };
const gradient = { image: 129, result: 145, filter: 161 };
/** The same of a copy. */
const [FROM, TO] = [1, 17];
/** What an operation is asked for. */
const [FILTER, FILTER_GRADIENT] = [131, 132];
/** Nothing, where an address belongs. */
const NONE = 0n;
/** In place of an address: the library allocates. */
const ALLOCATED = 0xffff_ffff_ffff_ffffn;

/** Where a call writes what it has made. */
const MADE = "buffer";
const status = "i32";
const common = {
  dnnl_engine_create: { parameters: [MADE, "i32", "usize"], result: status },
  dnnl_stream_create: { parameters: [MADE, "usize", "u32"], result: status },
  dnnl_memory_create: { parameters: [MADE, "usize", "usize", "usize"], result: status },
  dnnl_memory_get_memory_desc: { parameters: ["usize", MADE], result: status },
  dnnl_memory_destroy: { parameters: ["usize"], result: status },
  dnnl_primitive_desc_query_md: { parameters: ["usize", "i32", "i32"], result: "usize" },
  dnnl_primitive_desc_destroy: { parameters: ["usize"], result: status },
  dnnl_reorder_primitive_desc_create: {
    parameters: [MADE, "usize", "usize", "usize", "usize", "usize"],
    result: status,
  },
  dnnl_primitive_create: { parameters: [MADE, "usize"], result: status },
  dnnl_primitive_execute: { parameters: ["usize", "usize", "i32", "buffer"], result: status },
  dnnl_primitive_destroy: { parameters: ["usize"], result: status },
} as const satisfies Deno.ForeignLibraryInterface;

/** Lengths, strides, paddings: int64. */
const lengths = "buffer";
/** How a tensor is described. */
const byStrides = { parameters: [MADE, "i32", lengths, "i32", lengths], result: status } as const;
const byTag = { parameters: [MADE, "i32", lengths, "i32", "i32"], result: status } as const;
/** Strides, gaps between a window's rows and columns, borders before and behind. */
const geometry = [lengths, lengths, lengths, lengths] as const;
type Lengths = BigInt64Array<ArrayBuffer>;

/** What a convolution is made of; images and results are [N, C, H, W] and filters [F, C, H, W] here. */
interface Described<Tensor> {
  readonly solves: Convolution["solves"];
  readonly image: Tensor;
  readonly filter: Tensor;
  readonly result: Tensor;
  readonly geometry: readonly [
    strides: Lengths,
    gaps: Lengths,
    before: Lengths,
    behind: Lengths,
  ];
}

/** What differs between the library's versions, with the version's own descriptor of a tensor. */
interface Version<Tensor> {
  /** A tensor of float32 with these strides, or in the order that the library chooses. */
  tensor(lengths: Lengths, strides?: Lengths): Tensor;
  /** Memory that holds a tensor, where a view begins. */
  memory(tensor: Tensor, engine: bigint, view: Float32Array<ArrayBuffer>): bigint;
  /** An operation's descriptor; that of a gradient needs the forward one's. */
  operation(of: Described<Tensor>, engine: bigint, forward: bigint): bigint;
  release(tensor: Tensor): void;
}

/** What a call has made. */
function made(call: (made: BigUint64Array<ArrayBuffer>) => number): bigint {
  const place = new BigUint64Array(1);
  done(call(place));
  return place[0];
}

function done(status: number): void {
  if (status !== 0) {
    throw new LabError(`Cannot compute a convolution as oneDNN refuses it: status ${status}`);
  }
}

/** Version 2: descriptors are structures of the caller's. */
function second(file: string): Version<Uint8Array<ArrayBuffer>> {
  const tensor = "buffer";
  const biased = [tensor, tensor, "usize", tensor] as const;
  const { symbols: dnnl } = Deno.dlopen(file, {
    dnnl_memory_desc_init_by_strides: byStrides,
    dnnl_memory_desc_init_by_tag: byTag,
    dnnl_memory_create: { parameters: [MADE, tensor, "usize", "buffer"], result: status },
    dnnl_dilated_convolution_forward_desc_init: {
      parameters: [MADE, "i32", "i32", ...biased, ...geometry],
      result: status,
    },
    dnnl_dilated_convolution_backward_data_desc_init: {
      parameters: [MADE, "i32", tensor, tensor, tensor, ...geometry],
      result: status,
    },
    dnnl_dilated_convolution_backward_weights_desc_init: {
      parameters: [MADE, "i32", ...biased, ...geometry],
      result: status,
    },
    dnnl_primitive_desc_create: {
      parameters: [MADE, "buffer", "usize", "usize", "usize"],
      result: status,
    },
  });
  /** Bytes of the structures of a tensor and of an operation, and some to spare. */
  const [small, large] = [1024, 8192];
  const describe = (
    { solves, image, filter, result, geometry }: Described<Uint8Array<ArrayBuffer>>,
    place: Uint8Array<ArrayBuffer>,
  ): number => {
    const biased = [image, filter, NONE, result] as const;
    switch (solves) {
      case "output":
        return dnnl.dnnl_dilated_convolution_forward_desc_init(
          ...[place, TRAINING, DIRECT, ...biased, ...geometry] as const,
        );
      case "input":
        return dnnl.dnnl_dilated_convolution_backward_data_desc_init(
          ...[place, DIRECT, image, filter, result, ...geometry] as const,
        );
      case "filter":
        return dnnl.dnnl_dilated_convolution_backward_weights_desc_init(
          ...[place, DIRECT, ...biased, ...geometry] as const,
        );
    }
  };
  return {
    tensor(lengths, strides) {
      const place = new Uint8Array(small);
      done(
        strides === undefined
          ? dnnl.dnnl_memory_desc_init_by_tag(place, lengths.length, lengths, FLOAT32, ANY)
          : dnnl.dnnl_memory_desc_init_by_strides(place, lengths.length, lengths, FLOAT32, strides),
      );
      return place;
    },
    memory: (tensor, engine, view) =>
      made((place) => dnnl.dnnl_memory_create(place, tensor, engine, view)),
    operation(of, engine, forward) {
      const operation = new Uint8Array(large);
      done(describe(of, operation));
      return made((place) =>
        dnnl.dnnl_primitive_desc_create(place, operation, NONE, engine, forward)
      );
    },
    release: () => {},
  };
}

/** Version 3: descriptors are objects of the library's. */
function third(file: string): Version<bigint> {
  const tensor = "usize";
  const biased = [tensor, tensor, "usize", tensor] as const;
  const { symbols: dnnl } = Deno.dlopen(file, {
    dnnl_memory_desc_create_with_strides: byStrides,
    dnnl_memory_desc_create_with_tag: byTag,
    dnnl_memory_desc_destroy: { parameters: [tensor], result: status },
    dnnl_memory_create: { parameters: [MADE, tensor, "usize", "buffer"], result: status },
    dnnl_convolution_forward_primitive_desc_create: {
      parameters: [MADE, "usize", "i32", "i32", ...biased, ...geometry, "usize"],
      result: status,
    },
    dnnl_convolution_backward_data_primitive_desc_create: {
      parameters: [MADE, "usize", "i32", tensor, tensor, tensor, ...geometry, "usize", "usize"],
      result: status,
    },
    dnnl_convolution_backward_weights_primitive_desc_create: {
      parameters: [MADE, "usize", "i32", ...biased, ...geometry, "usize", "usize"],
      result: status,
    },
  });
  return {
    tensor: (lengths, strides) =>
      made((place) =>
        strides === undefined
          ? dnnl.dnnl_memory_desc_create_with_tag(place, lengths.length, lengths, FLOAT32, ANY)
          : dnnl.dnnl_memory_desc_create_with_strides(
            ...[place, lengths.length, lengths, FLOAT32, strides] as const,
          )
      ),
    memory: (tensor, engine, view) =>
      made((place) => dnnl.dnnl_memory_create(place, tensor, engine, view)),
    operation: ({ solves, image, filter, result, geometry }, engine, forward) =>
      made((place) => {
        const biased = [image, filter, NONE, result] as const;
        switch (solves) {
          case "output":
            return dnnl.dnnl_convolution_forward_primitive_desc_create(
              ...[place, engine, TRAINING, DIRECT, ...biased, ...geometry, NONE] as const,
            );
          case "input":
            return dnnl.dnnl_convolution_backward_data_primitive_desc_create(
              ...[
                place,
                engine,
                DIRECT,
                image,
                filter,
                result,
                ...geometry,
                forward,
                NONE,
              ] as const,
            );
          case "filter":
            return dnnl.dnnl_convolution_backward_weights_primitive_desc_create(
              ...[place, engine, DIRECT, ...biased, ...geometry, forward, NONE] as const,
            );
        }
      }),
    release: (tensor) => done(dnnl.dnnl_memory_desc_destroy(tensor)),
  };
}

/**
 * How convolutions are computed by the library in a file, on one thread where it is held to one.
 *
 * @param major Its version.
 * @returns Undefined for a version whose functions are not known: it is given products.
 * @throws LabError from what it returns where the library refuses a convolution.
 */
export function convolver(file: string, major: number): MathLibrary["bindConvolution"] {
  if (major === 2) return convolverOf(file, second(file));
  return major === 3 ? convolverOf(file, third(file)) : undefined;
}

function convolverOf<Tensor>(
  file: string,
  version: Version<Tensor>,
): NonNullable<MathLibrary["bindConvolution"]> {
  const { symbols: dnnl } = Deno.dlopen(file, common);
  const engine = made((place) => dnnl.dnnl_engine_create(place, CPU, 0n));
  const stream = made((place) => dnnl.dnnl_stream_create(place, engine, IN_ORDER));
  const released = new FinalizationRegistry((end: () => void) => end());
  const primitive = (operation: bigint) =>
    made((place) => dnnl.dnnl_primitive_create(place, operation));
  const tensorOf = (memory: bigint) =>
    made((place) => dnnl.dnnl_memory_get_memory_desc(memory, place));
  const copy = (from: bigint, to: bigint) => {
    const operation = made((place) =>
      dnnl.dnnl_reorder_primitive_desc_create(
        ...[place, tensorOf(from), engine, tensorOf(to), engine, NONE] as const,
      )
    );
    const copied = primitive(operation);
    dnnl.dnnl_primitive_desc_destroy(operation);
    return copied;
  };
  return (call, views) => {
    const { solves } = call;
    const described = describedBy(call, version);
    const forward = version.operation({ ...described, solves: "output" }, engine, NONE);
    const operation = solves === "output" ? forward : version.operation(described, engine, forward);
    const tensors = [described.image, described.plain, described.result];
    const [image, plain, result] = viewsOf(call, views)
      .map((view, i) => version.memory(tensors[i], engine, view));
    // As the library chose; the descriptor is the operation's.
    const chosen = dnnl.dnnl_primitive_desc_query_md(
      ...[operation, solves === "filter" ? FILTER_GRADIENT : FILTER, 0] as const,
    );
    const filter = made((place) => dnnl.dnnl_memory_create(place, chosen, engine, ALLOCATED));
    const compute = primitive(operation);
    for (const each of new Set([forward, operation])) dnnl.dnnl_primitive_desc_destroy(each);
    for (const tensor of [...tensors, described.filter]) version.release(tensor);
    const [from, to] = solves === "filter" ? [filter, plain] : [plain, filter];
    const reorder = copy(from, to);
    const computed = pairs([
      [(solves === "input" ? gradient : argument).image, image],
      [(solves === "filter" ? gradient : argument).filter, filter],
      [(solves === "output" ? argument : gradient).result, result],
    ]);
    const reordered = pairs([[FROM, from], [TO, to]]);
    const steps = [[reorder, 2, reordered], [compute, 3, computed]] as const;
    const [first, second] = solves === "filter" ? steps.toReversed() : steps;
    const run = () => {
      done(dnnl.dnnl_primitive_execute(first[0], stream, first[1], first[2]));
      done(dnnl.dnnl_primitive_execute(second[0], stream, second[1], second[2]));
    };
    released.register(run, () => {
      for (const each of [reorder, compute]) dnnl.dnnl_primitive_destroy(each);
      for (const each of [image, plain, result, filter]) dnnl.dnnl_memory_destroy(each);
    });
    return run;
  };
}

/** A call in the library's terms; `plain` is the filter as TensorFlow.js has it. */
function describedBy<Tensor>(
  { solves, windows: w, filters }: ConvolutionCall,
  { tensor }: Version<Tensor>,
): Described<Tensor> & { readonly plain: Tensor } {
  const { channels, height, width, outHeight, outWidth, kernelHeight, kernelWidth } = w;
  const images = (channels: number, height: number, width: number) =>
    tensor(
      int64([w.images, channels, height, width]),
      int64([height * width * channels, 1, width * channels, channels]),
    );
  const kernel = int64([filters, channels, kernelHeight, kernelWidth]);
  /** What is left of a side's windows behind the image; less than 0 where pixels are left. */
  const behind = (size: number, out: number, stride: number, window: number, before: number) =>
    (out - 1) * stride + window - size - before;
  const [windowHeight, windowWidth] = [
    (kernelHeight - 1) * w.dilationY + 1,
    (kernelWidth - 1) * w.dilationX + 1,
  ];
  return {
    solves,
    image: images(channels, height, width),
    filter: tensor(kernel),
    plain: tensor(
      kernel,
      int64([1, filters, kernelWidth * channels * filters, channels * filters]),
    ),
    result: images(filters, outHeight, outWidth),
    geometry: [
      int64([w.strideY, w.strideX]),
      int64([w.dilationY - 1, w.dilationX - 1]),
      int64([w.padTop, w.padLeft]),
      int64([
        behind(height, outHeight, w.strideY, windowHeight, w.padTop),
        behind(width, outWidth, w.strideX, windowWidth, w.padLeft),
      ]),
    ],
  };
}

/** Of image, filter and result, in this order. */
function viewsOf(
  { solves }: ConvolutionCall,
  [a, b, c]: CallViews,
): readonly Float32Array<ArrayBuffer>[] {
  const views = { output: [a, b, c], input: [c, b, a], filter: [a, c, b] }[solves];
  // Deno takes views of shared memory, too.
  return views.map((view) => view as Float32Array<ArrayBuffer>);
}

function int64(numbers: readonly number[]): Lengths {
  return BigInt64Array.from(numbers, BigInt);
}

/** An operation's arguments: an int32 and a pointer each, both in eight bytes. */
function pairs(all: readonly (readonly [number, bigint])[]): BigUint64Array<ArrayBuffer> {
  return BigUint64Array.from(all.flatMap(([index, memory]) => [BigInt(index), memory]));
}
