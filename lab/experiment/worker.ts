/**
 * The workers' entry: trains one run after another, reports to the main thread, writes nothing.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import { joinThread } from "../core/thread.ts";
import { stackOf } from "../core/stack.ts";
import { lineOf } from "./error_lines.ts";
import { keptJudges } from "./kept_judges.ts";
import type { FromWorker, ToWorker, TrainMessage } from "./protocol.ts";
import type { Registries } from "./registries.ts";
import { encoded, runSession } from "./run_session.ts";
import { openSession } from "./session.ts";
import { Signs } from "./signs.ts";

/** Reports that may wait in the main thread before training waits for it. */
const MOST_WAITING = 64;

const JUDGE_TRAINS = "trains a classifier of the data, which judges what models make of them";

/** Messages that the main thread has not taken yet, and who waits for it. */
let waiting = 0;
let taken = () => {};

const post = joinThread<ToWorker, FromWorker>((message) => {
  if (message.kind === "taken") {
    waiting--;
    return taken();
  }
  train(message).catch((error) => fail(error, false));
});

// What nobody awaited: training hangs or has lost its way, so that this thread is given up.
globalThis.addEventListener("error", (event) => {
  event.preventDefault();
  fail(event.error, true);
});
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  fail(event.reason, true);
});

function fail(error: unknown, fatal: boolean): void {
  post({
    kind: "failed",
    message: lineOf(error),
    input: error instanceof InputError,
    fatal,
    stack: stackOf(error),
  });
}

/** Sends a message and waits until at most `most` have not been taken. */
async function send(message: FromWorker, most: number): Promise<void> {
  post(message);
  waiting++;
  while (waiting > most) await new Promise<void>((resolve) => taken = resolve);
}

async function train(message: TrainMessage): Promise<void> {
  const { registries } = await import(message.registries) as { registries: Registries };
  const signs = new Signs(message.signs);
  const session = await openSession(message.job, registries, {
    threads: message.threads,
    again: message.again,
    onStep: () => signs.beat(),
    judges: keptJudges(message.judges, {
      keep: (name, bytes) => post({ kind: "judge", name, bytes }),
      trains: (iteration) => {
        signs.beat();
        if (iteration === 0) post({ kind: "noticed", message: JUDGE_TRAINS });
      },
    }),
  });
  try {
    const ending = await runSession(session, message, {
      opened: (opened) => post({ kind: "opened", opened }),
      report: async (report) => {
        signs.beat();
        await send({ kind: "report", report: await encoded(report) }, MOST_WAITING);
      },
      checkpoint: (checkpoint) => send({ kind: "checkpoint", checkpoint }, 0),
    }, () => signs.interrupted);
    if (message.profile) post({ kind: "profile", text: await session.profile() });
    const fallbacks = session.fallbacks();
    post({ kind: "ended", ending, fallbacks, leakedTensors: session.dispose() });
  } catch (error) {
    session.dispose();
    throw error;
  }
}
