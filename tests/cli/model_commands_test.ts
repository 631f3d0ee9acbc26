/** A stored model's commands, end to end on a user's own folder of pictures. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { encodePng } from "../../lab/core/png.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { loadModel } from "../../models/model_file.ts";
import { drawGlyphs } from "../../models/datasets/glyphs.ts";
import { parseNpy } from "../../models/datasets/npy.ts";
import { decodePicture } from "../../models/datasets/pictures.ts";
import { imageSheet } from "../../models/sheet.ts";
import { capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";

const names = ["zero", "one"];

/** Pictures of zeros and ones in subfolders, and a file that is none. */
async function writePictures(folder: string): Promise<void> {
  const { values, labels } = drawGlyphs(200, 1, defaultRng(1));
  for (const name of names) await Deno.mkdir(`${folder}/mine/${name}`, { recursive: true });
  for (let i = 0; i < labels!.length; i++) {
    const name = names[labels![i]];
    if (name === undefined) continue;
    const raster = imageSheet(values.subarray(784 * i, 784 * (i + 1)), [28, 28, 1]);
    await Deno.writeFile(`${folder}/mine/${name}/${i}.png`, encodePng(raster));
  }
  await Deno.writeTextFile(`${folder}/mine/one/broken.jpg`, "no picture");
}

