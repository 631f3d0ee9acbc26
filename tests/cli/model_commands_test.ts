/** A stored model's commands, end to end on a user's own folder of pictures. */
import { deepStrictEqual, match, notDeepStrictEqual, ok, strictEqual } from "node:assert";
import { decode, encode } from "fast-png";
import { main } from "../../cli/main.ts";
import { encodeNpy, parseNpy } from "../../lab/core/npy.ts";
import { encodePng } from "../../lab/core/png.ts";
import { defaultRng, streamOf } from "../../lab/core/random.ts";
import { decodeSafetensors } from "../../lab/core/safetensors.ts";
import { loadModel } from "../../models/model_file.ts";
import { parseCsv } from "../../models/datasets/arrays.ts";
import { drawGlyphs } from "../../models/datasets/glyphs.ts";
import { decodePicture } from "../../models/datasets/pictures.ts";
import { imageSheet } from "../../models/sheet.ts";
import { asked, registries as echoing } from "./asked_model.ts";
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
    const sized = (side: number) =>
      [`side=${side}`, "grey=true", "folder=mine"].flatMap((each) => ["--set", `dataset.${each}`]);
    const small = sized(12);
    const model = ["hiddenSizes=[12]", "latentSize=3", "batchSize=10", "judge=false"]
      .flatMap((each) => ["--set", `model.${each}`]);
    const trained = await succeeds(
      ...["run", "vae", "--dataset", "images", "--budget", "200", ...small, ...model],
    );
    match(trained.error, /^vae: with the settings of glyphs-vae\n/);
    match(trained.error, /1 of 41 pictures cannot be decoded: .*\/mine\/one\/broken\.jpg/);

    // In a terminal its samples stay, of several runs none.
    for (const [seeds, stay] of [["1", true], ["2", false]] as const) {
      const io = capturedIo({ folder, root: folder, screen: { columns: 80, rows: 24 } });
      const again = ["run", "vae", "--dataset", "images", "--budget", "100", "--seed", "5"];
      strictEqual(await main([...again, "--seeds", seeds, ...small, ...model], io), 0);
      const last = io.written.error.split("\x1b[J").at(-1)!;
      strictEqual(/^[ .:=+*#%@-]{70,}$/m.test(last), stay, last);
    }
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
    /** In a terminal as wide as the sheet, two rows of pixels a line. */
    const shows = async (args: string[], across: number, down: number, line: RegExp) => {
      await refuses(/standard error is no terminal: --out FILE\.png writes it$/m, ...args);
      const [columns, high] = sheet(across, down);
      const io = capturedIo({ folder, root: folder, screen: { columns, rows: 24 } });
      strictEqual(await main(args, io), 0, io.written.error);
      match(io.written.out, line);
      deepStrictEqual(
        io.written.error.split("\n").filter((each) => each.length === columns).length,
        high / 2,
      );
    };
    await shows(["sample", "latest", "--count", "9"], 3, 3, /^9 samples of run \w+\n$/);
    await shows(["traverse", "latest", "--count", "4"], 4, 3, /^3 .* \w+, a row each\n$/);
    await shows(["interpolate", "latest", "--rows", "1"], 8, 1, /^1 row of .* run \w+\n$/);
    await shows(["arithmetic", "latest", "zero - one"], 3, 1, /, the sum last\n$/);
    const data = new Uint8Array(2 * 28 * 28);
    await Deno.writeFile(
      `${folder}/clear.png`,
      encode({ width: 28, height: 28, channels: 2, data }),
    );
    const clear = await succeeds("reconstruct", "latest", "clear.png", "--out", "black.png");
    match(clear.error, /^1 of 1 pictures have transparent places, which become black$/m);
    await shows(["reconstruct", "latest", "mine/zero/10.png"], 1, 2, /squared error [\d.]+\n$/);
    await draws(["sample", "latest", "--count", "9"], 3, 3);
    strictEqual(JSON.parse((await succeeds("runs", "--json")).out).runs[0].name, "vae-images");

    // Numbers, and a picture each, are those of the sheet.
    const eleven = ["sample", "latest", "--count", "11", "--out"];
    match((await succeeds(...eleven, "eleven")).out, /^11 samples of run \w+: .*\/eleven\n$/);
    await succeeds(...eleven, "eleven.npy");
    const array = parseNpy({ bytes: await Deno.readFile(`${folder}/eleven.npy`), path: "eleven" });
    deepStrictEqual(array.shape, [11, 12, 12, 1]);
    const files = [...Deno.readDirSync(`${folder}/eleven`)].map(({ name }) => name).sort();
    deepStrictEqual([files.length, files[0], files[10]], [11, "00.png", "10.png"]);
    const tenth = decodePicture(await Deno.readFile(`${folder}/eleven/10.png`));
    deepStrictEqual([tenth.width, tenth.height], [12, 12]);
    tenth.values.forEach((value, i) =>
      ok(Math.abs(value - array.values[10 * 144 + i]) <= 0.5 / 255 + 1e-6)
    );
    match(
      (await succeeds("encode", "latest", "eleven.npy", "--out", "of_eleven.npy")).out,
      /^11 codes of 3 numbers /,
    );
    await refuses(/eleven\/00\.png as there is such a file/, ...eleven, "eleven");
    await succeeds(...eleven, "eleven", "--force");
    await refuses(/are images, --out FILE\.png, FILE\.npy or FOLDER: x\.csv/, ...eleven, "x.csv");
    await draws(["interpolate", "latest", "--rows", "2", "--count", "5"], 5, 2);
    await draws(["interpolate", "latest", "--count", "3"], 3, 2);
    const pair = ["mine/zero/10.png", "mine/one/1.png"];
    await draws(["interpolate", "latest", ...pair, "--count", "6"], 6, 1);
    await refuses(
      /pictures of your own are two, without --from, --to and --rows: mine\/zero\/10\.png$/m,
      ...["interpolate", "latest", pair[0], "--out", "x.png"],
    );
    const forgot = await lab("run", "diffusion", "--dataset", "images", "--seed", "1");
    strictEqual(forgot.code, 2);
    match(forgot.error, /^diffusion: with the settings of glyphs-diffusion\n/);
    match(forgot.error, /as it is not there \(--set dataset\.folder=FOLDER names another\)\n/);
    const needy = await lab(
      ...["run", "pix2pix", "--dataset", "images", "--seed", "1", ...small],
    );
    match(
      needy.error,
      /^error: Cannot train pix2pix on "images" as .* Models that fit: .*\bvae\b/m,
    );
    await draws(["interpolate", "latest", "--from", "1", "--to", "0", "--path", "spherical"], 8, 1);
    await draws(["traverse", "latest", "--count", "4"], 4, 3);
    await draws(["arithmetic", "latest", "zero - one + one"], 4, 1);
    await draws(["reconstruct", "latest", "mine"], 16, 6);
    await draws(["reconstruct", "latest", "mine/zero/10.png"], 1, 2);

    // Three runs together: no picture is further from their mean than from them on average.
    const [last, before, first] = JSON.parse((await succeeds("runs", "--json")).out).runs
      .map(({ id }: { id: string }) => id);
    const others = ["--with", before, "--with", first];
    await draws(["reconstruct", last, "mine/zero/10.png", ...others], 1, 3);
    await draws(["reconstruct", last, "mine", ...others], 16, 3);
    const together = await succeeds("reconstruct", last, "mine", ...others, "--out", "3.png");
    const [error, ofOne, deviation] = together.out.match(
      /^40 pictures by 3 runs, .* error ([\d.]+) \(([\d.]+) alone\), largest deviation ([\d.]+):/,
    )!.slice(1).map(Number);
    ok(error < ofOne && deviation > 0 && deviation <= 0.5, together.out);
    for (const again of [["--with", last], [...others, "--with", first]]) {
      await refuses(
        new RegExp(`by ${again.at(-1)} twice as each run counts once: --with must name other`),
        ...["reconstruct", last, "mine/zero/10.png", ...again, "--out", "2.png"],
      );
    }
    const large = [...sized(14), "--name", "large", ...model];
    await succeeds("run", "vae", "--dataset", "images", "--budget", "20", ...large);
    await refuses(
      /must have learned from images of one shape: \[12, 12, 1\] and \[14, 14, 1\]$/m,
      ...["reconstruct", last, "mine/zero/10.png", "--with", "latest", "--out", "x.png"],
    );
    await succeeds("delete", "latest");
    const three = ["--set", "model.members=3", "--name", "three"];
    const ensemble = ["run", "ensemble-autoencoder", "--dataset", "images", "--budget", "20"];
    await succeeds(...ensemble, ...small, ...three);
    await draws(["reconstruct", "latest", "mine/zero/10.png"], 1, 3);
    const own3 = await succeeds("reconstruct", "latest", "mine", "--out", "own3.png");
    match(
      own3.out,
      /^40 pictures by the 3 members of run \w+, .* alone\), largest deviation 0\.\d/,
    );
    const four = await succeeds("reconstruct", "latest", "mine", "--with", last, "--out", "4.png");
    match(four.out, /^40 pictures by 4 members of 2 runs, /);
    await succeeds("delete", "latest");

    // What diverged is used as it was before, and says so: here it had learned nothing.
    const broken = [...small, ...model, "--set", "model.learningRate=1e30", "--name", "broken"];
    strictEqual(
      (await lab("run", "vae", "--dataset", "images", "--budget", "60", ...broken)).code,
      1,
    );
    const exported = ["safetensors", "model", "onnx"].map((format) => [
      ...["export", "latest", "--format", format, "--out", "broken"],
    ]);
    const drawn = [["sample", "latest", "--out", "broken.png"], ["score", "latest"]];
    for (const args of [...drawn, ...exported]) {
      match((await lab(...args)).error, /^Run \w+ diverged: it is used as of iteration 0 of 1\n/);
    }
    await succeeds("delete", "latest");

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

    await refuses(
      /^error: Cannot write .*\/film\.gif as there are 3 files: give a folder, as .*\/film\n$/,
      ...["export", "latest", "--format", "gif", "--out", "film.gif"],
    );
    const one = await succeeds("export", "latest", "--format", "csv", "--out", "one.csv");
    strictEqual(one.out, `${folder}/one.csv\n`);
    strictEqual((await Deno.stat(`${folder}/one.csv`)).isFile, true);

    await refuses(
      /Cannot be --strict as no folder/,
      "encode",
      "latest",
      "--strict",
      "--out",
      "c.npy",
    );
    await refuses(
      /Cannot play episodes as \w+ must be an/,
      "evaluate",
      "latest",
      "--episodes",
      "7",
    );

    const coded = await succeeds("encode", "latest", "mine", "--out", "codes.npy");
    match(coded.error, /^1 of 41 pictures cannot be decoded: mine\/one\/broken\.jpg\n$/);
    const { shape, values } = parseNpy({
      bytes: await Deno.readFile(`${folder}/codes.npy`),
      path: "",
    });
    deepStrictEqual(shape, [40, 3]);
    await refuses(/codes\.npy .*--force/, "encode", "latest", "mine", "--format", "npy");
    await refuses(
      /--out must end in \.npy: x\.csv$/m,
      "encode",
      "latest",
      "--format",
      "npy",
      "--out",
      "x.csv",
    );
    const table = await succeeds("encode", "latest", "mine", "--format", "csv");
    match(table.out, /^40 codes of 3 numbers by run \w+: .*\/codes\.csv\n$/);
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
    deepStrictEqual([bounded.draws, bounded.examples.length], [9, 40]);
    // Greys as probabilities of bits: no figure to compare with another model's.
    strictEqual(bounded.kind, "no likelihood");
    ok(!("negative_log_likelihood" in bounded) && !("bits_per_dimension" in bounded));
    const nats = bounded.examples.map((each: Record<string, number>) =>
      each.bernoulli_cross_entropy
    );
    const sum = nats.reduce((sum: number, each: number, i: number) => {
      ok(i === 0 || each <= nats[i - 1]);
      return sum + each;
    }, 0);
    ok(Math.abs(sum / 40 - bounded.bernoulli_cross_entropy) < 1e-9);
    const told = await succeeds("likelihood", "latest", "--count", "2");
    match(told.out, /^least probable +nats\n/);
    match(
      told.out,
      /^4 examples under run \w+ {2}vae-images: Bernoulli cross-entropy = \S+ ± \S+ nats$/m,
    );
    match(
      told.out,
      /^at most: .* 100 draws for each \(--draws\); of greys, no likelihood: comparable with the same /m,
    );

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
      /must be a model that makes images of images: "vae-images" is none/,
      ...["translate", "latest", "mine/zero/10.png", ...out] as const,
    );
    await refuses(/must read as "A - B \+ C"/, "arithmetic", "latest", "zero -one", ...out);
    await refuses(/no class "zero one"/, "arithmetic", "latest", "zero one", ...out);
    await refuses(/numbers 0 … 3: 4/, "traverse", "latest", "--from", "4", ...out);
    await refuses(/numbers 0 … 3: 9/, "interpolate", "latest", "--from", "0", "--to", "9", ...out);
    const named = ["--from", "0", "--to", "1"];
    await refuses(
      /3 rows as --from and --to name one/,
      "interpolate",
      "latest",
      ...named,
      "--rows",
      "3",
      ...out,
    );
    await refuses(/--from and --to name a pair/, "interpolate", "latest", "--to", "1", ...out);
    await refuses(/vae is not conditional: one/, "sample", "latest", "--class", "one", ...out);
    await refuses(/no class "uno"/, "sample", "latest", "--class", "uno", ...out);
    await refuses(
      /as its model must sample step by step from noise/,
      ...["inpaint", "latest", "mine/zero/10.png", "--strength", "0.5", ...out] as const,
    );
    await refuses(/no sampling field "--guidance"/, "sample", "latest", "--guidance", "2", ...out);
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

    // What is transparent lies over what the model's own pictures lay over.
    const white = ["--set", "dataset.background=white"];
    await succeeds(
      ...["run", "vae", "--dataset", "images", "--budget", "100", ...small, ...model, ...white],
    );
    await Deno.writeFile(
      `${folder}/white.png`,
      encode({ width: 28, height: 28, channels: 1, data: data.slice(784).fill(255) }),
    );
    const codes = await Promise.all(["clear", "white"].map(async (name) => {
      const { error } = await succeeds("encode", "latest", `${name}.png`, "--out", `${name}.npy`);
      strictEqual(error, "");
      return await Deno.readFile(`${folder}/${name}.npy`);
    }));
    deepStrictEqual(codes[0], codes[1]);
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
        ["sample latest --class 7 --out x.png", "as the data set ring-8 has none: 7"],
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
    const io = capturedIo({ folder, root: folder });
    strictEqual(await main(["likelihood", "latest", "--count", "0", "--draws", "5"], io), 2);
    match(io.written.error, /--draws as the likelihood by \w+ needs none$/m);
    const told = await lab("likelihood", "latest", "--count", "0");
    match(told, /^40 examples under run \w+ {2}glyphs-fvsbn-quick: .* bits\/dimension\nexact\n$/);
    match(
      await lab("likelihood", "latest", "--count", "0", "--examples", "7"),
      /^7 examples under run /,
    );
    const measured = async () => JSON.parse(await lab("likelihood", "latest", "mine", "--json"));
    const { kind, draws, examples, ...means } = await measured();
    deepStrictEqual([kind, draws, examples.length], ["exact", 0, 40]);
    const nats: number[] = examples.map((each: Record<string, number>) =>
      each.negative_log_likelihood
    );
    const sum = nats.reduce((sum, each) => sum + each, 0);
    ok(Math.abs(sum / 40 - means.negative_log_likelihood) < 1e-9);
    ok(Math.abs(sum / 40 / 196 / Math.LN2 - means.bits_per_dimension) < 1e-9);
    // The same pixels of the same greys each time.
    deepStrictEqual((await measured()).examples, examples);
    // A model of such pixels on greys says what was drawn of them, another one that greys are none.
    const sizes = ["side=14", "model.hiddenSizes=[8]", "model.finalDraws=8"]
      .flatMap((each) => ["--set", each.startsWith("model") ? each : `dataset.${each}`]);
    const said = async (binarize: boolean) => {
      const set = ["--set", `model.binarize=${binarize}`];
      await lab("run", "iwae", "--dataset", "glyphs", ...few, ...small, ...sizes, ...set);
      return await saidOfLatest();
    };
    const saidOfLatest = async () => {
      const told = await lab("likelihood", "latest", "--count", "0", "--draws", "8");
      return [told.split("\n").at(-2)!, (await measured()).kind];
    };
    const [drawn, kindOfDrawn] = await said(true);
    match(drawn, /; of black and white pixels, drawn once with the greys as prob/);
    const [greys, kindOfGreys] = await said(false);
    match(greys, /; of greys, no likelihood: comparable with the same model alone$/);
    deepStrictEqual([kindOfDrawn, kindOfGreys], ["bound", "no likelihood"]);
    // Dequantised under a Gaussian they have a likelihood, of bits they have one under any.
    const vae = ["run", "vae", ...few, ...small, ...sizes.slice(0, 4), "--dataset"];
    await lab(...vae, "glyphs", "--set", "model.likelihood=gaussian");
    const [dequantised, kindOfDequantised] = await saidOfLatest();
    match(dequantised, /; of greys, which no model of black and white pixels is compared with$/);
    await lab(...vae, "glyphs-binarized");
    const [bits, kindOfBits] = await saidOfLatest();
    match(bits, /^at most: −log of the mean over 8 draws for each \(--draws\)$/);
    deepStrictEqual([kindOfDequantised, kindOfBits], ["bound", "bound"]);
  });
});

