// The exchange as a sequence diagram: an ordered list, each step of which goes from one of three lanes to another.

import { element } from "./dom.js";
import { isReadableElement, TAGS } from "./elements.js";
import { t } from "./ready.js";

const MATTERS = /^(Access-Control-|Origin$|Vary$|Cookie$|Location$)/;

/** Return the diagram of one call of the script. */
export function draw(script, call, causes) {
  const lanes = [t(script.element === "none" ? "lane_script" : "lane_page"), t("lane_browser"), t("lane_server")];
  const step = (...parts) => makeStep(lanes, ...parts);
  const steps = [step(0, 1, sayHow(script))];
  const asksFirst = causes.length > 0;
  if (asksFirst && call.exchanges.length && !call.exchanges.some((one) => one.isPreflight)) {
    steps.push(note(t("kept")));
  }
  if (!call.exchanges.length) steps.push(note(t("refuses_itself")));
  for (const exchange of call.exchanges) {
    const kind = exchange.isPreflight ? t("preflight") : "";
    steps.push(step(1, 2, `${exchange.method} ${exchange.url}`, exchange.sent, kind));
    steps.push(step(2, 1, `${exchange.status} ${exchange.phrase}`, exchange.received, "", sayWhetherItRan(exchange)));
  }
  const last = call.exchanges.at(-1);
  if (last?.isPreflight && call.state === "blocked") {
    steps.push(note(t("never_sent", { method: script.method })));
  }
  steps.push(step(1, 0, say(script, call), [], "", call.headers.length ? t("headers_seen", { names: call.headers.join(", ") }) : "", call.state));
  return element("div", { class: "diagram" },
    element("div", { class: "lanes", "aria-hidden": "true" }, lanes.map((lane) => element("span", {}, lane))),
    element("ol", { class: "steps" }, steps));
}

function sayWhetherItRan(exchange) {
  if (exchange.entered) return t("app_ran");
  return t(exchange.isPreflight ? "app_not_asked" : "app_did_not_run");
}

function sayHow(script) {
  if (script.element !== "none") return `<${TAGS[script.element]}> ${script.path}`;
  return `${script.listener ? "XMLHttpRequest" : "fetch"} ${script.method} ${script.path}`;
}

function say(script, call) {
  if (call.state === "blocked") return call.message;
  if (call.state === "opaque") return t("gets_opaque");
  if (call.state === "tainted") return t("gets_tainted");
  if (call.state === "loaded") return t(isReadableElement(script) ? "gets_loaded" : "gets_used");
  return t("gets_response", { status: call.status });
}

function makeStep(lanes, from, to, title, headers = [], tag = "", remark = "", state = "") {
  const way = from < to ? "right" : "left";
  const spoken = element("span", { class: "hidden" }, t("way", { one: lanes[from], other: lanes[to] }));
  const label = element("strong", {}, title, tag && element("span", { class: "tag" }, tag));
  const lines = headers.map(([name, value]) =>
    element("li", { class: MATTERS.test(name) ? "matters" : "" }, element("b", {}, name), `: ${value}`));
  return element("li", { class: `step ${way} from-${Math.min(from, to)} ${state}` },
    element("div", { class: "label" }, spoken, label, remark && element("small", {}, remark),
      lines.length > 0 && element("ul", { class: "headers" }, lines)));
}

function note(text) {
  return element("li", { class: "note" }, text);
}
