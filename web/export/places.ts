/**
 * Where the links and pictures of an exported page lead: the components name them as the server
 * does, `/runs/ID`.
 *
 * @module
 */
import { options, type VNode } from "preact";

const linking = ["href", "src"] as const;

/** Where a path of the server stands; undefined: nowhere, so that the link is none. */
export type Place = (path: string, property: typeof linking[number]) => string | undefined;

/** Every element that is made from now on leads where `place` says, until the result is called. */
export function ledBy(place: Place): () => void {
  const before = options.vnode;
  options.vnode = (vnode: VNode) => {
    const props = vnode.props as { [name: string]: unknown };
    if (typeof vnode.type === "string") {
      for (const name of linking) {
        const path = props[name];
        if (typeof path === "string" && path.startsWith("/")) props[name] = place(path, name);
      }
    }
    before?.(vnode);
  };
  return () => options.vnode = before;
}

/** The file of a sweep's page in a site; whatever its name, it is one. */
export function sweepFile(name: string): string {
  return `sweeps/${encodeURIComponent(name)}.html`;
}

/**
 * In a site whose pages lie below `root`.
 *
 * @param hasSweep Whether a sweep has a page there; left out: every one that a link leads to.
 */
export function inSite(root: string, hasSweep: (name: string) => boolean = () => true): Place {
  return (path) => {
    const { pathname, search } = new URL(path, "http://page");
    const [, folder, name = ""] = pathname.split("/");
    switch (folder) {
      case "":
        return `${root}index.html${search}`;
      case "compare":
      case "train":
        return `${root}${folder}.html${search}`;
      case "runs":
        return `${root}runs/${name}.html`;
      case "sweeps": {
        if (name === "") return `${root}sweeps.html`;
        const sweep = decodeURIComponent(name);
        // What the name of its file has of percent signs is a letter of that name.
        return hasSweep(sweep) ? root + sweepFile(sweep).replaceAll("%", "%25") : undefined;
      }
      case "assets":
        return `${root}assets/${name}`;
      case "artifacts":
        return `${root}data/${name}.png`;
      default:
        return undefined;
    }
  };
}

/** In a page that stands alone: it leads nowhere, and has its pictures within. */
export function inFile(picture: (hash: string) => string | undefined): Place {
  return (path, property) => {
    // A browser follows no link to what stands within a page.
    const hash = property === "src" ? /^\/artifacts\/(\w+)$/.exec(path)?.[1] : undefined;
    return hash === undefined ? undefined : picture(hash);
  };
}
