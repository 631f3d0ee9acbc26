/** `score`: a folder and a model against a data set, in features of a judge and of a network's file. */
import { deepStrictEqual, doesNotMatch, match, notStrictEqual, ok, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { registries } from "../../registries.ts";
import { encodePng } from "../../lab/core/png.ts";
import { encodeNpy } from "../../lab/core/npy.ts";
import { streamOf } from "../../lab/core/random.ts";
import { featureNetworkOf } from "../../models/feature_network.ts";
import { frechetDistance, momentsOf } from "../../models/metrics/frechet.ts";
import { fewGlyphs, fewPoints } from "../models/laboratory.ts";
import { capturedIo } from "./captured_io.ts";
import { writeNetwork, writePictures } from "./pictures.ts";

const glyphs = fewGlyphs(200, 60);
const points = await fewPoints(40, 20);

/** The registries with few glyphs, and points. */
const few = {
  ...registries,
  datasets: registries.datasets.map((entry) => ({
    ...entry,
    load: async () => {
      const definition = await entry.load();
      if (entry.name === "images" || entry.name === "arrays") return definition;
      // deno-lint-ignore require-await
      return { ...definition, create: async () => entry.name === "ring-8" ? points : glyphs };
    },
  })),
};

async function withFolder(
  test: (
    lab: (line: string) => Promise<{ code: number; out: string; error: string }>,
    folder: string,
  ) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  try {
    await test(async (line) => {
      const io = capturedIo({ folder, root: folder, registries: few });
      return { code: await main(line.split(" "), io), ...io.written };
    }, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("score says how far pictures are from a data set, with features, numbers and resizing", async () => {
  await withFolder(async (lab, folder) => {
    await writePictures(`${folder}/squares`, 12);
    const { code, out, error } = await lab("score squares --against glyphs --metric fid");
    strictEqual(code, 0, error);
    strictEqual(error, "Training a classifier of glyphs, whose features are compared\n");
    match(
      out,
      /^12 pictures of squares against glyphs \(60 test images of 320\), cropped and resized to 28 × 28\n/,
    );
    match(out, /fid_glyphs +[\d.]+ +[\d.]+/);
    match(
      out,
      /compare 12 samples with 60 test images in 128 features of the judge \([0-9a-f]{12}/,
    );
    match(out, /fid_glyphs is too high by chance .* 12 of 128/);

    for (const given of ["--count 50", "--seed 2", "--checkpoint best", "--steps 3"]) {
      const refused = await lab(`score squares --against glyphs ${given}`);
      deepStrictEqual([refused.code, refused.error.includes("are drawn already")], [2, true]);
    }

    await writeNetwork(`${folder}/small/model.json`, [14, 14, 3], 5);
    const json = await lab("score squares --against glyphs --features small/model.json --json");
    strictEqual(json.code, 0, json.error);
    const { scores, notes } = JSON.parse(json.out);
    deepStrictEqual(scores.slice(0, 3).map(({ name }: { name: string }) => name), [
      "fid_small",
      "kid_small",
      "energy_distance",
    ]);
    for (const { value, real } of scores) ok(Number.isFinite(value) && Number.isFinite(real));
    match(notes[0], /in 5 features of small\/model.json, resized to 14 × 14, bilinearly$/);
  });
});

Deno.test("score compares two folders, and a folder with a file of arrays", async () => {
  await withFolder(async (lab, folder) => {
    // One folder within tells no classes, of pictures that are compared whatever they are of.
    await writePictures(`${folder}/squares/all`, 12);
    await Deno.writeTextFile(`${folder}/squares/all/cut.png`, "no picture");
    await writePictures(`${folder}/others`, 24);
    await Deno.writeTextFile(`${folder}/others/broken.png`, "no picture");
    await writeNetwork(`${folder}/eyes.json`, [8, 8, 1], 5);
    const sized = "--set dataset.side=8 --set dataset.grey=true --set dataset.test=0.5";
    const { code, out, error } = await lab(
      `score squares --against others ${sized} --features eyes.json`,
    );
    strictEqual(code, 0, error);
    match(
      out,
      /^12 pictures of squares against others \(12 test images of 24\), cropped and resized to 8 × 8\n/,
    );
    match(out, /compare 12 samples with 12 test images/);
    match(out, /\nfid_eyes +[\d.]+ *\n/);
    match(out, /what real images get is not measured as .* 10 validation images at least: 1/);
    match(out, /1 of 25 pictures cannot be decoded: .*others\/broken.png/);
    match(error, /1 of 13 pictures cannot be decoded: squares\/all\/cut.png/);

    const values = Float32Array.from({ length: 30 * 64 }, (_, i) => (i * 7 % 64) / 64);
    await Deno.writeFile(`${folder}/rows.npy`, encodeNpy(values, [30, 8, 8]));
    const rows = await lab(
      "score squares --against arrays --set dataset.file=rows.npy --set dataset.test=0.4 " +
        "--features eyes.json --metric kid",
    );
    strictEqual(rows.code, 0, rows.error);
    match(
      rows.out,
      /^12 pictures of squares against arrays \(12 test images of 30\), cropped and resized to 8 × 8\n/,
    );
    match(rows.out, /fid_eyes and kid_eyes compare 12 samples/);
  });
});

Deno.test("score holds a folder against all that another has, where no share is set", async () => {
  await withFolder(async (lab, folder) => {
    await writePictures(`${folder}/squares`, 12);
    await writePictures(`${folder}/others`, 30);
    const sized = "--set dataset.side=8 --set dataset.grey=true";
    const valuesOf = async (line: string) => {
      const { code, out, error } = await lab(`score ${line} ${sized} --json`);
      strictEqual(code, 0, error);
      const { scored, scores, notes } = JSON.parse(out);
      const rows = scores.map(({ name, ...row }: { name: string }) => [name, row]);
      return { scored, notes, by: Object.fromEntries(rows) };
    };
    const same = await valuesOf("others --against others");
    match(same.scored, /^30 pictures of others against others \(all 30 images\), cropped/);
    deepStrictEqual(
      [same.by.nearest_train.value, same.by.precision.value, same.by.coverage.value],
      [0, 1, 1],
    );
    ok(same.by.nearest_train.real > 0);
    match(same.notes.at(-1), /^of real images 15 are measured against the 15 others: /);
    const fewer = await valuesOf("squares --against others");
    match(fewer.notes.at(-1), /^of real images 12 are measured against the 18 others: /);

    // A single validation image keeps no figure away; nor is a table empty.
    const most = await valuesOf("squares --against others --set dataset.test=0.9");
    match(most.scored, /^12 pictures of squares against others \(27 test images of 30\)/);
    ok(Number.isFinite(most.by.energy_distance.value));
    strictEqual(most.by.energy_distance.real, undefined);

    for (const label of ["dark", "light"]) {
      await Deno.mkdir(`${folder}/classes/${label}`, { recursive: true });
      for (let i = 0; i < 40; i++) {
        const level = (label === "dark" ? 0 : 120) + 3 * i;
        const pixels = Uint8Array.from({ length: 64 }, (_, p) => level + p % 9);
        const picture = encodePng({ width: 8, height: 8, channels: 1, pixels });
        await Deno.writeFile(`${folder}/classes/${label}/${i}.png`, picture);
      }
    }
    const judged = await valuesOf("classes --against classes");
    ok(Math.abs(judged.by.fid_images.value) < 1e-3, `${judged.by.fid_images.value}`);
    ok(judged.by.fid_images.real > 1e-3);
    match(judged.notes[0], /^the judge learned from 64 of the 80 images that pictures are held/);

    const values = Float32Array.from({ length: 30 * 64 }, (_, i) => (i * 7 % 64) / 64);
    await Deno.writeFile(`${folder}/rows.npy`, encodeNpy(values, [30, 8, 8]));
    const rows = await lab("score squares --against rows.npy");
    strictEqual(rows.code, 0, rows.error);
    match(rows.out, /^12 pictures of squares against rows.npy \(all 30 images\)/);
  });
});

Deno.test("of a folder in the order of its classes no class is measured alone", async () => {
  await withFolder(async (lab, folder) => {
    // More of the first one than some measures look at.
    const shadeOf = (i: number, place: number) => 0.5 * place + 0.4 * (i * 37 % 101) / 101;
    for (const [place, name] of ["dark", "light"].entries()) {
      await Deno.mkdir(`${folder}/sorted/${name}`, { recursive: true });
      await Promise.all(Array.from({ length: 1000 }, (_, i) =>
        Deno.writeFile(
          `${folder}/sorted/${name}/${i}.png`,
          encodePng({
            width: 4,
            height: 4,
            channels: 1,
            pixels: new Uint8Array(16).fill(255 * shadeOf(i, place)),
          }),
        )));
    }
    const rows = Float32Array.from({ length: 400 * 16 }, (_, i) => {
      const row = Math.floor(i / 16);
      return shadeOf(row, row % 2);
    });
    await Deno.writeFile(`${folder}/rows.npy`, encodeNpy(rows, [400, 4, 4]));
    await writeNetwork(`${folder}/eyes.json`, [4, 4, 1], 5);
    const { code, out, error } = await lab(
      "score sorted --against arrays --set dataset.file=rows.npy --set dataset.test=0.5 " +
        "--features eyes.json --json",
    );
    strictEqual(code, 0, error);
    const { scores } = JSON.parse(out) as { scores: { name: string; value: number }[] };
    const { value } = scores.find(({ name }) => name === "energy_distance")!;
    ok(value < 0.01, `${value}`);
  });
});

Deno.test("score measures a model's samples, and refuses what it cannot measure", async () => {
  await withFolder(async (lab, folder) => {
    await writePictures(`${folder}/squares`, 12);
    await writePictures(`${folder}/two`, 3);
    await writeNetwork(`${folder}/eyes.json`, [28, 28, 1], 5);
    await writeNetwork(`${folder}/two.json`, [28, 28, 2], 5);
    await Deno.writeTextFile(`${folder}/text.json`, "{}");
    const small = ["model.judge=false", "dataset.train=100", "dataset.validation=50"]
      .concat("dataset.test=50").map((field) => ` --set ${field}`);
    strictEqual((await lab(`run glyphs-vae-quick --budget 100${small.join("")}`)).code, 0);
    const scored = await lab("score latest --features eyes.json --count 20 --metric likeness");
    strictEqual(scored.code, 0, scored.error);
    match(
      scored.out,
      /^20 samples of run \w+ {2}glyphs-vae-quick, against 60 test images\n[^]*nearest_train/,
    );
    // Nothing is said of a distance that was not taken.
    doesNotMatch(scored.out, /fid_|kid_/);
    // Of steps that grow until it unlearns, without diverging, the best checkpoint is an early one.
    const unlearned =
      "--budget 3000 --set model.finalLearningRate=1 --set model.batchesPerIteration=1 " +
      "--set evaluation.every=500 --set model.activation=relu";
    strictEqual((await lab(`run glyphs-vae-quick ${unlearned}${small.join("")}`)).code, 0);
    const [final, best] = await Promise.all(["final", "best"].map(async (checkpoint) => {
      const line = `score latest --features eyes.json --count 20 --checkpoint ${checkpoint}`;
      return (await lab(line)).out;
    }));
    match(best, /^20 samples of run/);
    notStrictEqual(final, best);
    const refused: [string, RegExp][] = [
      [
        "squares --against ring-8",
        /^error: Cannot score pictures against ring-8 as it must hold images: it holds points/,
      ],
      ["squares --against glyfs", /no data set "glyfs".*glyphs/],
      ["squares", /squares/],
      ["two --against glyphs --features eyes.json", /there must be 10 images at least: 3/],
      ["squares --against glyphs --features no.json", /Cannot read .*no.json/],
      ["squares --against glyphs --features text.json", /text.json as it must be a model.json/],
      ["squares --against glyphs --features two.json", /must take .*: \[any, 28, 28, 2\]/],
      [
        "squares --against glyphs --features eyes.json --metric inception-score",
        /Cannot measure inception-score as eyes.json must classify/,
      ],
      [
        "squares --against glyphs --features eyes.json --metric recognised",
        /^error: Cannot measure recognised as eyes.json must classify/,
      ],
      ["squares --against glyphs --metric FID", /fid/],
      ["squares --against images", /Cannot list images as data set images/],
      [
        "squares --against images --set dataset.foldr=squares",
        /^error: Cannot set dataset.foldr as the data set images has no such field .*dataset.folder/,
      ],
      [
        "squares --against images --set dataset.side=2",
        /dataset.side .*must be integer, 4 … 256.*: 2/,
      ],
      [
        "squares --against images --set dataset.folder=squares --set dataset.grey=true " +
        "--set dataset.test=0.1 --features eyes.json",
        /there must be 10 test images at least: 1/,
      ],
      [
        "squares --against images --set dataset.folder=squares --set dataset.test=0.9 --metric fid",
        /^error: Cannot measure fid as images must hold images with classes.*: its images have likeness/,
      ],
      ["squares --against glyphs --guidance 2", /^error: Cannot take --guidance as the pictures/],
      [
        "latest --features eyes.json --metric asked-class --count 20",
        /^error: Cannot measure asked-class as the images must be samples of a run that has eval/,
      ],
      ["latest --guidance 2 --count 20", /^error: .*guidance/],
      ["latest --set dataset.side=8", /^error: Cannot set dataset.side as a run is scored against/],
    ];
    for (const [line, said] of refused) {
      const { code, error } = await lab(`score ${line}`);
      strictEqual(code, 2, `${line}: ${error}`);
      match(error, said);
      strictEqual(error.trim().split("\n").length, 1, error);
    }
  });
});

Deno.test("of a judge that is seldom right, and of no other, it is told", async () => {
  await withFolder(async (lab, folder) => {
    const random = streamOf(1, "judge");
    await writePictures(`${folder}/squares`, 12);
    for (const [name, isTold] of [["noise", true], ["shades", false]] as const) {
      for (const label of [0, 1]) {
        await Deno.mkdir(`${folder}/${name}/${label}`, { recursive: true });
        for (let i = 0; i < 60; i++) {
          const level = name === "noise" ? 0 : 120 * label;
          const pixels = Uint8Array.from({ length: 64 }, () => level + random.integers(0, 100));
          const picture = encodePng({ width: 8, height: 8, channels: 1, pixels });
          await Deno.writeFile(`${folder}/${name}/${label}/${i}.png`, picture);
        }
      }
      const sized = "--set dataset.side=8 --set dataset.grey=true --set dataset.test=0.4";
      const { code, out, error } = await lab(`score squares --against ${name} ${sized}`);
      strictEqual(code, 0, error);
      strictEqual(
        /^the judge is right about [\d.]+ % of the .* alone: below 95 %/m.test(out),
        isTold,
        out,
      );
    }
  });
});

Deno.test("what has no judge is measured as it is, as evaluations do: pictures and points", async () => {
  await withFolder(async (lab, folder) => {
    await writePictures(`${folder}/squares`, 12);
    await writePictures(`${folder}/others`, 40);
    const sized = "--set dataset.side=8 --set dataset.grey=true --set dataset.test=0.5";
    const { code, out, error } = await lab(`score squares --against others ${sized}`);
    strictEqual(code, 0, error);
    match(out, /^12 pictures of squares against others .*\n\nmeasure +value +of real images\n/);
    match(out, /\nenergy_distance +\S+ *\n[^]*\nnearest_train +\S+/);
    match(out, /^measured between images as they are: images with classes alone have a judge$/m);

    const random = streamOf(1, "points");
    const values = Float32Array.from({ length: 200 * 3 }, () => random.standardNormal());
    await Deno.writeFile(`${folder}/points.npy`, encodeNpy(values, [200, 3]));
    const run = "run real-nvp --dataset points.npy --budget 200 --set model.batchSize=50";
    const trained = await lab(run);
    strictEqual(trained.code, 0, trained.error);
    const scored = await lab("score latest --metric likeness --json");
    strictEqual(scored.code, 0, scored.error);
    const { scores } = JSON.parse(scored.out) as {
      scores: { name: string; value: number; real: number }[];
    };
    ok(scores[0].value !== scores[0].real);
    deepStrictEqual(scores.map(({ name }) => name), [
      ...["energy_distance", "diversity", "precision", "recall", "density", "coverage"],
      ...["nearest_train", "sliced_wasserstein"],
    ]);
    const refused = await lab("score latest --metric kid");
    match(
      refused.error,
      /^error: Cannot measure kid as arrays must .*: its points have likeness\n$/,
    );
    const seen = await lab("score latest --features eyes.json");
    match(
      seen.error,
      /^error: Cannot take --features of arrays as it must hold images: it holds po/,
    );
  });
});

Deno.test("a network's file computes what its weights say", async () => {
  const folder = await Deno.makeTempDir();
  try {
    // Features: the sums of the left and of the right column, the second cut at 0.
    await writeNetwork(
      `${folder}/sums.json`,
      [2, 2, 1],
      2,
      Float32Array.of(1, 0, 0, -1, 1, 0, 0, -1),
    );
    const network = await featureNetworkOf(`${folder}/sums.json`, [2, 2, 1], Deno.readFile);
    const { features, size } = await network.see(Float32Array.of(.25, .5, .5, 0, 1, 0, 1, 0));
    deepStrictEqual([[...features], size, network.name], [[.75, 0, 2, 0], 2, "sums"]);
    const moments = momentsOf(features, size);
    strictEqual(frechetDistance(moments, moments), 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("samples of one class are held against that class, and of many examples the first are told theirs", async () => {
  await withFolder(async (lab, folder) => {
    const { code, error } = await lab("run glyphs-conditional-vae-quick --budget 64 --quiet");
    strictEqual(code, 0, error);
    const line = "score latest --metric asked-class --count 20 --class 3 --json";
    const { scores: [{ name, value }] } = JSON.parse((await lab(line)).out);
    const one = await lab("score latest --metric fid --count 20 --class 3");
    match(
      one.error,
      /^error: Cannot score as there must be 10 test images of class 3 at least: \d\n$/,
    );
    const told = await lab("score latest --metric asked-class --count 20 --class 3");
    match(
      told.out,
      /^20 samples of class 3 of run \w+ {2}glyphs-conditional-vae-quick, against \d test images of class 3\n/,
    );
    // What has learned next to nothing draws much the same each time: each is of the class, or none is.
    strictEqual(name, "asked_class");
    ok(value === 0 || value === 1, `${value}`);
    // In folders of their classes they are told theirs, too.
    strictEqual((await lab("sample latest --count 12 --out drawn")).code, 0);
    const drawn = Array.from(
      { length: 12 },
      (_, i) => `${i % 10}/${String(i).padStart(2, "0")}.png`,
    );
    for (const path of drawn) ok((await Deno.stat(`${folder}/drawn/${path}`)).isFile, path);
    strictEqual([...Deno.readDirSync(`${folder}/drawn`)].length, 10);
    strictEqual((await lab("sample latest --count 12 --out drawn")).code, 2);
    strictEqual((await lab("sample latest --count 2 --class 3 --out threes")).code, 0);
    deepStrictEqual([...Deno.readDirSync(`${folder}/threes/3`)].length, 2);
    const own = await lab("likelihood latest drawn --draws 2 --count 0");
    deepStrictEqual([own.code, /^12 examples/.test(own.out)], [0, true], own.error);
    const likelihood = await lab("likelihood latest --examples 3 --draws 2 --count 0");
    deepStrictEqual([likelihood.code, /^3 examples/.test(likelihood.out)], [0, true]);
    await writePictures(`${folder}/many/3`, 101);
    const made = await lab("reconstruct latest many --out made.png");
    deepStrictEqual([made.code, made.error], [0, ""]);
    match(made.out, /100 of 101 pictures/);
  });
});
