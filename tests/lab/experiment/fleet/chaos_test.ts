import { missing, Server } from "../../store/postgres/server.ts";
import { chaos } from "./chaos.ts";

Deno.test({
  name: "a fleet under faults ends every run once, to the bits of an undisturbed one",
  ignore: missing,
  fn: async () => {
    await using server = await Server.start();
    await chaos(server, 1);
  },
});
