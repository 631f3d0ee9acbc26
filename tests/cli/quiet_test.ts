import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { commands, main } from "../../cli/main.ts";
import { library } from "../lab/compute/backends.ts";
import { missing, Server } from "../lab/store/postgres/server.ts";
import { capturedIo } from "./captured_io.ts";
import { writeNetwork, writePictures } from "./pictures.ts";

/** What makes the splits of a data set small. */
const few = (count: number) =>
  "train validation test".split(" ").map((split) => ` --set dataset.${split}=${count}`).join("");

/** A line of each command that succeeds, and says something on standard error where it can. */
const lines: Readonly<Record<string, string>> = {
  list: "list",
  describe: "describe cartpole-ppo --set agent.name=a2c",
  run: `run ring-wgan-gp --budget 2${few(100)} --set model.width=8 --set model.batchSize=16`,
  resume: "resume latest --budget MORE",
  worker: "worker --drain --store SHARED",
  reproduce: "reproduce latest",
  evaluate: "evaluate POLICY --episodes 1 --render --out way.gif --force",
  sample: "sample latest --count 4 --out samples.png --force",
  inpaint: "inpaint FLOW samples.png --mask samples.png --strength 0.5 --out anew.png --force",
  interpolate: "interpolate MODEL --rows 1 --out between.png --force",
  traverse: "traverse MODEL --count 2 --out latents.png --force",
  arithmetic: "arithmetic MODEL 7 --out sum.png --force",
  encode: "encode MODEL --out codes.npy --force",
  reconstruct: "reconstruct MODEL between.png --out pair.png --force",
  translate: "translate PAIRS between.png --out translated --force",
  detect: "detect MODEL --count 2",
  likelihood: "likelihood MODEL --draws 8 --count 2",
  score: "score pictures --against glyphs --features eyes.json --metric fid",
  runs: "runs",
  sweeps: "sweeps",
  import: "import other.jsonl",
  sync: "sync runs copied",
  report: "report cliffwalking-value-iteration --out reports --force",
  compare: "compare --where experiment=ring-wgan-gp",
  export: "export latest --format csv --out . --force",
  annotate: "annotate latest --tag new",
  delete: "delete latest",
  play: "play worlds.ts --random --seconds 1 --out play.gif --force",
  check: "check CliffWalking-v1",
  verify: "verify",
  recover: "recover",
  backup: "backup copyMORE",
  completions: "completions bash",
  new: "new agent walkerMORE",
  doctor: "doctor",
  range: "range cartpole-ppo --iterations 10 --episodes 1 --budget 3000",
};

Deno.test("no command writes control characters into a pipe, nor with --quiet more than errors", async () => {
  const folder = await Deno.makeTempDir();
  const type = async (line: string) => {
    const io = capturedIo({ folder, root: folder });
    const code = await main(line.split(" "), io);
    return { code, ...io.written };
  };
  const server = missing ? undefined : await Server.start();
  const shared = await server?.database() ?? "";
  try {
    const environments = new URL("../../envs/mod.ts", import.meta.url).href;
    await Deno.writeTextFile(
      `${folder}/worlds.ts`,
      `import { makeEnv } from "${environments}";
      export const taxi = makeEnv("Taxi-v4");
      export const cliff = makeEnv("CliffWalking-v1");`,
    );
    await writePictures(`${folder}/pictures`, 12);
    await Deno.writeTextFile(`${folder}/other.jsonl`, '{"run": {"name": "other"}}\n');
    await writeNetwork(`${folder}/eyes.json`, [28, 28, 1], 4);
    strictEqual((await type("run cliffwalking-value-iteration")).code, 0);
    const [{ id }] = JSON.parse((await type("runs --json")).out).runs;
    const small = " --set model.judge=false --set model.hiddenSizes=[8]";
    const vae = await type(`run glyphs-vae --budget 100${few(20)}${small}`);
    strictEqual(vae.code, 0);
    const [model] = JSON.parse((await type("runs --json")).out).runs;
    const little = "filters=[4] samplerSteps=1 solver=euler judge=false kinds=2".split(" ")
      .map((field) => ` --set model.${field}`);
    const pictures = "folder=pictures side=8 grey=true".split(" ")
      .map((field) => ` --set dataset.${field}`);
    const set = `${pictures.join("")}${little.join("")}`;
    strictEqual((await type(`run flow-matching --dataset images --budget 64${set}`)).code, 0);
    const [flow] = JSON.parse((await type("runs --json")).out).runs;
    const pairs = ["dataset.folder=.", "dataset.from=pictures", "dataset.to=pictures"]
      .concat("model.filters=[4]", "model.batchSize=4").map((field) => ` --set ${field}`);
    const translator = `run pix2pix --dataset image-pairs --budget 2${pairs.join("")}`;
    strictEqual((await type(translator)).code, 0);
    const [translates] = JSON.parse((await type("runs --json")).out).runs;
    const said: string[] = [];
    for (const { name } of commands) {
      if (name === "doctor" && library === undefined) continue;
      if (name === "worker" && server === undefined) continue;
      ok(name in lines, `"${name}" needs a line above that succeeds`);
      const line = lines[name].replace("POLICY", id).replace("MODEL", model.id)
        .replace("SHARED", shared).replace("FLOW", flow.id)
        .replace("PAIRS", translates.id);
      const plain = await type(line.replace("MORE", "3"));
      strictEqual(plain.code, 0, `${line}: ${plain.error}`);
      // deno-lint-ignore no-control-regex
      doesNotMatch(plain.out + plain.error, /[\x00-\x09\x0b-\x1f\x7f]/, line);
      if (plain.error !== "") said.push(name);
      const quiet = await type(`${line.replace("MORE", "4")} --quiet`);
      strictEqual(quiet.code, 0, `${line}: ${quiet.error}`);
      if (name !== "evaluate") strictEqual(quiet.error, "", line);
      else match(quiet.error, /^[ #.*+:=%@-]*\n[^]*step 13 {2}return -13\.0\n$/, line);
    }
    deepStrictEqual(said, [
      ...["describe", "run", "resume"],
      ...server === undefined ? [] : ["worker"],
      ...["reproduce", "evaluate", "play"],
    ]);
  } finally {
    await server?.[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
});
