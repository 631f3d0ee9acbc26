/** A thread that takes part in the programs that it gets first, and dies of the second message. */
import "../../../../lab/compute/compile/thread_worker.ts";

const scope = globalThis as unknown as { onmessage: (event: MessageEvent) => void };
const take = scope.onmessage;
let messages = 0;
scope.onmessage = (event) => {
  messages += 1;
  if (messages > 1) throw new Error("out of luck");
  take(event);
};
