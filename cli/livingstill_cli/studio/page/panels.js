// The five panels: see, correct, direct, finish, export. Each is made anew when it is opened.

import {el, has, icon, unique} from "./dom.js";
import {control, field, fields, fold, part} from "./fields.js";
import {keyframes} from "./keyframes.js";
import * as link from "./link.js";
import {commandLine, fileList, progressOf} from "./files.js";
import {titleOnPicture} from "./title.js";
import {bytes, humanise, noteOf, percent, words} from "./words.js";

const GRADE = ["exposure", "midtones", "temperature", "tint", "saturation", "vignette", "grain"];
const CARD = ["price", "address", "details", "card_place", "card_colour", "accent"];
const TITLE = ["title", "subtitle", "title_place", "title_size", "title_colour", "title_shadow", "title_fade",
  "title_depth", "font", "subtitle_font"];
const LOGO = ["logo", "logo_place", "logo_size", "logo_opacity"];

const TRUTH = ["truth", "certificate", "disclosure", "disclosure_place"];

export const panels = {see, correct, direct, finish, export: exporting};

// see

function see(studio) {
  const {store, stage} = studio;
  const text = words.see;
  const list = el("ul", {class: "regions"});
  const key = el("p", {class: "muted"});
  const notes = el("ul", {class: "notes"});
  const layers = el("div", {class: "layers", hidden: true});
  const found = part(text.found, list);
  let what = "regions";
  const choose = control({
    label: text.show, declared: {choices: ["nothing", "regions", "depth", "layers"], default: "regions"},
    read: () => what, write: (value) => { what = value; refresh(); },
  });
  for (const span of choose.querySelectorAll(".segments span")) {
    const value = span.previousElementSibling.value;
    span.textContent = text[value];
  }

  async function refresh() {
    stage.show.regions = what === "regions";
    stage.show.picture = null;
    layers.hidden = what !== "layers";
    found.hidden = what !== "regions" && what !== "nothing";
    stage.show.alone = false;
    key.textContent = {regions: text.hatch, depth: text.depthKey, layers: text.layersKey(studio.player.look?.layers ?? 0)}[what] ?? "";
    list.replaceChildren(...regionItems(studio, () => {}));
    const looked = studio.player.look;
    notes.replaceChildren(...(looked?.notes ?? []).map((note) => el("li", {}, noteOf(note))));
    if (looked?.final && (what === "depth" || what === "layers")) await picture();
    stage.draw();
  }

  async function picture() {
    const wanted = what;
    const {handles} = await studio.socket.ask({op: "picture", what}, "picture", (answer) => answer.what === wanted);
    if (what !== wanted) return;
    const pictures = await Promise.all(handles.map((handle) => link.fileOf(handle).then(createImageBitmap)));
    if (what !== wanted) return;
    if (what === "depth") stage.show.picture = pictures[0];
    else {
      layers.replaceChildren(...pictures.map((bitmap, index) => {
        const canvas = el("canvas", {width: bitmap.width, height: bitmap.height});
        canvas.getContext("2d").drawImage(bitmap, 0, 0);
        const button = el("button", {type: "button", "aria-pressed": "false", onclick: () => {
          const on = stage.show.picture !== canvas;
          for (const one of layers.children) one.setAttribute("aria-pressed", "false");
          button.setAttribute("aria-pressed", String(on));
          stage.show.picture = on ? canvas : null;
          stage.show.alone = on;
          stage.draw();
        }}, canvas, el("span", {}, text.layer(index + 1)));
        return button;
      }));
    }
  }

  return {
    rest: true,
    body: [
      el("p", {class: "lead"}, text.lead), choose, key, layers,
      found,
      fold(text.notes, notes, true),
      fold(text.more, [
        control({
          label: humanise("depth"),
          declared: {...store.settings.depth, choices: ["embedded", "cues", "flat"]},
          read: () => store.get("depth"), write: (value) => store.set({depth: value}),
          changed: (listen) => store.addEventListener("change", listen),
        }),
        control({
          label: `${humanise("depth")} file`, key: "depth", declared: {type: "file", help: store.settings.depth.help},
          read: () => (/^f[0-9a-f]{16}$/.test(store.get("depth")) ? store.get("depth") : null),
          write: (value) => store.set({depth: value}),
          changed: (listen) => store.addEventListener("change", listen), fail: studio.fail,
        }),
        ...fields(store, ["upright", "depth_far", "layers", "background"], studio.fail),
      ]),
    ],
    refresh,
    leave: () => Object.assign(stage.show, {regions: false, picture: null, alone: false}),
  };
}

