// Files that were saved: shown with their sizes, to download, and the commands that make them again.

import {el} from "./dom.js";
import * as link from "./link.js";
import {bytes, words} from "./words.js";

export function fileList(files) {
  return el("ul", {class: "files"}, files.map((one) => el("li", {},
    el("span", {class: "grow"}, one.name), el("span", {class: "muted"}, bytes(one.bytes)),
    el("button", {type: "button", class: "small", onclick: () => download(one)}, words.export.download))));
}

export async function download({name, handle}) {
  const address = URL.createObjectURL(await link.fileOf(handle));
  el("a", {href: address, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function commandLine(line) {
  const button = el("button", {type: "button", class: "small", onclick: async () => {
    await navigator.clipboard.writeText(line);
    button.textContent = words.export.copied;
  }}, words.export.copy);
  return el("div", {class: "code"}, el("code", {tabIndex: 0}, line), button);
}

// The bar, the words below it and the button that ends it, of something that is being made.
export function progressOf(socket, stages) {
  const bar = el("progress", {class: "bar", "aria-label": words.export.progress});
  const line = el("p", {class: "muted", role: "status"});
  const cancel = el("button", {type: "button", class: "small", onclick: () => socket.send({op: "cancel"})}, words.export.cancel);
  const show = (progress, otherwise = "") => {
    bar.hidden = cancel.hidden = !progress;
    line.textContent = otherwise;
    if (!progress) return;
    if (progress.total) [bar.max, bar.value] = [progress.total, progress.done];
    else bar.removeAttribute("value");
    const left = progress.left ? ` · ${words.export.left(progress.left)}` : "";
    const count = progress.total ? ` ${progress.done} / ${progress.total}` : "";
    line.textContent = `${stages[progress.stage] ?? progress.stage}${count}${left}`;
  };
  show(null);
  return {bar, line, cancel, show};
}
