/**
 * Opening a workspace: compiled to WebAssembly (`wasm`, `wasm-strict` without fused multiply-adds,
 * `native` with the products left to a library of the machine) or for the graphics device (`webgpu`), or kernel by kernel on a TensorFlow.js
 * backend (`cpu`, `tfjs-wasm`, `tfjs-webgpu`), whose packages are loaded only when chosen.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError, unknownName } from "../core/errors.ts";
import { repairTensorFlow } from "./gradients.ts";
import { registerWasmKernels } from "./wasm_kernels.ts";
import { registerWebgpuKernels } from "./webgpu_kernels.ts";
import { type BackendChoice, backendChoices } from "./backend_choice.ts";
import { type LibrarySource, type OpenedLibrary, openSource } from "./compile/library.ts";
import { agreesWithScalars } from "./compile/revectorization.ts";
import { bestRounding } from "./compile/support.ts";
import { threadsRefused } from "./compile/threads.ts";
import type { Rounding } from "./compile/wasm/lower.ts";
import { CompiledWorkspace } from "./compile/workspace.ts";
import { revectorizesHere, tellOfEngine } from "./engine.ts";
import { openGraphics } from "./graphics.ts";
import { PlainWorkspace } from "./plain_workspace.ts";
import type { ComputeDevice } from "./compile/wgsl/device.ts";
import type { Workspace } from "./workspace.ts";

/** A workspace and why it computes where it does: for the manifest. */
export interface OpenedWorkspace {
  /** Empty. */
  readonly workspace: Workspace;
  /** Who chose the backend and why. */
  readonly reason: string;
  /** Name of the graphics adapter; null where none is used. */
  readonly adapter: string | null;
  /** Threads that steps may use. */
  readonly threads: number;
}

/** What the caller hands over, as this module reads no files. */
export interface WorkspaceOptions {
  /** Folder path or URL of the `.wasm` files of `@tensorflow/tfjs-backend-wasm`; tfjs-wasm needs it. */
  readonly wasmPath?: string;
  /**
   * Threads that a compiled step may use, this one included; default 1. More start workers once a
   * step has run for a while, which run until the workspace is disposed of; a page that may not
   * share memory has one all the same, and the reason says so. The bits are the same with any
   * number.
   */
  readonly threads?: number;
  /** The library that `native` needs; no other backend opens it. */
  readonly library?: LibrarySource;
  /**
   * Whether V8 was started with `--experimental-wasm-revectorize`: products are laid out for it, and
   * held to scalar arithmetic first. Left out, it is what was last said in this thread; before that
   * they are laid out for vectors of 128 bits.
   */
  readonly revectorizes?: boolean;
}

/** How a workspace was opened, as plain data: another thread opens one like it for itself. */
export interface Opening {
  readonly backend: BackendChoice;
  /** One thread. */
  readonly options: Omit<WorkspaceOptions, "threads">;
}

const openings = new WeakMap<Workspace, Opening>();

/** How a workspace was opened; undefined where `openWorkspace` did not. */
export function openingOf(workspace: Workspace): Opening | undefined {
  return openings.get(workspace);
}

/** Started backends of this thread, by name, with their adapter. */
const started = new Map<string, Promise<string | null>>();

/** The engine that TensorFlow.js computes with, for backends that run kernel by kernel. */
const engines = { cpu: "cpu", "tfjs-wasm": "wasm", "tfjs-webgpu": "webgpu" } as const;

/**
 * An empty workspace on the backend asked for. `auto` takes wasm: on the processor a compiled step
 * is the fastest there is for the small dense updates of this lab.
 *
 * @throws InputError for an unknown backend (names the nearest), for tfjs-wasm without `wasmPath`
 *   or with one that holds no `.wasm` files, for native without a `library` or without SIMD, and for
 *   webgpu where there is no adapter.
 */
export async function openWorkspace(
  choice: BackendChoice,
  options: WorkspaceOptions = {},
): Promise<OpenedWorkspace> {
  if (!backendChoices.includes(choice)) {
    throw unknownName("open a workspace", "backend", choice, backendChoices);
  }
  repairTensorFlow();
  const opened = await open(choice, options);
  const { wasmPath, library } = options;
  openings.set(opened.workspace, {
    backend: choice,
    options: { wasmPath, library, revectorizes: revectorizesHere() },
  });
  return opened;
}

async function open(choice: BackendChoice, options: WorkspaceOptions): Promise<OpenedWorkspace> {
  tf.enableProdMode();
  if (choice === "auto" || choice === "wasm" || choice === "wasm-strict" || choice === "native") {
    return await openCompiled(choice, options);
  }
  if (choice === "webgpu") return await openDevice();
  const engine = engines[choice];
  const adapter = await startOnce(engine, options);
  return {
    workspace: new PlainWorkspace(engine),
    reason: `asked for: ${choice}`,
    adapter,
    threads: 1,
  };
}

