// How the page talks with the server: htmx with the CSRF header, one line of progress, and the server's own sentence when it refuses.
import htmx from "htmx.org";
import type { HtmxRequestCtx } from "htmx.org";
import { text } from "./texts";
import { toast } from "./toasts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS", "QUERY"]);

type ContextEvent = CustomEvent<{ ctx: HtmxRequestCtx; error?: unknown }>;

export function startConversation(): void {
  // The types know whole statuses only; the library takes patterns too. 422 is swapped: it is the form with its sentences.
  htmx.config.noSwap = [204, 304, "40x", "41x", 429, "5xx"] as unknown as number[];
  htmx.config.history = "reload";
  htmx.config.defaultFocusScroll = true;
  on("htmx:config:request", addToken);
  on("htmx:before:request", (event) => showProgress(isQuiet(event.detail.ctx) ? 0 : 1));
  on("htmx:finally:request", (event) => showProgress(isQuiet(event.detail.ctx) ? 0 : -1));
  on("htmx:before:swap", followToLogin);
  on("htmx:response:error", (event) => {
    if (!isQuiet(event.detail.ctx)) showRefusal(event.detail.ctx);
  });
  on("htmx:error", (event) => {
    if (event.detail.ctx !== undefined && event.detail.ctx.response === undefined) {
      if (!isQuiet(event.detail.ctx)) toast(text("offline"), "bad");
    } else console.error(event.detail.error);
  });
}

/** What asks by itself every few seconds (data-quiet) must not complain every few seconds. */
function isQuiet(ctx: HtmxRequestCtx): boolean {
  return ctx.sourceElement.closest("[data-quiet]") !== null;
}

function on(name: string, act: (event: ContextEvent) => void): void {
  document.addEventListener(name, (event) => act(event as ContextEvent));
}

function addToken(event: ContextEvent): void {
  const { request } = event.detail.ctx;
  const isHere = new URL(request.action, location.href).origin === location.origin;
  if (SAFE.has(request.method) || !isHere) return;
  request.headers["X-CSRFToken"] = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

let running = 0;

function showProgress(change: number): void {
  running = Math.max(0, running + change);
  const line = document.getElementById("ac-progress");
  if (line !== null) line.hidden = running === 0;
}

/** A whole page where a part was asked for is the log-in form after the session ended: go there instead of nesting it. */
function followToLogin(event: ContextEvent): void {
  const { ctx } = event.detail;
  const isWholePage = /^\s*<!doctype html/i.test(ctx.text ?? "");
  if (!ctx.response?.raw.redirected || !isWholePage || ctx.target === document.body || ctx.select) return;
  event.preventDefault();
  location.assign(ctx.response.raw.url);
}

function showRefusal(ctx: HtmxRequestCtx): void {
  const status = ctx.response?.status ?? 0;
  if (status === 422) return;
  const type = ctx.response?.headers.get("content-type") ?? "";
  toast(sentenceIn(ctx.text ?? "", type) ?? fallbackFor(status), status >= 500 ? "bad" : "warn");
}

function fallbackFor(status: number): string {
  if (status === 401) return text("expired");
  return status === 403 ? text("denied") : text("error");
}

function sentenceIn(body: string, type: string): string | null {
  if (type.includes("json")) {
    const problem = parseProblem(body);
    return problem.detail ?? problem.title ?? null;
  }
  if (type.startsWith("text/plain")) return body.trim() || null;
  const marked = new DOMParser().parseFromString(body, "text/html").querySelector("[data-refusal]");
  return marked?.textContent?.replace(/\s+/g, " ").trim() || null;
}

function parseProblem(body: string): { detail?: string; title?: string } {
  try {
    return JSON.parse(body) as { detail?: string; title?: string };
  } catch {
    return {};
  }
}