function regionItems(studio, choose, selected = null) {
  const regions = studio.player.look?.regions ?? [];
  if (!regions.length) return [el("li", {class: "muted"}, studio.player.look?.final ? words.see.none : words.see.finding)];
  return regions.map((region) => {
    const swatch = el("span", {class: "swatch-dot"});
    swatch.style.setProperty("--colour", `rgb(${region.colour.join(" ")})`);
    const sure = region.confidence === null ? "" : words.see.sure(percent(region.confidence));
    const facts = `${words.see.share(percent(region.share))}${sure}`;
    const button = el("button", {
      type: "button", class: "region", "aria-pressed": String(region.kind === selected), dataset: {kind: region.kind},
      onclick: () => choose(region.kind),
    }, swatch, el("span", {class: "grow"}, humanise(region.kind)), el("span", {class: "muted"}, facts));
    return el("li", {}, button);
  });
}

// correct

function correct(studio) {
  const {store, stage} = studio;
  const text = words.correct;
  const state = studio.kept.correct ??= {tool: "select", kind: null};
  const list = el("ul", {class: "regions"});
  const help = el("p", {class: "muted"});
  const acts = el("div", {class: "acts"});
  const arrows = el("ul", {class: "regions"});
  const amountPlace = el("div");
  const arrowPart = part(text.arrows, arrows);

  const tools = el("div", {class: "toolset", role: "radiogroup", "aria-label": text.tool});
  for (const name of Object.keys(text.tools)) {
    const input = el("input", {type: "radio", name: "tool", value: name, onchange: () => use(name)});
    tools.append(el("label", {title: text.tools[name]}, input, el("span", {}, icon(name), text.tools[name])));
  }

  const brush = (label, key, declared) => control({
    label, declared: {type: "number", unit: "", help: "", ...declared},
    read: () => stage.brush[key], write: (value) => { stage.brush[key] = value ?? declared.default; stage.draw(); sizes.forEach((one) => one.refresh()); },
  });
  const sizes = [
    brush(text.size, "size", {least: 0.01, most: 0.4, default: 0.08}),
    brush(text.softness, "softness", {least: 0, most: 1, default: 0.5}),
    control({
      label: text.snap, declared: {type: "switch"},
      read: () => stage.brush.snap, write: (value) => { stage.brush.snap = value; },
    }),
  ];
  const sizePart = el("div", {class: "stack"}, sizes);

  async function use(tool, kind = state.kind) {
    [state.tool, state.kind] = [tool, kind];
    refresh();
    await stage.use(tool, tool === "pin" ? "hold" : kind);
  }

  // How much the selected kind moves, beside all others.
  function amount() {
    const {kind} = state;
    const wanted = kind && kind !== "hold" ? kind : null;
    if (amountPlace.dataset.kind === (wanted ?? "")) return;
    amountPlace.dataset.kind = wanted ?? "";
    const others = () => (store.get("amount_of") ?? []).filter((one) => !one.startsWith(`${wanted}=`));
    amountPlace.replaceChildren(wanted ? control({
      label: text.amount, declared: {type: "number", unit: "times", help: text.amountHelp, least: 0, most: 4, default: 1}, key: "amount_of",
      read: () => Number((store.get("amount_of") ?? []).find((one) => one.startsWith(`${wanted}=`))?.split("=")[1] ?? 1),
      write: (value) => store.set({amount_of: value === null || value === 1 ? others() : [...others(), `${wanted}=${Number(value.toFixed(3))}`]}),
      changed: (listen) => store.addEventListener("change", ({detail}) => detail.has("amount_of") && listen()),
    }) : "");
  }

  function refresh() {
    for (const input of tools.querySelectorAll("input")) input.checked = input.value === state.tool;
    sizePart.hidden = !["paint", "erase", "lasso", "pin"].includes(state.tool);
    amount();
    const regions = studio.player.look?.regions ?? [];
    const items = regionItems(studio, (kind) => use(state.tool, kind), state.kind);
    if (!regions.length) items.pop();
    const extra = [...new Set([...(state.kind ? [state.kind] : []), ...(store.get("hold") ? ["hold"] : [])])]
      .filter((kind) => !regions.some((region) => region.kind === kind));
    for (const kind of extra) {
      items.push(el("li", {}, el("button", {
        type: "button", class: "region", "aria-pressed": String(kind === state.kind), onclick: () => use(state.tool, kind),
      }, el("span", {class: "swatch-dot none"}), el("span", {class: "grow"}, kind === "hold" ? text.hold : humanise(kind)),
      el("span", {class: "muted"}, kind === "hold" ? text.holdHelp : ""))));
    }
    list.replaceChildren(...items);
    const directed = store.kinds.find((kind) => kind.name === state.kind)?.directed ?? true;
    help.textContent = !["select", "pin"].includes(state.tool) && !state.kind ? text.noRegion
      : state.tool === "arrow" && !directed ? text.noDirection(humanise(state.kind)) : text.help[state.tool];
    acts.replaceChildren(...actions());
    const strokes = store.get("brush") ?? [];
    arrowPart.hidden = !strokes.length;
    arrows.replaceChildren(...strokes.map((stroke, index) => {
      const kind = stroke.split(":")[0];
      return el("li", {}, el("div", {class: "region"}, el("span", {class: "grow"}, humanise(kind)),
        el("button", {type: "button", class: "small", "aria-label": text.removeArrow(humanise(kind)), onclick: () => {
          store.set({brush: strokes.filter((_, other) => other !== index)});
        }}, text.remove)));
    }));
    Object.assign(stage.show, {regions: true, arrows: true});
    stage.draw();
  }

  function actions() {
    const {kind} = state;
    const add = el("select", {"aria-label": text.add, onchange: () => add.value && use("paint", add.value).then(() => stage.canvas.focus({preventScroll: true}))},
      el("option", {value: ""}, text.addChoose));
    const present = new Set((studio.player.look?.regions ?? []).map((region) => region.kind));
    for (const one of store.kinds) if (!present.has(one.name)) add.append(el("option", {value: one.name, title: one.help}, humanise(one.name)));
    if (!store.get("hold")) add.append(el("option", {value: "hold"}, text.hold));
    const row = [el("label", {class: "inline"}, el("span", {}, text.add), add)];
    if (!kind || (kind !== "hold" && !present.has(kind))) return row;
    if (kind === "hold") {
      return [...row, el("button", {type: "button", class: "small", onclick: () => { stage.put("hold", null); use("select", null); }}, text.remove)];
    }
    const change = el("select", {id: unique("kind"), "aria-label": text.kind, onchange: () => become(kind, change.value)});
    for (const one of store.kinds) change.append(el("option", {value: one.name, selected: one.name === kind}, humanise(one.name)));
    const painted = (store.get("mask") ?? []).some((mask) => mask.startsWith(`${kind}=`));
    return [
      ...row, el("label", {class: "inline"}, el("span", {}, text.kind), change),
      el("div", {class: "row"},
        el("button", {type: "button", class: "small", onclick: () => hold(kind)}, text.still),
        el("button", {type: "button", class: "small", onclick: () => remove(kind)}, text.remove),
        painted ? el("button", {type: "button", class: "small", onclick: () => stage.put(kind, null)}, text.back) : null),
    ];
  }

  const maskOf = (kind) => studio.player.look?.regions.find((region) => region.kind === kind)?.mask;

  async function joined(handles) {
    const masks = await Promise.all(handles.filter(Boolean).map((handle) => link.fileOf(handle).then(createImageBitmap)));
    const canvas = new OffscreenCanvas(masks[0].width, masks[0].height);
    const g = canvas.getContext("2d");
    g.globalCompositeOperation = "lighten";
    for (const mask of masks) g.drawImage(mask, 0, 0, canvas.width, canvas.height);
    return link.sendMask(await canvas.convertToBlob({type: "image/png"}));
  }

  // What moves without one kind: the others by name, so that the engine finds them and not it.
  function without(kind) {
    const rest = (studio.player.look?.regions ?? []).map((region) => region.kind).filter((one) => one !== kind);
    const masks = (store.get("mask") ?? []).filter((mask) => !mask.startsWith(`${kind}=`));
    const brush = (store.get("brush") ?? []).filter((stroke) => !stroke.startsWith(`${kind}:`));
    return {motion: rest.length ? rest : ["none"], mask: masks, brush};
  }

  function remove(kind) {
    [state.kind, state.tool] = [null, "select"];
    stage.use("select", null);
    store.set(without(kind));
  }

  async function hold(kind) {
    const handle = await joined([maskOf(kind), store.get("hold")]);
    stage.put("hold", handle);
  }

  async function become(kind, other) {
    if (other === kind) return;
    const handle = await joined([maskOf(kind), maskOf(other)]);
    const rest = without(kind);
    const motion = rest.motion[0] === "none" ? [other] : [...new Set([...rest.motion, other])];
    state.kind = other;
    store.set({...rest, motion, mask: [...rest.mask.filter((mask) => !mask.startsWith(`${other}=`)), `${other}=${handle}`]});
    stage.use(state.tool, other);
  }

  const select = ({detail}) => use("select", detail);
  const arrow = ({detail}) => {
    const numbers = detail.flat().map((n) => n.toFixed(4)).join(",");
    store.set({brush: [...(store.get("brush") ?? []), `${state.kind}:${numbers}`]});
  };
  const nothing = () => { help.textContent = text.noRegion; };
  stage.addEventListener("select", select);
  stage.addEventListener("arrow", arrow);
  stage.addEventListener("nothing", nothing);
  use(state.tool);

  return {
    rest: true,
    tool: use,
    brushSize: (factor) => {
      stage.brush.size = Math.min(0.4, Math.max(0.01, stage.brush.size * factor));
      sizes[0].refresh();
      stage.draw();
    },
    body: [
      el("p", {class: "lead"}, text.lead), tools, help, sizePart,
      part(text.region, [list, amountPlace, acts]), arrowPart,
      fold(text.more, fields(store, ["motion", "hold_faces"], studio.fail)),
    ],
    refresh,
    leave: () => {
      stage.removeEventListener("select", select);
      stage.removeEventListener("arrow", arrow);
      stage.removeEventListener("nothing", nothing);
      Object.assign(stage.show, {regions: false, arrows: false});
      stage.use("none");
    },
  };
}

