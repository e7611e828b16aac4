// The panel See: what the engine found in the photo, and how the photo is read.

import {el} from "./dom.js";
import {control, fields, fold, part} from "./fields.js";
import * as link from "./link.js";
import {humanise, noteOf, percent, words} from "./words.js";

export function see(studio) {
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

export function regionItems(studio, choose, selected = null) {
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