Deno.test("from a folder of own pictures to codes, sheets, scores and a model file", async () => {
  await inFolder(async (folder) => {
    await writePictures(folder);
    const lab = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder });
      return { code: await main(args, io), ...io.written };
    };
    const succeeds = async (...args: string[]) => {
      const { code, out, error } = await lab(...args);
      strictEqual(code, 0, error);
      return { out, error };
    };
    const refuses = async (line: RegExp, ...args: string[]) => {
      const { code, error } = await lab(...args);
      deepStrictEqual([code, error.split("\n").length], [2, 2], error);
      match(error, line);
    };
    const small = ["side=12", "grey=true", "folder=mine"].flatMap((
      each,
    ) => ["--set", `dataset.${each}`]);
    const model = ["hiddenSizes=[12]", "latentSize=3", "batchSize=10", "judge=false"]
      .flatMap((each) => ["--set", `model.${each}`]);
    const trained = await succeeds(
      ...["run", "vae", "--dataset", "images", "--budget", "200", ...small, ...model],
    );
    match(trained.error, /^vae: with the settings of glyphs-vae\n/);
    match(trained.error, /1 of 41 pictures cannot be decoded: .*\/mine\/one\/broken\.jpg/);

    const size = async (file: string) => {
      const { width, height } = decodePicture(await Deno.readFile(`${folder}/${file}`));
      return [width, height];
    };
    /** Of a sheet of so many images of 12 × 12, doubled, with 2 pixels between. */
    const sheet = (across: number, down: number) => [26 * across + 2, 26 * down + 2];
    const draws = async (args: string[], across: number, down: number) => {
      const out = `${args[0]}.png`;
      const written = await succeeds(...args, "--out", out, "--force");
      match(written.out, new RegExp(`: .*/${out}\n$`));
      deepStrictEqual(await size(out), sheet(across, down));
    };
    await draws(["sample", "latest", "--count", "9"], 3, 3);
    await draws(["interpolate", "latest", "--rows", "2", "--count", "5"], 5, 2);
    await draws(["interpolate", "latest", "--from", "1", "--to", "0", "--path", "spherical"], 8, 1);
    await draws(["traverse", "latest", "--count", "4"], 4, 3);
    await draws(["arithmetic", "latest", "zero - one + one"], 4, 1);
    await draws(["reconstruct", "latest", "mine"], 16, 6);
    await draws(["reconstruct", "latest", "mine/zero/10.png"], 1, 2);

    const networks = await succeeds("export", "latest", "--format", "onnx", "--out", "networks");
    deepStrictEqual(
      networks.out.trim().split("\n").map((path) => path.match(/\.(\w+)\.onnx$/)?.[1]),
      ["encode", "decode", "sample"],
    );

    const films = await succeeds("export", "latest", "--format", "gif", "--out", "films");
    deepStrictEqual(
      films.out.trim().split("\n").map((path) => path.match(/\.(\w+)\.gif$/)?.[1]),
      ["samples", "reconstructions", "codes"],
    );

    const coded = await succeeds("encode", "latest", "mine", "--out", "codes.npy");
    match(coded.error, /^1 of 41 pictures cannot be decoded: mine\/one\/broken\.jpg\n$/);
    const { shape, values } = parseNpy({
      bytes: await Deno.readFile(`${folder}/codes.npy`),
      path: "",
    });
    deepStrictEqual(shape, [40, 3]);
    await succeeds("encode", "latest", "mine", "--out", "codes.csv");
    const lines = (await Deno.readTextFile(`${folder}/codes.csv`)).trimEnd().split("\n");
    deepStrictEqual([lines.length, lines[0]], [41, "example,z0,z1,z2"]);
    deepStrictEqual(lines[1].split(",")[0], "mine/one/1.png");
    deepStrictEqual(lines[40].split(",").slice(1).map((x) => Math.fround(Number(x))), [
      ...values.slice(-3),
    ]);

    // The scores are the table's and the document's, the strangest first.
    const found = await succeeds(
      "detect",
      "latest",
      "mine",
      "--count",
      "3",
      "--out",
      "strange.png",
    );
    deepStrictEqual(await size("strange.png"), sheet(3, 2));
    match(found.out, /^\d+ of 40 above the threshold 0\.\d+ of run \w+$/m);
    const { examples, threshold } = JSON.parse(
      (await succeeds("detect", "latest", "mine", "--quantile", "0.5", "--json")).out,
    );
    strictEqual(examples.length, 40);
    ok(found.out.includes(examples[0].example), found.out);
    // Its sheet begins with the strangest one, as its own reconstruction shows it.
    await succeeds("detect", "latest", "mine", "--count", "1", "--out", "strangest.png");
    await succeeds("reconstruct", "latest", examples[0].example, "--out", "alone.png");
    const [strangest, alone] = await Promise.all(
      ["strangest.png", "alone.png"].map((name) => Deno.readFile(`${folder}/${name}`)),
    );
    deepStrictEqual(strangest, alone);
    for (const [i, { score, anomaly }] of examples.entries()) {
      strictEqual(anomaly, score > threshold);
      ok(i === 0 || score <= examples[i - 1].score);
    }
    match((await succeeds("detect", "latest")).out, /^test \d/m);

    const bounded = JSON.parse(
      (await succeeds("likelihood", "latest", "mine", "--draws", "9", "--json")).out,
    );
    // Draws are taken by eight.
    deepStrictEqual([bounded.draws, bounded.examples.length], [16, 40]);
    const nats = bounded.examples.map((each: Record<string, number>) =>
      each.negative_log_likelihood
    );
    const sum = nats.reduce((sum: number, each: number, i: number) => {
      ok(i === 0 || each <= nats[i - 1]);
      return sum + each;
    }, 0);
    ok(Math.abs(sum / 40 - bounded.negative_log_likelihood) < 1e-9);
    ok(Math.abs(sum / 40 / 144 / Math.LN2 - bounded.bits_per_dimension) < 1e-9);
    const told = await succeeds("likelihood", "latest", "--count", "2");
    match(told.out, /^4 examples under run \w+ {2}glyphs-vae: .* nats, .* bits\/dimension$/m);
    match(told.out, /^at most: importance sampling, 104 draws for each \(--draws\); of greys/m);

    await succeeds("export", "latest", "--format", "model", "--out", ".");
    const [file] = [...Deno.readDirSync(folder)].filter(({ name }) =>
      name.endsWith(".model.safetensors")
    );
    const loaded = loadModel(await Deno.readFile(`${folder}/${file.name}`));
    deepStrictEqual([loaded.shape, loaded.codeSize], [[12, 12, 1], 3]);
    deepStrictEqual([loaded.about.model, loaded.about.dataset], ["vae", "images"]);

    const out = ["--out", "x.png"];
    await refuses(
      /no class "on" \(did you mean "one"\?\)/,
      "arithmetic",
      "latest",
      "zero - on",
      ...out,
    );
    await refuses(
      /must be a model that makes images of images: "glyphs-vae" is none/,
      ...["translate", "latest", "mine/zero/10.png", ...out] as const,
    );
    await refuses(/must read as "A - B \+ C"/, "arithmetic", "latest", "zero one", ...out);
    await refuses(/numbers 0 … 3: 4/, "traverse", "latest", "--from", "4", ...out);
    await refuses(/numbers 0 … 3: 9/, "interpolate", "latest", "--from", "0", "--to", "9", ...out);
    await refuses(/--from and --to name a pair/, "interpolate", "latest", "--to", "1", ...out);
    await refuses(/vae learned without labels: 0/, "sample", "latest", "--class", "one", ...out);
    await refuses(/no class "uno"/, "sample", "latest", "--class", "uno", ...out);
    await refuses(
      /as its model must sample step by step from noise/,
      ...["inpaint", "latest", "mine/zero/10.png", "--strength", "0.5", ...out] as const,
    );
    await refuses(/no sampling field "guidance"/, "sample", "latest", "--guidance", "2", ...out);
    await refuses(/must end in \.npy or \.csv: x\.png/, "encode", "latest", ...out);
    await refuses(
      /nothere\.png as there must be such/,
      "reconstruct",
      "latest",
      "nothere.png",
      ...out,
    );
    await refuses(/1 of 1 pictures cannot/, "reconstruct", "latest", "mine/one/broken.jpg", ...out);
    await refuses(/Cannot decode mine\/one\/broken\.jpg/, "detect", "latest", "mine", "--strict");
    await refuses(/such a file already/, "traverse", "latest", "--out", "traverse.png");
  });
});

