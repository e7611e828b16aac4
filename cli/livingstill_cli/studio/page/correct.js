// The panel Correct: regions are selected, painted, directed, held and made other kinds.

import {el, icon, unique} from "./dom.js";
import {control, fields, fold, part} from "./fields.js";
import * as link from "./link.js";
import {regionItems} from "./see.js";
import {humanise, words} from "./words.js";

export function correct(studio) {
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
