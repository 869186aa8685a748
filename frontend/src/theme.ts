// Runs before the first paint, so that nobody is flashed with the other theme.
import { applyTheme, chosenTheme } from "./theme-choice";

applyTheme(chosenTheme());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => applyTheme(chosenTheme()));
