// A form marked data-draft keeps what was typed until it is sent, so a lost session, a broken connection or a wrong key loses
// nothing. It stays in this tab's storage: it holds customers' words and must go when the tab does. What could not be sent for
// want of a connection is sent by itself once there is one again.
import { text } from "./texts";
import { toast } from "./toasts";
import { showAllParts } from "./forms";

const PREFIX = "acuerdo-draft:";
const NEVER = new Set(["password", "file", "hidden", "submit", "button"]);

const unsent = new Set<HTMLFormElement>();

export function startDrafts(): void {
  for (const what of ["input", "change"]) document.addEventListener(what, (event) => remember(event.target as Element));
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.matches("[data-draft]:not([hx-post], [hx-put], [hx-patch])") && !event.defaultPrevented) forget(form);
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = (event as CustomEvent).detail as { ctx: { sourceElement: Element; response?: { status: number } } };
    if (!(ctx.sourceElement instanceof HTMLFormElement) || !ctx.sourceElement.matches("[data-draft]")) return;
    unsent.delete(ctx.sourceElement);
    if ((ctx.response?.status ?? 500) < 400) forget(ctx.sourceElement);
  });
  document.addEventListener("htmx:error", (event) => {
    const { ctx } = (event as CustomEvent).detail as { ctx?: { sourceElement: Element; response?: unknown } };
    const form = ctx?.response === undefined ? ctx?.sourceElement : undefined;
    if (form instanceof HTMLFormElement && form.matches("[data-draft]")) unsent.add(form);
  });
  addEventListener("online", sendAgain);
  document.addEventListener("htmx:after:settle", restoreAll);
  restoreAll();
}

/** Each form that still stands in the page, once. */
function sendAgain(): void {
  for (const form of [...unsent]) {
    unsent.delete(form);
    if (form.isConnected) form.requestSubmit();
  }
}

function remember(target: Element): void {
  const form = target.closest<HTMLFormElement>("form[data-draft]");
  if (form !== null) sessionStorage.setItem(keyOf(form), JSON.stringify([...valuesOf(form)]));
}

function keyOf(form: HTMLFormElement): string {
  return PREFIX + (form.dataset["draft"] ?? "");
}

function forget(form: HTMLFormElement): void {
  sessionStorage.removeItem(keyOf(form));
}

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function fieldsOf(form: HTMLFormElement): Field[] {
  const all = [...form.querySelectorAll<Field>("input[name], select[name], textarea[name]")];
  return all.filter((field) => !NEVER.has(field.type) || field.matches("[data-picker-value]"));
}

function isChoice(field: Field): field is HTMLInputElement {
  return field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type);
}

/** A choice is known by its name and value, any other field by its name. */
function nameOf(field: Field): string {
  return isChoice(field) ? `${field.name}=${field.value}` : field.name;
}

/** What was kept of fields that are not on the page now stays: the code chosen brings them back. */
function valuesOf(form: HTMLFormElement): Map<string, string | boolean> {
  const values = keptOf(form);
  for (const field of fieldsOf(form)) values.set(nameOf(field), isChoice(field) ? field.checked : field.value);
  for (const shown of form.querySelectorAll<HTMLInputElement>("[data-picker-text]")) values.set(`#${shown.id}`, shown.value);
  return values;
}

function keptOf(form: HTMLFormElement): Map<string, string | boolean> {
  const kept = sessionStorage.getItem(keyOf(form));
  return new Map(kept === null ? [] : (JSON.parse(kept) as [string, string | boolean][]));
}

function restoreAll(): void {
  let restored = 0;
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-draft]")) {
    const fresh = fieldsOf(form).filter((field) => field.dataset["draftSeen"] === undefined);
    for (const field of fresh) field.dataset["draftSeen"] = "";
    if (fresh.length > 0 && form.querySelector(".is-invalid") === null) restored += restore(form, fresh);
  }
  if (restored === 0) return;
  showAllParts();
  toast(text("draft"), "info");
}

/** Returns how many fields now differ from what the server sent. */
function restore(form: HTMLFormElement, fields: Field[]): number {
  const kept = keptOf(form);
  let changed = 0;
  for (const field of fields) {
    const value = kept.get(nameOf(field));
    if (value === undefined || value === (isChoice(field) ? field.checked : field.value)) continue;
    changed += 1;
    if (isChoice(field)) field.checked = Boolean(value);
    else field.value = String(value);
    if (field.matches("[data-picker-value]")) showPicked(field, kept);
  }
  return changed;
}

/** The words of the choice come back too, and whoever listens for it (htmx fetches the fields of the code) is told. */
function showPicked(field: Field, kept: Map<string, string | boolean>): void {
  const picker = field.closest<HTMLElement>("[data-picker]");
  const shown = picker?.querySelector<HTMLInputElement>("[data-picker-text]");
  if (shown) shown.value = String(kept.get(`#${shown.id}`) ?? field.value);
  const list = picker?.querySelector<HTMLElement>("[role=listbox]");
  if (list) list.hidden = true;
  setTimeout(() => field.dispatchEvent(new Event("change", { bubbles: true })));
}
