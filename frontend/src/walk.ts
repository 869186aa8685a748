// j and k walk the links of a list marked data-walk; Enter follows the one that has the focus, as any link.
const ITEMS = "[data-walk] :is(a.ac-item, a.ac-stretch)";

export function startWalk(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.key !== "j" && event.key !== "k")) return;
    if (event.target instanceof HTMLElement && event.target.matches("input, select, textarea, dialog *")) return;
    const items = [...document.querySelectorAll<HTMLElement>(ITEMS)].filter((item) => item.checkVisibility());
    if (items.length === 0) return;
    const here = items.indexOf(document.activeElement as HTMLElement);
    const next = here < 0 ? 0 : here + (event.key === "j" ? 1 : -1);
    event.preventDefault();
    items[Math.min(Math.max(next, 0), items.length - 1)]?.focus();
  });
}
