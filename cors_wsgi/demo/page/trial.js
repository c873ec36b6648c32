// A trial: the model predicts, this browser does it, the server tells what came over the wire, and the two are compared.

import { api, t } from "./ready.js";
import { play } from "./script.js";

const AGENTS = [["Firefox/", "firefox"], ["Chrome/", "chromium"], ["AppleWebKit/", "webkit"]];

/** The name under which the model knows this browser; the standard's rules for one that it does not know. */
export const engine = AGENTS.find(([words]) => navigator.userAgent.includes(words))?.[1] ?? "standard";

/** Try a script against a policy. Returns `problems` of the policy, or the `plan` with its prediction, and `calls`. */
export async function tryOut(script, policy) {
  const answer = await fetch(`plan?lang=${document.documentElement.lang}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ script, policy, engine }),
  });
  if (!answer.ok) throw new Error((await answer.text()).trim());
  const plan = await answer.json();
  if (plan.problems) return { problems: plan.problems };
  const calls = [];
  let before = 0;
  for (let time = 0; time < script.times; time++) {
    const seen = await play(api + plan.base + script.path, script);
    const exchanges = await (await fetch(`runs/${plan.run}`)).json();
    calls.push({ ...seen, exchanges: exchanges.slice(before) });
    before = exchanges.length;
  }
  const surprises = calls.map((call, index) => compare(plan.calls[index], call));
  return { plan, calls, surprises, agrees: surprises.every((found) => found.length === 0) };
}

/** Return a line for everything in which a call went otherwise than predicted. */
function compare(predicted, seen) {
  const found = [];
  const told = (what, expected, came) => {
    const [one, other] = [JSON.stringify(expected), JSON.stringify(came)];
    if (one !== other) found.push(t("surprise_line", { what, expected: one, seen: other }));
  };
  told(t("about_result"), [predicted.state, predicted.status], [seen.state, seen.status]);
  told(t("about_headers_seen"), predicted.headers, list(seen.headers));
  told(t("about_requests"), predicted.exchanges.map(name), seen.exchanges.map(name));
  for (const [index, exchange] of predicted.exchanges.entries()) {
    const other = seen.exchanges[index];
    if (!other) break;
    told(t("about_sent", { name: name(exchange) }), exchange.sent, other.sent);
    told(t("about_answer", { name: name(exchange) }), [exchange.status, exchange.received], [other.status, other.received]);
  }
  return found;
}

const OF_THE_SERVER = new Set(["date", "server", "connection"]);

function list(names) {
  return names.filter((name) => !OF_THE_SERVER.has(name)).sort();
}

function name(exchange) {
  return `${exchange.isPreflight ? t("preflight") : exchange.method} ${exchange.url}`;
}
