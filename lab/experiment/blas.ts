/**
 * The machine's own library of matrix products, oneDNN or a BLAS, through Deno's foreign functions. The
 * permission to load its file alone is enough: matrices are handed over as buffers, and no pointer
 * is read.
 *
 * @module
 */
import type { LibrarySource, MathLibrary } from "../compute/compile/library.ts";
import { InputError } from "../core/errors.ts";
import { firstLine } from "./error_lines.ts";
import { openOneDnn } from "./onednn.ts";

/** A file that may be a library, and where it comes from. */
interface Place {
  readonly os: typeof Deno.build.os;
  readonly file: string;
}

/**
 * Where Debian, Fedora, Homebrew, Intel and Apple put their libraries, the first choice of each
 * system first: oneDNN's products are slow on ARM, whose folder on Fedora is that of x86-64, too. The
 * tasks in deno.json that may load libraries may load these.
 */
export const places: readonly Place[] = [
  ...[
    "/System/Library/Frameworks/Accelerate.framework/Accelerate",
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
  ].map((file) => ({ os: "darwin", file }) as const),
  ...[
    "/usr/lib/x86_64-linux-gnu/libdnnl.so.3",
    "/usr/lib/x86_64-linux-gnu/libdnnl.so.2",
    "/usr/lib/x86_64-linux-gnu/libopenblas.so.0",
    "/usr/lib/aarch64-linux-gnu/libopenblas.so.0",
    "/usr/lib64/libopenblasp.so.0",
    "/usr/lib64/libopenblas.so.0",
    "/opt/intel/oneapi/mkl/latest/lib/libmkl_rt.so.2",
    "/usr/lib/x86_64-linux-gnu/libmkl_rt.so",
    "/usr/lib/x86_64-linux-gnu/libblis.so.4",
    "/usr/lib64/libblis.so.4",
    "/usr/lib64/libdnnl.so.3",
    "/usr/lib64/libdnnl.so.2",
  ].map((file) => ({ os: "linux", file }) as const),
];

/** The usual places of this system, the first choice first. */
function usualFiles(): string[] {
  return places.filter(({ os }) => os === Deno.build.os).map(({ file }) => file);
}

/** The first of the usual places that has a library; undefined where none has, or none may be looked at. */
export function libraryHere(): string | undefined {
  return usualFiles().find((file) => {
    try {
      return Deno.statSync(file).isFile;
    } catch {
      return false;
    }
  });
}

/** Variable that names another file. */
export const OWN = "REVERIE_BLAS";
/** What may load libraries. */
const TASK = "deno task -q experiment:native";

/** What to type where there is no library. */
const installLine =
  "apt-get install libdnnl-dev (Debian, Ubuntu; on ARM libopenblas0-pthread), dnf install " +
  "openblas-threads (Fedora), brew install openblas (macOS)";

/** What some libraries have and others lack. */
const optional = { optional: true } as const;
const sizes = ["i32", "i32", "i32"] as const;
const symbols = {
  cblas_sgemm: {
    parameters: [
      ...["i32", "i32", "i32"] as const,
      ...sizes,
      ...["f32", "buffer", "i32", "buffer", "i32", "f32", "buffer", "i32"] as const,
    ],
    result: "void",
  },
  cblas_scopy: { parameters: ["i32", "usize", "i32", "buffer", "i32"], result: "void" },
  openblas_get_config: { parameters: [], result: "usize", ...optional },
  openblas_get_corename: { parameters: [], result: "usize", ...optional },
  openblas_set_num_threads: { parameters: ["i32"], result: "void", ...optional },
  bli_info_get_version_str: { parameters: [], result: "usize", ...optional },
  bli_arch_query_id: { parameters: [], result: "i32", ...optional },
  bli_arch_string: { parameters: ["i32"], result: "usize", ...optional },
  bli_thread_set_num_threads: { parameters: ["i64"], result: "void", ...optional },
  MKL_Set_Threading_Layer: { parameters: ["i32"], result: "i32", ...optional },
  MKL_Set_Num_Threads: { parameters: ["i32"], result: "void", ...optional },
  MKL_Get_Version: { parameters: ["buffer"], result: "void", ...optional },
  BLASSetThreading: { parameters: ["u32"], result: "i32", ...optional },
  __x86_get_cpuid_feature_leaf: { parameters: ["u32"], result: "usize", ...optional },
  sysctlbyname: {
    parameters: ["buffer", "buffer", "buffer", "usize", "usize"],
    result: "i32",
    ...optional,
  },
} as const satisfies Deno.ForeignLibraryInterface;

