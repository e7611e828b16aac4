// Controls made from the declarations of settings: a label, a control, its unit, and help on demand.

import {el, unique} from "./dom.js";
import * as link from "./link.js";
import {humanise, words} from "./words.js";

const PLAIN = ["TEXT", "NAME"]; // forms that say nothing of how a text is written

// Return a control for one setting of the store.
export function field(store, key, options = {}) {
  const declared = store.settings[key];
  return control({
    label: options.label ?? humanise(key), declared: {...declared, ...options.declared}, key,
    read: () => store.get(key),
    write: (value) => store.set({[key]: value}),
    changed: (listen) => store.addEventListener("change", ({detail}) => detail.has(key) && listen()),
    fail: options.fail,
  });
}

export function fields(store, keys, fail) {
  return keys.map((key) => field(store, key, {fail}));
}

// Return a control of any declared value; ``read`` and ``write`` connect it to where the value is.
export function control({label, declared, key = "", read, write, changed, fail}) {
  const id = unique("field");
  const help = el("p", {class: "help", id: `${id}-help`, hidden: true}, declared.help ?? "");
  const info = declared.help && el("button", {
    class: "info", type: "button", "aria-label": words.fields.help(label), "aria-expanded": "false",
    "aria-controls": help.id, title: declared.help,
    onclick: () => {
      help.hidden = !help.hidden;
      info.setAttribute("aria-expanded", String(!help.hidden));
    },
  }, "?");
  const made = (makers[kindOf(declared)] ?? text)({id, declared, key, read, write, label, fail});
  const head = el("div", {class: "head"},
    made.group ? el("span", {class: "label", id: `${id}-label`}, label) : el("label", {class: "label", htmlFor: id}, label),
    info, el("span", {class: "gap"}), made.side ?? null);
  const node = el("div", {class: `field ${made.kind ?? ""}`, dataset: {key}}, head, made.body ?? null, help);
  made.refresh();
  changed?.(made.refresh);
  node.refresh = made.refresh;
  return node;
}

function kindOf(declared) {
  if (declared.type === "switch") return "switch";
  if (declared.type === "file") return "file";
  if (declared.choices?.length) return declared.choices.length <= 4 ? "segments" : "select";
  if (declared.type === "number" || declared.type === "integer") {
    const bounded = declared.least !== null && declared.most !== null;
    return bounded && declared.default !== null && declared.most < 1e5 ? "slider" : "number";
  }
  return /colour$|^accent$/.test(declared.name ?? "") ? "text" : "text";
}

const makers = {slider, number, segments, select, switch: toggle, file};

// A slider is even in its value, unless the default would lie at one end of it: then it is finer there.
function curve({least, most, default: usual}) {
  const at = (usual - least) / (most - least);
  const power = at > 0.02 && at < 0.98 && (at < 0.2) ? Math.log(at) / Math.log(0.5) : 1;
  return {
    to: (value) => ((value - least) / (most - least)) ** (1 / power),
    from: (place) => least + (most - least) * place ** power,
  };
}

function stepOf({least, most, default: usual, type}) {
  if (type === "integer") return 1;
  const span = Math.min(most - least, Math.max(Math.abs(usual ?? 0) * 4, (most - least) / 50));
  const rough = span / 100;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.999);
}

export function rounded(value, step) {
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return Number((Math.round(value / step) * step).toFixed(digits));
}

function slider({id, declared, read, write, label}) {
  const line = curve(declared);
  const step = stepOf(declared);
  const range = el("input", {type: "range", id, min: 0, max: 1, step: 0.001});
  const exact = el("input", {
    type: "number", class: "exact", step: "any", min: declared.least, max: declared.most, "aria-label": `${label}, ${declared.unit || "value"}`,
  });
  const clamp = (value) => Math.min(declared.most, Math.max(declared.least, value));
  const put = (value) => write(declared.type === "integer" ? Math.round(clamp(value)) : clamp(value));
  range.addEventListener("input", () => put(rounded(line.from(Number(range.value)), step)));
  range.addEventListener("keydown", (event) => {
    const by = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10}[event.key];
    if (!by) return;
    event.preventDefault();
    put(rounded(Number(read() ?? declared.default) + by * step, step));
  });
  range.addEventListener("dblclick", () => write(null));
  exact.addEventListener("change", () => {
    if (exact.value === "") write(null);
    else put(Number(exact.value));
    refresh();
  });
  const refresh = () => {
    const value = Number(read() ?? declared.default);
    range.value = line.to(value);
    range.style.setProperty("--at", `${line.to(value) * 100}%`);
    range.setAttribute("aria-valuetext", `${value} ${declared.unit}`.trim());
    if (document.activeElement !== exact) exact.value = value;
  };
  return {side: el("span", {class: "value"}, exact, unit(declared)), body: range, refresh};
}

