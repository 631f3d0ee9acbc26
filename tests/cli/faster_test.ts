/** A library that trains faster is told of once, where there is one. */
import { deepStrictEqual, match, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { tellOfLibrary } from "../../cli/faster.ts";
import { libraryHere } from "../../lab/experiment/blas.ts";
import type { Run } from "../../lab/store/store.ts";
import { capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";

const ignore = libraryHere() === undefined;

/** A run on a backend, as far as what is said hangs on it. */
const trainedOn = (backend: string) => ({ manifest: { determined: { backend } } }) as Run;

Deno.test({
  name: "the first portable run says once how to train with the machine's library",
  ignore,
  fn: () =>
    inFolder(async (marks) => {
      const said = async (given: object, ...backends: string[]) => {
        const io = { ...capturedIo({ columns: 1000 }), ...given };
        await tellOfLibrary(io, backends.map(trainedOn));
        return io.written.error;
      };
      deepStrictEqual(
        [await said({ marks }), await said({ marks }, "native", "webgpu"), await said({}, "wasm")],
        ["", "", ""],
      );
      match(
        await said({ marks }, "native", "wasm"),
        new RegExp(
          `^\\nThis machine has a library .* \\(${libraryHere()}\\): .* --backend native; `,
        ),
      );
      strictEqual(await said({ marks }, "wasm"), "");
      strictEqual(await said({ marks: `${marks}/none` }, "wasm"), "");
    }),
});

Deno.test({
  name: "run tells of the library after its table, and not where it is to be quiet",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      const trained = async (...flags: string[]) => {
        const io = { ...capturedIo({ folder, root: folder, columns: 1000 }), marks: folder };
        strictEqual(
          await main(["run", "cartpole-ppo", "--seed", "1", "--budget", "512", ...flags], io),
          0,
        );
        return io.written.error;
      };
      strictEqual(await trained("--quiet"), "");
      match(await trained(), /\n\nThis machine has a library .*\n$/);
    }),
});
