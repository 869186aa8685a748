// <dialog> opened and closed by attributes; an answer of the server may close it with the event ac:close.
export function startDialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const opener = target.closest<HTMLElement>("[data-opens]");
    if (opener !== null) return openDialog(opener.dataset["opens"] ?? "", event);
    if (target.closest("[data-closes]") !== null) return target.closest("dialog")?.close();
    if (target instanceof HTMLDialogElement && isOutside(target, event)) target.close();
  });
  document.addEventListener("ac:close", () => {
    for (const dialog of document.querySelectorAll<HTMLDialogElement>("dialog[open]")) dialog.close();
  });
  // <dialog data-open-on-swap> is shown as soon as a swap has put something into it (a form that the server sent).
  document.addEventListener("htmx:after:settle", (event) => {
    const dialog = (event.target as Element).closest?.("dialog[data-open-on-swap]");
    if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
  });
}

function openDialog(id: string, event: Event): void {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement)) return;
  event.preventDefault();
  if (!dialog.open) dialog.showModal();
}

function isOutside(dialog: HTMLDialogElement, event: MouseEvent): boolean {
  const box = dialog.getBoundingClientRect();
  const isKeyboard = event.clientX === 0 && event.clientY === 0;
  return !isKeyboard && (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom);
}
