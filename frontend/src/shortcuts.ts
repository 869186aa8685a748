// Keyboard shortcuts are written in the page (data-key="g q"); `?` lists the ones that this page has, `/` goes to its search.
import { text } from "./texts";

const PAUSE_MS = 1200;

let pressed = "";
let forgetting: ReturnType<typeof setTimeout> | undefined;

export function startShortcuts(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (event.key === "?") return act(event, showSheet);
    if (document.querySelector("dialog[open]") !== null) return;
    const search = document.querySelector<HTMLElement>("[data-search]");
    if (event.key === "/" && search !== null) return act(event, () => search.focus());
    followKeys(event);
  });
}

function followKeys(event: KeyboardEvent): void {
  if (event.key.length !== 1) return;
  clearTimeout(forgetting);
  const sequence = pressed === "" ? event.key : `${pressed} ${event.key}`;
  const found = find(sequence) ?? find(event.key);
  pressed = found === null ? event.key : "";
  forgetting = setTimeout(() => (pressed = ""), PAUSE_MS);
  if (found !== null) act(event, () => use(found));
}

function find(keys: string): HTMLElement | null {
  const all = [...document.querySelectorAll<HTMLElement>(`[data-key="${CSS.escape(keys)}"]`)];
  return all.find((element) => element.checkVisibility()) ?? all[0] ?? null;
}

function use(element: HTMLElement): void {
  if (element.matches("input, select, textarea")) element.focus();
  else element.click();
}

function act(event: Event, what: () => void): void {
  event.preventDefault();
  what();
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "range"].includes(target.type);
}

function showSheet(): void {
  const open = document.querySelector<HTMLDialogElement>("#ac-keys");
  if (open !== null) return open.open ? open.close() : undefined;
  const dialog = document.createElement("dialog");
  dialog.id = "ac-keys";
  dialog.className = "ac-dialog";
  dialog.setAttribute("aria-labelledby", "ac-keys-title");
  const title = document.createElement("h2");
  title.id = "ac-keys-title";
  title.textContent = text("shortcuts");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.dataset["closes"] = "";
  close.setAttribute("aria-label", text("close"));
  const head = document.createElement("div");
  head.className = "ac-dialog-head";
  head.append(title, close);
  dialog.append(head, listOfKeys());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function listOfKeys(): HTMLDListElement {
  const list = document.createElement("dl");
  list.className = "ac-keys";
  const search = document.querySelector<HTMLInputElement>("[data-search]");
  if (search !== null) addKeys(list, "/", search.getAttribute("aria-label") ?? search.placeholder);
  const seen = new Set<string>();
  for (const element of document.querySelectorAll<HTMLElement>("[data-key]")) {
    const keys = element.dataset["key"] ?? "";
    if (seen.has(keys)) continue;
    seen.add(keys);
    addKeys(list, keys, element.dataset["keyLabel"] ?? element.getAttribute("aria-label") ?? element.textContent ?? "");
  }
  const walk = document.querySelector<HTMLElement>("[data-walk]");
  if (walk !== null) addKeys(list, "j k", walk.dataset["walk"] ?? "");
  addKeys(list, "?", text("shortcuts"));
  return list;
}

function addKeys(list: HTMLDListElement, keys: string, label: string): void {
  const term = document.createElement("dt");
  for (const key of keys.split(" ")) {
    const box = document.createElement("kbd");
    box.className = "ac-kbd";
    box.textContent = key;
    term.append(box, " ");
  }
  const meaning = document.createElement("dd");
  meaning.textContent = label.replace(/\s+/g, " ").trim();
  list.append(term, meaning);
}
