// What is said below the diagrams: why, what the model predicted, what it means, and what to change.

import { element } from "./dom.js";
import { draw } from "./diagram.js";
import { isReadableElement, TAGS } from "./elements.js";
import { findPage, t } from "./ready.js";

/** Each state of a call: whether a script can read what came, and the text that says so. */
export const STATES = {
  readable: { isGood: true, key: "readable" },
  loaded: { isGood: true, key: "loaded" },
  opaque: { isGood: false, key: "opaque" },
  tainted: { isGood: false, key: "tainted" },
  blocked: { isGood: false, key: "blocked" },
};

/** Return everything that is to be said of a trial. */
export function tell(script, { plan, calls, surprises, agrees }) {
  const parts = [];
  const titles = [t("first_call"), t("second_call"), t("third_call")];
  for (const [index, call] of calls.entries()) {
    if (calls.length > 1) parts.push(element("h3", {}, titles[index]));
    parts.push(draw(script, call, plan.causes));
    if (index === 0) parts.push(tellCauses(script, plan));
    parts.push(tellCall(script, call, plan.calls[index]));
    if (surprises[index].length) parts.push(tellSurprises(surprises[index]));
  }
  parts.push(tellPrediction(plan, agrees));
  return parts;
}

function tellCauses(script, plan) {
  if (script.element !== "none") {
    const isCors = script.crossorigin !== "none" || !isReadableElement(script);
    const name = `<${TAGS[script.element]}>`.replace("<@font-face>", "@font-face");
    return element("p", {}, t(isCors ? "is_element_cors" : "is_element_no_cors", { element: name }));
  }
  if (script.mode === "no-cors" && !script.listener) return element("p", {}, t("is_no_cors"));
  if (!plan.causes.length) {
    return element("p", {}, element("strong", {}, t("is_simple")), t("is_simple_rest"));
  }
  const causes = plan.causes.map((cause) => element("li", {}, cause));
  return element("div", {},
    element("p", {}, element("strong", {}, t("is_preflighted")), t("is_preflighted_rest")), element("ul", {}, causes));
}

function tellCall(script, call, predicted) {
  const { isGood, key } = STATES[call.state];
  const rest = call.state === "loaded" && !isReadableElement(script) ? "used_rest" : `${call.state}_rest`;
  const parts = [element("p", { class: isGood ? "readable" : "blocked" },
    element("strong", {}, t(key)), t(rest, { message: call.message }))];
  if (call.body) parts.push(element("pre", {}, call.body.trim()));
  if (call.state === "blocked" && predicted.explanation) {
    parts.push(element("dl", {},
      element("dt", {}, t("why")), element("dd", {}, predicted.explanation),
      element("dt", {}, t("change")), element("dd", {}, predicted.remedy),
      predicted.inPolicy && [element("dt", {}, t("in_policy")), element("dd", {}, predicted.inPolicy)],
      predicted.hints.map((hint) => [element("dt", {}, t("also")), element("dd", {}, hint)]),
      tellPage(predicted.reason)));
    const consoles = Object.entries(predicted.consoles);
    if (consoles.length) parts.push(tellConsoles(consoles));
  }
  return element("div", { class: "outcome" }, parts);
}

function tellPage(reason) {
  const page = `failures/${reason}`;
  const address = findPage(page);
  const named = address ? element("a", { href: address }, reason) : element("code", {}, `docs/${page}.md`);
  return [element("dt", {}, t("read_more")), element("dd", {}, named)];
}

function tellConsoles(consoles) {
  const words = consoles.map(([name, text]) => [element("dt", {}, name), element("dd", {}, element("code", {}, text))]);
  return element("details", {}, element("summary", {}, t("consoles")), element("dl", {}, words));
}

function tellSurprises(lines) {
  return element("div", { class: "surprise" }, element("p", {}, t("surprise")),
    element("ul", {}, lines.map((line) => element("li", {}, line))));
}

function tellPrediction(plan, agrees) {
  const isSame = plan.others.every(([, text]) => text === plan.others[0][1]);
  const parts = [element("p", {}, t(agrees ? "as_predicted_for" : "not_as_predicted_for", plan))];
  if (isSame) {
    parts.push(element("p", {}, t("all_same")));
  } else {
    const lines = plan.others.map(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]);
    parts.push(element("p", {}, t("differ")), element("dl", {}, lines));
  }
  if (plan.differences.length) {
    const rows = plan.differences.map(({ about, standard, engine: value }) =>
      element("li", {}, t("difference", { about, standard, engine: plan.engine, value })));
    parts.push(element("p", {}, t("differs_from_standard", plan)), element("ul", {}, rows));
  }
  return element("section", { class: "prediction" }, element("h3", {}, t("predicted_heading")), parts);
}
