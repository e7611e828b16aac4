// The panel Direct: the camera by tiles and keyframes, the wind by a dial, motion and time.

import {el, has, icon} from "./dom.js";
import {control, field, fields, fold, part} from "./fields.js";
import {keyframes} from "./keyframes.js";
import {humanise, words} from "./words.js";

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

export function direct(studio) {
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
