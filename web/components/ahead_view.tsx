/** What will be trained, before it is: its world or its data as they begin, and what will be shown. @module */
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { unitWords } from "../../lab/core/budget.ts";
import type { Scene } from "../../lab/core/scene.ts";
import { duration, figure, metricWords } from "../format.ts";
import { paintScene } from "../scene_canvas.ts";
import type { Ahead } from "../training/ahead.ts";
import { expectedSeconds, valueOf } from "../training/form.ts";
import type { Description } from "../training/protocol.ts";
import { Raster } from "./gallery.tsx";
import { usePainted } from "./painted.ts";

/** What the view is told. */
export interface AheadViewProps {
  /** Of a setting that can be trained. */
  readonly description: Description;
  /** Undefined until the thread has looked. */
  readonly ahead: Ahead | undefined;
  /** Whether it cannot be trained as it is, so that the thread does not look. */
  readonly isRefused?: boolean;
}

/** The card. */
export function AheadView({ description, ahead, isRefused = false }: AheadViewProps): VNode {
  const value = (path: string) => valueOf(description.fields, path);
  const [agent, model] = [value("agent.name"), value("model.name")];
  const isAgent = agent !== undefined;
  const on = String(value("environment.id") ?? value("dataset.name") ?? "");
  const { full } = unitWords[description.unit];
  const amount = (count: unknown) => `${Number(count).toLocaleString("en")} ${full}`;
  const [every, episodes] = [value("evaluation.every"), value("evaluation.episodes")];
  const [stop, times] = [value("stop.metric"), value("stop.times")];
  const expected = expectedSeconds(description);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Learns for", `at most ${amount(value("budget"))}`],
    [
      "Is judged",
      typeof every === "number"
        ? (every < Number(value("budget")) ? `every ${amount(every)}` : "at the end") +
          (typeof episodes === "number" ? `, by ${episodes} episodes` : "")
        : undefined,
    ],
    [
      "Ends early",
      typeof stop === "string"
        ? `where ${metricWords(stop)} is ${
          boundWords(value("stop.atLeast"), value("stop.atMost"))
        }` +
          (times === 1 ? "" : `, ${times} times in a row`)
        : undefined,
    ],
    [
      "Counts as solved",
      ahead?.threshold === undefined ? undefined : `at ${figure(ahead.threshold)}`,
    ],
    [
      ahead?.masked ? "Random allowed actions" : "Random actions",
      ahead?.random === undefined ? undefined : `return ${figure(ahead.random)}`,
    ],
    [
      "Takes",
      expected === undefined
        ? undefined
        : `${expected.least ? "at least " : ""}about ${duration(expected.seconds)} ` +
          "on the command line, here up to twice that",
    ],
  ];
  const against = [
    ...ahead?.threshold === undefined ? [] : ["where the world counts as solved"],
    ...ahead?.random === undefined ? [] : ["random actions"],
  ];
  const shown = isAgent
    ? [
      "the policy at work in this world, from its first stumble on: push it meanwhile",
      ["its return over training", against.length > 0 && `against ${against.join(" and ")}`]
        .filter((part) => part).join(", "),
      "losses and all other figures, as they come",
      "at the end the digest, and the policy as a file",
    ]
    : [
      "samples, where it draws any, about once a second and from the same noise, as a film",
      "what it is judged by over training, with losses and all other figures",
      "the model at work: its codes, its samples, its surface in the plane, where it has them",
      "at the end the digest, and the model as a file",
    ];
  return (
    <div class="card ahead">
      <h2>
        {String(agent ?? model)} on {on}
      </h2>
      <div class="two">
        <Begin {...{ ahead, isRefused, on }} />
        <dl>
          {facts.filter(([, text]) => text !== undefined).map(([title, text]) => (
            <div key={title}>
              <dt>{title}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </div>
      <p>From Start on, this place shows</p>
      <ul>{shown.map((each) => <li key={each}>{each}</li>)}</ul>
      <p class="note">
        It trains in this page, on this machine; the server is asked for nothing meanwhile.
      </p>
    </div>
  );
}

/** The world as an episode begins, or examples. */
function Begin(
  { ahead, isRefused, on }: { ahead: Ahead | undefined; isRefused: boolean; on: string },
): VNode | null {
  if (ahead === undefined) {
    return (
      <p class="begin note">
        {isRefused
          ? "The start is drawn once the setting can be trained."
          : "The start is being drawn."}
      </p>
    );
  }
  const { scene, examples, isPlane } = ahead;
  if (scene !== undefined) return <Opening scene={scene} label={`${on} as an episode begins`} />;
  if (examples === undefined) return null;
  const label = `Examples of ${on}`;
  return (
    <figure class="begin">
      {"text" in examples
        ? <pre class="samples" role="region" tabIndex={0} aria-label={label}>{examples.text}</pre>
        : <Raster picture={examples.raster} label={label} onWhite={isPlane} />}
      <figcaption>What it learns from</figcaption>
    </figure>
  );
}

/** The first scene of an episode. */
function Opening({ scene, label }: { scene: Scene; label: string }): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  usePainted(canvas, (canvas) => paintScene(canvas, scene));
  return (
    <figure class="begin">
      <canvas ref={canvas} role="img" aria-label={label} />
      <figcaption>As an episode begins</figcaption>
    </figure>
  );
}

/** What a metric is to come to: the one of the two bounds that a rule has. */
function boundWords(atLeast: unknown, atMost: unknown): string {
  return typeof atMost === "number"
    ? `${figure(atMost)} or less`
    : `${figure(atLeast as number)} or more`;
}
