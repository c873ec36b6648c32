// Runs the steps that the page around it sends, with an opaque origin, since the frame is sandboxed.
import { runStep } from "./script.js";

addEventListener("message", async ({ data: [id, step, servers], ports: [port] }) => {
  port.postMessage(await runStep(id, step, servers));
});
parent.postMessage("ready", "*");
