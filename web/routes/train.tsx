/** The page that trains. @module */
import type { VNode } from "preact";
import { namedPart } from "../../lab/experiment/own.ts";
import { asset } from "../assets.ts";
import { type Context, page, type PageAnswer, type PageProps } from "../fresh.ts";
import { Train } from "../islands.ts";
import type { State } from "../state.ts";
import type { ExperimentChoice } from "../islands/train.tsx";
import type { Program } from "../program.ts";

interface Data {
  readonly title: string;
  readonly experiments: readonly ExperimentChoice[];
  readonly program: Program;
}

let known: Promise<readonly ExperimentChoice[]> | undefined;

/** The lab's experiments, whatever the store holds. */
export async function handler({ state: { program } }: Context<State>): Promise<PageAnswer<Data>> {
  return page({ title: "Train", program, experiments: await (known ??= choices()) });
}

/** The experiments of the registry. */
async function choices(): Promise<readonly ExperimentChoice[]> {
  const { experiments } = await import("../../experiments/mod.ts");
  return await Promise.all(experiments.map(async ({ name, summary, expectedSeconds, load }) => {
    const definition = await load();
    const [on, method] = "agent" in definition
      ? [(definition.environment as { readonly id: string }).id, namedPart(definition.agent).name]
      : [namedPart(definition.dataset).name, namedPart(definition.model).name];
    return { name, summary, seconds: expectedSeconds, on, method };
  }));
}

/** The page. */
export default function TrainPage({ data: { experiments, program } }: PageProps<Data>): VNode {
  return (
    <>
      <h1>Train here</h1>
      <Train experiments={experiments} thread={asset("training.js")} program={program} />
    </>
  );
}
