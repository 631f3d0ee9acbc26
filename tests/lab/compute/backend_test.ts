import { match, rejects, strictEqual, throws } from "node:assert";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import { type BackendChoice, choiceOf } from "../../../lab/compute/backend_choice.ts";
import { backends, options } from "./backends.ts";

for (const { name, computes, ignore } of backends) {
  Deno.test({
    name: `${name} opens a workspace that says what computes`,
    ignore,
    fn: async () => {
      const { workspace, reason, adapter } = await openWorkspace(name, options);
      strictEqual(workspace.backend, computes);
      strictEqual(reason, `asked for: ${name}`);
      strictEqual(adapter === null, !name.endsWith("webgpu"));
      strictEqual(workspace.library === undefined, name !== "native");
      workspace.dispose();
    },
  });
}

Deno.test("auto takes wasm and says why", async () => {
  const { workspace, reason } = await openWorkspace("auto", options);
  strictEqual(workspace.backend, "wasm");
  match(reason, /compiled steps are fastest/);
});

Deno.test("an unknown backend is answered with the nearest one", async () => {
  await rejects(openWorkspace("wsam" as BackendChoice), {
    name: "InputError",
    message:
      'Cannot open a workspace as there is no backend "wsam" (did you mean "wasm"?): known are ' +
      "auto, webgpu, wasm, wasm-strict, native, cpu, tfjs-wasm, tfjs-webgpu",
  });
});

/** What `openWorkspace` says in a fresh thread of this file's permissions. */
async function inWorker(choice: string, options: string, before = ""): Promise<string> {
  const backend = new URL("../../../lab/compute/backend.ts", import.meta.url);
  const source = `
    ${before}
    const { openWorkspace } = await import("${backend}");
    const result = await openWorkspace("${choice}", ${options}).then(
      ({ workspace, reason }) => workspace.backend + ", " + reason,
      (error) => error.name + ": " + error.message,
    );
    self.postMessage(result);`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = reject;
    });
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
}

Deno.test("tfjs-wasm without its files is one line", async () => {
  strictEqual(
    await inWorker("tfjs-wasm", "{}"),
    "InputError: Cannot use the tfjs-wasm backend as wasmPath must name the folder of its files: " +
      "nothing given",
  );
  strictEqual(
    await inWorker("tfjs-wasm", '{ wasmPath: "/nowhere" }'),
    "InputError: Cannot use the tfjs-wasm backend as its .wasm files must be readable: /nowhere",
  );
});

Deno.test("native without a library, or without SIMD, is one line", async () => {
  strictEqual(
    await inWorker("native", "{}"),
    "InputError: Cannot use the native backend as a library of matrix products must be given: " +
      "nothing given",
  );
  strictEqual(
    await inWorker("native", "{}", "WebAssembly.validate = () => false;"),
    "InputError: Cannot use the native backend as it needs compiled steps: " +
      "this WebAssembly engine has no SIMD",
  );
});

Deno.test("an engine without SIMD computes kernel by kernel and says so", async () => {
  const none = "WebAssembly.validate = () => false;";
  for (const choice of ["auto", "wasm", "wasm-strict"]) {
    strictEqual(
      await inWorker(choice, "{}", none),
      `tfjs-cpu, ${choice}: this WebAssembly engine has no SIMD, so steps run kernel by kernel`,
    );
  }
});

Deno.test("an engine without relaxed SIMD gets the strict build", async () => {
  const plain = `const validate = WebAssembly.validate;
    let relaxed = true;
    WebAssembly.validate = (code) => relaxed ? relaxed = false : validate(code);`;
  strictEqual(await inWorker("wasm", "{}", plain), "wasm-strict, asked for: wasm");
});

Deno.test("webgpu without an adapter says what to do", async () => {
  const none = "Object.defineProperty(navigator, 'gpu', { value: undefined });";
  match(await inWorker("webgpu", "{}", none), /^InputError: .*mesa-vulkan-drivers.*--backend wasm/);
});

Deno.test("every backend in a manifest is taken again by its choice", () => {
  for (const { name, computes } of backends) strictEqual(choiceOf(computes), name);
  throws(() => choiceOf("tfjs-wsm"), { name: "InputError", message: /did you mean "tfjs-wasm"/ });
});