/**
 * A compiled workspace in the build that the WebAssembly engine can run; plain cpu without SIMD,
 * unless products are to be native.
 */
async function openCompiled(
  choice: "auto" | "wasm" | "wasm-strict" | "native",
  { threads = 1, library: source, revectorizes }: WorkspaceOptions,
): Promise<OpenedWorkspace> {
  const best = bestRounding();
  // The compiler traces on a backend of its own, but TensorFlow.js wants one to be active.
  await startOnce("cpu", {});
  if (best === undefined) {
    const without = `this WebAssembly engine has no SIMD`;
    if (choice === "native") {
      throw new InputError(`Cannot use the native backend as it needs compiled steps: ${without}`);
    }
    const reason = `${choice}: ${without}, so steps run kernel by kernel`;
    const workspace = new PlainWorkspace("cpu");
    return { workspace, reason, adapter: null, threads: 1 };
  }
  const rounding = choice === "wasm-strict" ? "strict" : best;
  const library = choice === "native" ? await openLibrary(source) : undefined;
  if (revectorizes !== undefined) tellOfEngine({ revectorizes });
  const revectorized = revectorizesHere() ? agreesOnce(rounding) : undefined;
  const workspace = new CompiledWorkspace(rounding, { threads, revectorized, library });
  const reason = [
    choice === "auto"
      ? "auto: compiled steps are fastest for small dense updates"
      : `asked for: ${choice}`,
    ...workspace.threads < threads ? [`on one thread as ${threadsRefused()}`] : [],
  ].join("; ");
  return { workspace, reason, adapter: null, threads: workspace.threads };
}

async function openLibrary(source: LibrarySource | undefined): Promise<OpenedLibrary> {
  if (source === undefined) {
    throw new InputError(
      "Cannot use the native backend as a library of matrix products must be given: nothing given",
    );
  }
  return { source, library: await openSource(source) };
}

/** What this thread found of re-vectorised products, by rounding. */
const agreed = new Map<Rounding, boolean>();

function agreesOnce(rounding: Rounding): boolean {
  const agrees = agreed.get(rounding) ?? agreesWithScalars(rounding);
  agreed.set(rounding, agrees);
  return agrees;
}

/** The device that compiled workspaces of this thread share. */
let opening: Promise<ComputeDevice> | undefined;

/** A compiled workspace on the graphics device; programs placed on the host are WebAssembly. */
async function openDevice(): Promise<OpenedWorkspace> {
  await startOnce("cpu", {});
  const { ComputeDevice } = await import("./compile/wgsl/device.ts");
  const { GpuWorkspace } = await import("./compile/gpu_workspace.ts");
  const again = () => opening = undefined;
  opening ??= openGraphics().then((graphics) => new ComputeDevice(graphics, again));
  opening.catch(again);
  const compute = await opening;
  const rounding = bestRounding();
  const onHost = () => rounding && new CompiledWorkspace(rounding);
  const workspace = new GpuWorkspace(compute, onHost(), onHost());
  const reason = "asked for: webgpu";
  return { workspace, reason, adapter: compute.name, threads: 1 };
}

/**
 * Starts a TensorFlow.js backend, once a thread.
 *
 * @returns Its adapter.
 */
function startOnce(
  engine: "cpu" | "wasm" | "webgpu",
  options: WorkspaceOptions,
): Promise<string | null> {
  let starting = started.get(engine);
  if (starting === undefined) {
    starting = start[engine](options);
    started.set(engine, starting);
    starting.catch(() => started.delete(engine));
  }
  return starting;
}

const start = {
  cpu: async (): Promise<null> => {
    await tf.setBackend("cpu");
    return null;
  },

  wasm: async ({ wasmPath }: WorkspaceOptions): Promise<null> => {
    if (wasmPath === undefined) {
      throw new InputError(
        "Cannot use the tfjs-wasm backend as wasmPath must name the folder of its files: nothing given",
      );
    }
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    registerWasmKernels();
    setWasmPaths(wasmPath.endsWith("/") ? wasmPath : `${wasmPath}/`);
    if (!await tf.setBackend("wasm").catch(() => false)) {
      throw new InputError(
        `Cannot use the tfjs-wasm backend as its .wasm files must be readable: ${wasmPath}`,
      );
    }
    return null;
  },

  webgpu: async (): Promise<string> => {
    const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
    const { device, info, name } = await openGraphics();
    registerWebgpuKernels();
    // The factory that the package registers by itself asks for features that Deno refuses.
    tf.removeBackend("webgpu");
    type Parameters = ConstructorParameters<typeof WebGPUBackend>;
    tf.registerBackend(
      "webgpu",
      () => new WebGPUBackend(device as Parameters[0], info as Parameters[1]),
    );
    await tf.setBackend("webgpu");
    return name;
  },
};
