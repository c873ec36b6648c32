// What the server prepared: the scenarios, and every text in the language of the page.

const { lang } = document.documentElement;

export const { api, manual, scenarios, texts, tour } = await (await fetch(`ready.json?lang=${lang}`)).json();

/** Return the text under a key, with the facts in the place of their names in braces. */
export function t(key, facts = {}) {
  if (!(key in texts)) throw new Error(`there is no text ${key}`);
  return texts[key].replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

/** Return the address of a page of the manual, or null if the distribution names no manual. */
export function findPage(name) {
  return manual && `${manual[0]}${name}${manual[1]}`;
}
