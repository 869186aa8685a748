import type { EChartsCoreOption } from "echarts/core";

export type ChartKind = "bar" | "line" | "heatmap";
type Tone = "ok" | "warn" | "bad" | "info" | "brand" | "quiet";

export interface ChartInput {
  categories?: string[];
  series?: { name: string; values: (number | null)[]; tone?: Tone }[];
  unit?: string;
  stack?: boolean;
  horizontal?: boolean;
  x?: string[];
  y?: string[];
  values?: [number, number, number][];
}

const TONES: Record<Tone, string> = { ok: "--ac-ok", warn: "--ac-warn", bad: "--ac-bad", info: "--ac-info", brand: "--ac-brand-ink", quiet: "--ac-quiet" };
const ORDER: Tone[] = ["brand", "info", "warn", "ok", "bad", "quiet"];

/** Turns our small JSON into ECharts' options, in the colours of the theme that is showing. */
export function optionFor(kind: ChartKind, input: ChartInput, style: CSSStyleDeclaration): EChartsCoreOption {
  const paint = painter(style);
  const format = numberFormat(input.unit ?? "");
  const shared = {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 300,
    textStyle: { fontFamily: style.fontFamily, color: paint("--ac-ink") },
    tooltip: { trigger: kind === "heatmap" ? "item" : "axis", renderMode: "richText", confine: true, valueFormatter: format,
      backgroundColor: paint("--ac-raised"), borderColor: paint("--ac-line"), textStyle: { color: paint("--ac-ink") } },
    grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
    aria: { enabled: true, decal: { show: (input.series?.length ?? 0) > 1 } },
  };
  return kind === "heatmap" ? { ...shared, ...heatMap(input, paint) } : { ...shared, ...barOrLine(kind, input, paint, format) };
}

function barOrLine(kind: "bar" | "line", input: ChartInput, paint: Painter, format: (value: unknown) => string): EChartsCoreOption {
  const series = input.series ?? [];
  const names = { type: "category", data: input.categories ?? [], axisLabel: { color: paint("--ac-ink-soft") }, axisLine: { lineStyle: { color: paint("--ac-line") } }, axisTick: { show: false } };
  const amounts = { type: "value", axisLabel: { color: paint("--ac-ink-soft"), formatter: format }, splitLine: { lineStyle: { color: paint("--ac-line") } } };
  return {
    legend: { show: series.length > 1, top: 0, left: 0, icon: "roundRect", textStyle: { color: paint("--ac-ink") } },
    xAxis: input.horizontal ? amounts : names,
    yAxis: input.horizontal ? { ...names, inverse: true } : amounts,
    series: series.map((one, index) => ({
      type: kind,
      name: one.name,
      data: one.values,
      ...(input.stack ? { stack: "all" } : {}),
      barMaxWidth: 34,
      symbolSize: 7,
      lineStyle: { width: 2.5 },
      itemStyle: { color: paint(TONES[one.tone ?? ORDER[index % ORDER.length]!]), borderRadius: input.stack ? 0 : 3 },
    })),
  };
}

function heatMap(input: ChartInput, paint: Painter): EChartsCoreOption {
  const values = input.values ?? [];
  const axis = { type: "category", axisLabel: { color: paint("--ac-ink-soft") }, axisLine: { show: false }, axisTick: { show: false } };
  return {
    xAxis: { ...axis, data: input.x ?? [] },
    yAxis: { ...axis, data: input.y ?? [], inverse: true },
    visualMap: { show: false, min: 0, max: Math.max(1, ...values.map(([, , value]) => value)), inRange: { color: [paint("--ac-sunken"), paint("--ac-brand-ink")] } },
    series: [{ type: "heatmap", data: values, itemStyle: { borderColor: paint("--ac-surface"), borderWidth: 2, borderRadius: 3 } }],
  };
}

type Painter = (token: string) => string;

/** A canvas knows no light-dark(): the browser resolves each token on a probe element first. */
function painter(style: CSSStyleDeclaration): Painter {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const known = new Map<string, string>();
  queueMicrotask(() => probe.remove());
  return (token) => {
    const kept = known.get(token);
    if (kept !== undefined) return kept;
    probe.style.color = `var(${token})`;
    const colour = getComputedStyle(probe).color || style.color;
    known.set(token, colour);
    return colour;
  };
}

function numberFormat(unit: string): (value: unknown) => string {
  const language = document.documentElement.lang || "es";
  const isMoney = /^[A-Z]{3}$/.test(unit);
  const plain = new Intl.NumberFormat(language === "es" ? "es-CO" : language, isMoney
    ? { style: "currency", currency: unit, notation: "compact", maximumFractionDigits: 1 }
    : { maximumFractionDigits: 1 });
  return (value) => (typeof value === "number" ? plain.format(value) : String(value ?? "–"));
}
