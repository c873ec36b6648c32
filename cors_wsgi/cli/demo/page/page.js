// Runs every scenario in this browser, and shows whether it did what is expected of a browser.

const button = document.getElementById("run");
const summary = document.getElementById("summary");
const { api, scenarios } = await (await fetch("scenarios.json")).json();

/** Do one scenario as a page's script does it; a blocked one tells the script no more than that. */
async function play({ path, method, headers, body, credentials }) {
  try {
    const response = await fetch(api + path, { method, headers, body, credentials, cache: "no-store" });
    await response.text();
    return { isReadable: true, status: response.status, names: [...response.headers.keys()].sort() };
  } catch (error) {
    return { isReadable: false, message: error.message };
  }
}

function show(scenario, seen) {
  const cell = document.querySelector(`#${scenario.name} .seen`);
  const agrees = seen.isReadable === scenario.isReadable && (!seen.isReadable || seen.status === scenario.status);
  const state = document.createElement("span");
  state.className = seen.isReadable ? "readable" : "blocked";
  state.textContent = seen.isReadable ? `readable, ${seen.status}` : "blocked";
  const detail = document.createElement("small");
  detail.textContent = seen.isReadable ? `headers: ${seen.names.join(", ")}` : `the script sees: ${seen.message}`;
  cell.replaceChildren(state, detail);
  if (!agrees) {
    const note = document.createElement("span");
    note.className = "surprise";
    note.textContent = "not as expected";
    cell.append(note);
  }
  cell.closest("tr").dataset.agrees = agrees;
  return agrees;
}

async function runAll() {
  button.disabled = true;
  let agreed = 0;
  for (const [index, scenario] of scenarios.entries()) {
    summary.textContent = `Running ${index + 1} of ${scenarios.length} …`;
    agreed += show(scenario, await play(scenario));
  }
  summary.textContent = `${agreed} of ${scenarios.length} scenarios went as expected in this browser.`;
  summary.dataset.done = agreed;
  button.disabled = false;
}

button.hidden = false;
button.addEventListener("click", runAll);
await runAll();