function unit(declared) {
  const short = {seconds: "s", "per second": "/s", kelvin: "K", degrees: "°", times: "×", "metres per second": "m/s"};
  const text = short[declared.unit] ?? "";
  return text ? el("span", {class: "unit", title: declared.unit}, text) : null;
}

function number({id, declared, read, write}) {
  const input = el("input", {
    type: "number", id, class: "exact wide", step: declared.type === "integer" ? 1 : "any",
    min: declared.least, max: declared.most, placeholder: words.fields.auto,
  });
  input.addEventListener("change", () => write(input.value === "" ? null : Number(input.value)));
  const refresh = () => {
    if (document.activeElement !== input) input.value = read() ?? "";
  };
  return {side: el("span", {class: "value"}, input, unit(declared)), refresh};
}

export function segments({id, declared, read, write}) {
  const group = el("div", {class: "segments", role: "radiogroup", "aria-labelledby": `${id}-label`});
  const inputs = declared.choices.map((choice) => {
    const input = el("input", {type: "radio", name: id, value: choice, onchange: () => write(choice)});
    group.append(el("label", {}, input, el("span", {}, humanise(choice))));
    return input;
  });
  const refresh = () => {
    const value = read() ?? declared.default;
    for (const input of inputs) input.checked = input.value === value;
  };
  return {group: true, body: group, refresh};
}

function select({id, declared, read, write}) {
  const input = el("select", {id, onchange: () => write(input.value === "" ? null : input.value)});
  if (declared.default === null) input.append(el("option", {value: ""}, words.fields.auto));
  for (const choice of declared.choices) input.append(el("option", {value: choice}, humanise(String(choice))));
  const refresh = () => {
    const value = String(read() ?? "");
    if (value && ![...input.options].some((option) => option.value === value)) input.append(el("option", {value}, value));
    input.value = value;
  };
  return {side: input, kind: "inline", refresh};
}

function toggle({id, read, write}) {
  const input = el("input", {type: "checkbox", id, class: "switch", role: "switch", onchange: () => write(input.checked)});
  return {side: input, kind: "inline", refresh: () => { input.checked = Boolean(read()); }};
}

function text({id, declared, key, read, write}) {
  const colour = /colour$|^accent$|^background$/.test(key);
  const list = declared.type === "list";
  const input = el("input", {
    type: "text", id, class: "text", spellcheck: false, autocomplete: "off",
    placeholder: declared.default === null && !PLAIN.includes(declared.form) ? declared.form : "",
  });
  const put = () => {
    const value = input.value.trim();
    if (list) write(value === "" ? null : value.split(",").map((part) => part.trim()).filter(Boolean));
    else write(value === "" ? null : value);
  };
  input.addEventListener("change", put);
  const swatch = colour && el("input", {type: "color", class: "swatch", "aria-label": `${humanise(key)}: choose`, oninput: () => { write(swatch.value); }});
  const refresh = () => {
    const value = read();
    if (document.activeElement !== input) input.value = Array.isArray(value) ? value.join(", ") : value ?? "";
    if (swatch && /^#[0-9a-f]{6}$/i.test(value ?? "")) swatch.value = value;
    else if (swatch && value === "white") swatch.value = "#ffffff";
  };
  return {body: swatch ? el("div", {class: "row"}, input, swatch) : input, refresh};
}

function file({id, key, read, write, fail}) {
  const names = new Map();
  const input = el("input", {type: "file", id, class: "file"});
  const name = el("span", {class: "filename"});
  const clear = el("button", {type: "button", class: "small", onclick: () => { input.value = ""; write(null); }}, words.fields.clear);
  input.addEventListener("change", async () => {
    if (!input.files.length) return;
    try {
      const sent = await link.sendFile(input.files[0], key);
      names.set(sent.handle, sent.name);
      write(sent.handle);
    } catch (error) {
      input.value = "";
      fail?.(error.message);
    }
  });
  const refresh = () => {
    const value = read();
    clear.hidden = !value;
    name.textContent = value ? names.get(value) ?? words.fields.given : "";
  };
  return {body: el("div", {class: "row"}, input, name, clear), refresh};
}

// Return a part of a panel that can be folded.
export function fold(title, content, open = false) {
  return el("details", {class: "fold", open}, el("summary", {}, title), el("div", {class: "stack"}, content));
}

export function part(title, content) {
  const id = unique("part");
  return el("section", {class: "part", "aria-labelledby": id}, el("h2", {id}, title), content);
}
