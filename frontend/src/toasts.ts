import { text } from "./texts";

export type Tone = "ok" | "info" | "warn" | "bad";

const SECONDS_SHOWN = 6;

/** Shows a sentence in the live region. Refusals and errors stay until closed: they must not vanish while being read. */
export function toast(sentence: string, tone: Tone = "info"): void {
  const region = document.getElementById("ac-toasts");
  if (region === null || sentence.trim() === "") return;
  const box = document.createElement("div");
  box.className = "ac-toast";
  box.dataset["tone"] = tone;
  const body = document.createElement("div");
  body.textContent = sentence;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.setAttribute("aria-label", text("close"));
  close.addEventListener("click", () => box.remove());
  box.append(body, close);
  region.append(box);
  if (tone === "ok" || tone === "info") setTimeout(() => box.remove(), SECONDS_SHOWN * 1000);
}

export function startToasts(): void {
  document.addEventListener("ac:toast", (event) => {
    const { text: sentence, tone } = (event as CustomEvent<{ text?: string; value?: string; tone?: Tone }>).detail;
    toast(sentence ?? (event as CustomEvent<{ value?: string }>).detail.value ?? "", tone ?? "info");
  });
}
