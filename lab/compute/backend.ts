/**
 * Opening a workspace on a TensorFlow.js backend: cpu, wasm (SIMD) or webgpu. The packages of wasm
 * and webgpu are loaded only when chosen.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError, unknownName } from "../core/errors.ts";
import { registerWasmKernels } from "./wasm_kernels.ts";
import { Workspace } from "./workspace.ts";

/** What a user may ask for (`--backend`). */
export const backendChoices = ["auto", "webgpu", "wasm", "cpu"] as const;

/** A name in {@linkcode backendChoices}. */
export type BackendChoice = typeof backendChoices[number];

/** A workspace and why it computes where it does: for the manifest. */
export interface OpenedWorkspace {
  /** Empty. */
  readonly workspace: Workspace;
  /** Who chose the backend and why. */
  readonly reason: string;
  /** Name of the graphics adapter; null where none is used. */
  readonly adapter: string | null;
}

/** What the caller hands over, as this module reads no files. */
export interface WorkspaceOptions {
  /** Folder path or URL of the `.wasm` files of `@tensorflow/tfjs-backend-wasm`; wasm needs it. */
  readonly wasmPath?: string;
}

/** Started backends of this thread, by name, with their adapter. */
const started = new Map<string, Promise<string | null>>();

/**
 * An empty workspace on the backend asked for. `auto` takes wasm, where the small dense updates of
 * this lab run fastest.
 *
 * @throws InputError for an unknown backend (names the nearest), without `wasmPath` where wasm is
 *   taken or with one that holds no `.wasm` files, and for webgpu where there is no adapter.
 */
export async function openWorkspace(
  choice: BackendChoice,
  options: WorkspaceOptions = {},
): Promise<OpenedWorkspace> {
  if (!backendChoices.includes(choice)) {
    throw unknownName("open a workspace", "backend", choice, backendChoices);
  }
  const engine = choice === "auto" ? "wasm" : choice;
  const reason = choice === "auto"
    ? "auto: small dense updates run fastest on wasm"
    : `asked for: ${choice}`;
  tf.enableProdMode();
  let starting = started.get(engine);
  if (starting === undefined) {
    starting = start[engine](options);
    started.set(engine, starting);
    starting.catch(() => started.delete(engine));
  }
  const adapter = await starting;
  return { workspace: new Workspace(engine), reason, adapter };
}

const start = {
  cpu: async (): Promise<null> => {
    await tf.setBackend("cpu");
    return null;
  },

  wasm: async ({ wasmPath }: WorkspaceOptions): Promise<null> => {
    if (wasmPath === undefined) {
      throw new InputError(
        "Cannot use the wasm backend as wasmPath must name the folder of its files: nothing given",
      );
    }
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    registerWasmKernels();
    setWasmPaths(wasmPath.endsWith("/") ? wasmPath : `${wasmPath}/`);
    if (!await tf.setBackend("wasm").catch(() => false)) {
      throw new InputError(
        `Cannot use the wasm backend as its .wasm files must be readable: ${wasmPath}`,
      );
    }
    return null;
  },

  webgpu: async (): Promise<string> => {
    const adapter = await globalThis.navigator?.gpu?.requestAdapter({
      powerPreference: "high-performance",
    });
    if (!adapter) {
      throw new InputError(
        "Cannot use the webgpu backend as it needs a graphics adapter: none found " +
          "(install a driver, on Debian mesa-vulkan-drivers, or use --backend wasm)",
      );
    }
    const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
    const device = await adapter.requestDevice({ requiredLimits: limitsOf(adapter) });
    // The factory that the package registers by itself asks for features that Deno refuses.
    tf.removeBackend("webgpu");
    type Parameters = ConstructorParameters<typeof WebGPUBackend>;
    tf.registerBackend(
      "webgpu",
      () => new WebGPUBackend(device as Parameters[0], adapter.info as Parameters[1]),
    );
    await tf.setBackend("webgpu");
    return nameOf(adapter.info);
  },
};

/** What the kernels need beyond the guaranteed minimum: as much as the adapter has. */
function limitsOf(adapter: GPUAdapter): Record<string, number> {
  const names = [
    "maxBufferSize",
    "maxComputeInvocationsPerWorkgroup",
    "maxComputeWorkgroupSizeX",
    "maxComputeWorkgroupStorageSize",
    "maxComputeWorkgroupsPerDimension",
    "maxStorageBufferBindingSize",
    "maxStorageBuffersPerShaderStage",
  ] as const;
  return Object.fromEntries(names.map((name) => [name, adapter.limits[name]]));
}

function nameOf(info: GPUAdapterInfo): string {
  const name = info.description || info.device || info.vendor || "unnamed adapter";
  return info.isFallbackAdapter ? `${name} (software)` : name;
}
