/** A page that asks before it is left, where something of a reader would be lost. @module */
import { useEffect } from "preact/hooks";

/** While `isAsked`, the browser asks whether to leave the page, in its own words. */
export function useAskBeforeLeaving(isAsked: boolean): void {
  useEffect(() => {
    if (!isAsked) return;
    const ask = (event: Event) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isAsked]);
}
