// What is said below the diagrams: why, what the model predicted, what it means, and what to change.

import { element } from "./dom.js";
import { draw } from "./diagram.js";

const CALLS = ["The first call", "The second call", "The third call"];

/** Return everything that is to be said of a trial. */
export function tell(script, { plan, calls, surprises, agrees }) {
  const parts = [tellCauses(script, plan)];
  for (const [index, call] of calls.entries()) {
    if (calls.length > 1) parts.push(element("h3", {}, CALLS[index]));
    parts.push(draw(script, call, plan.causes), tellCall(call, plan.calls[index]));
    if (surprises[index].length) parts.push(tellSurprises(surprises[index]));
  }
  parts.push(tellPrediction(plan, agrees));
  return parts;
}

function tellCauses(script, plan) {
  if (script.mode === "no-cors" && !script.listener) {
    return element("p", {}, "A no-cors request: sent without asking, and never to be read.");
  }
  if (!plan.causes.length) {
    return element("p", {}, element("strong", {}, "Simple"), ": the browser sends it without a preflight.");
  }
  const causes = plan.causes.map((cause) => element("li", {}, cause));
  return element("div", {}, element("p", {}, element("strong", {}, "Preflighted"), ", since"), element("ul", {}, causes));
}

function tellCall(call, predicted) {
  const parts = [];
  if (call.state === "readable") {
    const body = call.body ? element("pre", {}, call.body.trim()) : null;
    parts.push(element("p", { class: "readable" }, element("strong", {}, "Readable"), ": this is what the script sees."), body);
  } else if (call.state === "opaque") {
    parts.push(element("p", { class: "blocked" }, element("strong", {}, "Opaque"), ": the promise is fulfilled, with nothing in it."));
  } else {
    parts.push(element("p", { class: "blocked" }, element("strong", {}, "Blocked"),
      `: all that the script learns is “${call.message}”.`));
  }
  if (call.state === "blocked" && predicted.explanation) {
    parts.push(element("dl", {},
      element("dt", {}, "What happened"), element("dd", {}, predicted.explanation),
      element("dt", {}, "What to change"), element("dd", {}, predicted.remedy),
      predicted.inPolicy && [element("dt", {}, "In the policy"), element("dd", {}, predicted.inPolicy)],
      predicted.hints.map((hint) => [element("dt", {}, "And"), element("dd", {}, hint)])));
    const consoles = Object.entries(predicted.consoles);
    if (consoles.length) parts.push(tellConsoles(consoles));
  }
  return element("div", { class: "outcome" }, parts);
}

function tellConsoles(consoles) {
  const words = consoles.map(([name, text]) => [element("dt", {}, name), element("dd", {}, element("code", {}, text))]);
  return element("details", {}, element("summary", {}, "What the consoles say"), element("dl", {}, words));
}

function tellSurprises(lines) {
  return element("div", { class: "surprise" }, element("p", {}, "This browser did otherwise than the model predicted:"),
    element("ul", {}, lines.map((line) => element("li", {}, line))));
}

function tellPrediction(plan, agrees) {
  const known = plan.engine === "the standard" ? "a browser that follows the standard" : plan.engine;
  const others = Object.entries(plan.others);
  const isSame = others.every(([, text]) => text === others[0][1]);
  const parts = [element("p", {}, agrees ? `As predicted for ${known}, header by header.` : `Not as predicted for ${known}.`)];
  if (isSame) {
    parts.push(element("p", {}, "Chromium, Firefox and Safari all do the same, as the Fetch standard says."));
  } else {
    const lines = others.map(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]);
    parts.push(element("p", {}, "Browsers differ here:"), element("dl", {}, lines));
  }
  parts.push(...tellDifferences(plan));
  return element("section", { class: "prediction" }, element("h3", {}, "What the model predicted"), parts);
}

/** Say in which rows of the table of engines this browser differs from the standard, as far as they matter here. */
export function tellDifferences(plan) {
  if (!plan.differences.length) return [];
  const rows = plan.differences.map(({ about, standard, engine }) =>
    element("li", {}, `${about} (the standard: ${standard}; ${plan.engine}: ${engine})`));
  return [element("p", {}, `Where ${plan.engine} differs from the standard:`), element("ul", {}, rows)];
}
