// Keyframes of the camera: marks on the bar below the picture, and the values of the one selected.

import {debounce, el} from "./dom.js";
import {control, fold, part} from "./fields.js";
import {humanise, words} from "./words.js";

const text = words.direct.keyframes;
const SAMPLES = [0, 0.25, 0.5, 0.75, 1]; // moments of a move that become keyframes
const LENS = ["focus", "aperture", "pivot"];
const NEAREST = 0.01; // of the clip, between two keyframes

export function keyframes(studio) {
  const {store, player, socket} = studio;
  const marks = el("div", {class: "keymarks", role: "group", "aria-label": text.title});
  const place = el("div", {class: "stack"});
  let [table, handle, selected, shown] = [null, null, 0, ""];
  document.querySelector("#transport .track").append(marks);

  const isKeyframed = () => String(store.get("camera")).startsWith("@");
  const ask = (message, type) => socket.ask({...message, serial: 0}, type);

  const send = debounce(async () => {
    try {
      const sent = await ask({op: "keyframes", keyframe: table.keyframe, interpolation: table.interpolation}, "keyframes");
      handle = sent.handle;
      store.set({camera: `@${handle}`});
    } catch (error) {
      studio.fail(error.message);
    }
  }, 100);

  async function make() {
    try {
      const {keyframes: made} = await ask({op: "pose", times: SAMPLES}, "pose");
      const closed = ["seamless", "bounce"].includes(store.get("loop"));
      if (closed) Object.assign(made.at(-1), made[0], {time: 1});
      [table, selected] = [{keyframe: made, interpolation: "catmull-rom"}, 0];
      send();
    } catch (error) {
      studio.fail(error.message);
    }
  }

  async function refresh() {
    const wanted = isKeyframed() ? store.get("camera").slice(1) : null;
    if (wanted === null) [table, handle] = [null, null];
    else if (wanted !== handle) {
      handle = wanted;
      try {
        const found = await ask({op: "keyframes", handle: wanted, duration: store.get("duration")}, "keyframes");
        if (handle !== found.handle) return;
        table = {keyframe: found.keyframe, interpolation: found.interpolation};
      } catch (error) {
        table = null;
        studio.fail(error.message);
      }
    }
    show();
  }

  function show() {
    selected = Math.max(0, Math.min(selected, (table?.keyframe.length ?? 1) - 1));
    showMarks();
    // the fields stay while only values change, so that a slider can be dragged
    const now = table ? JSON.stringify([selected, table.keyframe.map((one) => one.time), table.interpolation]) : "none";
    if (now === shown) for (const one of place.querySelectorAll(".field")) one.refresh?.();
    else place.replaceChildren(...(table ? editor() : [
      el("p", {class: "muted"}, text.lead), el("button", {type: "button", class: "small", onclick: make}, text.make)]));
    shown = now;
  }

  // Marks that are there stay, so that one can be dragged and keeps the focus.
  function showMarks() {
    const all = table?.keyframe ?? [];
    if (marks.children.length !== all.length) {
      const focused = marks.contains(document.activeElement);
      marks.replaceChildren(...all.map((_, index) => mark(index)));
      if (focused) marks.children[selected]?.focus();
    }
    for (const [index, node] of [...marks.children].entries()) {
      node.style.setProperty("--time", all[index].time);
      node.setAttribute("aria-pressed", String(index === selected));
      node.setAttribute("aria-label", text.at(all[index].time));
    }
  }

  function mark(index) {
    const node = el("button", {type: "button", class: "keymark"});
    let began = 0;
    node.addEventListener("click", () => select(index));
    node.addEventListener("keydown", (event) => {
      const by = {ArrowLeft: -0.01, ArrowRight: 0.01}[event.key];
      if (by) move(index, table.keyframe[index].time + by);
      else if (event.key === "Delete" || event.key === "Backspace") remove(index);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    node.addEventListener("pointerdown", (event) => {
      node.setPointerCapture(event.pointerId);
      began = table.keyframe[index].time;
    });
    node.addEventListener("pointermove", (event) => {
      if (!node.hasPointerCapture(event.pointerId) || !event.movementX) return;
      const box = marks.getBoundingClientRect();
      table.keyframe[index].time = within(index, (event.clientX - box.left) / box.width);
      showMarks();
    });
    node.addEventListener("pointerup", () => {
      if (table.keyframe[index].time !== began) change(() => {});
    });
    return node;
  }

  // A moment between the neighbours; the first and the last hold the ends.
  function within(index, time) {
    const all = table.keyframe;
    if (index === 0) return 0;
    if (index === all.length - 1) return 1;
    return Number(Math.min(all[index + 1].time - NEAREST, Math.max(all[index - 1].time + NEAREST, time)).toFixed(4));
  }

  function select(index) {
    selected = index;
    if (player.look) player.seek(Math.round(table.keyframe[index].time * (player.look.frames - 1)));
    show();
  }

  function move(index, time) {
    const next = within(index, time);
    if (next !== table.keyframe[index].time) change((all) => { all[index].time = next; });
  }

  function change(act) {
    act(table.keyframe);
    show();
    send();
  }

  function remove(index) {
    if (index === 0 || index === table.keyframe.length - 1) return;
    change((all) => all.splice(index, 1));
  }

  async function add() {
    const time = Number((player.index / Math.max(1, player.look.frames - 1)).toFixed(4));
    if (table.keyframe.some((one) => Math.abs(one.time - time) < NEAREST)) return;
    const {keyframes: [made]} = await ask({op: "pose", times: [time]}, "pose");
    selected = table.keyframe.filter((one) => one.time < time).length;
    change((all) => all.splice(selected, 0, made));
  }

  function editor() {
    const one = table.keyframe[selected];
    const ends = selected === 0 || selected === table.keyframe.length - 1;
    const closed = ["seamless", "bounce"].includes(store.get("loop"));
    const channel = ([name, {least, most}]) => control({
      label: humanise(name), key: `keyframe-${name}`,
      declared: {type: "number", unit: "", help: text.help[name], least: usual(name, least), most: usual(name, most), default: name === "zoom" ? 1 : 0},
      read: () => table.keyframe[selected]?.[name] ?? (name === "zoom" ? 1 : 0),
      write: (value) => change((all) => {
        const number = Number((value ?? (name === "zoom" ? 1 : 0)).toFixed(5));
        all[selected][name] = number;
        if (closed && ends) for (const end of [all[0], all.at(-1)]) end[name] = number; // the loop's end is its start
      }),
    });
    const channels = Object.entries(studio.about.channels);
    return [
      el("p", {class: "lead"}, text.one(one.time)),
      el("div", {class: "row"},
        el("button", {type: "button", class: "small", onclick: add}, text.add),
        el("button", {type: "button", class: "small", disabled: ends, onclick: () => remove(selected)}, text.remove),
        el("button", {type: "button", class: "small", onclick: () => store.set({camera: null})}, text.back)),
      ...channels.filter(([name]) => !LENS.includes(name)).map(channel),
      fold(text.more, channels.filter(([name]) => LENS.includes(name)).map(channel)),
      interpolation(),
    ];
  }

  function interpolation() {
    const node = control({
      label: text.between, declared: {type: "text", choices: Object.keys(text.ways), default: "catmull-rom"},
      read: () => table.interpolation, write: (value) => { table.interpolation = value; show(); send(); },
    });
    for (const input of node.querySelectorAll("input")) input.nextElementSibling.textContent = text.ways[input.value];
    return node;
  }

  return {
    node: part(text.title, place),
    refresh,
    leave: () => marks.remove(),
  };
}

// Sliders reach as far as moves do; a keyframe file may go further.
function usual(name, limit) {
  const reach = {x: 0.3, y: 0.3, z: 0.5, pan: 15, tilt: 15, roll: 20, pivot: 1}[name];
  if (name === "zoom") return Math.max(0.5, Math.min(2, limit));
  return reach === undefined ? limit : Math.max(name === "pivot" ? 0 : -reach, Math.min(reach, limit));
}
