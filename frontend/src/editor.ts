// The editor of texts: puts a field or a suggestion into the box with one press (and Ctrl+Z takes it back), and shows a finding's place.
type Box = HTMLTextAreaElement | HTMLInputElement;

export function startEditor(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-remedy], [data-insert], [data-goto]");
    if (button === null) return;
    const name = button.dataset["remedy"] ?? button.dataset["insert"] ?? button.dataset["goto"] ?? "";
    const box = document.getElementById(name) as Box | null;
    if (box === null) return;
    event.preventDefault();
    box.focus();
    if (button.dataset["start"] !== undefined) {
      box.setSelectionRange(Number(button.dataset["start"]), Number(button.dataset["end"]));
    }
    if (button.dataset["goto"] === undefined && !box.readOnly) write(box, button.dataset["text"] ?? "");
  });
}

/** As if typed: the browser keeps it in its undo history, which setting the value would lose. */
function write(box: Box, text: string): void {
  const isDone = text === "" ? document.execCommand("delete") : document.execCommand("insertText", false, text);
  if (isDone) return;
  box.setRangeText(text, box.selectionStart ?? 0, box.selectionEnd ?? 0, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
