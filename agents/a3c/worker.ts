/**
 * A thread of A3C: makes its own environments and workspace, learns at each order.
 *
 * @module
 */
import { InputError } from "../../lab/core/errors.ts";
import { joinThread } from "../../lab/core/thread.ts";
import { openWorkspace } from "../../lab/compute/backend.ts";
import { Learner } from "./learner.ts";
import type { FromThread, Start, ToThread } from "./threads.ts";

let learner: Learner | undefined;

async function start({ opening, source, ...order }: Start): Promise<void> {
  const { environmentMaker, networkBody } = await import(source.module);
  const makeEnvironment = await environmentMaker(source.options);
  const body = await networkBody?.(source.options);
  const { workspace } = await openWorkspace(opening.backend, opening.options);
  learner = new Learner({ ...order, workspace, makeEnvironment, body });
}

async function reply(message: ToThread): Promise<FromThread["value"]> {
  if (message.kind === "start") await start(message);
  if (message.kind === "learn") return await learner!.learn(message);
  if (message.kind === "snapshot") return await learner!.snapshot();
  if (message.kind === "restore") await learner!.restore(message.snapshot);
  return null;
}

const post = joinThread<ToThread, FromThread>((message) => {
  reply(message).then((value) => post({ value }), (error) => {
    const failed = error instanceof Error ? error.message : String(error);
    post({ value: null, failed, input: error instanceof InputError });
  });
});
