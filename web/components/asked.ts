/** What a page asks its server for, and asks for again as runs go on. @module */
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ask, reasonOf } from "../ask.ts";
import { connected, heardMessages, reconnections } from "../live.ts";

/** How something is asked for, and who is told. */
export interface Asking<Answer> {
  /** What is asked for, a path unless `get` says how: another question breaks off the one before. Undefined: nothing. */
  readonly question: string | undefined;
  /** Changes with what an answer is made of. */
  readonly stamp?: unknown;
  /** Whether the page was made with the answer to its first question. */
  readonly answered?: boolean;
  /** Left out: the JSON that answers the question. */
  get?(signal: AbortSignal): Promise<Answer>;
  take(answer: Answer): void;
  /** Takes why there is no answer. */
  fail?(reason: string): void;
}

/**
 * Asks where the question changes, and again where the answer may have changed: for that one answer is
 * awaited before the next is asked for, so that they come, however fast the news are. Where the server
 * is away the page says so, and it is asked again once it is back.
 */
export function useAsked<Answer>(asking: Asking<Answer>): void {
  const { question, stamp, get = (signal) => jsonOf<Answer>(question!, signal) } = asking;
  const isBegun = useRef(false);
  const busy = useRef<{ question: string; controller: AbortController; again: boolean }>(null);
  useEffect(() => {
    const isMade = !isBegun.current && asking.answered;
    isBegun.current = true;
    if (isMade) return;
    if (busy.current !== null && busy.current.question === question) {
      busy.current.again = true;
      return;
    }
    busy.current?.controller.abort();
    busy.current = null;
    if (question === undefined) return;
    const own = { question, controller: new AbortController(), again: true };
    busy.current = own;
    const { signal } = own.controller;
    const load = async () => {
      while (own.again && !signal.aborted) {
        own.again = false;
        try {
          const answer = await get(signal);
          if (!signal.aborted) asking.take(answer);
        } catch (error) {
          const isHeard = error instanceof TypeError && connected.value !== undefined;
          if (!signal.aborted && !isHeard) asking.fail?.(reasonOf(error as Error));
        }
      }
      if (busy.current === own) busy.current = null;
    };
    void load();
  }, [question, stamp, reconnections.value]);
  useEffect(() => () => busy.current?.controller.abort(), []);
}

/** The JSON that answers a path. @throws {Error} with the server's reason where it refuses. */
export async function jsonOf<Answer>(path: string, signal: AbortSignal): Promise<Answer> {
  const response = await ask(path, { signal });
  if (!response.ok) throw new Error(await response.text());
  return await response.json();
}

/** An answer as it is now: asked for again where the news say that runs went on. */
export function useFollowed<Answer>(path: string, initial: Answer): Answer {
  const answer = useSignal(initial);
  useAsked<Answer>({
    question: path,
    stamp: heardMessages.value,
    answered: true,
    take: (next) => answer.value = next,
  });
  return answer.value;
}

/** Whether an element is in or near the viewport. */
export function useInView<Part extends Element>(): {
  readonly element: RefObject<Part>;
  readonly inView: boolean;
} {
  const element = useRef<Part>(null);
  const inView = useSignal(false);
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => inView.value = entries.at(-1)!.isIntersecting,
      { rootMargin: "200px" },
    );
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return { element, inView: inView.value };
}