Deno.test("pictures are translated onto a sheet, and into files by their names", async () => {
  await inFolder(async (folder) => {
    await writePictures(folder);
    const lab = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder });
      return { code: await main(args, io), ...io.written };
    };
    const fields = ["side=8", "toSide=8", "grey=true", "from=zero"].map((each) =>
      `dataset.${each}`
    );
    // One of the folders by its own path.
    const set = [...fields, "dataset.folder=mine", `dataset.to=${folder}/mine/zero`]
      .concat("model.filters=[4]", "model.batchSize=4")
      .flatMap((each) => ["--set", each]);
    const trained = await lab(
      "run",
      "pix2pix",
      "--dataset",
      "image-pairs",
      "--budget",
      "2",
      ...set,
    );
    strictEqual(trained.code, 0, trained.error);
    const sizeOf = async (file: string) => {
      const { width, height } = decodePicture(await Deno.readFile(`${folder}/${file}`));
      return [width, height];
    };
    const sheet = await lab("translate", "latest", "mine/zero", "--out", "sheet.png");
    match(sheet.out, /^\d+ pictures by run \w+: .*sheet\.png\n$/);
    deepStrictEqual(await sizeOf("sheet.png"), [16 * 18 + 2, 4 * 18 + 2]);
    const files = await lab("translate", "latest", "mine/zero", "--out", "made");
    strictEqual(files.code, 0, files.error);
    const names = (path: string) =>
      [...Deno.readDirSync(`${folder}/${path}`)].map(({ name }) => name);
    deepStrictEqual(names("made").sort(), names("mine/zero").sort());
    deepStrictEqual(await sizeOf("made/10.png"), [8, 8]);
    const again = await lab("translate", "latest", "mine/zero", "--out", "made");
    strictEqual(again.code, 2);
    match(again.error, /such a file already/);
    await Deno.mkdir(`${folder}/two/a`, { recursive: true });
    await Deno.mkdir(`${folder}/two/b`);
    for (const to of ["a", "b"]) {
      await Deno.copyFile(`${folder}/mine/zero/10.png`, `${folder}/two/${to}/same.png`);
    }
    const twice = await lab("translate", "latest", "two", "--out", "both");
    strictEqual(twice.code, 2);
    match(
      twice.error,
      /names of their own: two\/a\/same\.png and two\/b\/same\.png are both same\.png/,
    );
  });
});

