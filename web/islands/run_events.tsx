/** What happened in a run, live. @module */
import type { VNode } from "preact";
import { callsBehind } from "../../lab/experiment/calls.ts";
import type { Contents } from "../contents.ts";
import { contentsFrom } from "../live.ts";

/** The island: how the run ended, where it did not complete, and its events. */
export default function RunEvents({ contents: initial }: { contents: Contents }): VNode {
  const { events, eventCount, message, tone } = contentsFrom(initial);
  return (
    <>
      {message !== null && <p class={tone}>{message}</p>}
      {events.length > 0 && (
        <details open={events.length <= 8}>
          <summary>
            Events ({eventCount.toLocaleString("en")}
            {eventCount > events.length && `, the newest ${events.length}`})
          </summary>
          <ul class="events">
            {events.map((event, i) => {
              const calls = callsBehind(message ?? "", event.message);
              return (
                <li key={i} class={event.level}>
                  <small>iteration {event.iteration.toLocaleString("en")}</small>{" "}
                  {calls.length === 0 ? event.message : message}
                  {calls.length > 0 && <pre class="calls">{calls.join("\n")}</pre>}
                </li>
              );
            })}
          </ul>
        </details>
      )}
    </>
  );
}
