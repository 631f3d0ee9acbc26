/**
 * The place of the keyboard on a page.
 *
 * @module
 */

/**
 * Keeps the place of the keyboard where the control that has it goes away, as a button does that was
 * pressed: what stands around it has it then. Else a screen reader would begin anew at the top.
 */
export function keepFocus(): void {
  /** What had the focus last, and what stands around it, from the inside to the outside. */
  let places: readonly HTMLElement[] = [];
  document.addEventListener("focusin", ({ target }) => {
    places = [...aroundOf(target as HTMLElement)];
  });
  document.addEventListener("focusout", ({ target }) => {
    // Who leaves a control that stays goes to nothing, which is no loss.
    queueMicrotask(() => {
      if ((target as HTMLElement).isConnected && isNowhere()) places = [];
    });
  });
  new MutationObserver(() => {
    if (places.length === 0 || places[0].isConnected || !isNowhere()) return;
    const place = places.find(({ isConnected }) => isConnected);
    places = [];
    if (place === undefined) return;
    if (!place.hasAttribute("tabindex")) {
      place.tabIndex = -1;
      place.addEventListener("blur", () => place.removeAttribute("tabindex"), { once: true });
    }
    place.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true });
}

function* aroundOf(element: HTMLElement): Generator<HTMLElement> {
  for (let at: HTMLElement | null = element; at !== null && at !== document.body;) {
    yield at;
    at = at.parentElement;
  }
}

/** Whether nothing has the focus. */
function isNowhere(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}