// direct

export function parseMove(text) {
  const [name, rest = ""] = String(text).split(/:(.*)/s);
  const keys = {};
  let last = null;
  for (const piece of rest.split(",").filter(Boolean)) {
    const [key, value] = piece.split("=");
    if (value !== undefined) {
      last = key;
      keys[key] = value;
    } else if (last) keys[last] += `,${piece}`;
  }
  return {name, keys};
}

export function writeMove({name, keys}) {
  const parts = Object.entries(keys).filter(([, value]) => value !== null && value !== "").map(([key, value]) => `${key}=${value}`);
  return parts.length ? `${name}:${parts.join(",")}` : name;
}

function direct(studio) {
  const {store, stage} = studio;
  const text = words.direct;
  const tiles = el("div", {class: "tiles", role: "radiogroup", "aria-label": text.camera});
  const chosen = el("p", {class: "muted"});
  const keys = el("div", {class: "stack"});
  const move = () => parseMove(store.get("camera"));
  const put = (next) => store.set({camera: writeMove(next)});
  let keysOf = "";

  for (const one of store.moves) tiles.append(tile(studio, one, () => {
    const {amount, focus} = move().keys;
    put({name: one.name, keys: {...(amount ? {amount} : {}), ...(focus ? {focus} : {})}});
  }));

  function refresh() {
    const current = move();
    keyframed.refresh();
    for (const input of tiles.querySelectorAll("input")) input.checked = input.value === current.name;
    const looked = studio.player.look;
    chosen.textContent = current.name === "auto" && looked?.final ? text.chosen(humanise(looked.camera.split(":")[0])) : "";
    if (keysOf !== current.name) {
      keysOf = current.name;
      const declared = store.moves.find((one) => one.name === current.name)?.keys ?? [];
      const usual = ["amount", "ease"];
      const made = declared.filter((key) => key.key !== "focus").map((key) => [key.key, keyField(key)]);
      keys.replaceChildren(
        ...made.filter(([key]) => usual.includes(key)).map(([, node]) => node),
        focusField(),
        fold(text.keys, made.filter(([key]) => !usual.includes(key)).map(([, node]) => node)),
      );
    }
    stage.show.focus = stage.tool === "focus";
    stage.draw();
  }

  function keyField(key) {
    const isNumber = typeof key.default === "number" || key.least !== null;
    return control({
      label: humanise(key.key),
      declared: {type: isNumber ? "number" : "text", help: key.help, unit: key.unit, least: key.least, most: key.most,
        choices: key.words, default: key.default, form: ""},
      read: () => move().keys[key.key] ?? key.default,
      write: (value) => {
        const next = move();
        if (value === null || String(value) === String(key.default)) delete next.keys[key.key];
        else next.keys[key.key] = typeof value === "number" ? String(Number(value.toFixed(4))) : value;
        put(next);
      },
      changed: (listen) => store.addEventListener("change", ({detail}) => detail.has("camera") && listen()),
    });
  }

  function focusField() {
    const toggle = el("button", {type: "button", class: "small", "aria-pressed": String(stage.tool === "focus"), onclick: () => {
      stage.use(stage.tool === "focus" ? "none" : "focus");
      toggle.setAttribute("aria-pressed", String(stage.tool === "focus"));
      [stage.cursor.x, stage.cursor.y] = stage.focus();
      if (stage.tool === "focus") stage.canvas.focus();
      refresh();
    }}, text.focus);
    const clear = el("button", {type: "button", class: "small", onclick: () => {
      const next = move();
      delete next.keys.focus;
      put(next);
    }}, text.focusClear);
    return el("div", {class: "row", title: text.focusHint}, toggle, clear);
  }

  const focus = ({detail: {x, y, done}}) => {
    const next = move();
    next.keys.focus = `${x.toFixed(3)},${y.toFixed(3)}`;
    if (done) put(next);
    else studio.quietly(() => put(next));
  };
  stage.addEventListener("focus", focus);
  const keyframed = keyframes(studio);

  const prompt = el("input", {type: "text", class: "text", "aria-label": text.prompt, placeholder: text.promptHint});
  const said = el("p", {class: "muted"});
  const describe = el("form", {class: "row", onsubmit: async (event) => {
    event.preventDefault();
    if (!prompt.value.trim()) return;
    try {
      const answer = await studio.socket.ask({op: "prompt", text: prompt.value}, "prompt");
      said.textContent = answer.notes.join(" ");
      store.set(answer.settings);
    } catch (error) {
      said.textContent = error.message;
    }
  }}, prompt, el("button", {type: "submit", class: "small"}, text.promptButton));

  return {
    body: [
      describe, said,
      part(text.camera, [tiles, chosen, keys, keyframed.node]),
      part(text.wind, wind(store)),
      part(text.motion, [
        field(store, "amount"),
        el("div", {class: "row"}, field(store, "seed"), el("button", {type: "button", class: "small take", onclick: () => studio.take()}, text.take)),
        field(store, "smooth"),
      ]),
      part(text.time, fields(store, ["duration", "loop"])),
      fold(text.follow, follow(studio)),
    ],
    refresh,
    leave: () => {
      keyframed.leave();
      stage.removeEventListener("focus", focus);
      stage.show.focus = false;
      stage.use("none");
    },
  };
}

