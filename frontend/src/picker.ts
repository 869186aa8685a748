// A list that is searched by typing (WAI-ARIA combobox with a list box): words or a code, arrows, Enter. The chosen value goes
// into the hidden field, which fires `change`, so a form or htmx can act on it.
const MARKS = /\p{M}/gu;

export function startPickers(): void {
  document.addEventListener("input", (event) => {
    const picker = pickerOf(event.target);
    if (picker !== null) filter(picker);
  });
  document.addEventListener("keydown", (event) => {
    const picker = pickerOf(event.target);
    if (picker !== null) walk(event, picker);
  });
  document.addEventListener("click", (event) => {
    const option = (event.target as Element).closest<HTMLElement>("[data-picker] [role=option]");
    if (option !== null) choose(option.closest<HTMLElement>("[data-picker]")!, option);
  });
}

function pickerOf(target: EventTarget | null): HTMLElement | null {
  const isField = target instanceof HTMLInputElement && target.matches("[data-picker-text]");
  return isField ? target.closest<HTMLElement>("[data-picker]") : null;
}

function fold(text: string): string {
  return text.normalize("NFD").replace(MARKS, "").toLowerCase().trim();
}

function options(picker: HTMLElement): HTMLElement[] {
  return [...picker.querySelectorAll<HTMLElement>("[role=option]")];
}

/** Shows the options of which every typed word begins some word; what begins with the text itself, as a code does, comes first. */
function filter(picker: HTMLElement): void {
  const typed = fold(picker.querySelector<HTMLInputElement>("[data-picker-text]")!.value);
  const wanted = typed.split(/\s+/).filter(Boolean);
  const list = picker.querySelector<HTMLElement>("[role=listbox]")!;
  const ranked = options(picker).map((option) => ({ option, rank: rankOf(option, typed, wanted) }));
  ranked.sort((one, other) => one.rank - other.rank || orderOf(one.option) - orderOf(other.option));
  for (const { option, rank } of ranked) {
    option.hidden = rank === NO_MATCH;
    list.append(option);
  }
  list.hidden = false;
  for (const title of picker.querySelectorAll<HTMLElement>("[data-picker-empty]")) title.hidden = ranked[0]?.rank !== NO_MATCH;
  mark(picker, ranked[0]?.rank === NO_MATCH ? null : ranked[0]?.option ?? null);
}

const NO_MATCH = 9;

function rankOf(option: HTMLElement, typed: string, wanted: string[]): number {
  if (typed === "") return 0;
  const words = fold(option.dataset["words"] ?? "").split(/[\s-]+/);
  if (!wanted.every((part) => words.some((word) => word.startsWith(part)) || fold(option.dataset["value"] ?? "").startsWith(part))) return NO_MATCH;
  return fold(option.dataset["value"] ?? "").split("-").some((part) => part.startsWith(typed)) ? 0 : 1;
}

function orderOf(option: HTMLElement): number {
  return Number(option.dataset["order"] ?? 0);
}

function walk(event: KeyboardEvent, picker: HTMLElement): void {
  const shown = options(picker).filter((option) => !option.hidden);
  const here = shown.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    picker.querySelector<HTMLElement>("[role=listbox]")!.hidden = false;
    mark(picker, shown[(here + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % shown.length] ?? null);
  } else if (event.key === "Enter" && !picker.querySelector<HTMLElement>("[role=listbox]")!.hidden) {
    event.preventDefault();
    const option = shown[Math.max(here, 0)];
    if (option !== undefined) choose(picker, option);
  }
}

function mark(picker: HTMLElement, chosen: HTMLElement | null): void {
  for (const option of options(picker)) option.setAttribute("aria-selected", String(option === chosen));
  const field = picker.querySelector<HTMLInputElement>("[data-picker-text]")!;
  field.setAttribute("aria-activedescendant", chosen?.id ?? "");
  field.setAttribute("aria-expanded", String(!picker.querySelector<HTMLElement>("[role=listbox]")!.hidden));
  chosen?.scrollIntoView({ block: "nearest" });
}

function choose(picker: HTMLElement, option: HTMLElement): void {
  const field = picker.querySelector<HTMLInputElement>("[data-picker-text]")!;
  const value = picker.querySelector<HTMLInputElement>("[data-picker-value]")!;
  field.value = option.dataset["title"] ?? option.textContent ?? "";
  value.value = option.dataset["value"] ?? "";
  picker.querySelector<HTMLElement>("[role=listbox]")!.hidden = true;
  mark(picker, option);
  value.dispatchEvent(new Event("change", { bubbles: true }));
}
