// Where the keyboard stands after a swap: on the first mistake, on what asks for it, or where it was.
let before: { id: string; name: string } = { id: "", name: "" };

export function startFocus(): void {
  document.addEventListener("htmx:before:swap", () => {
    const active = document.activeElement;
    before = { id: active?.id ?? "", name: active?.getAttribute("name") ?? "" };
  });
  document.addEventListener("htmx:after:settle", (event) => settle(event.target as Element));
}

function settle(part: Element): void {
  if (!(part instanceof Element) || part.querySelector("[autofocus]") !== null) return;
  const wrong = part.querySelector<HTMLElement>(".is-invalid, [aria-invalid='true']");
  if (wrong !== null) return wrong.focus();
  const asked = part.querySelector<HTMLElement>("[data-focus]");
  if (asked !== null) return focusAny(asked);
  if (document.activeElement !== null && document.activeElement !== document.body) return;
  const same = before.id !== "" ? document.getElementById(before.id) : part.querySelector<HTMLElement>(`[name="${CSS.escape(before.name)}"]`);
  same?.focus({ preventScroll: true });
}

function focusAny(element: HTMLElement): void {
  if (!element.matches("a, button, input, select, textarea, [tabindex]")) element.tabIndex = -1;
  element.focus();
}
