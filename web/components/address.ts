/** What a page keeps in its address. @module */
import { useEffect, useRef } from "preact/hooks";
import { keepQuery } from "../ask.ts";

/** Keeps a query in the page's address, once it is another than at first; undefined: the page keeps none. */
export function useAddress(query: string | undefined): void {
  const shown = useRef(query);
  useEffect(() => {
    if (query !== undefined && shown.current !== query) keepQuery(query);
    shown.current = query;
  }, [query]);
}
