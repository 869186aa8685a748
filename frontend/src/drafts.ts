// A form marked data-draft keeps what was typed until it is sent, so a lost session or a wrong key loses nothing.
// It stays in this tab's storage: it holds customers' words and must go when the tab does.
import { text } from "./texts";
import { toast } from "./toasts";
import { showAllParts } from "./forms";

const PREFIX = "acuerdo-draft:";
const NEVER = new Set(["password", "file", "hidden", "submit", "button"]);

export function startDrafts(): void {
  document.addEventListener("input", (event) => {
    const form = (event.target as Element).closest<HTMLFormElement>("form[data-draft]");
    if (form !== null) sessionStorage.setItem(keyOf(form), JSON.stringify(valuesOf(form)));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.matches("[data-draft]:not([hx-post], [hx-put], [hx-patch])") && !event.defaultPrevented) forget(form);
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = (event as CustomEvent).detail as { ctx: { sourceElement: Element; response?: { status: number } } };
    const form = ctx.sourceElement.closest<HTMLFormElement>("form[data-draft]");
    if (form !== null && (ctx.response?.status ?? 500) < 400) forget(form);
  });
  document.addEventListener("htmx:after:settle", restoreAll);
  restoreAll();
}

function keyOf(form: HTMLFormElement): string {
  return PREFIX + (form.dataset["draft"] ?? "");
}

function forget(form: HTMLFormElement): void {
  sessionStorage.removeItem(keyOf(form));
}

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function fieldsOf(form: HTMLFormElement): Field[] {
  return [...form.querySelectorAll<Field>("input[name], select[name], textarea[name]")].filter((field) => !NEVER.has(field.type));
}

function valuesOf(form: HTMLFormElement): [string, string, boolean][] {
  return fieldsOf(form).map((field) => [field.name, field.value, field instanceof HTMLInputElement && field.checked]);
}

function restoreAll(): void {
  let restored = 0;
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-draft]:not([data-draft-restored])")) {
    form.dataset["draftRestored"] = "";
    const kept = sessionStorage.getItem(keyOf(form));
    if (kept !== null && !form.querySelector(".is-invalid")) restored += restore(form, JSON.parse(kept) as [string, string, boolean][]);
  }
  if (restored === 0) return;
  showAllParts();
  toast(text("draft"), "info");
}

/** Returns how many fields now differ from what the server sent. */
function restore(form: HTMLFormElement, kept: [string, string, boolean][]): number {
  let changed = 0;
  for (const [index, field] of fieldsOf(form).entries()) {
    const [name, value, isChecked] = kept[index] ?? ["", "", false];
    if (name !== field.name) continue;
    const isChoice = field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type);
    if (isChoice ? (field as HTMLInputElement).checked === isChecked : field.value === value) continue;
    if (isChoice) (field as HTMLInputElement).checked = isChecked;
    else field.value = value;
    changed += 1;
  }
  return changed;
}
