// The title on the picture: a click chooses its place, and it is typed where it will stand.

import {el} from "./dom.js";
import {words} from "./words.js";

// Return what ends it.
export function titleOnPicture({store, stage}) {
  const input = el("input", {type: "text", id: "typing", class: "text", "aria-label": words.finish.typing, placeholder: words.finish.typing, spellcheck: false, hidden: true});
  stage.box.append(input);
  let timer = 0;

  const put = () => {
    clearTimeout(timer);
    store.set({title: input.value.trim() || null});
  };
  const close = () => {
    if (input.hidden) return;
    put();
    input.hidden = true;
  };
  const open = ({detail: place}) => {
    const [row, column] = rowAndColumn(place);
    store.set({title_place: place});
    input.value = store.get("title") ?? "";
    input.dataset.row = String(row);
    input.dataset.column = String(column);
    input.hidden = false;
    input.focus();
    input.select();
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(put, 250);
  });
  input.addEventListener("keydown", (event) => {
    if (!["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    close();
    stage.canvas.focus({preventScroll: true});
  });
  input.addEventListener("blur", close);
  stage.addEventListener("title", open);
  stage.use("title");
  return () => {
    stage.removeEventListener("title", open);
    close();
    input.remove();
    stage.use("none");
  };
}

// The name of one of the nine places of a frame, by fractions of it.
export function placeAt(x, y) {
  const row = ["top", "", "bottom"][Math.min(2, Math.floor(y * 3))];
  const column = ["left", "", "right"][Math.min(2, Math.floor(x * 3))];
  return [row, column].filter(Boolean).join("-") || "centre";
}

function rowAndColumn(place) {
  const index = (first, last) => (place.startsWith(first) || place.endsWith(first) ? 0 : place.startsWith(last) || place.endsWith(last) ? 2 : 1);
  return [index("top", "bottom"), index("left", "right")];
}