Deno.test("what is no model, or makes no codes, is refused by the commands on models", async () => {
  await inFolder(async (folder) => {
    const lab = async (line: string) => {
      const io = capturedIo({ folder, root: folder });
      return { code: await main(line.split(" "), io), error: io.written.error };
    };
    strictEqual((await lab("run cliffwalking-value-iteration")).code, 0);
    for (
      const command of [
        ...["encode latest --out x.npy", "traverse latest --out x.png", "detect latest"],
        "likelihood latest",
      ]
    ) {
      const { code, error } = await lab(command);
      strictEqual(code, 2);
      match(error, /must be a model that learned from data: .* is an agent\n$/);
    }
    match(
      (await lab("export latest --format model --out .")).error,
      /a model that learned from data/,
    );
    match(
      (await lab("export latest --format gif --out .")).error,
      /as it must have drawn pictures/,
    );
    const small = ["dataset.train=100", "dataset.validation=100", "dataset.test=100"]
      .concat("model.batchSize=16").map((field) => ` --set ${field}`);
    strictEqual((await lab(`run ring-wgan-gp --budget 2${small.join("")}`)).code, 0);
    for (
      const [command, line] of [
        ["encode latest --out x.npy", "gives no codes"],
        ["detect latest", "must make codes of examples"],
        ["likelihood latest", '"ring-wgan-gp" is of a model that has none'],
        ["traverse latest --out x.png", "must make codes of images"],
        [
          "reconstruct latest x.png --out y.png",
          "must have learned from square images: points of [2]",
        ],
      ]
    ) {
      const { code, error } = await lab(command);
      strictEqual(code, 2);
      ok(error.includes(line), error);
    }
  });
});

Deno.test("the likelihood of bits is exact, of a folder's pictures in black and white too", async () => {
  await inFolder(async (folder) => {
    await writePictures(folder);
    const lab = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder });
      const code = await main(args, io);
      strictEqual(code, 0, io.written.error);
      return io.written.out;
    };
    const few = ["train", "validation", "test"].flatMap((each) => ["--set", `dataset.${each}=40`]);
    const small = ["--budget", "400", "--set", "model.judge=false"];
    await lab("run", "glyphs-fvsbn-quick", ...few, ...small, "--set", "dataset.side=14");
    const told = await lab("likelihood", "latest", "--count", "0");
    match(told, /^40 examples under run \w+ {2}glyphs-fvsbn-quick: .* bits\/dimension\nexact\n$/);
    match(
      await lab("likelihood", "latest", "--count", "0", "--examples", "7"),
      /^7 examples under run /,
    );
    const measured = async () => JSON.parse(await lab("likelihood", "latest", "mine", "--json"));
    const { draws, examples } = await measured();
    deepStrictEqual([draws, examples.length], [0, 40]);
    // The same pixels of the same greys each time.
    deepStrictEqual((await measured()).examples, examples);
  });
});