// What follows a sound or a curve: a file for each of three targets, and how closely.
function follow(studio) {
  const {store} = studio;
  const text = words.direct;
  const help = store.settings.modulate.help;
  const list = () => store.get("modulate") ?? [];
  const files = Object.entries(text.targets).map(([target, label]) => control({
    label, key: "modulate", declared: {type: "file", help},
    read: () => list().find((one) => one.startsWith(`${target}=`))?.slice(target.length + 1) ?? null,
    write: (handle) => {
      const others = list().filter((one) => !one.startsWith(`${target}=`));
      store.set({modulate: handle ? [...others, `${target}=${handle}`] : others});
    },
    changed: (listen) => store.addEventListener("change", ({detail}) => detail.has("modulate") && listen()),
    fail: studio.fail,
  }));
  return [el("p", {class: "muted"}, text.followHelp), ...files, ...text.follows.map(([key, label]) => field(store, key, {label}))];
}

// A move as a picture that plays while it is pointed at or has the focus.
function tile(studio, move, choose) {
  const image = el("img", {alt: "", decoding: "async", loading: "lazy"});
  const sign = `move-${move.name}`;
  const input = el("input", {type: "radio", name: "camera", value: move.name, onchange: choose});
  const label = el("label", {class: "tile", title: move.help}, input, el("span", {class: "thumb"}, image, has(sign) ? el("span", {class: "sign"}, icon(sign)) : null), el("span", {class: "caption"}, humanise(move.name)));
  const still = () => { image.src = studio.thumb ?? ""; };
  let wanted = false;
  const play = async () => {
    wanted = true;
    const source = await studio.tileOf(move.name);
    if (wanted && source) image.src = source;
  };
  const stop = () => {
    wanted = false;
    still();
  };
  label.addEventListener("pointerenter", play);
  label.addEventListener("pointerleave", stop);
  input.addEventListener("focus", () => input.matches(":focus-visible") && play());
  input.addEventListener("blur", stop);
  still();
  return label;
}

