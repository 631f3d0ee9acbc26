import { deepStrictEqual, throws } from "node:assert";
import * as z from "zod";
import { fieldsOf } from "../../../lab/experiment/fields.ts";
import { parsedSettings } from "../../../lab/experiment/settings.ts";

const fields = fieldsOf(
  z.strictObject({ gamma: z.number().max(1).default(0.9), sizes: z.array(z.int()).default([3]) }),
  "agent",
);
const words = { owner: "ppo", lack: "ppo has no such field" };

Deno.test("settings are read by their fields, the last of one path counts, `default` leaves it out", () => {
  const read = (...settings: [string, string][]) => [...parsedSettings(settings, fields, words)];
  deepStrictEqual(read(["agent.sizes", "[1,2]"], ["agent.gamma", "0.5"]), [
    ["agent.sizes", [1, 2]],
    ["agent.gamma", 0.5],
  ]);
  deepStrictEqual(read(["agent.gamma", "0.5"], ["agent.gamma", "1"]), [["agent.gamma", 1]]);
  deepStrictEqual(read(["agent.gamma", "default"]), [["agent.gamma", undefined]]);
  deepStrictEqual(read(), []);
});

Deno.test("a path that is none of a field is refused with the nearest, a value with what it must be", () => {
  const read = (path: string, text: string) => () => parsedSettings([[path, text]], fields, words);
  throws(read("agent.gama", "0.5"), {
    name: "InputError",
    message:
      /^Cannot set agent\.gama as ppo has no such field.*agent\.gamma.*: see `describe ppo`$/,
  });
  throws(read("agent.gamma", "much"), { name: "InputError", message: /agent\.gamma.*: much$/ });
});
