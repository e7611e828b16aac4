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
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
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
  lasso: "M7 16.500C3 14.500 3 8 8.500 5.500S21 6 20.500 11s-7 7-11 5.800M9.500 16.800a2 2 0 1 0-2.500 1.700c.3 1.500-.5 2.500-2 2.500",
  pin: "M12 21s6-6.500 6-11a6 6 0 0 0-12 0c0 4.500 6 11 6 11zM12 7.800a2.200 2.200 0 1 0 .01 0",
  earlier: "M14.500 6l-6 6 6 6",
  later: "M9.500 6l6 6-6 6",
  without: "M6.500 6.500l11 11M17.500 6.500l-11 11",
  arrow: "M5 19C8 12 12 9 18.500 6.500M12.500 5.500l6.500.8-2 6",
};

// How each camera move goes; a move of a plug-in has no such sign.
const signs = {
  auto: "M12 4l1.8 5.200L19 11l-5.200 1.800L12 18l-1.800-5.200L5 11l5.200-1.800z",
  static: "M12 9.500a2.500 2.500 0 1 0 .01 0",
  "push-in": "M4 4l5 5M9 5v4H5M20 4l-5 5M15 5v4h4M4 20l5-5M5 15h4v4M20 20l-5-5M19 15h-4v4",
  "pull-out": "M9 9 4 4M4 8V4h4M15 9l5-5M16 4h4v4M9 15l-5 5M4 16v4h4M15 15l5 5M20 16v4h-4",
  "dolly-zoom": "M4 12h16M7 9l-3 3 3 3M17 9l3 3-3 3M8 5h8M8 19h8",
  "pan-left": "M19 7a9 9 0 0 0-14 4M4 6l1 5 5-1",
  "pan-right": "M5 7a9 9 0 0 1 14 4M20 6l-1 5-5-1",
  "tilt-up": "M8 20A9 9 0 0 1 11 5M6 5h5v5",
  "tilt-down": "M8 4a9 9 0 0 0 3 15M6 19h5v-5",
  "roll-left": "M18 15a7 7 0 1 0-12 0M3 13l3 2.500 2-3.500",
  "roll-right": "M6 15a7 7 0 1 1 12 0M21 13l-3 2.500-2-3.500",
  "truck-left": "M20 12H4M9 7l-5 5 5 5",
  "truck-right": "M4 12h16M15 7l5 5-5 5",
  "pedestal-up": "M12 20V4M7 9l5-5 5 5",
  "pedestal-down": "M12 4v16M7 15l5 5 5-5",
  orbit: "M4 12a8 4 0 1 0 16 0 8 4 0 1 0-16 0M17 6.500l3 3.500-4 1.500",
  arc: "M4 15a9 7 0 0 1 16 0M17 10.500l3 4.500-5 .500",
  crane: "M5 19C7 10 12 6 19 5M14 4l5 1-2 5",
  sway: "M4 12c3-6 5 6 8 0s5 6 8 0",
  handheld: "M4 13l3-3 2 4 3-6 3 7 2-4 3 2",
  "ken-burns": "M4 5h16v14H4zM9 9h8v7H9z",
  "rack-focus": "M9 12a3 3 0 1 0 6 0 3 3 0 1 0-6 0M4 8V5h3M20 8V5h-3M4 16v3h3M20 16v3h-3",
  sliders: "M5 7h14M5 12h14M5 17h14M9 5v4M15 10v4M11 15v4",
};
signs["zoom-in"] = signs["push-in"];
signs["zoom-out"] = signs["pull-out"];
Object.assign(lines, Object.fromEntries(Object.entries(signs).map(([name, path]) => [`move-${name}`, path])));

export const has = (name) => name in lines || name in shapes;

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
