import type { ComponentChildren, VNode } from "preact";

/** The head of a column that a table's rows can be ordered by. */
export function SortableHead(
  { name, sorted, choose, children, ...more }: {
    name: string;
    sorted: "none" | "ascending" | "descending";
    /** Orders by this column, or turns its order round. */
    choose: () => void;
    class?: string;
    title?: string;
    /** What stands behind the name. */
    children?: ComponentChildren;
  },
): VNode {
  return (
    <th scope="col" aria-sort={sorted} {...more}>
      <button type="button" onClick={choose}>{name}</button>
      {children}
    </th>
  );
}
