/** What a graphics device is asked for, of an adapter that is made up. */
import { deepStrictEqual, ok, rejects } from "node:assert";
import { deviceGivenUp, driverQuiet, openGraphics } from "../../../lab/compute/graphics.ts";

/** Opens a device where the machine's adapter is this one; also what was asked for. */
async function openedWith(info: object | undefined) {
  const asked: unknown[] = [];
  // Each limit another number.
  const limits = new Proxy({}, { get: (_, name) => String(name).length });
  const adapter = info && {
    ...{ info, limits },
    requestDevice: (wanted: unknown) => {
      asked.push(wanted);
      return Promise.resolve("the device");
    },
  };
  const gpu = Object.getOwnPropertyDescriptor(globalThis.navigator, "gpu");
  Object.defineProperty(globalThis.navigator, "gpu", {
    configurable: true,
    value: {
      requestAdapter: (options: unknown) => {
        asked.push(options);
        return Promise.resolve(adapter ?? null);
      },
    },
  });
  try {
    return { graphics: await openGraphics(), asked };
  } finally {
    if (gpu !== undefined) Object.defineProperty(globalThis.navigator, "gpu", gpu);
    else delete (globalThis.navigator as { gpu?: unknown }).gpu;
  }
}

Deno.test("a device may have all that its adapter has of what kernels need", async () => {
  const { graphics, asked } = await openedWith({ description: "made up" });
  deepStrictEqual(asked, [{ powerPreference: "high-performance" }, {
    requiredLimits: {
      maxBufferSize: 13,
      maxComputeInvocationsPerWorkgroup: 33,
      maxComputeWorkgroupSizeX: 24,
      maxComputeWorkgroupStorageSize: 30,
      maxComputeWorkgroupsPerDimension: 32,
      maxStorageBufferBindingSize: 27,
      maxStorageBuffersPerShaderStage: 31,
    },
  }]);
  deepStrictEqual(graphics.device as unknown, "the device");
});

Deno.test("an adapter is named by what it says first of itself, and as software where it is", async () => {
  const nameOf = async (info: object) => (await openedWith(info)).graphics.name;
  const all = { description: "a card", device: "0x1", vendor: "maker" };
  deepStrictEqual(
    [
      await nameOf(all),
      await nameOf({ ...all, description: "" }),
      await nameOf({ vendor: "maker", device: "" }),
      await nameOf({}),
      await nameOf({ ...all, isFallbackAdapter: true }),
    ],
    ["a card", "0x1", "maker", "unnamed adapter", "a card (software)"],
  );
});

Deno.test("where there is no adapter, what to do is said", async () => {
  await rejects(() => openedWith(undefined), {
    name: "InputError",
    message: /needs a graphics adapter: none found \(install a driver/,
  });
});

Deno.test("a process may exit a while after a thread with a device was ended, else at once", async () => {
  const before = performance.now();
  await driverQuiet();
  const at = performance.now();
  deviceGivenUp();
  await driverQuiet();
  ok(at - before < 100);
  ok(performance.now() - at >= 400);
});