Deno.test("samples are drawn in other steps than were set, and other fields are refused", async () => {
  await inFolder(async (folder) => {
    const lab = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder });
      return { code: await main(args, io), ...io.written };
    };
    const few = ["train", "validation", "test"].flatMap((each) => ["--set", `dataset.${each}=40`]);
    const small = ["--set", "model.hiddenSizes=[8]", "--budget", "512"];
    strictEqual((await lab("run", "moons-flow-matching", ...few, ...small)).code, 0);
    const drawn = async (file: string, ...set: string[]) => {
      const { code, error } = await lab("sample", "latest", "--out", file, ...set);
      strictEqual(code, 0, error);
      return await Deno.readFile(`${folder}/${file}`);
    };
    const usual = await drawn("usual.png");
    deepStrictEqual(await drawn("same.png", "--set", "model.samplerSteps=100"), usual);
    const fast = await drawn("fast.png", "--set", "samplerSteps=1", "--set", "solver=rk4");
    ok(fast.some((byte, i) => byte !== usual[i]));
    for (
      const [line, ...args] of [
        ["they are a picture, --out FILE.png: no --out"],
        ["they are a picture, --out FILE.png: ", "--out", "x.txt"],
        [
          "Cannot go on from a prompt as flow-matching draws no text",
          "--prompt",
          "a",
          "--out",
          "y.png",
        ],
      ]
    ) {
      const { code, error } = await lab("sample", "latest", ...args);
      strictEqual(code, 2);
      ok(error.includes(line), error);
    }
    deepStrictEqual(await drawn("short.png", "--steps", "1", "--sampler", "rk4"), fast);
    const refuses = async (line: RegExp, command: string, ...args: string[]) => {
      const { code, error } = await lab(command, "latest", ...args, "--out", "x.png");
      strictEqual(code, 2);
      match(error, line);
      match(error, /^error: [^\n]+\n$/);
    };
    await refuses(
      /^error: Cannot sample flow-matching as there is no sampling field/,
      ...["sample", "--set", "model.hiddenSizes=8"] as const,
    );
    await refuses(/as solver: .*"heun"/, "sample", "--sampler", "ddim");
    await refuses(
      /as guidance: guidance other than 1 needs a model that was trained with conditional=true/,
      ...["sample", "--guidance", "2"] as const,
    );
    await refuses(/--mask or --strength must be given/, "inpaint", "usual.png");
    await refuses(
      /must have learned from square images: points of \[2\]/,
      ...["inpaint", "usual.png", "--strength", "0.5"] as const,
    );
  });
});

Deno.test("from a text file to text that goes on from a prompt", async () => {
  await inFolder(async (folder) => {
    const lab = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder });
      return { code: await main(args, io), ...io.written };
    };
    const refuses = async (line: RegExp, ...args: string[]) => {
      const { code, error } = await lab(...args);
      // What begins training says so first.
      const lines = error.split("\n").filter((line) => !line.startsWith("Training "));
      deepStrictEqual([code, lines.length], [2, 2], error);
      match(error, line);
    };
    await Deno.writeTextFile(`${folder}/own.txt`, "abc\u001b[2J cab.\n".repeat(60));
    const set = ["dataset.length=16", "model.width=8", "model.heads=2", "model.layers=1"]
      .flatMap((each) => ["--set", each]);
    const short = ["--budget", "32", ...set];
    const trained = await lab("run", "text-gpt", "--dataset", "own.txt", ...short);
    strictEqual(trained.code, 0, trained.error);
    const drawn = await lab("sample", "latest", "--prompt", "cab", "--count", "2");
    strictEqual(drawn.code, 0, drawn.error);
    strictEqual(drawn.out.match(/^cab/gm)!.length, 2);
    ok(!drawn.out.includes("\u001b"));
    const written = await lab("sample", "latest", "--prompt", "cab", "--out", "made.txt");
    match(written.out, /^3 samples of run \w+: .*made\.txt\n$/);
    strictEqual((await Deno.readTextFile(`${folder}/made.txt`)).match(/^cab/gm)!.length, 3);
    await refuses(/must be of the vocabulary .*: "x" at 1$/m, "sample", "latest", "--prompt", "x");
    await refuses(/at most 16 characters.*: 17$/m, "sample", "latest", "--prompt", "a".repeat(17));
    await refuses(/they are text, --out FILE\.txt: .*a\.png/, "sample", "latest", "--out", "a.png");
    await refuses(/Cannot read .*none\.txt/, "run", "text-gpt", "--dataset", "none.txt");
    await Deno.writeTextFile(`${folder}/empty.txt`, "");
    await refuses(/empty\.txt as each split must .*: 0$/m, ...[
      ...["run", "text-gpt", "--dataset", "empty.txt"],
    ]);
  });
});
