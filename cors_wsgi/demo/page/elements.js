// What a page loads without a script: done for real, and written down as markup.

import { t } from "./ready.js";

/** The tag of each kind of element; a font has none, and is written as its rule. */
export const TAGS = { img: "img", style: "link", module: "script", font: "@font-face" };

/** Tell whether there is something about the element that a script could read, once the server allows it. */
export function isReadableElement({ element }) {
  return element === "img" || element === "style";
}

const LOADERS = {
  async img(url, crossOrigin) {
    const image = new Image();
    image.crossOrigin = crossOrigin;
    image.src = url;
    await image.decode();
    const context = document.createElement("canvas").getContext("2d");
    context.drawImage(image, 0, 0);
    return readOr("tainted", () => context.getImageData(0, 0, 1, 1));
  },
  async style(url, crossOrigin) {
    const link = await insert("link", { rel: "stylesheet", href: url, crossOrigin });
    const state = readOr("tainted", () => link.sheet.cssRules.length);
    link.remove();
    return state;
  },
  async module(url, crossOrigin) {
    (await insert("script", { type: "module", src: url, crossOrigin })).remove();
    return "loaded";
  },
  async font(url) {
    await new FontFace("tried", `url("${url}")`).load();
    return "loaded";
  },
};

function readOr(state, read) {
  try {
    read();
    return "loaded";
  } catch (error) {
    if (error.name !== "SecurityError") throw error;
    return state;
  }
}

function insert(tag, properties) {
  const made = Object.assign(document.createElement(tag), properties);
  return new Promise((resolve, reject) => {
    made.addEventListener("load", () => resolve(made));
    made.addEventListener("error", () => {
      made.remove();
      reject(new Error("error"));
    });
    document.head.append(made);
  });
}

/** Load it once, and return what the page learns: `state`, and `message` where it is blocked. */
export async function load(url, { element, crossorigin }) {
  const learned = { status: null, headers: [] };
  try {
    const state = await LOADERS[element](url, crossorigin === "none" ? null : crossorigin);
    return { ...learned, state };
  } catch {
    return { ...learned, state: "blocked", message: t("gets_nothing") };
  }
}

/** Return the element as somebody would type it; `url` is in quotation marks already. */
export function writeElement(url, { element, crossorigin }) {
  const attribute = crossorigin === "none" ? "" : ` crossorigin="${crossorigin}"`;
  switch (element) {
    case "img": return `<img src=${url}${attribute}>\n\ncontext.drawImage(image, 0, 0);\ncontext.getImageData(0, 0, 1, 1);`;
    case "style": return `<link rel="stylesheet" href=${url}${attribute}>\n\nlink.sheet.cssRules;`;
    case "module": return `<script type="module" src=${url}${attribute}></script>`;
    default: return `@font-face {\n  font-family: tried;\n  src: url(${url});\n}`;
  }
}
