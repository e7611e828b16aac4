// Small helpers to make elements.

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "dataset") Object.assign(node.dataset, value);
    else if (key in node && key !== "list" && key !== "form") node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const shapes = {
  play: "M8 5.5v13l11-6.5z",
  pause: "M7 5h3.4v14H7zM13.6 5H17v14h-3.4z",
};
const lines = {
  undo: "M9 7 4.5 11.5 9 16M5 11.5h9a5 5 0 0 1 0 10h-2",
  redo: "m15 7 4.5 4.5L15 16M19 11.5h-9a5 5 0 0 0 0 10h2",
  theme: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  keys: "M4 7h16v10H4zM7.5 10.5h.01M11 10.5h.01M14.5 10.5h.01M8.5 14h7",
  open: "M4 18V7h5l2 2.5h9V18z",
  select: "m6 4 12 8-5.5 1.2L10 19z",
  paint: "M19 4c-5 2-9 6-10.5 9.5l2 2C14 14 18 9 19 4zM8 14.5c-2 .5-2 3-4 4.5 3 1 6 0 6-2.5z",
  erase: "m14 5 5.5 5.5-8 8H7.5L4 15zM9 10l5.5 5.5M11 19h9",
  arrow: "M5 19C8 12 12 9 18.500 6.500M12.500 5.500l6.500.8-2 6",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon", name in shapes ? "solid" : "line");
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", shapes[name] ?? lines[name]);
  svg.append(path);
  return svg;
}

export function iconButton(button, name, label, title = label) {
  button.replaceChildren(icon(name));
  button.setAttribute("aria-label", label);
  button.title = title;
  return button;
}

let count = 0;
export function unique(prefix) {
  count += 1;
  return `${prefix}-${count}`;
}

export function debounce(work, wait) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), wait);
  };
}
