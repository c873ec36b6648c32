// The page's script: what the editor describes, done for real, and written down as somebody would type it.

import { load, writeElement } from "./elements.js";
import { t } from "./ready.js";

function makeBody({ bodyKind, body }) {
  switch (bodyKind) {
    case "text": return body;
    case "params": return new URLSearchParams(body);
    case "form": {
      const form = new FormData();
      for (const [name, value] of new URLSearchParams(body)) form.append(name, value);
      return form;
    }
    case "stream": return new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(body));
        controller.close();
      },
    });
    default: return undefined;
  }
}

/** Do it once, and return what the script learns: `state`, `status`, `headers`, and `body` or `message`. */
export async function play(url, script) {
  try {
    if (script.element !== "none") return await load(url, script);
    return await (script.listener ? playXHR(url, script) : playFetch(url, script));
  } catch (error) {
    return { state: "blocked", status: null, headers: [], message: `${error.name}: ${error.message}` };
  }
}

async function playFetch(url, script) {
  const init = { method: script.method, headers: script.headers, mode: script.mode };
  init.credentials = script.credentials ? "include" : "same-origin";
  if (script.bodyKind !== "none") init.body = makeBody(script);
  if (script.bodyKind === "stream") init.duplex = "half";
  const response = await fetch(url, init);
  const state = response.type === "opaque" ? "opaque" : "readable";
  const headers = [...response.headers.keys()];
  return { state, status: response.status, headers, type: response.type, body: await response.text() };
}

function playXHR(url, script) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(script.method, url);
    request.withCredentials = script.credentials;
    for (const [name, value] of script.headers) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", () => {});
    request.addEventListener("error", () => {
      resolve({ state: "blocked", status: null, headers: [], message: t("error_event") });
    });
    request.addEventListener("load", () => {
      const lines = request.getAllResponseHeaders().split("\r\n").filter(Boolean);
      const headers = lines.map((line) => line.slice(0, line.indexOf(":")).toLowerCase());
      resolve({ state: "readable", status: request.status, headers, type: "cors", body: request.responseText });
    });
    request.send(makeBody(script));
  });
}

/** Return text as a string of JavaScript. */
function quote(text) {
  const quoted = JSON.stringify(text);
  return /^[^'\\]*$/.test(text) && text.includes('"') ? `'${quoted.slice(1, -1).replaceAll('\\"', '"')}'` : quoted;
}

/** Return the script as JavaScript. */
export function write(api, script) {
  const url = quote(api + script.path);
  const code = writeOnce(url, script);
  return script.times > 1 ? `for (let i = 0; i < ${script.times}; i++) {\n${code.replace(/^/gm, "  ")}\n}` : code;
}

function writeOnce(url, script) {
  if (script.element !== "none") return writeElement(url, script);
  return script.listener ? writeXHR(url, script) : writeFetch(url, script);
}

function writeBody({ bodyKind, body }) {
  const text = quote(body);
  const params = `new URLSearchParams(${text})`;
  return { text, params, form: `makeFormData(${params})`, stream: `new Blob([${text}]).stream()` }[bodyKind];
}

function writeFetch(url, script) {
  const lines = [];
  if (script.method !== "GET") lines.push(`method: ${quote(script.method)},`);
  if (script.headers.length) {
    const pairs = script.headers.map(([name, value]) => `${quote(name)}: ${quote(value)}`);
    lines.push(`headers: { ${pairs.join(", ")} },`);
  }
  if (script.bodyKind !== "none") lines.push(`body: ${writeBody(script)},`);
  if (script.bodyKind === "stream") lines.push('duplex: "half",');
  if (script.mode !== "cors") lines.push(`mode: ${quote(script.mode)},`);
  if (script.credentials) lines.push('credentials: "include",');
  const init = lines.length ? `, {\n${lines.map((line) => `  ${line}`).join("\n")}\n}` : "";
  return `const response = await fetch(${url}${init});`;
}

function writeXHR(url, script) {
  return [
    "const request = new XMLHttpRequest();",
    `request.open(${quote(script.method)}, ${url});`,
    ...(script.credentials ? ["request.withCredentials = true;"] : []),
    ...script.headers.map((pair) => `request.setRequestHeader(${pair.map((text) => quote(text)).join(", ")});`),
    'request.upload.addEventListener("progress", showProgress);',
    `request.send(${writeBody(script) ?? ""});`,
  ].join("\n");
}
