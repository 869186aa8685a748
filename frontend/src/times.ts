// The written time stays as the server wrote it (in the installation's zone); how long ago it was is only a title.
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function startTimes(): void {
  mark();
  document.addEventListener("htmx:after:settle", mark);
}

function mark(): void {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "es", { numeric: "auto" });
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-relative]")) {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
    if (Number.isFinite(seconds)) time.title = words.format(Math.round(seconds / size), unit);
  }
}
