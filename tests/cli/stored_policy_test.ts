/** A stored run as the policy of a data set of frames, by its reference. */
import { deepStrictEqual, match, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { policySettings } from "../../cli/stored_policy.ts";
import { sha256 } from "../../lab/core/sha256.ts";
import { capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";

Deno.test("frames are played by a stored run, and by no other policy ever after", async () => {
  await inFolder(async (folder) => {
    const lab = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder });
      return { code: await main(args, io), ...io.written };
    };
    strictEqual((await lab("run", "cliffwalking-value-iteration")).code, 0);
    const agent = JSON.parse((await lab("runs", "--json")).out).runs[0].id;
    const small = ["dataset.train=30", "dataset.validation=5", "dataset.test=5", "dataset.side=8"]
      .concat("model.hiddenSizes=[4]", "model.latentSize=2")
      .flatMap((each) => ["--set", each]);
    const train = (policy: string) =>
      lab(
        ...["run", "glyphs-vae", "--dataset", "frames:cliffwalking", "--budget", "50"],
        ...[...small, "--set", `dataset.policy=${policy}`],
      );
    const trained = await train("latest");
    strictEqual(trained.code, 0, trained.error);
    match(
      trained.error,
      new RegExp(`^The frames are played by run ${agent} \\(cliffwalking-`, "m"),
    );
    const { id, config: { dataset } } = JSON.parse((await lab("runs", "--json")).out).runs[0];
    const file = `${folder}/runs/policies/${agent}-${dataset.policyHash.slice(0, 12)}`;
    strictEqual(dataset.policy, `${file}.policy.safetensors`);
    const bytes = await Deno.readFile(dataset.policy);
    strictEqual(dataset.policyHash, sha256(bytes));

    // The file is the run's, to the bit.
    deepStrictEqual(
      await policySettings(dataset.policy, undefined, capturedIo({ folder, root: folder })),
      [
        ["dataset.policy", dataset.policy],
        ["dataset.policyHash", dataset.policyHash],
      ],
    );

    // One that cannot be read is named as it is typed from there, for what reads it.
    deepStrictEqual(
      await policySettings("no.safetensors", undefined, capturedIo({ folder, root: folder })),
      [["dataset.policy", `${folder}/no.safetensors`]],
    );

    await Deno.writeFile(dataset.policy, (await Deno.readFile(dataset.policy)).with(20, 1));
    const { code, error } = await lab("reproduce", id);
    deepStrictEqual([code, error.trimEnd().split("\n").length], [2, 1], error);
    match(error, /as it must be the file that it was \(dataset\.policyHash \w{12}…\)/);
    const none = await train("nobody");
    strictEqual(none.code, 2);
    match(none.error, /no run|"nobody"/);
  });
});
