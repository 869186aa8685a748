export type Theme = "light" | "dark";

const KEY = "acuerdo-theme";

/** What the person chose on this browser, else what the system prefers. Storage may be forbidden: then only the system counts. */
export function chosenTheme(): Theme {
  const kept = readKept();
  if (kept === "light" || kept === "dark") return kept;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset["bsTheme"] = theme;
  document.dispatchEvent(new CustomEvent("ac:theme", { detail: { theme } }));
}

export function keepTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A browser that forbids storage still gets the theme for this page.
  }
  applyTheme(theme);
}

function readKept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
