/** The drawing of an episode, which a hand can take hold of. @module */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Scene } from "../../lab/core/scene.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { usePainted } from "../components/painted.ts";
import type { Episodes } from "../episodes.ts";
import { paintScene } from "../scene_canvas.ts";
import type { Handle, Point, Pose } from "../hands.ts";

/** Pixels that a pointer may move and still have clicked. */
const STILL = 4;

/** Where a pointer or a finger is on the page. */
type Place = Pick<PointerEvent, "clientX" | "clientY">;

/** What a stage shows. */
export interface StageProps {
  readonly episodes: Episodes;
  readonly label: string;
  /** Changes with every frame that is to be drawn. */
  readonly frame: number;
  /** How a hand takes hold of the world; undefined: it does not. */
  readonly handle: Handle | undefined;
  /** Of rods, in m, as the world has it. */
  readonly length: number;
  /** What is drawn instead of the scene itself. */
  readonly over: (scene: Scene) => Scene;
  /** Told that a hand has changed the world. */
  readonly touched: () => void;
  /** Told of the point of the drawing that a pointer is over, and that it has left; undefined: nobody asks. */
  readonly pointed?: (point: Point | undefined) => void;
}

/** The canvas. Drag a part to hold it, click it for a push. */
export function Stage(
  { episodes, label, frame, handle, length, over, touched, pointed }: StageProps,
): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const held = useRef<{ part: string; from: [number, number]; moved: boolean; point: Point }>(null);
  const { environment } = episodes;

  useEffect(() => {
    const { current } = held;
    if (current?.moved) grab(current.part, current.point);
  });
  usePainted(canvas, (canvas) => {
    const scene = environment.scene?.();
    if (scene !== undefined) paintScene(canvas, over(scene));
  });

  const pose = () => (environment.snapshot!() as unknown as { state: Pose }).state;
  const grab = (part: string, point: Point) =>
    episodes.touch((state) => [...handle!.dragged(state as unknown as Pose, part, point)] as Json);
  const pointOf = (event: Event, place: Place) =>
    pointIn(environment.scene!().view, event.currentTarget as HTMLCanvasElement, place);
  /** The part that a hand would take hold of there. */
  const partAt = (event: Event, place: Place) =>
    episodes.standing.end === null
      ? handle!.partAt(pose(), pointOf(event, place), length)
      : undefined;
  const down = (event: PointerEvent) => {
    const part = partAt(event, event);
    if (part === undefined) return;
    event.preventDefault();
    (event.currentTarget as HTMLCanvasElement).setPointerCapture(event.pointerId);
    const from: [number, number] = [event.clientX, event.clientY];
    held.current = { part, from, moved: false, point: pointOf(event, event) };
  };
  const move = (event: PointerEvent) => {
    const { current } = held;
    if (current === null) return;
    const [x, y] = current.from;
    current.moved ||= Math.hypot(event.clientX - x, event.clientY - y) > STILL;
    current.point = pointOf(event, event);
    if (!current.moved) return;
    grab(current.part, current.point);
    touched();
  };
  const up = () => {
    const { current } = held;
    held.current = null;
    if (current === null || current.moved) return;
    const { part, point } = current;
    episodes.touch((state) => [...handle!.kicked(state as unknown as Pose, part, point)] as Json);
    touched();
  };
  const hand = handle === undefined ? {} : {
    // A finger beside the parts moves the page.
    onTouchStart: (event: TouchEvent) => {
      if (partAt(event, event.touches[0]) !== undefined) event.preventDefault();
    },
    onPointerDown: down,
    onPointerMove: move,
    onPointerUp: up,
    onPointerCancel: () => held.current = null,
  };
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={label}
      data-frame={frame}
      class={handle && "handled"}
      {...hand}
      {...pointed && {
        onPointerMove: (event: PointerEvent) => pointed(pointOf(event, event)),
        onPointerLeave: () => pointed(undefined),
      }}
    />
  );
}

/** The point of the drawing under a pointer: the inverse of `drawScene`. */
function pointIn(
  [left, bottom, right, top]: Scene["view"],
  canvas: HTMLCanvasElement,
  { clientX, clientY }: Place,
): Point {
  const box = canvas.getBoundingClientRect();
  const scale = Math.min(box.width / (right - left), box.height / (top - bottom));
  const marginX = (box.width - (right - left) * scale) / 2;
  const marginY = (box.height - (top - bottom) * scale) / 2;
  return [
    left + (clientX - box.left - marginX) / scale,
    top - (clientY - box.top - marginY) / scale,
  ];
}
