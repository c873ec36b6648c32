// Making elements.

/**
 * Return an element. Of `properties`, `class`, `for` and names with a hyphen are attributes, the rest properties;
 * children that are null or false are left out.
 */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class" || key === "for" || key.includes("-")) made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== false && child !== undefined));
  return made;
}

/** Return the element with an id. */
export function byId(id) {
  return document.getElementById(id);
}
