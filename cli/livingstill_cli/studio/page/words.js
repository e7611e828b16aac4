// Every English text of the page. Labels and help of settings come from their declarations.

export const words = {
  places: {photo: "Photo", rescue: "Rescue", batch: "Batch", reel: "Reel"},
  tabs: {see: "See", correct: "Correct", direct: "Direct", finish: "Finish", export: "Export"},
  undo: "Undo", redo: "Redo", open: "Open", theme: "Light or dark", keys: "Keyboard",
  play: "Play", pause: "Pause", scrub: "Position in the clip",
  picture: "The clip", overlay: "The picture: tools of the panel work on it",

  start: {
    title: "A photo, gently moving",
    lead: "Drop a photo here. It stays on this machine.",
    choose: "Choose a photo",
    samples: "or begin with one of these",
    resume: (name) => `Go on with ${name}`,
    resumeHint: "You left this unsaved.",
    forget: "Forget it",
    reading: "Reading the photo",
  },

  status: {
    looking: "Looking at the photo",
    closer: "The camera first; what else moves is being found",
    rendering: (done, all) => `Rendering ${done} of ${all} frames`,
    ready: "",
    lost: "The studio is not running. Start it again with: livingstill studio",
    back: "Connected again",
    resting: "The camera rests while you look and correct",
  },

  views: {compare: "Before", seam: "Seam", safe: "Safe areas", crop: "Crops"},
  viewsHelp: {
    compare: "Show the photo instead of the clip",
    seam: "Play only around the joint, where the end meets the start",
    safe: "Where titles and action are safe",
    crop: "What other shapes of frame would keep",
  },

  see: {
    lead: "What the engine found in the photo.",
    show: "Show", nothing: "Photo", regions: "Regions", depth: "Depth", layers: "Layers",
    found: "What moves", none: "Nothing moves in this photo. Paint where it should, under Correct.",
    hatch: "Hatched parts are uncertain: they move partly.",
    depthKey: "Bright is near, dark is far.",
    layersKey: (n) => `The photo is cut into ${n} layers, nearest first.`,
    layer: (n) => `Layer ${n}`,
    notes: "Notes", more: "How the photo is read",
    share: (share) => `${share} of the picture`,
    sure: (confidence) => `, ${confidence} sure`,
  },

  correct: {
    lead: "Select what moves, then mend it on the picture.",
    tool: "Tool",
    tools: {select: "Select", paint: "Paint", erase: "Erase", lasso: "Lasso", arrow: "Direction", pin: "Pin"},
    help: {
      select: "Click a region to select it.",
      paint: "Paint where it should move. Brackets change the size.",
      erase: "Wipe away what should not move.",
      lasso: "Draw around what should move. By keys: Enter sets a corner, Shift Enter closes.",
      pin: "Click on what must never move: a pin holds a spot as large as the brush.",
      arrow: "Draw the way it goes; longer is faster.",
    },
    size: "Size", softness: "Softness", snap: "Follow edges of the photo",
    region: "Region", add: "Add a region", addChoose: "Choose a kind…", kind: "Kind",
    still: "Hold still", remove: "Remove", back: "Find by itself again",
    amount: "Amount", amountHelp: "how much this kind moves: 0 = still, 2 = twice",
    hold: "Held still", holdHelp: "never moves",
    arrows: "Directions", removeArrow: (kind) => `Remove direction of ${kind}`,
    noRegion: "Select or add a region first.",
    noDirection: (kind) => `${kind} follows the wind and takes no direction of its own.`,
    more: "More",
  },

  direct: {
    camera: "Camera", prompt: "Describe it", promptButton: "Apply",
    promptHint: "clouds drift left slowly, keep the water still, push in",
    keys: "The move", focus: "Focus on the picture", focusClear: "Focus by itself",
    focusHint: "Drag the ring on the picture to what the camera looks at.",
    keyframes: {
      title: "Keyframes", lead: "Set where the camera is at moments of your own.",
      make: "Make keyframes of this move", add: "Add at the playhead", remove: "Delete", back: "Back to a move",
      at: (share) => `Keyframe at ${Math.round(share * 100)} %`, none: "Select a keyframe on the bar below the picture.",
      one: (share) => `At ${Math.round(share * 100)} % of the clip`, time: "time", timeHelp: "when the camera is there: 0 = start, 1 = end",
      between: "Between them", more: "Focus and lens",
      ways: {"catmull-rom": "Smooth", monotone: "Calm", linear: "Straight"},
      help: {
        x: "to the right, in distances of the nearest point", y: "down, in distances of the nearest point",
        z: "into the scene, in distances of the nearest point", pan: "turned right, degrees", tilt: "turned up, degrees",
        roll: "turned clockwise, degrees", zoom: "magnified about the centre, times", focus: "inverse depth that is sharp: 0 far, 1 near",
        aperture: "how much the rest is blurred, in frame widths", pivot: "inverse depth that stays put as the camera moves sideways",
      },
    },
    wind: "Wind", dial: "Drag to set direction and speed",
    direction: "direction", speed: "speed", gust: "gust",
    follow: "Follow a sound", followHelp: "A sound swells the motion with its loudness; a curve is a CSV of seconds and shares.",
    targets: {wind: "The wind follows", amount: "All motion follows", camera: "The camera follows"},
    follows: [["modulate_attack", "Rises within"], ["modulate_release", "Falls within"], ["modulate_floor", "Left in silence"]],
    motion: "Motion", time: "Time", take: "Another take", auto: "Auto",
    chosen: (move) => `chosen: ${move}`,
  },

  finish: {
    lead: "Click on the picture where a title should stand, and type it there.", typing: "Title",
    brand: "Brand", brandHelp: "Choose a brand file (.toml) and the fonts, logo and colour table that it names, all at once.",
    brandTaken: (n) => `${n} settings were taken.`, brandMissing: (names) => `Not among the files: ${names}.`, brandNone: "There is no brand file (.toml) among them.",
    truth: "Camera only, and what is said of it",
    title: "Title", grade: "Grade", card: "Card of a listing", logo: "Logo", look: "Colour table",
  },

  export: {
    lead: "The file has the frames you see, at full size.",
    name: "Name", format: "Format", about: (size) => `about ${size}`,
    presetChoose: "Take one…", presetTaken: (name, help) => `${name} was taken: ${help}.`,
    frame: "Frame", encoding: "Encoding", sound: "Sound", stereo: "Stereo", page: "For a page",
    start: "Export", cancel: "Cancel", save: "Save shot file",
    stages: {network: "Looking", depth: "Depth", regions: "Regions", camera: "Camera", scene: "Scene",
      motion: "Motion", finish: "Title", sound: "Sound", frames: "Frames"},
    left: (time) => `${seconds(time)} left`, progress: "Progress",
    done: "Saved", where: (folder) => `in ${folder}`, download: "Download",
    again: "The same clip again", orInOne: "or in one line", copy: "Copy", copied: "Copied",
    cancelled: "Cancelled; nothing was written.",
  },

  rescue: {
    title: "A clip that went wrong",
    drop: "Drop a clip that a generator made of a photo. It stays on this machine.",
    choose: "Choose a clip", other: "Another clip",
    clip: "The clip", still: "Its still", rescued: "Rescued",
    noStill: "Without its still, the first good frame serves.",
    chooseStill: "Choose the still", otherStill: "Another still", noStillNow: "Without it",
    reading: "Reading the clip", watching: (done, all) => (all ? `Watching ${done} of ${all} frames` : `Watching, ${done} frames`),
    clean: "No fault was found.",
    faults: (n) => (n === 1 ? "One fault" : `${n} faults`),
    found: "What is wrong", notes: "Notes",
    timeline: "Faults over the clip", rebuild: "Rebuilt",
    at: (first, last, fps) => (first === last ? `${(first / fps).toFixed(2)} s` : `${(first / fps).toFixed(2)} to ${(last / fps).toFixed(2)} s`),
    what: "What to do",
    plans: {keep: "It would be kept as it is.", repair: "It would be repaired.", replace: "It would be made anew from the still.", "": "This cannot be done."},
    count: (n) => (n === 1 ? "One frame is rebuilt from its neighbours." : `${n} frames are rebuilt from their neighbours.`),
    why: "Why", more: "More",
    name: "Name", start: "Rescue", again: "The same again",
    done: {keep: "Kept as it was", repair: "Repaired", replace: "Made anew"},
    cancelled: "Cancelled; nothing was written.",
    stages: {watching: "Watching", network: "Looking", depth: "Depth", regions: "Regions", camera: "Camera", scene: "Scene",
      motion: "Motion", frames: "Frames", repair: "Repairing", writing: "Writing", copying: "Copying"},
    compare: "Compare with", picture: "The clip, with the fault that is selected", otherPicture: "What it is compared with",
  },

  batch: {
    title: "Many photos, one recipe",
    drop: "Drop photos here, or start the studio with a folder of them. They stay on this machine.",
    choose: "Choose photos", add: "Add photos", forget: "Start over",
    from: (folder) => `Photos of ${folder}`,
    count: (n) => (n === 1 ? "One photo" : `${n} photos`),
    shown: (shown, all) => `${shown} of ${all} photos are shown; all are made.`,
    sending: (done, all) => `Taking ${done} of ${all} photos`,
    recipe: "Recipe", preset: "Preset", noPreset: "None", shapes: "Shapes", shapesHint: "16:9, 9:16",
    shapesHelp: "a clip for each shape of frame; by default the preset's, or the photo's own",
    format: "Format", byPreset: "by the preset, or mp4", settings: "Settings that win over the preset",
    take: "Take those of the open photo", name: "Folder", start: "Make the clips",
    states: {waiting: "waiting", working: "working", done: "done", failed: "failed"},
    check: "Look for faults", stages: {kernels: "Getting ready", photos: "Photos", tours: "Joining"},
    cancelled: "Cancelled; finished clips stay, and are not made again.",
    done: "Done", again: "The same again",
  },

  reel: {
    title: "A reel of a house",
    drop: "Drop the photos of its rooms here. They stay on this machine.",
    choose: "Choose photos", add: "Add photos", forget: "Start over",
    sending: (done, all) => `Taking ${done} of ${all} photos`,
    planning: (done, all) => (all ? `Looking at ${done} of ${all} photos` : "Looking at the photos"),
    count: (rooms, seconds) => `${rooms === 1 ? "One room" : `${rooms} rooms`} in ${Math.round(seconds)} s`,
    order: (reason) => `${reason[0].toUpperCase()}${reason.slice(1)}.`,
    mine: "In your order.", byItself: "Order by itself",
    rooms: "Rooms", room: (n) => `Room of photo ${n}`, noRoom: "Room",
    earlier: (name) => `Earlier: ${name}`, later: (name) => `Later: ${name}`, without: (name) => `Leave out ${name}`,
    moved: (name, place, all) => `${name} is now ${place} of ${all}.`,
    left: "Left out", duplicate: (kept) => `shows the same as ${kept}`, unused: "no room in this length",
    removed: "left out by you", takeIn: "Take in",
    timeline: (rooms, seconds, beats) => `${rooms} rooms over ${Math.round(seconds)} seconds${beats ? `, ${beats} beats` : ""}`,
    closing: "Card", span: (start, end) => `${start.toFixed(1)} to ${end.toFixed(1)} s`,
    reel: "Reel", shapes: "Shapes", music: "Music", card: "Card", branding: "Branding", more: "More",
    listing: "Take from a table (CSV)", listingHelp: "One row: title, price, address, facts, agent, contact, link, logo.",
    listingTaken: (n) => (n === 1 ? "One field was taken." : `${n} fields were taken.`), listingMissing: (names) => `Choose these files yourself: ${names}.`,
    output: "Where to", name: "Folder", start: "Make the reels", done: "Done", play: (name) => `Play ${name}`,
    kept: "They were finished before, and are as they were.", video: "The reel",
    missing: "Some rooms could not be made; make it again to go on:",
    cancelled: "Cancelled; finished rooms stay, and are not made again.",
    stages: {kernels: "Getting ready", photos: "Photos", rooms: "Rooms", reels: "Joining"},
  },

  fields: {
    choose: "Choose…", clear: "Clear", given: "a file is set", auto: "by itself", reset: "Back to the default",
    help: (label) => `About ${label}`,
  },

  help: {
    title: "Keyboard", close: "Close",
    rows: [
      ["Space", "play or pause"],
      ["← →", "one frame back or on"],
      ["Home End", "first or last frame"],
      ["1 … 5", "See, Correct, Direct, Finish, Export"],
      ["Alt 1 … Alt 4", "Photo, Rescue, Batch, Reel"],
      ["Ctrl Z, Ctrl Shift Z", "undo, redo"],
      ["B", "before and after"],
      ["J, S, C", "seam, safe areas, crops"],
      ["P, E, L, D, N, V", "paint, erase, lasso, direction, pin, select (under Correct)"],
      ["[ ]", "smaller or larger brush"],
      ["On the picture: arrows, Enter", "move the tool, use it"],
      ["T", "another take"],
      ["Ctrl O, Ctrl E", "open a photo, export"],
    ],
  },
};

export function humanise(key) {
  const text = key.replaceAll("_", " ").replaceAll("-", " ");
  const short = {fps: "Frames per second", crf: "Constant quality", lut: "Colour table", "lut strength": "Strength of the table",
    h264: "H.264", h265: "H.265", av1: "AV1", vp9: "VP9"};
  return short[key] ?? text[0].toUpperCase() + text.slice(1);
}

// A note of the engine, its options by the names that they have on this page.
export function noteOf(line) {
  return line.replace(/--(?:no-)?([a-z][a-z-]+)/g, (_, option) => `‘${humanise(option)}’`);
}

export function percent(share) {
  const value = share * 100;
  return `${value < 1 && value > 0 ? "under 1" : Math.round(value)} %`;
}

export function bytes(count) {
  if (count >= 1e6) return `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} MB`;
  return `${Math.max(1, Math.round(count / 1e3))} kB`;
}

export function seconds(value) {
  if (value >= 90) return `${Math.round(value / 60)} min`;
  return `${Math.max(1, Math.round(value))} s`;
}