type Symbols = Deno.DynamicLibrary<typeof symbols>["symbols"];

/** Opened in this thread, by file: V8 calls a function directly as long as it is the same one. */
const opened = new Map<string, MathLibrary>();

/**
 * Opens a library, once a thread, and sets it to one thread: the lab's own run side by side.
 *
 * @throws what `Deno.dlopen` does where it may not or cannot be loaded or is no BLAS.
 */
export function openLibrary(file: string): MathLibrary {
  const library = opened.get(file) ?? openOneDnn(file) ?? load(file);
  opened.set(file, library);
  return library;
}

function load(file: string): MathLibrary {
  const { symbols: library } = loadTyped(file);
  const [rowMajor, plain, transposed] = [101, 111, 112];
  const order = (matrix: { transposed: boolean }) => matrix.transposed ? transposed : plain;
  return {
    name: named(library),
    bind({ rows, columns, inner, a, b, accumulate }, views) {
      // Deno takes views of shared memory, too.
      const [x, y, z] = views.map((view) => view as Float32Array<ArrayBuffer>);
      const [first, second] = [order(a), order(b)];
      const { cblas_sgemm } = library;
      const beta = accumulate ? 1 : 0;
      // deno-fmt-ignore
      return () => cblas_sgemm(rowMajor, first, second, rows, columns, inner,
        1, x, a.stride, y, b.stride, beta, z, columns);
    },
  };
}

/** What OpenBLAS takes a processor for that it does not know, as it is newer: vectors of 128 bits. */
const UNKNOWN = "Prescott";
/** By what OpenBLAS is told a processor type before it is loaded. */
const CORE_TYPE = "OPENBLAS_CORETYPE";

/** Loads a library; OpenBLAS once more where it does not know the processor, and is told the nearest one. */
function loadTyped(file: string): Deno.DynamicLibrary<typeof symbols> {
  const library = Deno.dlopen(file, symbols);
  const { openblas_get_corename } = library.symbols;
  if (openblas_get_corename === null) return library;
  const type = textAt(library.symbols, openblas_get_corename()) === UNKNOWN
    ? nearestOf(library.symbols)
    : undefined;
  if (type === undefined || !told(type)) return library;
  library.close();
  return Deno.dlopen(file, symbols);
}

/** Leaves a processor type to OpenBLAS; false where the user has said one, or this task may not. */
function told(type: string): boolean {
  try {
    if (Deno.env.get(CORE_TYPE) !== undefined) return false;
    Deno.env.set(CORE_TYPE, type);
    return true;
  } catch {
    return false;
  }
}

/** Bits of the processor's leaf 7 (EBX): AVX2; AVX-512 F, DQ, CD, BW and VL. */
const [AVX2, AVX512] = [1 << 5, 1 << 16 | 1 << 17 | 1 << 28 | 1 << 30 | 1 << 31];
/** Of leaf 1 (ECX): fused multiply-add. */
const FMA = 1 << 12;

/** The best of OpenBLAS's types whose instructions the processor has; undefined where that cannot be told. */
function nearestOf(library: Symbols): "SkylakeX" | "Haswell" | undefined {
  // Of the C library, on which this one stands: eight words, the last four what may be used.
  const leaf = library.__x86_get_cpuid_feature_leaf;
  if (leaf === null) return undefined;
  const [[, , ecx], [, ebx]] = [0, 1].map((index) => {
    const words = new Float32Array(8);
    library.cblas_scopy(8, leaf(index), 1, words, 1);
    return new Int32Array(words.buffer, 16);
  });
  if ((ebx & AVX512) === AVX512) return "SkylakeX";
  return (ebx & AVX2) !== 0 && (ecx & FMA) !== 0 ? "Haswell" : undefined;
}

