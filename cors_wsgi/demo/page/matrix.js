// Run all: every ready scenario, the prediction of the model beside what this browser does.

import { element } from "./dom.js";
import { scenarios, t } from "./ready.js";
import { tryOut } from "./trial.js";
import { STATES } from "./verdict.js";

/** Fill the table's body, a row for each scenario; choosing one calls `open`. */
export function fill(body, open) {
  let group = "";
  for (const scenario of scenarios) {
    if (scenario.group !== group) {
      group = scenario.group;
      body.append(element("tr", { class: "group" }, element("th", { colSpan: 4, scope: "colgroup" }, group)));
    }
    const button = element("button", { type: "button", class: "plain", onclick: () => open(scenario) }, scenario.title);
    body.append(element("tr", { id: `row-${scenario.name}` },
      element("th", { scope: "row" }, button),
      ...[t("column_predicted"), t("column_seen"), t("column_match")].map((label) => element("td", { "data-label": label }, "–"))));
  }
}

/** Run every scenario in turn, and show each in its row; `tell` is given what to say meanwhile. */
export async function runAll(tell) {
  let [agreed, explained] = [0, 0];
  for (const [index, scenario] of scenarios.entries()) {
    tell(t("running_all", { number: index + 1, count: scenarios.length }));
    const trial = await tryOut(scenario.script, scenario.policy);
    show(scenario, trial);
    agreed += trial.agrees;
    explained += trial.agrees && trial.plan.differences.length > 0;
  }
  const differing = explained ? ` ${t("summary_explained", { count: explained })}` : "";
  tell(t("summary_all", { agreed, count: scenarios.length }) + differing, { agreed, explained });
}

function show(scenario, { plan, calls, surprises, agrees }) {
  const row = document.getElementById(`row-${scenario.name}`);
  const [predicted, seen, verdict] = row.querySelectorAll("td");
  predicted.replaceChildren(...describe(plan.calls));
  seen.replaceChildren(...describe(calls));
  const rows = plan.differences.map((difference) => element("small", {}, t("not_standard", { about: difference.about })));
  const lines = surprises.flat().map((line) => element("small", {}, line));
  verdict.replaceChildren(
    element("span", { class: agrees ? "readable" : "surprise" }, `${agrees ? "✓" : "✕"} ${t(agrees ? "agree" : "disagree")}`), ...rows, ...lines);
  row.dataset.agrees = agrees;
  row.dataset.states = calls.map((call) => call.state).join(" ");
}

function describe(calls) {
  return calls.map((call) => {
    const sent = call.exchanges.map((one) => (one.isPreflight ? `${t("preflight")} ${one.status}` : `${one.method} ${one.status ?? ""}`));
    const { isGood, key } = STATES[call.state];
    return element("div", {}, element("span", { class: isGood ? "readable" : "blocked" }, t(key)),
      element("small", {}, sent.length ? sent.join(", ") : t("nothing_sent")));
  });
}
