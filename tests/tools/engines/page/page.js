// Fetches the cases, runs each, and posts what the scripts saw, to its own origin.
import { runStep } from "./script.js";

const TOGETHER = 6;
const BATCH = 40;

const parameters = new URL(location.href).searchParams;
const servers = { page: location.origin, api: parameters.get("api"), api2: parameters.get("api2") };
const state = document.getElementById("state");
const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

// Where the server can move the browser's clock, nobody has to wait.
async function wait(seconds) {
  if (!parameters.has("moved")) return sleep(seconds);
  await fetch(`/move/${seconds}`);
  await sleep(0.3);
}

// Firefox looks a host up anew, and forgets what it knew of preflights to it, for the first few requests.
async function warmUp() {
  for (const name of ["api", "api2"])
    for (let i = 0; i < 6; i++) await fetch(`${servers[name]}/warm`, { method: "PUT" });
}

async function openFrame() {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts";
  const ready = new Promise((done) => addEventListener("message", done, { once: true }));
  frame.src = "/frame.html";
  document.body.append(frame);
  await ready;
  return frame;
}

function runInFrame(frame, id, step) {
  const channel = new MessageChannel();
  const answer = new Promise((done) => { channel.port1.onmessage = ({ data }) => done(data); });
  frame.contentWindow.postMessage([id, step, servers], "*", [channel.port2]);
  return answer;
}

async function runCase(frame, { id, opaque, steps }) {
  const results = [];
  for (const step of steps) {
    if (step.wait) await wait(step.wait);
    const start = performance.now();
    const result = opaque ? await runInFrame(frame, id, step) : await runStep(id, step, servers);
    results.push({ ...result, start: start / 1000, end: performance.now() / 1000 });
    if (steps.length > 1) await fetch(`/mark/${id}`);
  }
  return results;
}

async function post(results) {
  await fetch("/done", { method: "POST", body: JSON.stringify(results) });
}

async function runAll(frame, cases, together) {
  const rest = [...cases];
  let results = {}, count = 0;
  const work = async () => {
    for (let next; (next = rest.shift());) {
      const result = await runCase(frame, next);
      results[next.id] = result;
      state.textContent = `${rest.length} to go`;
      if (++count % BATCH === 0) {
        const full = results;
        results = {};
        await post(full);
      }
    }
  };
  await Promise.all(Array.from({ length: together }, work));
  await post(results);
}

// One by one, each with a line in the console that tells the messages before it from those after it.
async function runSlowly(frame, cases) {
  for (const one of cases) {
    const result = await runCase(frame, one);
    await sleep(0.15);
    console.log(`done: ${one.id}`);
    await post({ [one.id]: result });
  }
}

const waits = ({ steps }) => steps.some((step) => step.wait);
const cases = await (await fetch("/cases")).json();
await warmUp();
const frame = await openFrame();
if (parameters.has("slowly")) {
  await runSlowly(frame, cases);
} else {
  await runAll(frame, cases.filter((one) => !waits(one)), TOGETHER);
  // These mostly wait. No more at a time than what Firefox remembers of preflights, which is 100 answers.
  await runAll(frame, cases.filter(waits), BATCH);
}
state.textContent = "done";
