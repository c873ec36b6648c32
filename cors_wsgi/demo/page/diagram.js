// The exchange as a sequence diagram: an ordered list, each step of which goes from one of three lanes to another.

import { element } from "./dom.js";

const LANES = ["Script", "Browser", "Server"];
const MATTERS = /^(Access-Control-|Origin$|Vary$|Cookie$|Location$)/;

/** Return the diagram of one call of the script. */
export function draw(script, call, causes) {
  const steps = [step(0, 1, `${script.listener ? "XMLHttpRequest" : "fetch"} ${script.method} ${script.path}`)];
  const asksFirst = causes.length > 0;
  if (asksFirst && call.exchanges.length && !call.exchanges.some((one) => one.isPreflight)) {
    steps.push(note("The answer to an earlier preflight is still kept, and covers this request: none is sent."));
  }
  if (!call.exchanges.length) steps.push(note("The browser refuses by itself. Nothing is sent."));
  for (const exchange of call.exchanges) {
    const kind = exchange.isPreflight ? "preflight" : "";
    steps.push(step(1, 2, `${exchange.method} ${exchange.url}`, exchange.sent, kind));
    steps.push(step(2, 1, `${exchange.status} ${exchange.phrase}`, exchange.received, "", sayWhetherItRan(exchange)));
  }
  const last = call.exchanges.at(-1);
  if (last?.isPreflight && call.state === "blocked") {
    steps.push(note(`The ${script.method} itself is never sent.`));
  }
  steps.push(step(1, 0, say(call), [], "", call.headers.length ? `headers: ${call.headers.join(", ")}` : "", call.state));
  const lanes = LANES.map((lane) => element("span", {}, lane));
  return element("div", { class: "diagram" },
    element("div", { class: "lanes", "aria-hidden": "true" }, lanes),
    element("ol", { class: "steps" }, steps));
}

function sayWhetherItRan(exchange) {
  if (exchange.entered) return "the app ran";
  return exchange.isPreflight ? "answered for the app, which does not run" : "the app did not run";
}

/** Say what the script gets of a call. */
export function say(call) {
  if (call.state === "blocked") return call.message;
  if (call.state === "opaque") return "an opaque Response: status 0, no headers, no body";
  return `the response: ${call.status}`;
}

function step(from, to, title, headers = [], tag = "", remark = "", state = "") {
  const way = from < to ? "right" : "left";
  const spoken = element("span", { class: "hidden" }, `${LANES[from]} to ${LANES[to]}: `);
  const label = element("strong", {}, title, tag && element("span", { class: "tag" }, tag));
  const lines = headers.map(([name, value]) =>
    element("li", { class: MATTERS.test(name) ? "matters" : "" }, element("b", {}, name), `: ${value}`));
  return element("li", { class: `step ${way} from-${Math.min(from, to)} ${state}` },
    element("div", { class: "label" }, spoken, label,
      lines.length > 0 && element("ul", { class: "headers" }, lines), remark && element("small", {}, remark)));
}

function note(text) {
  return element("li", { class: "note" }, text);
}
