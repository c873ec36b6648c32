// The editor: a script on the left, a policy on the right, and the fields between which both are read and written.

import { byId, element } from "./dom.js";
import { write } from "./script.js";
import { api } from "./trial.js";

// The options are those of which the form has a field.
const OPTIONS = [...document.querySelectorAll("#policy-fields input")].map((input) => input.id);

/** Put a scenario into the fields. */
export function setPlan({ script, policy }) {
  byId("method").value = script.method;
  byId("path").value = script.path;
  byId("headers").value = script.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  byId("bodyKind").value = script.bodyKind;
  byId("body").value = script.body;
  byId("mode").value = script.mode;
  byId("credentials").checked = script.credentials;
  byId("listener").checked = script.listener;
  byId("twice").checked = script.times > 1;
  byId("has-policy").checked = policy !== null;
  for (const name of OPTIONS) {
    const field = byId(name);
    const text = policy?.[name] ?? "";
    if (field.type === "checkbox") field.checked = text === "true";
    else field.value = text;
  }
  showProblems([]);
  refresh();
}

/** Read the script from the fields. */
export function getScript() {
  const lines = byId("headers").value.split("\n").filter((line) => line.trim());
  return {
    method: byId("method").value.trim(),
    path: byId("path").value.trim().replace(/^(?!\/)/, "/"),
    headers: lines.map((line) => {
      const colon = line.indexOf(":");
      return colon < 0 ? [line.trim(), ""] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
    bodyKind: byId("bodyKind").value,
    body: byId("body").value,
    mode: byId("mode").value,
    credentials: byId("credentials").checked,
    listener: byId("listener").checked,
    times: byId("twice").checked ? 2 : 1,
  };
}

/** Read the policy from the fields; null for a server without one. */
export function getPolicy() {
  if (!byId("has-policy").checked) return null;
  const texts = OPTIONS.map((name) => {
    const field = byId(name);
    return [name, field.type === "checkbox" ? (field.checked ? "true" : "") : field.value.trim()];
  });
  return Object.fromEntries(texts.filter(([, text]) => text));
}

/** Show what depends on the fields: the script as JavaScript, and which fields matter. */
export function refresh() {
  byId("code").textContent = write(api, getScript());
  byId("body").disabled = byId("bodyKind").value === "none";
  byId("mode").disabled = byId("listener").checked;
  byId("policy-fields").disabled = !byId("has-policy").checked;
}

/** Show each problem at its field, and move the focus to the first. */
export function showProblems(problems) {
  for (const name of OPTIONS) {
    byId(name).removeAttribute("aria-invalid");
    byId(`${name}-problem`).replaceChildren();
  }
  for (const { option, problem, remedy } of problems) {
    byId(option)?.setAttribute("aria-invalid", "true");
    byId(`${option}-problem`)?.append(element("span", {}, `${problem} ${remedy}`));
  }
  byId(problems[0]?.option)?.focus();
}
