import { deepStrictEqual } from "node:assert";

const module = new URL("../../cli/permissions.ts", import.meta.url).href;

/** Where a process that was given three folders, as by a task, may write after `args` began. */
async function writable(folder: string, caller: string, args: string): Promise<string[]> {
  const store = `${folder}/lab/runs`;
  const folders = [...caller.split(","), store, "/tmp"];
  const script = `
    import { giveUpFolder } from "${module}";
    giveUpFolder(${JSON.stringify(args.split(" "))}, ${JSON.stringify({ folder: caller, store })});
    const may = (path) => Deno.permissions.querySync({ name: "write", path }).state === "granted";
    console.log(JSON.stringify(${JSON.stringify(folders)}.filter(may)));`;
  await Deno.writeTextFile(`${folder}/script.ts`, script);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "--no-prompt", "--allow-env=INIT_CWD"],
      `--allow-write=${folders}`,
      `${folder}/script.ts`,
    ],
    env: { INIT_CWD: caller, NO_COLOR: "1" },
  }).output();
  const names = (path: string) => path.replace(`${folder}/`, "");
  return JSON.parse(new TextDecoder().decode(stdout)).map(names);
}

Deno.test("what names no place in the caller's folder gives up writing there, and keeps the store", async () => {
  // Outside /tmp, which a task gives too.
  const folder = await Deno.makeTempDir({ dir: "/var/tmp" });
  try {
    for (
      const [caller, args, kept] of [
        ["lab", "run cartpole-ppo", ["lab/runs", "/tmp"]],
        ["mine", "resume latest --quiet", ["lab/runs", "/tmp"]],
        ["mine", "run own.ts --store=runs", ["mine", "lab/runs", "/tmp"]],
        ["mine", "sample latest --out samples.png", ["mine", "lab/runs", "/tmp"]],
        ["mine", "encode latest", ["mine", "lab/runs", "/tmp"]],
        ["mine", "new agent walker", ["mine", "lab/runs", "/tmp"]],
        ["lab/runs", "runs", ["lab/runs", "lab/runs", "/tmp"]],
      ] as const
    ) {
      deepStrictEqual(await writable(folder, `${folder}/${caller}`, args), kept, args);
    }
    // A folder with a comma is given as two.
    await Deno.mkdir(`${folder}/mi,ne`);
    deepStrictEqual(await writable(folder, `${folder}/mi,ne`, "run cartpole-ppo"), [
      "lab/runs",
      "/tmp",
    ]);
    // What lies in /tmp is given with it.
    const inTmp = await writable(folder, "/tmp/mine", "run cartpole-ppo");
    deepStrictEqual(inTmp, ["/tmp/mine", "lab/runs", "/tmp"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
