// Ties the page together: the scenarios, the editor, Run, and Run all.

import { byId, element } from "./dom.js";
import { getPolicy, getScript, refresh, setPlan, showProblems } from "./editor.js";
import { fill, runAll } from "./matrix.js";
import { scenarios, tryOut } from "./trial.js";
import { tell } from "./verdict.js";

const [select, run, all] = ["scenario", "run", "run-all"].map(byId);

function fillSelect() {
  const groups = new Map();
  for (const { group, name, title } of scenarios) {
    if (!groups.has(group)) groups.set(group, element("optgroup", { label: group }));
    groups.get(group).append(element("option", { value: name }, title));
  }
  select.append(...groups.values());
}

function choose(scenario) {
  select.value = scenario.name;
  byId("lesson").textContent = scenario.lesson;
  history.replaceState(null, "", `#${scenario.name}`);
  setPlan(scenario);
}

function find(name) {
  return scenarios.find((scenario) => scenario.name === name);
}

async function runOne() {
  run.disabled = all.disabled = true;
  byId("summary").textContent = "Running …";
  try {
    const script = getScript();
    const trial = await tryOut(script, getPolicy());
    showProblems(trial.problems ?? []);
    if (trial.problems) {
      byId("result").replaceChildren();
      byId("summary").textContent = "This policy would not start: see what is said at its fields.";
      return;
    }
    byId("python").textContent = trial.plan.policy ?? "no policy";
    byId("result").replaceChildren(...trial.plan.warnings.map((text) => element("p", { class: "warning" }, text)),
      ...tell(script, trial));
    const states = trial.calls.map((call) => call.state).join(", then ");
    byId("summary").textContent = `${states}; ${trial.agrees ? "as predicted" : "not as predicted"}.`;
  } catch (error) {
    byId("summary").textContent = `The demo did not answer as it should: ${error.message}`;
  } finally {
    run.disabled = all.disabled = false;
    byId("result").dataset.runs = Number(byId("result").dataset.runs ?? 0) + 1;
  }
}

async function runEverything() {
  run.disabled = all.disabled = true;
  try {
    await runAll((text, done) => {
      byId("all-summary").textContent = text;
      if (done) Object.assign(byId("all-summary").dataset, done);
    });
  } catch (error) {
    byId("all-summary").textContent = `The demo did not answer as it should: ${error.message}`;
  } finally {
    run.disabled = all.disabled = false;
  }
}

fillSelect();
fill(byId("matrix"), (scenario) => {
  choose(scenario);
  byId("playground").scrollIntoView();
  run.focus();
  runOne();
});
byId("editor").addEventListener("input", refresh);
byId("editor").addEventListener("submit", (event) => {
  event.preventDefault();
  runOne();
});
select.addEventListener("change", () => choose(find(select.value)));
all.addEventListener("click", runEverything);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !run.disabled) runOne();
});
window.addEventListener("hashchange", () => choose(find(location.hash.slice(1)) ?? scenarios[0]));
choose(find(location.hash.slice(1)) ?? find("method-put") ?? scenarios[0]);
byId("playground").hidden = false;
await runOne();