/** Sets a library to one thread; returns its name, version and processor type. */
function named(library: Symbols): string {
  const text = (at: bigint) => textAt(library, at);
  if (library.openblas_get_config !== null) {
    library.openblas_set_num_threads?.(1);
    const [name, version] = text(library.openblas_get_config()).split(" ");
    return [name, version, text(library.openblas_get_corename!())].join(" ");
  }
  if (library.bli_info_get_version_str !== null) {
    library.bli_thread_set_num_threads?.(1n);
    const core = library.bli_arch_string!(library.bli_arch_query_id!());
    return `BLIS ${text(library.bli_info_get_version_str())} ${text(core)}`;
  }
  if (library.MKL_Get_Version !== null) {
    const sequential = 1;
    library.MKL_Set_Threading_Layer?.(sequential);
    library.MKL_Set_Num_Threads?.(1);
    // Three int32 (major, minor, update), then pointers to status, build, processor and platform.
    const version = new BigUint64Array(8);
    library.MKL_Get_Version(version);
    const [major, , update] = new Int32Array(version.buffer);
    return `MKL ${major}.${update} ${text(version[4])}`;
  }
  const single = 1;
  library.BLASSetThreading?.(single);
  return `Accelerate ${osRelease()} ${brand(library)}`;
}

/** The text at an address, by the library's own copy: a pointer may not be read otherwise. */
function textAt({ cblas_scopy }: Symbols, address: bigint): string {
  const [lane, bytes] = [new Float32Array(1), [] as number[]];
  for (let at = address;; at += 4n) {
    cblas_scopy(1, at, 1, lane, 1);
    const four = [...new Uint8Array(lane.buffer)];
    bytes.push(...four.includes(0) ? four.slice(0, four.indexOf(0)) : four);
    if (four.includes(0)) return new TextDecoder().decode(Uint8Array.from(bytes));
  }
}

/** Of the operating system, which a library that comes with it has no version beside. */
function osRelease(): string {
  try {
    return Deno.osRelease();
  } catch {
    return "";
  }
}

function brand({ sysctlbyname }: Symbols): string {
  const value = new Uint8Array(256);
  const name = new TextEncoder().encode("machdep.cpu.brand_string\0");
  sysctlbyname?.(name, value, BigUint64Array.of(256n), 0n, 0n);
  return new TextDecoder().decode(value.subarray(0, value.indexOf(0)));
}

/**
 * Where the library lies that `native` takes: what REVERIE_BLAS names, else the first of the usual
 * places that has one.
 *
 * @throws InputError with what to do where there is none or it may not be loaded.
 */
export function findLibrary(): LibrarySource {
  if (!("Deno" in globalThis)) {
    throw new InputError(
      "Cannot use the native backend as loading its library needs Deno: use wasm",
    );
  }
  const source = (file: string) => ({ module: import.meta.url, file });
  const own = ownFile();
  const files = own === undefined ? usualFiles() : [own];
  const refused: unknown[] = [];
  for (const file of files) {
    try {
      openLibrary(file);
      return source(file);
    } catch (error) {
      refused.push(error);
    }
  }
  if (refused.some((error) => error instanceof Deno.errors.NotCapable)) {
    throw new InputError(
      own === undefined
        ? `Cannot use the native backend as this task may load no library: call ${TASK} in its place`
        : `Cannot use the native backend as ${OWN} must name a file, and ${TASK} be called: ${own}`,
    );
  }
  if (own !== undefined) {
    throw new InputError(
      `Cannot use the native backend as ${OWN} is no library: ${firstLine(refused[0])}`,
    );
  }
  throw new InputError(
    "Cannot use the native backend as there is no library of matrix products in the usual places: " +
      `${installLine}; or ${OWN}=FILE names one`,
  );
}

/** Which of the usual places has the library that says this name of itself; undefined where none has. */
export function fileOf(name: string): string | undefined {
  return usualFiles().find((file) => {
    try {
      return openLibrary(file).name === name;
    } catch {
      return false;
    }
  });
}

function ownFile(): string | undefined {
  try {
    return Deno.env.get(OWN) || undefined;
  } catch {
    return undefined;
  }
}
