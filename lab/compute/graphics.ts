/**
 * The graphics device of this thread, for plain and compiled steps alike.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";

/** A device with all that its adapter can do. */
export interface Graphics {
  /** Of this call's own. */
  readonly device: GPUDevice;
  /** What the adapter says about itself. */
  readonly info: GPUAdapterInfo;
  /** The adapter as manifests name it; software is said. */
  readonly name: string;
}

/**
 * Asks for the fastest adapter and a device with its own limits.
 *
 * @throws InputError where there is none.
 */
export async function openGraphics(): Promise<Graphics> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({
    powerPreference: "high-performance",
  });
  if (!adapter) {
    throw new InputError(
      "Cannot use the webgpu backend as it needs a graphics adapter: none found " +
        "(install a driver, on Debian mesa-vulkan-drivers, or use --backend wasm)",
    );
  }
  const device = await adapter.requestDevice({ requiredLimits: limitsOf(adapter) });
  return { device, info: adapter.info, name: nameOf(adapter.info) };
}

let held: Promise<unknown> | undefined;

/**
 * Keeps the graphics driver loaded until the process ends. A worker that ends unloads the driver if
 * no other thread uses it; should the process end meanwhile, it calls the driver's exit handlers
 * where they no longer are, and crashes.
 */
export async function holdDriver(): Promise<void> {
  await (held ??= Promise.resolve(globalThis.navigator?.gpu?.requestAdapter()));
}

/** Milliseconds after which a thread that was ended has taken its device down, with room to spare. */
const TAKEN_DOWN = 500;

let quiet: Promise<void> = Promise.resolve();

/**
 * To be called where a thread with a device of its own is ended: the engine takes the device down in
 * that thread, later, and a process that exits meanwhile takes the driver from under it and crashes.
 * One that ends by itself waits for it.
 */
export function deviceGivenUp(): void {
  quiet = new Promise((resolve) => setTimeout(resolve, TAKEN_DOWN));
}

/** Resolves when the process may exit, as the devices of ended threads have been taken down. */
export function driverQuiet(): Promise<void> {
  return quiet;
}

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

const SOFTWARE = " (software)";

/** Whether the adapter that manifests name so computes on the processor. */
export function isSoftware(adapter: string): boolean {
  return adapter.endsWith(SOFTWARE);
}

function nameOf(info: GPUAdapterInfo): string {
  const name = info.description || info.device || info.vendor || "unnamed adapter";
  return info.isFallbackAdapter ? `${name}${SOFTWARE}` : name;
}
