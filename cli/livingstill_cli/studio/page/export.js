// The panel Export: name, format, preset and frame, and the files that were saved.

import {el, unique} from "./dom.js";
import {control, field, fields, fold, part} from "./fields.js";
import {commandLine, fileList, progressOf} from "./files.js";
import {bytes, humanise, noteOf, words} from "./words.js";

export function exporting(studio) {
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
