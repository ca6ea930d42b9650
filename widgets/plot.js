/*
How the small widgets plot: a frame with axes inside an SVG, in CSS pixels, what is drawn in it, and
the pointer's way back from pixels to the numbers of the axes. Colours are those of plot.css, so that
dark pages, forced colours and paper need nothing from the scripts.
*/
"use strict";

var nnlecture = nnlecture || {};

nnlecture.plot = (() => {
  const FAR = 1e5; // pixels; what leaves the frame is cut off anyway, and SVG dislikes infinity
  const NEAR = 26; // pixels from a handle at which the pointer takes hold of it

  const pixels = (z) => Math.max(-FAR, Math.min(FAR, z)).toFixed(1);

  /* A number as one reads it: `decimals` of them at most, with a real minus sign. */
  const number = (value, decimals = 2) => String(Number(value.toFixed(decimals))).replace("-", "−");

  const text = (x, y, content, kind = "") =>
    `<text x="${pixels(x)}" y="${pixels(y)}" class="${kind}">${content}</text>`;
  /* A symbol in italics, with its index. */
  const symbol = (letter, index = "") =>
    `<tspan class="letter">${letter}</tspan>${index === "" ? "" : `<tspan class="index" dy="3">${index}</tspan><tspan dy="-3">\u200b</tspan>`}`;

  /* A frame: where it stands in the SVG, and the ranges of its two axes. */
  function frame({ left, top, width, height, x, y }) {
    const toX = (value) => (width * (value - x[0])) / (x[1] - x[0]);
    const toY = (value) => (height * (y[1] - value)) / (y[1] - y[0]);

    /* Points [x, y] as a line. */
    function line(points, kind) {
      const corners = points.map((point) => `${pixels(toX(point[0]))} ${pixels(toY(point[1]))}`);
      return `<path d="M${corners.join("L")}" class="line ${kind}"/>`;
    }

    const circle = ([a, b], radius, kind, extra = "") =>
      `<circle cx="${pixels(toX(a))}" cy="${pixels(toY(b))}" r="${radius}" class="${kind}" ${extra}/>`;

    /* An event: a full circle for signal or training, an open square for background or validation. */
    const event = ([a, b], full) =>
      full
        ? circle([a, b], 4, "full")
        : `<rect x="${pixels(toX(a) - 3.5)}" y="${pixels(toY(b) - 3.5)}" width="7" height="7" class="open"/>`;

    const label = ([a, b], content, kind = "") => text(toX(a), toY(b), content, kind);

    /* The axes with their ticks and names, and `inside` what stands in the frame, cut off at its edge.
    A tick is a number, or a number and what is written there. */
    function draw({ xTicks, yTicks, xName, yName, inside }) {
      const ticks = (values, write) => values.map((tick) => write(...(Array.isArray(tick) ? tick : [tick, number(tick)])));
      return `<g transform="translate(${left} ${top})">
        <path d="M0 0V${height}H${width}" class="axis"/>
        ${ticks(xTicks, (value, content) => text(toX(value), height + 18, content)).join("")}
        ${ticks(yTicks, (value, content) => text(-7, toY(value) + 4, content, "end")).join("")}
        ${text(width, height + 36, xName, "end")} ${text(-7, -13, yName, "start")}
        <svg width="${width}" height="${height}">${inside}</svg></g>`;
    }

    /* The numbers at a place of the SVG. */
    const at = (px, py) => [
      x[0] + ((px - left) / width) * (x[1] - x[0]),
      y[1] - ((py - top) / height) * (y[1] - y[0]),
    ];
    /* The pixels of the SVG at which a point lies. */
    const place = ([a, b]) => [left + toX(a), top + toY(b)];

    return { line, circle, event, label, draw, at, place, x, y };
  }

  const svg = (width, height, content) =>
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true" focusable="false">${content}</svg>`;

  /* Let the pointer drag what is drawn in `picture`: `grab(px, py)` is asked what there is, and gives
  a function that is called with every further place, or nothing. (The SVG lets the pointer through to
  the picture: its elements are replaced at every step, and a finger must not lose what it touched.) */
  function drag(picture, grab) {
    let move = null;
    const place = (event) => {
      const box = picture.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    picture.addEventListener("pointerdown", (event) => {
      if (!event.isPrimary || event.button > 0) return;
      move = grab(...place(event));
      if (!move) return;
      event.preventDefault();
      picture.setPointerCapture(event.pointerId);
      move(...place(event));
    });
    picture.addEventListener("pointermove", (event) => {
      if (move) move(...place(event));
      else picture.style.cursor = grab(...place(event)) ? "grab" : "";
    });
    // A finger that has taken hold of something must not scroll the page.
    const hold = (event) => move && event.preventDefault();
    picture.addEventListener("touchstart", hold, { passive: false });
    for (const end of ["pointerup", "pointercancel"]) picture.addEventListener(end, () => (move = null));
  }

  const distance = ([x1, y1], [x2, y2]) => Math.hypot(x1 - x2, y1 - y2);

  /* A slider with its name and, behind it, its value. */
  const slider = (name, label, least, most, step) =>
    `<label><span>${label}</span> <input name="${name}" type="range" min="${least}" max="${most}" step="${step}"><span class="plot-value" aria-hidden="true"></span></label>`;

  /* What the small widgets have in common: the element with the id, its controls, a picture that
  follows its width, a sentence that is read out when it changes. `show(width)` gives what the picture
  and the sentence are now, as {picture, sentence}. */
  function widget(id, { controls, values, show, print }) {
    const root = document.getElementById(id);
    root.innerHTML = `
      <div class="plot-controls">${controls}</div>
      <div class="plot-picture"></div>
      <p class="plot-sentence" role="status"></p>
      <p class="plot-print">${print}</p>`;
    const picture = root.querySelector(".plot-picture");
    const sentence = root.querySelector(".plot-sentence");
    const control = Object.fromEntries(
      [...root.querySelectorAll("[name]")].map((element) => [element.name, element]),
    );
    const value = (name) => Number(control[name].value);

    function draw() {
      if (!picture.clientWidth) return; // not laid out yet
      const now = show(picture.clientWidth);
      picture.innerHTML = now.picture;
      if (sentence.innerHTML !== now.sentence) sentence.innerHTML = now.sentence;
      for (const element of Object.values(control)) {
        if (element.type === "range") element.nextElementSibling.textContent = element.value.replace("-", "−");
      }
    }

    /* Set controls; a slider keeps the value inside its range. */
    function set(changes) {
      for (const [name, number] of Object.entries(changes)) control[name].value = number;
      draw();
    }

    for (const [name, number] of Object.entries(values)) control[name].value = number;
    root.addEventListener("input", draw);
    // Draws for the first time, too, as soon as the width is known.
    let width = 0;
    new ResizeObserver(() => {
      if (picture.clientWidth !== width) {
        width = picture.clientWidth;
        draw();
      }
    }).observe(picture);
    return { root, picture, control, value, set, draw };
  }

  return { NEAR, distance, drag, frame, number, slider, svg, symbol, text, widget };
})();