function wind(store) {
  const text = words.direct;
  const read = () => {
    const [direction, speed, gust] = String(store.get("wind")).split(",");
    const usual = String(store.settings.wind.default).split(",").map(Number);
    return {direction: Number(store.directions[direction] ?? direction), speed: Number(speed ?? usual[1]), gust: Number(gust ?? usual[2])};
  };
  const put = (change) => {
    const {direction, speed, gust} = {...read(), ...change};
    store.set({wind: `${Math.round(direction)},${Number(speed.toFixed(2))},${Number(gust.toFixed(2))}`});
  };
  const most = store.windRange.speed.most;
  const dial = el("canvas", {class: "dial", width: 264, height: 264, title: text.dial, "aria-hidden": "true"});
  const draw = () => {
    const g = dial.getContext("2d");
    const style = getComputedStyle(dial);
    const {direction, speed} = read();
    const [c, r] = [132, 116];
    g.clearRect(0, 0, 264, 264);
    g.lineWidth = 2;
    g.strokeStyle = style.getPropertyValue("--line");
    for (const ring of [1 / 3, 2 / 3, 1]) {
      g.beginPath();
      g.arc(c, c, r * ring, 0, 2 * Math.PI);
      g.stroke();
    }
    const angle = (-direction * Math.PI) / 180;
    const reach = 16 + (r - 16) * (speed / most);
    const [x, y] = [c + reach * Math.cos(angle), c + reach * Math.sin(angle)];
    g.strokeStyle = g.fillStyle = style.getPropertyValue("--accent");
    g.lineWidth = 6;
    g.lineCap = "round";
    g.beginPath();
    g.moveTo(c, c);
    g.lineTo(x, y);
    g.stroke();
    g.beginPath();
    g.arc(x, y, 13, 0, 2 * Math.PI);
    g.fill();
  };
  const drag = (event) => {
    const box = dial.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width - 0.5, (event.clientY - box.top) / box.height - 0.5];
    const reach = Math.hypot(x, y) / (116 / 264);
    put({direction: (Math.atan2(-y, x) * 180 / Math.PI + 360) % 360, speed: Math.min(most, Math.max(0, ((reach * 116 - 16) / 100) * most))});
  };
  dial.addEventListener("pointerdown", (event) => { dial.setPointerCapture(event.pointerId); drag(event); });
  dial.addEventListener("pointermove", (event) => dial.hasPointerCapture(event.pointerId) && drag(event));
  const changed = (listen) => store.addEventListener("change", ({detail}) => detail.has("wind") && listen());
  changed(draw);
  requestAnimationFrame(draw);
  const usual = String(store.settings.wind.default).split(",").map(Number);
  const number = (key, declared) => control({
    label: humanise(text[key]), declared: {type: "number", unit: "", ...declared},
    read: () => read()[key], write: (value) => put({[key]: value ?? declared.default}), changed,
  });
  const {direction, speed, gust} = store.windRange;
  return el("div", {class: "wind"}, dial, el("div", {class: "stack grow"},
    number("direction", {least: 0, most: 359, default: usual[0] || 0, help: direction.help, unit: "degrees", type: "integer"}),
    number("speed", {...speed, default: usual[1], unit: "metres per second"}),
    number("gust", {...gust, default: usual[2]})));
}

