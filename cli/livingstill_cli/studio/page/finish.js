// The panel Finish: title, grade, logo, brand, truth and card.

import {el, unique} from "./dom.js";
import {fields, fold, part} from "./fields.js";
import * as link from "./link.js";
import {titleOnPicture} from "./title.js";
import {words} from "./words.js";

const GRADE = ["exposure", "midtones", "temperature", "tint", "saturation", "vignette", "grain"];
const CARD = ["price", "address", "details", "card_place", "card_colour", "accent"];
const TITLE = ["title", "subtitle", "title_place", "title_size", "title_colour", "title_shadow", "title_fade",
  "title_depth", "font", "subtitle_font"];
const LOGO = ["logo", "logo_place", "logo_size", "logo_opacity"];
const TRUTH = ["truth", "certificate", "disclosure", "disclosure_place"];

export function finish(studio) {
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