Deno.test("a flow's likelihood is said to be exact but for its solver's steps", () =>
  inFolder(async (folder) => {
    const lab = async (line: string) => {
      const io = capturedIo({ folder, root: folder });
      strictEqual(await main(line.split(" "), io), 0, io.written.error);
      return io.written.out;
    };
    const small = ["train", "validation", "test"].map((each) => ` --set dataset.${each}=40`)
      .join("") + " --budget 64 --set model.hiddenSizes=[8]";
    await lab(`run moons-spline-flow${small}`);
    match(await lab("likelihood latest --count 0"), /bits\/dimension\nexact\n$/);
    await lab(`run swiss-roll-continuous-flow${small} --set model.solverSteps=3`);
    match(await lab("likelihood latest --count 0"), /\nexact but for 3 steps of a solver\n$/);
    strictEqual(JSON.parse(await lab("likelihood latest --json")).solver_steps, 3);
  }));

Deno.test("what is strange to a flow is improbable, as it gives back whatever it is given", () =>
  inFolder(async (folder) => {
    const lab = async (line: string) => {
      const io = capturedIo({ folder, root: folder });
      return { code: await main(line.split(" "), io), ...io.written };
    };
    const small = ["train", "validation", "test"].map((each) => ` --set dataset.${each}=40`)
      .join("") + " --budget 64";
    await lab(`run moons-spline-flow${small} --set model.hiddenSizes=[8]`);
    const [found, known] = await Promise.all(
      ["detect", "likelihood"].map(async (command) =>
        JSON.parse((await lab(`${command} latest --json`)).out)
      ),
    );
    strictEqual(found.measure, "negative_log_likelihood");
    deepStrictEqual(
      found.examples.map(({ example, score }: Record<string, unknown>) => [example, score]),
      known.examples.map((each: Record<string, unknown>) => [
        ...[each.example, each.negative_log_likelihood],
      ]),
    );
    const { out } = await lab("detect latest --count 1");
    match(out, /^example +−log p\(x\)/);
    match(out, /of run \w+: −log p\(x\) in nats, as a flow gives back whatever it is given\n$/);
    const pictures = " --set model.judge=false --set model.depth=1 --set model.scales=1";
    const trained = await lab(`run glow-images --dataset glyphs${small}${pictures}`);
    strictEqual(trained.code, 0, trained.error);
    const { code, error } = await lab("detect latest");
    strictEqual(code, 2);
    match(
      error,
      /^error: Cannot detect by \w+ as "glow-images-glyphs" gives back .*: likelihood \w+ lists the least probable examples\n$/,
    );
  }));