// finish

function finish(studio) {
  const {store} = studio;
  const text = words.finish;
  const leave = titleOnPicture(studio);
  return {
    body: [
      el("p", {class: "lead"}, text.lead),
      part(text.title, fields(store, TITLE.slice(0, 4), studio.fail)),
      fold(`${text.title}: more`, fields(store, TITLE.slice(4), studio.fail)),
      part(text.grade, fields(store, GRADE, studio.fail)),
      fold(text.look, fields(store, ["lut", "lut_strength"], studio.fail)),
      fold(text.logo, fields(store, LOGO, studio.fail)),
      fold(text.brand, brand(studio)),
      fold(text.truth, fields(store, TRUTH, studio.fail)),
      fold(text.card, fields(store, CARD, studio.fail)),
    ],
    refresh: () => {},
    leave,
  };
}

// Files of a brand, chosen together, become settings.
function brand(studio) {
  const text = words.finish;
  const said = el("p", {class: "muted", role: "status"});
  const id = unique("brand");
  const input = el("input", {type: "file", id, class: "file", multiple: true, accept: ".toml,.ttf,.otf,.cube,image/*", onchange: async () => {
    const files = [...input.files];
    input.value = "";
    try {
      const taken = await link.sendBrand(files);
      if (taken) studio.store.set(taken.settings);
      const lines = taken ? [text.brandTaken(Object.keys(taken.settings).length)] : [text.brandNone];
      if (taken?.missing.length) lines.push(text.brandMissing(taken.missing.join(", ")));
      said.textContent = lines.join(" ");
    } catch (error) {
      said.textContent = error.message;
    }
  }});
  return [el("label", {class: "muted", htmlFor: id}, text.brandHelp), input, said];
}

