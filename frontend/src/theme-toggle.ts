import { chosenTheme, keepTheme } from "./theme-choice";

export function startThemeToggle(): void {
  markButtons();
  document.addEventListener("ac:theme", markButtons);
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-theme-toggle]") === null) return;
    keepTheme(chosenTheme() === "dark" ? "light" : "dark");
  });
}

function markButtons(): void {
  const isDark = document.documentElement.dataset["bsTheme"] === "dark";
  for (const button of document.querySelectorAll("[data-theme-toggle]")) button.setAttribute("aria-pressed", String(isDark));
}
