(() => {
  "use strict";
  const figure = document.querySelector("figure.livingstill");
  const canvas = figure.querySelector("canvas");
  const poster = figure.querySelector("img");
  const tilt = figure.querySelector("button");
  const scene = JSON.parse(document.getElementById("livingstill-scene").textContent);

  const SETTLE_SECONDS = 0.22; // time constant of the damping
  const IDLE_AFTER = 3, IDLE_FADE = 2.5; // seconds without a pointer until the view sways by itself
  const IDLE_PERIODS = [11, 17], IDLE_SIZE = [0.55, 0.4];
  const ARROW_STEP = 0.25;
  const TILT_DEGREES = 14; // from the middle to one side

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const at = [0, 0], target = [0, 0];
  let shown = false, live = false, dirty = true, paused = false, request = 0;
  let last = 0, touched = -IDLE_AFTER - IDLE_FADE, drag = null, level = null;
  let gl, view, video, videoFrame = false, videoShown = false, draws = 0;

  // where to look

  const clamp = (x) => Math.max(-1, Math.min(1, x));

  function look(x, y, now) {
    target[0] = clamp(x);
    target[1] = clamp(y);
    touched = performance.now() / 1000;
    if (now) at.splice(0, 2, ...target);
    dirty = true;
    wake();
  }

  function idle(time) {
    const share = Math.min(1, Math.max(0, (time - touched - IDLE_AFTER) / IDLE_FADE));
    if (calm.matches || paused || !share) return target;
    const eased = share * share * (3 - 2 * share);
    return target.map((home, k) => {
      const wave = IDLE_SIZE[k] * Math.sin((2 * Math.PI * time) / IDLE_PERIODS[k]);
      return home * (1 - eased) + wave * eased;
    });
  }

  function step(time) {
    const seconds = Math.min(0.1, time - last);
    last = time;
    const aim = idle(time), part = 1 - Math.exp(-seconds / SETTLE_SECONDS);
    let moved = aim !== target;
    for (const k of [0, 1]) {
      const way = aim[k] - at[k];
      if (Math.abs(way) > 1e-4) {
        at[k] += way * part;
        moved = true;
      }
    }
    return moved;
  }

  figure.addEventListener("pointermove", (event) => {
    if (calm.matches) return;
    const box = figure.getBoundingClientRect();
    const x = (2 * (event.clientX - box.left)) / box.width - 1;
    const y = (2 * (event.clientY - box.top)) / box.height - 1;
    if (event.pointerType === "mouse") look(x, y);
    else if (drag) look(drag[2] - 1.5 * (x - drag[0]), drag[3] - 1.5 * (y - drag[1]));
    else drag = [x, y, ...target];
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
    figure.addEventListener(end, () => {
      drag = null;
    });
  }
  figure.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const [x, y] = steps[event.key] || [];
    if (x !== undefined) {
      look(target[0] + ARROW_STEP * x, target[1] + ARROW_STEP * y, calm.matches);
    } else if (event.key === "Home") look(0, 0, calm.matches);
    else if (event.key === " ") pause(!paused);
    else return;
    event.preventDefault();
  });

  function onTilt(event) {
    if (calm.matches || event.gamma === null) return;
    const turn = (screen.orientation && screen.orientation.angle) || 0;
    const across = [event.gamma, event.beta, -event.gamma, -event.beta][(turn / 90) & 3];
    const down = [event.beta, -event.gamma, -event.beta, event.gamma][(turn / 90) & 3];
    if (!level || level[2] !== turn) level = [across, down, turn];
    // how the device is held becomes its middle again, slowly
    level[0] += 0.01 * (across - level[0]);
    level[1] += 0.01 * (down - level[1]);
    look((across - level[0]) / TILT_DEGREES, (down - level[1]) / TILT_DEGREES);
  }

  function listenToTilt() {
    const Orientation = window.DeviceOrientationEvent;
    if (!Orientation) return;
    if (typeof Orientation.requestPermission !== "function") {
      addEventListener("deviceorientation", onTilt);
      return;
    }
    // iOS asks, and only upon a tap; a desk has nothing to tilt
    tilt.hidden = calm.matches || !matchMedia("(pointer: coarse)").matches;
    tilt.addEventListener("click", () => {
      Orientation.requestPermission().then(
        (answer) => {
          tilt.hidden = true;
          if (answer === "granted") addEventListener("deviceorientation", onTilt);
        },
        () => {
          tilt.hidden = true;
        },
      );
    });
  }

  // the scene

  const VERTEX = `#version 300 es
    in float depth;
    in float motion;
    uniform ivec2 grid;       // nodes across and down
    uniform vec2 texture_size, spacing;
    uniform vec4 to_clip;     // scale and offset from texture coordinates
    uniform vec2 shift;       // of a unit of inverse depth
    uniform float plane;
    out vec2 place;
    out float moves;
    void main() {
      vec2 node = vec2(gl_VertexID % grid.x, gl_VertexID / grid.x);
      place = min(node * spacing, texture_size) / texture_size;
      moves = motion;
      gl_Position = vec4(place * to_clip.xy + to_clip.zw - shift * (depth - plane), 0.0, 1.0);
    }`;
  const FRAGMENT = `#version 300 es
    precision highp float;
    uniform sampler2D layer, visible, rest, loop;
    uniform bool animated;
    in vec2 place;
    in float moves;
    out vec4 colour;
    void main() {
      colour = texture(layer, place);
      if (animated && moves > 0.0) {
        // what the loop changes, where the photo shows this layer
        vec3 change = texture(loop, place).rgb - texture(rest, place).rgb;
        colour.rgb += moves * colour.a * texture(visible, place).r * change;
      }
    }`;
  const COVER_VERTEX = `#version 300 es
    out vec2 place;
    void main() {
      place = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0;
      gl_Position = vec4(place * 2.0 - 1.0, 0.0, 1.0);
    }`;
  const COVER_FRAGMENT = `#version 300 es
    precision highp float;
    uniform sampler2D layer;
    uniform bool shadow;
    in vec2 place;
    out vec4 colour;
    void main() {
      colour = texture(layer, place);
      if (shadow) colour = vec4(vec3(1.0 - colour.a), 1.0);
    }`;

  function bytes(text) {
    const raw = atob(text), out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
    return out;
  }

  function picture(data) {
    return new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => resolve(image);
      image.onerror = reject;
      image.src = data;
    });
  }

  function program(vertex, fragment) {
    const made = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(made, shader);
    }
    gl.bindAttribLocation(made, 0, "depth");
    gl.bindAttribLocation(made, 1, "motion");
    gl.linkProgram(made);
    if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(made));
    const names = {};
    const count = gl.getProgramParameter(made, gl.ACTIVE_UNIFORMS);
    for (let i = 0; i < count; i++) {
      const { name } = gl.getActiveUniform(made, i);
      names[name] = gl.getUniformLocation(made, name);
    }
    return { made, names };
  }

  function texture(image, mipmaps) {
    const made = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, made);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    if (image) gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, image);
    else gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, ...scene.texture);
    if (mipmaps) gl.generateMipmap(gl.TEXTURE_2D);
    const reduce = mipmaps ? gl.LINEAR_MIPMAP_NEAREST : gl.LINEAR;
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, reduce);
    return made;
  }

  // Two triangles for each cell of the grid in which a layer shows anything.
  function triangles(mask) {
    const [columns, rows] = scene.grid, corners = [];
    for (let cell = 0; cell < (columns - 1) * (rows - 1); cell++) {
      if (!(mask[cell >> 3] & (128 >> (cell & 7)))) continue;
      const a = Math.floor(cell / (columns - 1)) * columns + (cell % (columns - 1));
      corners.push(a, a + 1, a + columns, a + columns, a + 1, a + columns + 1);
    }
    return new Uint16Array(corners);
  }

  function buffer(target, data) {
    const made = gl.createBuffer();
    gl.bindBuffer(target, made);
    gl.bufferData(target, data, gl.STATIC_DRAW);
    return made;
  }

  function mesh(layer, motion) {
    const array = gl.createVertexArray();
    gl.bindVertexArray(array);
    buffer(gl.ARRAY_BUFFER, bytes(layer.depth));
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 1, gl.UNSIGNED_BYTE, true, 0, 0);
    if (motion) {
      gl.bindBuffer(gl.ARRAY_BUFFER, motion);
      gl.enableVertexAttribArray(1);
      gl.vertexAttribPointer(1, 1, gl.UNSIGNED_BYTE, true, 0, 0);
    }
    const corners = triangles(bytes(layer.cells));
    buffer(gl.ELEMENT_ARRAY_BUFFER, corners);
    gl.bindVertexArray(null);
    return { array, count: corners.length };
  }

  // Draws whole textures into a texture: the photo at rest, and where it shows each layer.
  function prepareMotion(layers) {
    const cover = program(COVER_VERTEX, COVER_FRAGMENT);
    const frame = gl.createFramebuffer(), place = texture(null, false);
    gl.useProgram(cover.made);
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    gl.viewport(0, 0, ...scene.texture);
    gl.activeTexture(gl.TEXTURE0);
    gl.uniform1i(cover.names.layer, 0);
    const draw = (layer, shadow) => {
      gl.bindTexture(gl.TEXTURE_2D, layer.colour);
      gl.uniform1i(cover.names.shadow, shadow);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    };
    const into = (made) => {
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, made, 0);
    };
    into(place);
    gl.clearColor(1, 1, 1, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.blendFunc(gl.ZERO, gl.SRC_COLOR);
    for (const layer of layers) {
      layer.visible = texture(null, false);
      gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 0, 0, ...scene.texture);
      draw(layer, 1);
    }
    into(place);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    for (const layer of [...layers].reverse()) draw(layer, 0);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return place;
  }

  async function build() {
    const images = await Promise.all(scene.layers.map((layer) => picture(layer.colour)));
    gl = canvas.getContext("webgl2", { alpha: false, antialias: false, powerPreference: "low-power" });
    if (!gl) throw new Error("no WebGL2");
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    gl.disable(gl.DEPTH_TEST);
    gl.enable(gl.BLEND);
    const motion = scene.loop ? buffer(gl.ARRAY_BUFFER, bytes(scene.motion)) : null;
    const layers = scene.layers.map((layer, k) => ({
      colour: texture(images[k], true),
      mesh: mesh(layer, motion),
      visible: null,
    }));
    const rest = scene.loop ? prepareMotion(layers) : null;
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    const draw = program(VERTEX, FRAGMENT), { names } = draw;
    gl.useProgram(draw.made);
    gl.uniform2i(names.grid, ...scene.grid);
    gl.uniform2f(names.texture_size, ...scene.texture);
    gl.uniform2f(names.spacing, scene.spacing, scene.spacing);
    gl.uniform4f(names.to_clip, ...scene.to_clip);
    gl.uniform1f(names.plane, scene.plane);
    ["layer", "visible", "rest", "loop"].forEach((name, unit) => gl.uniform1i(names[name], unit));
    view = { names, layers: layers.reverse(), rest, loop: rest && texture(new ImageData(1, 1), false) };
    if (rest) play();
  }

  function play() {
    const [kind, data] = [scene.loop.type, bytes(scene.loop.data)];
    video = figure.querySelector("video");
    video.src = URL.createObjectURL(new Blob([data], { type: kind }));
    const next = () => {
      videoFrame = true;
      wake();
      if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(next);
    };
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(next);
    else video.addEventListener("timeupdate", next);
    settle();
  }

  // Plays the loop while it is seen, wanted and allowed.
  function settle() {
    if (!video) return;
    if (shown && !paused && !calm.matches) video.play().catch(() => {}); // a browser may refuse
    else video.pause();
  }

  function pause(wanted) {
    paused = wanted;
    settle();
    wake();
  }

  function draw() {
    const { names, layers } = view;
    if (view.rest) {
      const units = [null, null, view.rest, view.loop];
      units.forEach((made, unit) => {
        if (!made) return;
        gl.activeTexture(gl.TEXTURE0 + unit);
        gl.bindTexture(gl.TEXTURE_2D, made);
      });
      const fallback = !video.requestVideoFrameCallback && !video.paused;
      if ((videoFrame || fallback) && video.readyState >= 2) {
        gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
        gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, video);
        videoFrame = false;
        videoShown = true;
      }
    }
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform1i(names.animated, videoShown);
    gl.uniform2f(names.shift, scene.reach[0] * at[0], -scene.reach[1] * at[1]);
    for (const layer of layers) {
      gl.activeTexture(gl.TEXTURE1);
      gl.bindTexture(gl.TEXTURE_2D, layer.visible);
      gl.activeTexture(gl.TEXTURE0);
      gl.bindTexture(gl.TEXTURE_2D, layer.colour);
      gl.bindVertexArray(layer.mesh.array);
      gl.drawElements(gl.TRIANGLES, layer.mesh.count, gl.UNSIGNED_SHORT, 0);
    }
    draws += 1;
  }

  function tick(now) {
    request = 0;
    if (!live || !shown) return;
    const moved = step(now / 1000);
    if (moved || dirty || videoFrame) {
      dirty = false;
      draw();
      if (figure.dataset.state !== "live") {
        figure.dataset.state = "live"; // the first frame is there: the poster may go
      }
    }
    const swaying = !calm.matches && !paused;
    const playing = video && !video.paused && !video.requestVideoFrameCallback;
    if (moved || swaying || playing) wake();
  }

  function wake() {
    if (!request && live && shown) request = requestAnimationFrame(tick);
  }

  function resize() {
    const box = canvas.getBoundingClientRect(), [width, height] = scene.size;
    const scale = Math.min(1, (box.width * devicePixelRatio) / width);
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    dirty = true;
    wake();
  }

  async function start() {
    try {
      await build();
    } catch (reason) {
      figure.dataset.state = "poster"; // it stays: no WebGL2, or a picture that is not decoded
      figure.dataset.reason = String(reason && reason.message);
      return;
    }
    live = true;
    last = performance.now() / 1000;
    new ResizeObserver(resize).observe(canvas);
    listenToTilt();
    resize();
  }

  canvas.addEventListener("webglcontextlost", () => {
    live = false;
    figure.dataset.state = "poster";
  });
  calm.addEventListener("change", () => {
    tilt.hidden = tilt.hidden || calm.matches;
    settle();
    wake();
  });
  let begun = false;
  new IntersectionObserver(([entry]) => {
    shown = entry.isIntersecting;
    if (shown && !begun) {
      begun = true;
      start();
    }
    settle();
    last = performance.now() / 1000;
    wake();
  }).observe(figure);
  figure.livingstill = {
    look,
    pause,
    get draws() {
      return draws;
    },
    get at() {
      return [...at];
    },
    get moving() {
      return videoShown;
    },
  };
})();