// export

function exporting(studio) {
  const {store} = studio;
  const text = words.export;
  const state = studio.kept.export ??= {suffix: ".mp4", name: null, result: null, progress: null};
  state.name ??= store.photo.name.replace(/\.[^.]+$/, "");
  const name = el("input", {type: "text", id: unique("name"), class: "text", value: state.name, spellcheck: false, oninput: () => { state.name = name.value; }});
  const about = el("span", {class: "muted about"});
  const format = el("select", {id: unique("format"), onchange: () => { state.suffix = format.value; store.set({codec: null}); codecs(); estimate(); }});
  for (const one of store.formats) format.append(el("option", {value: one.suffix, selected: one.suffix === state.suffix}, `${one.suffix.slice(1)}, ${one.help}`));
  const codecPlace = el("div");
  const presetHelp = el("p", {class: "muted"});
  const preset = el("select", {id: unique("preset"), onchange: () => apply(preset.value)}, el("option", {value: ""}, text.presetChoose));
  for (const one of studio.about.presets) preset.append(el("option", {value: one.name}, humanise(one.name)));
  const making = progressOf(studio.socket, text.stages);
  const go = el("button", {type: "button", class: "primary", onclick: () => run()}, text.start);
  const save = el("button", {type: "button", class: "small", onclick: () => saveShot()}, text.save);
  const result = el("div", {class: "result"});

  function codecs() {
    const list = store.formats.find((one) => one.suffix === state.suffix).codecs;
    codecPlace.replaceChildren(list.length < 2 ? "" : control({
      label: humanise("codec"), declared: {...store.settings.codec, choices: list.map((one) => one.name), type: "text"},
      read: () => store.get("codec") ?? list[0].name, write: (value) => store.set({codec: value === list[0].name ? null : value}),
      changed: (listen) => store.addEventListener("change", ({detail}) => detail.has("codec") && listen()),
    }));
  }

  // A preset is the settings that it stands for, and the format that its platform takes.
  function apply(chosen) {
    preset.value = "";
    const one = studio.about.presets.find(({name: other}) => other === chosen);
    if (!one) return;
    presetHelp.textContent = text.presetTaken(humanise(one.name), one.help);
    state.suffix = format.value = one.suffix || state.suffix;
    store.set({...one.values, codec: null});
    codecs();
    estimate();
  }

  let serial = 0;
  async function estimate() {
    about.textContent = "";
    if (!studio.player.look?.final) return;
    serial += 1;
    const mine = serial;
    try {
      const message = {op: "estimate", serial: mine, settings: store.values, suffix: state.suffix};
      const answer = await studio.socket.ask(message, "estimate", (one) => one.serial === mine);
      if (mine === serial && answer.bytes) about.textContent = text.about(bytes(answer.bytes));
    } catch {
      // the export will say what is wrong
    }
  }

  function run() {
    state.result = null;
    state.progress = {stage: "", done: 0, total: 0, left: null};
    studio.socket.send({op: "export", name: state.name, suffix: state.suffix, settings: store.values});
    refresh();
  }

  async function saveShot() {
    try {
      const answer = await studio.socket.ask({op: "save", name: state.name, settings: store.values}, "saved");
      state.result = {files: [answer.file], command: answer.command, folder: studio.about.folder, shot: answer.file.name};
      store.saved();
    } catch (error) {
      studio.fail(error.message);
    }
    refresh();
  }

  function refresh() {
    const busy = state.progress !== null;
    go.hidden = save.hidden = busy;
    making.show(state.progress, state.cancelled ? text.cancelled : "");
    result.replaceChildren(...(state.result ? shown(state.result) : []));
  }

  function shown({files, command, folder, notes = []}) {
    const shot = files.find((one) => one.name.endsWith(".toml"));
    const clip = files.find((one) => !one.name.endsWith(".toml"));
    const again = `livingstill render ${quoted(shot.name)}${clip ? ` -o ${quoted(clip.name)}` : ""}`;
    return [
      el("h2", {}, text.done),
      el("p", {class: "muted"}, text.where(folder)),
      fileList(files),
      el("p", {class: "muted"}, text.again), commandLine(again),
      el("p", {class: "muted"}, text.orInOne), commandLine(command),
      el("ul", {class: "notes"}, notes.map((note) => el("li", {}, noteOf(note)))),
    ];
  }

  codecs();
  estimate();
  return {
    run,
    body: [
      el("p", {class: "lead"}, text.lead),
      el("div", {class: "field"}, el("div", {class: "head"}, el("label", {class: "label", htmlFor: name.id}, text.name)), name),
      el("div", {class: "field"}, el("div", {class: "head"}, el("label", {class: "label", htmlFor: format.id}, text.format), el("span", {class: "gap"}), about), format),
      codecPlace,
      el("div", {class: "field inline"}, el("div", {class: "head"}, el("label", {class: "label", htmlFor: preset.id}, humanise("preset")), el("span", {class: "gap"}), preset)), presetHelp,
      el("div", {class: "row actions"}, go, save, making.cancel), making.bar, making.line, result,
      part(text.frame, [sizeField(store), aspectField(store), ...fields(store, ["fit", "fps", "quality"], studio.fail)]),
      fold(text.encoding, fields(store, ["crf", "bitrate", "budget", "alpha", "shutter", "max_upscale"], studio.fail)),
      fold(text.stereo, fields(store, ["stereo", "eyes", "converge"], studio.fail)),
      fold(text.page, fields(store, ["page_parallax", "alt_text"], studio.fail)),
      fold(text.sound, [
        ...fields(store, ["audio"], studio.fail),
        control({
          label: `${humanise("audio")} file`, key: "audio", declared: {type: "file"},
          read: () => (/^f[0-9a-f]{16}$/.test(store.get("audio") ?? "") ? store.get("audio") : null),
          write: (value) => store.set({audio: value}),
          changed: (listen) => store.addEventListener("change", listen), fail: studio.fail,
        }),
        ...fields(store, ["audio_start", "audio_fade", "audio_level"], studio.fail),
      ]),
    ],
    refresh,
    looked: estimate,
    leave: () => {},
  };
}

const quoted = (text) => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function sizeField(store) {
  return field(store, "size", {declared: {choices: [...Object.keys(store.sizes).sort((a, b) => store.sizes[a] - store.sizes[b]), "source"], least: null}});
}

function aspectField(store) {
  return field(store, "aspect", {declared: {choices: ["16:9", "4:3", "1:1", "4:5", "9:16"]}});
}
