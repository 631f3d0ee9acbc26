/** The time, for what a page says of how long ago something was. @module */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const HALF_A_MINUTE = 30_000;

/** The time, `then` at first, half a minute at a time. */
export function useTime(then: number): number {
  const now = useSignal(then);
  useEffect(() => {
    const ahead = Date.now() - then;
    const timer = setInterval(() => now.value = Date.now() - ahead, HALF_A_MINUTE);
    return () => clearInterval(timer);
  }, []);
  return now.value;
}
