/** README's example does what README says. */
import { deepStrictEqual, match, ok } from "node:assert";

const root = new URL("../", import.meta.url);
const readme = await Deno.readTextFile(new URL("README.md", root));

Deno.test("README's example trains PPO on an own world, and solves it", async () => {
  const [example] = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((block) => block[1]);
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, example);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--config", "deno.json", "--allow-read", file],
      cwd: root,
      env: { NO_COLOR: "1" },
    }).output();
    const printed = Number(new TextDecoder().decode(stdout));
    ok(printed > 0.975, `${printed} ${new TextDecoder().decode(stderr)}`);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("README links to files that are there", async () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((link) => link[1]);
  match(links.join(" "), /ARCHITECTURE\.md/);
  const missing: string[] = [];
  for (const link of links) {
    await Deno.stat(new URL(link, root)).catch(() => missing.push(link));
  }
  deepStrictEqual(missing, []);
});
