import { isElement, runElement } from "./element.js";

// One step of a case: a request by fetch() or XMLHttpRequest, and what the script gets of it.

const PATIENCE = 15000;

function makeBody(body) {
  const { kind, value } = body;
  const bytes = () => new TextEncoder().encode(value);
  switch (kind) {
    case "string": return value;
    case "blob": return new Blob([value], { type: body.type ?? "" });
    case "arraybuffer": return bytes().buffer;
    case "uint8array": return bytes();
    case "urlsearchparams": return new URLSearchParams(value);
    case "formdata": {
      const form = new FormData();
      form.append("a", value);
      return form;
    }
    case "document": return new DOMParser().parseFromString(value, "text/html");
    case "xmldocument": return new DOMParser().parseFromString(value, "application/xml");
    case "stream": return new ReadableStream({
      start(controller) {
        controller.enqueue(bytes());
        controller.close();
      },
    });
  }
  throw new Error(`no such kind of body: ${kind}`);
}

async function runFetch(url, step) {
  const options = { method: step.method, headers: step.headers };
  for (const name of ["mode", "credentials", "redirect", "cache", "referrerPolicy", "duplex", "keepalive"])
    if (name in step) options[name] = step[name];
  if (step.body) options.body = makeBody(step.body);
  const response = await (step.asRequest ? fetch(new Request(url, options)) : fetch(url, options));
  return {
    type: response.type,
    status: response.status,
    url: response.url,
    redirected: response.redirected,
    headers: [...response.headers],
    body: await response.text(),
  };
}

function parseLines(text) {
  return text.split("\r\n").filter(Boolean).map((line) => {
    const at = line.indexOf(":");
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).replace(/^ /, "")];
  });
}

function runXHR(url, step) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    if ("username" in step || "password" in step)
      xhr.open(step.method, url, !step.sync, step.username ?? null, step.password ?? null);
    else xhr.open(step.method, url, !step.sync);
    for (const [name, value] of step.headers ?? []) xhr.setRequestHeader(name, value);
    if (step.credentials === "include") xhr.withCredentials = true;
    if (step.listener) xhr.upload.addEventListener("progress", () => {});
    const end = () => {
      if (!xhr.status) return reject(new Error("status 0"));
      resolve({
        type: "xhr",
        status: xhr.status,
        url: xhr.responseURL,
        headers: parseLines(xhr.getAllResponseHeaders()),
        body: xhr.responseText,
      });
    };
    if (!step.sync) xhr.onloadend = end;
    xhr.send(step.body ? makeBody(step.body) : null);
    if (step.sync) end();
  });
}

export async function runStep(id, step, servers) {
  const suffix = step.suffix ?? "";
  const url = `${servers[step.target] ?? step.target}/c/${id}/0${suffix}`;
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error("timeout")), PATIENCE); });
  try {
    if (isElement(step)) return await Promise.race([runElement(url, step, makeBody), late]);
    return await Promise.race([step.api === "xhr" ? runXHR(url, step) : runFetch(url, step), late]);
  } catch (error) {
    return { failed: error.message === "timeout" ? "timeout" : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