Deno.test("samples are drawn in other steps than were set, and other fields are refused", async () => {
  await inFolder(async (folder) => {
    const lab = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder });
      return { code: await main(args, io), ...io.written };
    };
    const few = ["train", "validation", "test"].flatMap((each) => ["--set", `dataset.${each}=40`]);
    const small = ["--set", "model.hiddenSizes=[8]", "--budget", "512"];
    const levels = ["--set", "model.levels=20", "--set", "model.samplerSteps=10"];
    const diffusing = ["run", "diffusion", "--dataset", "two-moons", ...few, ...small, ...levels];
    strictEqual((await lab(...diffusing)).code, 0);
    const beyond = await lab("sample", "latest", "--steps", "500", "--out", "x.png");
    strictEqual(
      beyond.error,
      "error: Cannot sample diffusion as --steps must be levels, 20, at most: 500\n",
    );
    const twice = [["--steps", "2", "samplerSteps=5"], ["--sampler", "heun", "model.solver=ddim"]];
    for (const [option, value, set] of twice) {
      const drawn = ["sample", "latest", option, value, "--set", set, "--out", "x.png"];
      const { code, error } = await lab(...drawn);
      const [field, other] = set.split("=");
      deepStrictEqual([code, error], [
        2,
        `error: Cannot set ${field} as ${option} says it, too: ${other}\n`,
      ]);
    }
    strictEqual((await lab("run", "moons-flow-matching", ...few, ...small)).code, 0);
    // Of several runs nothing is written where one is refused.
    const both = ["export", "--where", "seed=1", "--format", "model", "--out", "models"];
    for (const set of ["stochasticity=0.5", "solver=rk4"]) {
      const { code, error } = await lab(...both, "--set", set);
      strictEqual(code, 2, error);
      strictEqual(await Deno.stat(`${folder}/models`).then(() => true, () => false), false);
    }
    const drawn = async (file: string, ...set: string[]) => {
      const { code, error } = await lab("sample", "latest", "--out", file, ...set);
      strictEqual(code, 0, error);
      return await Deno.readFile(`${folder}/${file}`);
    };
    // Weights come with the average that samples are drawn with, and without the optimizer's state.
    const weights = async () => {
      const { out } = await lab("export", "latest", "--format", "safetensors", "--out", ".");
      return decodeSafetensors(await Deno.readFile(out.trim())).tensors;
    };
    const tensors = await weights();
    const learned = Object.keys(tensors).filter((name) => name.startsWith("velocity/"));
    const average = learned.map((name) => `average/${name}`);
    deepStrictEqual(new Set(Object.keys(tensors)), new Set([...learned, ...average]));
    notDeepStrictEqual(tensors[learned[0]], tensors[average[0]]);
    const usual = await drawn("usual.png");
    deepStrictEqual(await drawn("same.png", "--set", "model.samplerSteps=100"), usual);
    const fast = await drawn("fast.png", "--set", "samplerSteps=1", "--set", "solver=rk4");
    ok(fast.some((byte, i) => byte !== usual[i]));
    for (
      const [line, ...args] of [
        ["Cannot draw a picture as standard error is no terminal: --out FILE.png writes it"],
        ["they are points, --out FILE.png, FILE.npy or FILE.csv: ", "--out", "x.txt"],
        ["they are points, --out FILE.png, FILE.npy or FILE.csv: folder", "--out", "folder"],
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
    const { values, shape } = parseNpy({ bytes: await drawn("some.npy"), path: "some.npy" });
    deepStrictEqual(shape, [100, 2]);
    const table = new TextDecoder().decode(await drawn("some.csv"));
    match(table, /^x0,x1\n/);
    const { examples } = parseCsv({ bytes: new TextEncoder().encode(table), path: "some.csv" });
    deepStrictEqual([examples.shape, examples.values], [shape, values]);
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
    await refuses(
      /as --sampler must be one of "euler", "midpoint", "heun", "rk4": "ddim"$/m,
      ...["sample", "--sampler", "ddim"] as const,
    );
    await refuses(
      /as solver must be one of "euler", .*: "ddim"$/m,
      ...["sample", "--set", "solver=ddim"] as const,
    );
    await refuses(
      /as --guidance other than 1 needs a model that was trained with conditional=true.*: 2$/m,
      ...["sample", "--guidance", "2"] as const,
    );
    await refuses(
      /as samplerSteps must be a whole number: 1\.5$/m,
      ...["sample", "--set", "model.samplerSteps=1.5"] as const,
    );
    await refuses(/--mask or --strength must be given/, "inpaint", "usual.png");
    await refuses(
      /must have learned from square images: points of \[2\]/,
      ...["inpaint", "usual.png", "--strength", "0.5"] as const,
    );
    strictEqual(
      (await lab("run", "energy-based", "--dataset", "two-moons", ...few, ...small)).code,
      0,
    );
    ok("kept/buffer" in await weights());
    // Evaluations sum its density over the plane, which single examples are not asked for.
    await refuses(/as there is no sampling field "--sampler"/, "sample", "--sampler", "rk4");
    const { code, error } = await lab("likelihood", "latest");
    strictEqual(code, 2);
    match(
      error,
      /^error: Cannot take a likelihood by (\w+) as the evaluations of "energy-based-two-moons" alone measure it \(`compare \1 --metric evaluation\/negative_log_likelihood`\): \d+\.\d+ nats\n$/,
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
    await Deno.writeTextFile(`${folder}/new.txt`, "cab.\nabc cab.\nabc cab.\nabc cab.\nab");
    const probable = await lab("likelihood", "latest", "new.txt", "--json");
    strictEqual(probable.error, "");
    deepStrictEqual(
      JSON.parse(probable.out).examples.map(({ example }: { example: string }) => example).sort(),
      ["characters from 0", "characters from 16"],
    );
    await Deno.writeTextFile(`${folder}/short.txt`, "cab");
    await refuses(/the model's texts have 16 characters: 3$/m, "likelihood", "latest", "short.txt");
    await refuses(/Cannot read .*none\.txt/, "run", "text-gpt", "--dataset", "none.txt");
    await Deno.writeTextFile(`${folder}/empty.txt`, "");
    await refuses(/empty\.txt as each split must .*: 0$/m, ...[
      ...["run", "text-gpt", "--dataset", "empty.txt"],
    ]);
  });
});

Deno.test("a file of numbers is a data set by its name alone", () =>
  inFolder(async (folder) => {
    const refused = async (file: string, line: RegExp) => {
      const io = capturedIo({ folder, root: folder });
      strictEqual(await main(["run", "flow-matching", "--dataset", file], io), 2);
      match(io.written.error, line);
    };
    await Deno.writeTextFile(`${folder}/a.csv`, "x,y\n1,2\n");
    await refused("a.csv", /Cannot use .*a\.csv as it must hold three examples at least/);
    await refused("none.NPY", /Cannot read .*none\.NPY/);

    // A model of one is asked about others.
    const lab = async (line: string) => {
      const io = capturedIo({ folder, root: folder });
      return { code: await main(line.split(" "), io), ...io.written };
    };
    const random = streamOf(1, "points");
    const rows = Array.from({ length: 120 }, (_, i) =>
      `${random.standardNormal()},${i % 2},${random.standardNormal()}`);
    await Deno.writeTextFile(`${folder}/own.csv`, `x,kind,y\n${rows.join("\n")}\n`);
    const small = "--budget 640 --set model.batchSize=32 --set model.hiddenSizes=[8]";
    await Deno.writeTextFile(`${folder}/new.csv`, "x,y\n0,0.5\n9,-9\n0.5,0\n");
    await Deno.writeTextFile(`${folder}/told.csv`, "x,kind,y\n0,1,0.5\n9,0,-9\n0.5,1,0\n");
    // A model that is told classes: by a table's words, and by an array beside that of the examples.
    const words = rows.map((row) =>
      row.replace(",0,", ",cat,").replace(",1,", ",dog,")
    );
    await Deno.writeTextFile(`${folder}/words.csv`, `x,kind,y\n${words.join("\n")}\n`);
    const points = Float32Array.from(rows.flatMap((row) => row.split(",").map(Number)));
    const column = (of: number[]) => points.filter((_, i) => of.includes(i % 3));
    await Deno.writeFile(`${folder}/rows.npy`, encodeNpy(column([0, 2]), [120, 2]));
    await Deno.writeFile(`${folder}/kinds.npy`, encodeNpy(column([1]), [120]));
    for (const [file, labels] of [["words.csv", "kind"], ["rows.npy", "kinds.npy"]]) {
      const { code, error } = await lab(
        `run flow-matching --dataset ${file} --set dataset.labels=${labels} --set model.conditional=true ` +
          small,
      );
      strictEqual(code, 0, error);
      const likely = await lab(`likelihood latest ${file} --count 1`);
      deepStrictEqual([likely.code, /^120 examples/m.test(likely.out)], [0, true], likely.error);
      // Samples are such a table, with their classes in turn.
      const made = `made-${file}.csv`;
      strictEqual((await lab(`sample latest --count 5 --out ${made}`)).code, 0);
      const [head, ...lines] = (await Deno.readTextFile(`${folder}/${made}`)).trimEnd().split("\n");
      const isWords = file === "words.csv";
      const [zero, one] = isWords ? ["cat", "dog"] : ["0", "1"];
      strictEqual(head, isWords ? "x,y,kind" : "x0,x1,label");
      deepStrictEqual(lines.map((line) => line.split(",")[2]), [zero, one, zero, one, zero]);
      strictEqual(
        (await lab(`sample latest --count 2 --class ${one} --out ${made} --force`)).code,
        0,
      );
      match(
        await Deno.readTextFile(`${folder}/${made}`),
        isWords ? /(dog\n.*){2}$/ : /(1\n.*){2}$/,
      );
      if (!isWords) continue;
      const own = await lab(`likelihood latest ${made}`);
      strictEqual(own.code, 0);
      // Columns go by their names.
      const turned = (await Deno.readTextFile(`${folder}/${made}`)).trimEnd().split("\n").slice(1)
        .map((line) => line.split(",")).map(([x, y, kind]) => `${y},${kind},${x}`);
      await Deno.writeTextFile(`${folder}/turned.csv`, `y,kind,x\n${turned.join("\n")}\n`);
      strictEqual((await lab("likelihood latest turned.csv")).out, own.out);
      await Deno.rename(`${folder}/${file}`, `${folder}/moved.csv`);
      strictEqual((await lab("likelihood latest turned.csv --data moved.csv")).out, own.out);
      await Deno.rename(`${folder}/moved.csv`, `${folder}/${file}`);
      await Deno.writeTextFile(`${folder}/cow.csv`, "x,y,kind\n0,1,dog\n0,1,cow\n");
      match(
        (await lab("likelihood latest cow.csv")).error,
        /^cow\.csv is taken without classes, as row 1 is of class cow, .* not know: cat, dog\n/,
      );
    }
    const trained = await lab(
      `run spline-flow --dataset own.csv --set dataset.labels=kind ${small}`,
    );
    strictEqual(trained.code, 0, trained.error);
    const numbers = Float32Array.of(0, 0.5, 9, -9, 0.5, 0);
    await Deno.writeFile(`${folder}/new.npy`, encodeNpy(numbers, [3, 2]));
    const found = await Promise.all(["new.csv", "told.csv", "new.npy"].map(async (file) => {
      const { out, error } = await lab(`likelihood latest ${file} --json`);
      strictEqual(error, "");
      return JSON.parse(out);
    }));
    strictEqual(found[0].examples[0].example, "row 1");
    deepStrictEqual(found.slice(1), [found[0], found[0]]);
    match((await lab("detect latest new.npy --count 1")).out, /^row 1 .* anomaly\n. of 3 above/m);
    match((await lab("encode latest new.csv")).out, /^3 codes of 2 numbers by run /);
    const { values } = parseNpy({ bytes: await Deno.readFile(`${folder}/codes.npy`), path: "" });
    ok(Math.abs(values[2]) > Math.abs(values[0]));
    await Deno.writeFile(`${folder}/wide.npy`, encodeNpy(numbers, [2, 3]));
    await Deno.writeTextFile(`${folder}/other.csv`, "x,z\n0,0.5\n");
    for (
      const [line, said] of [
        ["wide.npy", /wide\.npy as it must hold \[N, 2\], examples such as .*: \[2, 3\]$/m],
        [
          "a.png",
          /^error: Cannot give it a\.png as the model learned from points of \[2\], which are/,
        ],
        ["new.npy --strict", /^error: Cannot be --strict as new\.npy is no folder of pictures$/m],
        ["none.npy", /none\.npy as there must be such a file or folder$/m],
        [
          "other.csv",
          /^error: Cannot use other\.csv as its columns must be .* learned from, x, y: x, z$/m,
        ],
      ] as const
    ) {
      const { code, error } = await lab(`likelihood latest ${line}`);
      strictEqual(code, 2);
      match(error, said);
    }
  }));

Deno.test("each command asks a model for what was typed, and writes what it answers", () =>
  inFolder(async (folder) => {
    const lab = async (line: string | readonly string[]) => {
      const io = capturedIo({ folder, root: folder, registries: echoing });
      const code = await main(typeof line === "string" ? line.split(" ") : line, io);
      strictEqual(code, 0, `${line}: ${io.written.error}`);
      return { out: io.written.out, questions: asked.splice(0) };
    };
    /** Images of 2 × 2, doubled, with 2 pixels between: four bytes each, row by row. */
    const sheet = async (file: string) => {
      const { width, height, data } = decode(await Deno.readFile(`${folder}/${file}`));
      return Array.from(
        { length: (height - 2) / 6 },
        (_, row) =>
          Array.from(
            { length: (width - 2) / 6 },
            (_, column) =>
              [0, 1, 2, 3].map((i) =>
                data[(6 * row + 2 + 2 * (i >> 1)) * width + 6 * column + 2 + 2 * (i % 2)]
              ),
          ),
      );
    };
    const write = async (path: string, pixels: readonly number[]) => {
      const raster = { width: 2, height: 2, channels: 1, pixels: Uint8Array.from(pixels) } as const;
      await Deno.writeFile(`${folder}/${path}`, encodePng(raster));
    };
    await Deno.mkdir(`${folder}/own/dog`, { recursive: true });
    await Deno.mkdir(`${folder}/own/cat`);
    const [dog, cat] = [[0, 51, 102, 255], [255, 51, 102, 255]];
    await write("own/dog/a.png", dog);
    await write("own/cat/b.png", cat);
    await write("mask.png", [0, 255, 0, 255]);
    await write("whole.png", [255, 255, 255, 255]);
    const share = (pixels: readonly number[]) => pixels.map((pixel) => Math.fround(pixel / 255));
    const negative = (pixels: readonly number[]) => pixels.map((pixel) => 255 - pixel);
    const greys = (...all: number[]) => all.flatMap((grey) => [grey, grey, grey, grey]);
    const first = (seed: number, name: string) => streamOf(seed, name).random();
    await lab("run squares-echo");
    asked.splice(0);

    let { questions, out } = await lab(
      "inpaint latest own/dog/a.png --mask mask.png --count 3 --out some.png",
    );
    deepStrictEqual(questions, [["edit", {
      first: first(1, "inpaint"),
      values: [dog, dog, dog].flatMap(share),
      kept: [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0],
      ...{ strength: undefined, label: undefined, settings: {} },
    }]]);
    match(out, /^3 versions by run \w+: .*some\.png\n$/);
    // What is drawn anew is grey above.
    const [seen, made] = await sheet("some.png");
    deepStrictEqual(seen, [0, 1, 2].map(() => [0, 128, 102, 128]));
    deepStrictEqual(made, [0, 1, 2].map(() => negative(dog)));
    const settings = { samplerSteps: 7, solver: "heun", guidance: 0 };
    const typed = "--class dog --steps 7 --sampler heun --guidance 0 --seed 9";
    ({ questions } = await lab(
      `inpaint latest own/dog/a.png --strength 0.25 --count 1 ${typed} --out all.png ` +
        "--set model.stochasticity=0.5 --set own=abc",
    ));
    deepStrictEqual(questions, [["edit", {
      first: first(9, "inpaint"),
      values: share(dog),
      ...{ kept: undefined, strength: 0.25, label: 1 },
      settings: { ...settings, stochasticity: 0.5, own: "abc" },
    }]]);
    deepStrictEqual(await sheet("all.png"), [[dog], [negative(dog)]]);
    ({ questions } = await lab(
      "inpaint latest own/dog/a.png --mask whole.png --out whole.png --force",
    ));
    deepStrictEqual(questions[0][1].kept, new Array(32).fill(0));
    for (const line of ["own --strength 0.5", "own/dog/a.png --mask own"]) {
      const io = capturedIo({ folder, root: folder, registries: echoing });
      strictEqual(await main(`inpaint latest ${line} --out none.png`.split(" "), io), 2);
      strictEqual(io.written.error, "error: Cannot inpaint as own must be one picture: 2\n");
    }

    await write("black.png", [0, 0, 0, 0]);
    const unmasked = capturedIo({ folder, root: folder, registries: echoing });
    const nothingWhite = "inpaint latest own/dog/a.png --mask black.png --out none.png".split(" ");
    strictEqual(await main(nothingWhite, unmasked), 2);
    match(
      unmasked.written.error,
      /^error: Cannot inpaint as nothing of black\.png is white within/,
    );
    const wide = { width: 4, height: 2, channels: 1, pixels: new Uint8Array(8).fill(255) } as const;
    await Deno.writeFile(`${folder}/wide.png`, encodePng(wide));
    const stretched = capturedIo({ folder, root: folder, registries: echoing });
    const otherMask = "inpaint latest own/dog/a.png --mask wide.png --out none.png".split(" ");
    strictEqual(await main(otherMask, stretched), 2);
    match(
      stretched.written.error,
      /^error: Cannot inpaint as wide\.png must have the proportions of own\/dog\/a\.png, .* 1\.00: 2\.00$/m,
    );
    const undirected = capturedIo({ folder, root: folder, registries: echoing });
    strictEqual(await main(["score", "own"], undirected), 2);
    match(undirected.written.error, /^error: Cannot score the folder own as --against must name/);

    ({ questions, out } = await lab(`sample latest --count 3 ${typed} --out drawn.png`));
    const drawn = { first: first(9, "samples"), count: 3, prompt: undefined, label: 1, settings };
    const nothing = { values: undefined, kept: undefined };
    deepStrictEqual(questions, [["sample", { ...drawn, ...nothing }]]);
    match(out, /^3 samples of run \w+: /);
    ({ questions } = await lab("sample latest --out usual.png"));
    deepStrictEqual(questions[0][1], {
      ...{ first: first(1, "samples"), count: 100, prompt: undefined, label: undefined },
      ...{ settings: {}, ...nothing },
    });

    const [own, tests] = [[...share(cat), ...share(dog)], greys(0, 0.25, 0.5, 0.75)];
    const [ownLabels, testLabels] = [[0, 1], [0, 1, 0, 1]];
    const twice = (values: readonly number[]) => values.map((value) => 2 * value);
    const encoded = (values: readonly number[], labels: readonly number[]) =>
      ["encode", { values, kept: undefined, labels }] as const;
    const decoded = (values: readonly number[], labels: readonly number[]) =>
      ["decode", { values, kept: undefined, count: labels.length, labels }] as const;
    const through = (values: readonly number[], labels: readonly number[]) => [
      encoded(values, labels),
      decoded(twice(values), labels),
    ];
    deepStrictEqual((await lab("encode latest own --out own.csv")).questions, [
      encoded(own, ownLabels),
    ]);
    deepStrictEqual((await lab("encode latest --out test.npy")).questions, [
      encoded(tests, testLabels),
    ]);
    // A picture, and a folder of such, are of the class that their folder is named by.
    deepStrictEqual((await lab("encode latest own/dog --out dogs.npy")).questions, [
      encoded(share(dog), [1]),
    ]);
    deepStrictEqual((await lab("reconstruct latest own/dog/a.png --out dog.png")).questions, [
      ...through(share(dog), [1]),
    ]);
    deepStrictEqual(
      (await lab("reconstruct latest own/cat/../dog/a.png --out dog.png --force")).questions,
      through(share(dog), [1]),
    );
    deepStrictEqual(
      (await lab("interpolate latest own/dog/a.png own/cat/b.png --count 2 --out two.png"))
        .questions,
      through([...share(dog), ...share(cat)], [1, 0]),
    );
    deepStrictEqual((await lab("encode latest mask.png --out none.npy")).questions, [
      ["encode", { values: share([0, 255, 0, 255]), kept: undefined, labels: undefined }],
    ]);
    ({ questions, out } = await lab("reconstruct latest own --out through.png"));
    deepStrictEqual(questions, through(own, ownLabels));
    deepStrictEqual(await sheet("through.png"), [[cat, dog], [negative(cat), negative(dog)]]);
    // Of 1 − 2x: 1, 0.36, 0.04 and 1 both times.
    match(out, /^2 pictures by run \w+, mean squared error 0\.6: /);
    const [, squaresRun] = out.match(/run (\w+)/)!;
    // Another run is told the classes as its own data count them.
    await lab("run echo --dataset turned");
    asked.splice(0);
    ({ questions } = await lab(`reconstruct ${squaresRun} own --with latest --out both.png`));
    deepStrictEqual(questions, [...through(own, ownLabels), ...through(own, [1, 0])]);
    await lab("delete latest");
    ({ questions } = await lab("translate latest own --out pairs.png"));
    deepStrictEqual(questions, [["translate", {
      ...{ values: own, kept: undefined, labels: ownLabels },
    }]]);
    deepStrictEqual(await sheet("pairs.png"), [[cat, dog], [negative(cat), negative(dog)]]);
    await lab("translate latest own --out each");
    for (const [name, pixels] of [["a", dog], ["b", cat]] as const) {
      const { data } = decode(await Deno.readFile(`${folder}/each/${name}.png`));
      deepStrictEqual([...data], negative(pixels));
    }

    ({ questions, out } = await lab("detect latest --count 2 --quantile 0.5 --out strange.png"));
    const judged = [...greys(0), 0.5, 0.5, 0.5, 0.25];
    // Errors of validation examples: 1 and 1/16; of test examples 1, 1/4, 0 and 1/4.
    deepStrictEqual(questions, [
      ...through(judged, [0, 1]),
      ...through(tests, testLabels),
      ...through(greys(0, 0.25), [0, 1]),
    ]);
    match(out, /^test 0 +1 {2}anomaly\ntest 1 +0\.25\n1 of 4 above the threshold 0\.531 /m);
    deepStrictEqual(await sheet("strange.png"), [
      [greys(0), greys(64)],
      [greys(255), greys(191)],
    ]);
    ({ out } = await lab("detect latest own --json"));
    const found = JSON.parse(out);
    strictEqual(found.measure, "mean_squared_error");
    deepStrictEqual([found.threshold, found.examples.map((each: object) => Object.values(each))], [
      // A twentieth of the way from 1 back to 1/16.
      1 - 0.05 * 15 / 16,
      ["own/cat/b.png", "own/dog/a.png"].map((name) => [name, 0.6000000044703484, false]),
    ]);

    ({ questions, out } = await lab("likelihood latest --examples 3 --draws 5 --seed 4 --count 2"));
    const [[what, question]] = questions;
    deepStrictEqual([what, question.values, question.draws, question.first], [
      ...["logLikelihood", greys(0, 0.25, 0.5), 5, first(4, "likelihood")],
    ]);
    deepStrictEqual((question.labels as number[]).slice(0, 3), [0, 1, 0]);
    // 0, 1 and 2 nats of four pixels: a mean of 1, whose standard error is 1 / √3; ln 2 is 0.693.
    match(out, /^test 2 +2 +0\.721\ntest 1 +1 +0\.361\n\n3 examples under run /m);
    match(out, /= 1 ± 0\.577 nats, 0\.361 bits\/dimension\nat most: .* 5 draws for each/);
    ({ out } = await lab("likelihood latest --examples 1 --draws 5 --count 0"));
    match(out, /^1 example under run .* = 0 nats, 0 bits\/dimension\n/);
    ({ out } = await lab("likelihood latest --examples 1 --json"));
    ok(!("standard_error" in JSON.parse(out)));
    ({ out } = await lab("likelihood latest own --json"));
    const nats = JSON.parse(out).examples.map((each: { example: string }) => each.example);
    deepStrictEqual(nats, ["own/cat/b.png", "own/dog/a.png"]);

    ({ questions, out } = await lab("interpolate latest --from 1 --to 2 --count 3 --out way.png"));
    deepStrictEqual(questions, [
      encoded(greys(0.25, 0.5), [1, 0]),
      decoded(greys(0.5, 0.75, 1), [1, 1, 0]),
    ]);
    deepStrictEqual(await sheet("way.png"), [[greys(191), greys(159), greys(128)]]);
    match(out, /^1 row of 3 images by run /);
    ({ questions } = await lab("interpolate latest --rows 2 --count 4 --seed 3 --out ways.png"));
    const pairs = [...streamOf(3, "samples").permutation(4)];
    deepStrictEqual(
      questions[0],
      encoded(greys(...pairs.map((i) => i / 4)), [
        ...pairs.map((i) => i % 2),
      ]),
    );
    deepStrictEqual((await sheet("ways.png")).map((row) => row.length), [4, 4]);
    ({ questions } = await lab(
      "interpolate latest --from 1 --to 2 --count 3 --path spherical --out arc.png",
    ));
    // Both codes lie in one direction: the arc is the line.
    deepStrictEqual(questions[1], decoded(greys(0.5, 0.75, 1), [1, 1, 0]));
    ({ questions, out } = await lab("traverse latest --from 2 --count 3 --out latents.png"));
    deepStrictEqual(questions[0], encoded(tests, testLabels));
    const turned = questions[1][1].values as number[];
    // Codes are 0, 0.5, 1 and 1.5: 3 deviations of 0.559 about 0.75, where the others stay at 1.
    const reach = 3 * Math.sqrt(0.3125);
    for (let z = 0; z < 4; z++) {
      for (let step = 0; step < 3; step++) {
        const code = turned.slice(4 * (3 * z + step)).slice(0, 4);
        deepStrictEqual(code.filter((_, i) => i !== z), [1, 1, 1]);
        ok(Math.abs(code[z] - (0.75 + (step - 1) * reach)) < 1e-3, String(code));
      }
    }
    strictEqual((await sheet("latents.png")).length, 4);
    match(out, /^4 latent coordinates of run \w+, a row each: /);
    // Where no coordinate changes more than another the first ones are drawn.
    ({ out } = await lab("traverse latest --count 3 --latents 2 --out few_latents.png"));
    match(
      out,
      /^2 of 4 latent coordinates of run .* most \(--latents 4 draws all\): 0, 1: .*few_latents\.png$/m,
    );
    strictEqual((await sheet("few_latents.png")).length, 2);
    ({ questions } = await lab(["arithmetic", "latest", "dog - cat", "--out", "sum.png"]));
    deepStrictEqual(questions, [
      encoded(tests, testLabels),
      decoded(greys(1, 0.5, 0.5), [1, 0, 1]),
    ]);
    deepStrictEqual(await sheet("sum.png"), [[greys(128), greys(191), greys(191)]]);
  }));
