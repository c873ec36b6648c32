// Ties the page together: the steps, the scenarios, the editor, Run, and Run all.

import { byId, element } from "./dom.js";
import { getPolicy, getScript, open, refresh, setPlan, showProblems } from "./editor.js";
import { fill, runAll } from "./matrix.js";
import { scenarios, t, tour } from "./ready.js";
import { tryOut } from "./trial.js";
import { STATES, tell } from "./verdict.js";

const [select, run, all, result, summary] = ["scenario", "run", "run-all", "result", "summary"].map(byId);
let isBusy = false;

function fillSelect() {
  const groups = new Map();
  for (const { group, name, title } of scenarios) {
    if (!groups.has(group)) groups.set(group, element("optgroup", { label: group }));
    groups.get(group).append(element("option", { value: name }, title));
  }
  select.append(...groups.values());
}

function fillTour() {
  byId("tour").append(...tour.map((name) => element("li", {},
    element("a", { href: `#${name}` }, t(`tour_${name}`)))));
}

function markStep(scenario) {
  const step = tour.indexOf(scenario.name);
  for (const [index, link] of [...byId("tour").querySelectorAll("a")].entries()) {
    if (index === step) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  }
  const next = step < 0 ? undefined : tour[step + 1];
  // What is hidden loses the focus: the last step keeps it at its own link.
  if (next === undefined && document.activeElement === byId("next")) byId("tour").querySelector("[aria-current]")?.focus();
  byId("next").hidden = next === undefined;
  if (next) {
    byId("next").href = `#${next}`;
    byId("next").textContent = t("tour_next", { title: t(`tour_${next}`) });
  }
}

function choose(scenario) {
  select.value = scenario.name;
  byId("lesson").textContent = scenario.lesson;
  history.replaceState(null, "", `#${scenario.name}`);
  for (const link of document.querySelectorAll("a.language")) link.hash = scenario.name;
  markStep(scenario);
  setPlan(scenario);
  runOne();
}

function find(name) {
  return scenarios.find((scenario) => scenario.name === name);
}

// A button that is disabled loses the focus: with the keyboard one would begin again at the top of the page.
function setBusy(busy) {
  isBusy = busy;
  for (const button of [run, all]) {
    if (busy) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

function markStale() {
  if (isBusy) return;
  result.classList.add("stale");
  byId("python").classList.add("stale");
  summary.replaceChildren(t("changed"));
}

function showInvalid(problems) {
  showProblems(problems);
  result.replaceChildren();
  byId("python").textContent = t("not_valid");
  summary.replaceChildren(element("strong", { class: "surprise" }, t("invalid")));
}

/** Return the state of a call in a colour, with a sign and a word that say the same. */
function makeBadge({ state }) {
  const { isGood, key } = STATES[state];
  const sign = element("span", { "aria-hidden": "true" }, isGood ? "✓ " : "✕ ");
  return element("strong", { class: `badge ${isGood ? "readable" : "blocked"}` }, sign, t(key));
}

function showTrial(script, trial) {
  showProblems([]);
  byId("python").textContent = trial.plan.policy ?? t("no_policy");
  result.replaceChildren(...trial.plan.warnings.map((text) => element("p", { class: "warning" }, text)),
    ...tell(script, trial));
  const badges = trial.calls.flatMap((call, index) => [index > 0 && t("then"), makeBadge(call)]);
  const verdict = trial.agrees ? t("as_predicted") : element("span", { class: "surprise" }, t("not_as_predicted"));
  summary.replaceChildren(element("span", {}, badges), " ", verdict);
}

let latest = 0;

async function runOne() {
  const mine = ++latest;
  setBusy(true);
  summary.replaceChildren(t("running"));
  try {
    const script = getScript();
    const trial = await tryOut(script, getPolicy());
    // Another scenario may have been chosen meanwhile; that has another run, and this result belongs to the former.
    if (mine !== latest) return;
    byId("python").classList.remove("stale");
    result.classList.remove("stale");
    if (trial.problems) showInvalid(trial.problems);
    else showTrial(script, trial);
  } catch (error) {
    if (mine === latest) summary.replaceChildren(t("unexpected", { message: error.message }));
  } finally {
    if (mine === latest) {
      setBusy(false);
      result.dataset.runs = Number(result.dataset.runs ?? 0) + 1;
    }
  }
}

async function runEverything() {
  if (isBusy) return;
  setBusy(true);
  const output = byId("all-summary");
  try {
    await runAll((text, done) => {
      output.textContent = text;
      if (done) Object.assign(output.dataset, done);
    });
  } catch (error) {
    output.textContent = t("unexpected", { message: error.message });
  } finally {
    setBusy(false);
  }
}

document.querySelector(`a.language[lang="${document.documentElement.lang}"]`)?.setAttribute("aria-current", "true");
fillSelect();
fillTour();
fill(byId("matrix"), (scenario) => {
  choose(scenario);
  byId("playground").scrollIntoView();
  run.focus();
});
open(window.matchMedia("(min-width: 60rem)").matches);
byId("editor").addEventListener("input", () => {
  refresh();
  markStale();
});
byId("editor").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!isBusy) runOne();
});
select.addEventListener("change", () => choose(find(select.value)));
all.addEventListener("click", runEverything);
// In the capturing phase, and without what the key does otherwise: in a list it would open the list, too.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  if (!isBusy) runOne();
}, { capture: true });
window.addEventListener("hashchange", () => choose(find(location.hash.slice(1)) ?? scenarios[0]));
byId("playground").hidden = false;
choose(find(location.hash.slice(1)) ?? find(tour[0]));
