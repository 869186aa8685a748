// Small behaviours of forms: send on change, ask first, show a part only for some answers, copy a text.
import { text } from "./texts";
import { toast } from "./toasts";

export function startForms(): void {
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    if (field.matches("[data-autosubmit]")) field.form?.requestSubmit();
    if (field.form) showParts(field.form);
  });
  document.addEventListener("submit", askFirst, true);
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy], [data-copy-from]");
    if (button !== null) void copy(button);
    const offer = (event.target as Element).closest<HTMLElement>("[data-fill]");
    if (offer !== null) fill(offer);
  });
  document.addEventListener("htmx:after:settle", showAllParts);
  showAllParts();
}

/** data-fill="id" data-fill-text="…": puts a ready text into a field, to be changed before it is sent. */
function fill(offer: HTMLElement): void {
  const field = document.getElementById(offer.dataset["fill"] ?? "") as HTMLTextAreaElement | null;
  if (field === null) return;
  field.value = offer.dataset["fillText"] ?? "";
  field.focus();
}

function askFirst(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const question = event.submitter?.dataset["confirm"] ?? form.dataset["confirm"];
  if (question === undefined || window.confirm(question)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

export function showAllParts(): void {
  for (const form of document.forms) showParts(form);
}

/** data-when="field=a,b": shown, and its fields sent, only while the field's value (or its option's data-kind) is one of these. */
function showParts(form: HTMLFormElement): void {
  for (const part of form.querySelectorAll<HTMLElement>("[data-when]")) {
    const [name = "", wanted = ""] = (part.dataset["when"] ?? "").split("=");
    const values = wanted.split(",").map((value) => value.trim());
    const isShown = answersOf(form, name).some((answer) => values.includes(answer));
    part.hidden = !isShown;
    for (const field of part.querySelectorAll<HTMLInputElement>("input, select, textarea, button")) field.disabled = !isShown;
  }
}

function answersOf(form: HTMLFormElement, name: string): string[] {
  const answers: string[] = [];
  for (const field of form.querySelectorAll<HTMLInputElement | HTMLSelectElement>(`[name="${CSS.escape(name)}"]`)) {
    if (field instanceof HTMLSelectElement) {
      for (const option of field.selectedOptions) answers.push(option.value, ...kindsOf(option));
    } else if (!["radio", "checkbox"].includes(field.type) || field.checked) {
      answers.push(field.value, ...kindsOf(field));
    }
  }
  return answers;
}

function kindsOf(element: HTMLElement): string[] {
  return (element.dataset["kind"] ?? "").split(" ").filter(Boolean);
}

async function copy(button: HTMLElement): Promise<void> {
  const source = button.dataset["copyFrom"];
  const words = source === undefined ? button.dataset["copy"] : document.querySelector(source)?.textContent;
  await navigator.clipboard.writeText((words ?? "").trim());
  toast(text("copied"), "ok");
}
