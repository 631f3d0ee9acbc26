/** What `--set` and `--dataset` mean to the one who types them. */
import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import { dirname } from "node:path";
import { parseSync } from "@optique/core/parser";
import { chosenData } from "../../cli/chosen_data.ts";
import { memoryLimitOption } from "../../cli/command.ts";
import { main } from "../../cli/main.ts";
import { callersPaths, callersSettings } from "../../cli/settings.ts";
import { capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";

Deno.test("paths of settings start in the caller's folder, and all else stands as typed", () =>
  inFolder(async (folder) => {
    const io = capturedIo({ folder: `${folder}/here`, root: folder });
    const set = [
      ["dataset.folder", "pictures"],
      ["dataset.file", "../words.txt"],
      ["dataset.labels", "classes.npy"],
      ["dataset.policy", ""],
      ["dataset.labels", "class"],
      ["dataset.from", "pictures"],
      ["model.latentSize", "2"],
      // No field, as whoever takes the settings says: every object has one of that name.
      ["constructor", "2"],
    ] as const;
    deepStrictEqual(await callersSettings({ set }, io), [
      ["dataset.folder", `${folder}/here/pictures`],
      ["dataset.file", `${folder}/words.txt`],
      ["dataset.labels", `${folder}/here/classes.npy`],
      ...set.slice(3),
    ]);
    // Several of a grid or a sweep; a name with a comma is one where it is there.
    const several = [["dataset.file", "a.txt, b.txt"]] as const;
    const paths = [["dataset.file", `${folder}/here/a.txt,${folder}/here/b.txt`]];
    deepStrictEqual(await callersSettings({ set: several }, io), paths);
    deepStrictEqual(callersPaths([...several, ["model.latentSize", "2,3"]], io), [
      ...paths,
      ["model.latentSize", "2,3"],
    ]);
    const line = ["describe", "mnist-iwae-1", "--set", "dataset.folder=pictures", "--json"];
    strictEqual(await main(line, io), 0, io.written.error);
    match(io.written.out, new RegExp(`"${folder}/here/pictures"`));
    await Deno.mkdir(`${folder}/here`);
    await Deno.writeTextFile(`${folder}/here/a,b.txt`, "");
    deepStrictEqual(await callersSettings({ set: [["dataset.file", "a,b.txt"]] }, io), [
      ["dataset.file", `${folder}/here/a,b.txt`],
    ]);
  }));

Deno.test("a field is set once, also beside what --dataset says", async () => {
  for (
    const [line, refusal] of [
      ["run cartpole-ppo --set agent.gamma=0.9 --set agent.gamma=0.8", "is set to 0.9 before"],
      ["describe cartpole-ppo --set agent.gamma=1 --set agent.gamma=0.8", "is set to 1 before"],
      ["run vae --dataset ring --set dataset.name=glyphs", "--dataset says what it is"],
    ]
  ) {
    const io = capturedIo();
    strictEqual(await main(line.split(" "), io), 2);
    match(io.written.error, new RegExp(`^error: Cannot set \\S+ to \\S+ as .*${refusal}\n$`));
  }
});

Deno.test("a sweep learns from the data that its line names", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/here`);
    await Deno.writeTextFile(`${folder}/here/words.txt`, "a rose is a rose is a rose\n".repeat(40));
    const typed = async (...args: string[]) => {
      const io = capturedIo({ folder: `${folder}/here`, root: folder });
      return { code: await main(args, io), ...io.written };
    };
    const small = ["width=4", "layers=1", "heads=1", "batchSize=2"]
      .flatMap((field) => ["--set", `model.${field}`]);
    const { code, error } = await typed(
      ...["run", "text-gpt", "--dataset", "words.txt", "--budget", "2", ...small],
      ...["--sweep", "model.learningRate=1e-3,1e-2", "--seeds", "1", "--judge", "1"],
    );
    strictEqual(code, 0, error);
    const { runs } = JSON.parse((await typed("runs", "--json")).out);
    strictEqual(runs.length > 1, true);
    for (const { config: { dataset } } of runs) {
      strictEqual(dataset.file, `${folder}/here/words.txt`);
    }
  }));

Deno.test("--dataset names a data set, a file, a folder of any, or the frames of a world", () =>
  inFolder(async (folder) => {
    const here = `${folder}/here`;
    const io = capturedIo({ folder: here, root: folder });
    for (
      const file of [
        "holiday/1.png",
        "diary.md",
        "glyphs/1.png",
        "mnist/train-images-idx3-ubyte.gz",
        "cifar-10/test_batch.bin",
        "binary/binarized_mnist_train.amat",
        "sketches/from/1.png",
        "sketches/to/1.png",
        "half/from/1.png",
      ]
    ) {
      await Deno.mkdir(dirname(`${here}/${file}`), { recursive: true });
      await Deno.writeTextFile(`${here}/${file}`, "");
    }
    const of = (name: string, field: string, value: string) => [
      ["dataset.name", name],
      [`dataset.${field}`, value],
    ];
    for (
      const [typed, settings] of [
        [undefined, []],
        ["glyphs", [["dataset.name", "glyphs"]]],
        ["glyps", [["dataset.name", "glyps"]]],
        ["./glyphs", of("images", "folder", `${here}/glyphs`)],
        ["holiday", of("images", "folder", `${here}/holiday`)],
        [`${here}/holiday/`, of("images", "folder", `${here}/holiday`)],
        ["mnist", of("idx", "folder", `${here}/mnist`)],
        ["cifar-10", of("cifar", "folder", `${here}/cifar-10`)],
        ["binary", of("binarized-mnist", "folder", `${here}/binary`)],
        ["sketches", of("image-pairs", "folder", `${here}/sketches`)],
        ["half", of("images", "folder", `${here}/half`)],
        ["words.txt", of("text", "file", `${here}/words.txt`)],
        ["diary.md", of("text", "file", `${here}/diary.md`)],
        ["letters.md", [["dataset.name", "letters.md"]]],
        ["frames:cartpole", of("frames", "environment", "CartPole-v1")],
      ] as const
    ) deepStrictEqual(await chosenData(typed, io), settings, `${typed}`);
    await rejects(
      chosenData("./none", io),
      /^InputError: Cannot learn from \.\/none as there is no /,
    );
    await rejects(
      chosenData("holiday/1.png", io),
      /^InputError: Cannot learn from holiday\/1\.png as one picture is no data set: name the folder/,
    );
    await Deno.writeTextFile(`${here}/table.tsv`, "a\tb\n");
    await rejects(
      chosenData("table.tsv", io),
      /^InputError: Cannot learn from table\.tsv as a table must be \.csv .*: \.tsv$/,
    );
  }));

Deno.test("a size means the same in whatever letters its unit is typed", () => {
  const bytesOf = (typed: string) => {
    const parsed = parseSync(memoryLimitOption(), ["--memory-limit", typed]);
    return parsed.success ? parsed.value : undefined;
  };
  for (
    const [unit, bytes] of [["MB", 1 << 20], ["GB", 1 << 30], ["MiB", 1 << 20], ["GiB", 1 << 30]]
  ) {
    const letters = String(unit);
    for (const typed of [letters, letters.toLowerCase(), letters.toUpperCase()]) {
      strictEqual(bytesOf(`3${typed}`), 3 * Number(bytes), typed);
      strictEqual(bytesOf(`1.5${typed}`), 1.5 * Number(bytes), typed);
    }
  }
  for (const wrong of ["", "4", "4kB", "0GB", "-1GB", "4 GB", "GB"]) {
    strictEqual(bytesOf(wrong), undefined, wrong);
  }
});
