// The editor: a script on the left, a policy on the right, and the fields between which both are read and written.

import { byId, element } from "./dom.js";
import { write } from "./script.js";
import { api, t } from "./ready.js";

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
  byId("with-credentials").checked = script.credentials;
  byId("listener").checked = script.listener;
  byId("twice").checked = script.times > 1;
  byId("element").value = script.element;
  byId("crossorigin").value = script.crossorigin;
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
    credentials: byId("with-credentials").checked,
    listener: byId("listener").checked,
    times: byId("twice").checked ? 2 : 1,
    element: byId("element").value,
    crossorigin: byId("crossorigin").value,
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

/** Open the fields, or close them where there is little room. */
export function open(isOpen) {
  for (const fields of document.querySelectorAll(".fields")) fields.open = isOpen;
}

/** Show what depends on the fields: the script as JavaScript, which fields matter, and how many are out of sight. */
export function refresh() {
  const script = getScript();
  const isElement = script.element !== "none";
  byId("code").textContent = write(api, script);
  for (const name of ["method", "headers", "bodyKind", "with-credentials", "listener"]) byId(name).disabled = isElement;
  byId("body").disabled = isElement || script.bodyKind === "none";
  byId("mode").disabled = isElement || script.listener;
  byId("crossorigin").disabled = !isElement || script.element === "font";
  byId("policy-fields").disabled = !byId("has-policy").checked;
  for (const more of document.querySelectorAll(".more")) {
    const count = [...more.querySelectorAll("input, select, textarea")].filter(isInUse).length;
    more.querySelector("summary small").textContent = count ? t("in_use", { count }) : "";
  }
}

function isInUse(field) {
  if (field.disabled) return false;
  if (field.type === "checkbox") return field.checked;
  return field.tagName === "SELECT" ? field.selectedIndex > 0 : field.value.trim() !== "";
}

/** Show each problem at its field, and move the focus to the first. */
export function showProblems(problems) {
  for (const name of OPTIONS) {
    byId(name).removeAttribute("aria-invalid");
    byId(`${name}-problem`).replaceChildren();
  }
  for (const { option, text } of problems) {
    byId(option)?.setAttribute("aria-invalid", "true");
    byId(`${option}-problem`)?.append(element("span", {}, text));
    for (let box = byId(option)?.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  }
  byId(problems[0]?.option)?.focus();
}
