// Charts from JSON that the server put in the page. Canvas only, and plain-text tooltips: an HTML tooltip needs inline styles, which
// the content security policy forbids. A chart is always beside the same figures as text; here it also describes itself (aria).
import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { optionFor, type ChartInput, type ChartKind } from "./chart-options";

echarts.use([BarChart, LineChart, HeatmapChart, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, AriaComponent, CanvasRenderer]);

const drawn = new Map<HTMLElement, echarts.ECharts>();
const resizing = new ResizeObserver((entries) => {
  for (const entry of entries) drawn.get(entry.target as HTMLElement)?.resize();
});

function draw(element: HTMLElement): void {
  const source = document.getElementById(element.dataset["chartFrom"] ?? "");
  if (source === null) return;
  const input = JSON.parse(source.textContent ?? "{}") as ChartInput;
  const chart = drawn.get(element) ?? echarts.init(element, null, { renderer: "canvas" });
  chart.setOption(optionFor(element.dataset["chart"] as ChartKind, input, getComputedStyle(document.body)), { notMerge: true });
  if (!drawn.has(element)) resizing.observe(element);
  drawn.set(element, chart);
}

function drawAll(): void {
  for (const [element, chart] of drawn) {
    if (element.isConnected) continue;
    chart.dispose();
    resizing.unobserve(element);
    drawn.delete(element);
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-chart]")) draw(element);
}

drawAll();
document.addEventListener("htmx:after:settle", drawAll);
document.addEventListener("ac:theme", drawAll);
