// One step of a case that no script makes: an element, an EventSource or a beacon, and what becomes of it.

const when = (target, good, bad = ["error"]) => new Promise((resolve, reject) => {
  for (const name of good) target.addEventListener(name, resolve, { once: true });
  for (const name of bad) target.addEventListener(name, () => reject(new Error("blocked")), { once: true });
});

function setAttributes(element, step) {
  if ("crossorigin" in step) element.setAttribute("crossorigin", step.crossorigin);
  if ("integrity" in step) element.setAttribute("integrity", step.integrity);
}

function isReadable(read) {
  try {
    read();
    return "loaded";
  } catch (error) {
    return error.name === "SecurityError" ? "tainted" : "loaded";
  }
}

async function insert(tag, step, attributes) {
  const element = document.createElement(tag);
  setAttributes(element, step);
  const loaded = when(element, ["load"]);
  Object.assign(element, attributes);
  document.head.append(element);
  await loaded;
  return element;
}

async function runWorker(url) {
  const worker = new Worker(url);
  await when(worker, ["message"]);
  worker.terminate();
  return "in use";
}

const KINDS = {
  async img(url, step) {
    const image = new Image();
    setAttributes(image, step);
    const loaded = when(image, ["load"]);
    image.src = url;
    await loaded;
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    return isReadable(() => context.getImageData(0, 0, 1, 1));
  },
  async script(url, step) {
    await insert("script", step, { src: url });
    return "in use";
  },
  async module(url, step) {
    await insert("script", step, { src: url, type: "module" });
    return "in use";
  },
  async import(url) {
    await import(url);
    return "in use";
  },
  async style(url, step) {
    const link = await insert("link", step, { rel: "stylesheet", href: url });
    return isReadable(() => link.sheet.cssRules.length);
  },
  async preload(url, step) {
    await insert("link", step, { rel: "preload", as: step.as, href: url });
    return "in use";
  },
  async modulepreload(url, step) {
    await insert("link", step, { rel: "modulepreload", href: url });
    return "in use";
  },
  async font(url) {
    await new FontFace("measured", `url("${url}")`).load();
    return "in use";
  },
  async audio(url, step) {
    const audio = document.createElement("audio");
    setAttributes(audio, step);
    audio.preload = "auto";
    const loaded = when(audio, ["loadedmetadata"]);
    audio.src = url;
    await loaded;
    return "in use";
  },
  async worker(url) {
    return runWorker(url);
  },
  async importScripts(url) {
    const blob = new Blob([`importScripts("${url}"); postMessage("done");`], { type: "text/javascript" });
    return runWorker(URL.createObjectURL(blob));
  },
  async eventsource(url, step) {
    const source = new EventSource(url, { withCredentials: step.credentials === "include" });
    try {
      await when(source, ["open"]);
      return "in use";
    } finally {
      source.close();
    }
  },
  async beacon(url, step, makeBody) {
    const queued = navigator.sendBeacon(url, step.body ? makeBody(step.body) : undefined);
    await new Promise((done) => setTimeout(done, 400));
    return queued ? "in use" : "blocked";
  },
};

export const isElement = (step) => step.api in KINDS;

export async function runElement(url, step, makeBody) {
  try {
    return { outcome: await KINDS[step.api](url, step, makeBody) };
  } catch (error) {
    return { outcome: "blocked" };
  }
}
