/*
Draw a digit: a network that was trained when the book was built classifies what the reader draws.
It takes the place of what stands in the element with the id "digit", whose data-model names the
script with the weights; that one is loaded when the reader begins to draw.
*/
"use strict";

(() => {
  const { load, outputs } = nnlecture.cnn;
  const { fault, steps } = nnlecture.ownDigit;

  const SIZE = 280; // pixels of the paper, in each direction
  const PENS = { thin: 8, medium: 22, thick: 34 }; // pixels; medium is as wide as the pens of MNIST
  const MARGIN = 22; // pixels of the paper that the arrow keys keep free
  const STEP = 20; // pixels that an arrow key moves the pen
  const ARROWS = {
    ArrowLeft: [-STEP, 0],
    ArrowRight: [STEP, 0],
    ArrowUp: [0, -STEP],
    ArrowDown: [0, STEP],
  };

  const root = document.getElementById("digit");
  const answers = Array.from({ length: 10 }, (_, digit) => digit)
    .map((digit) => `<li><b>${digit}</b> <span class="digit-bar"></span> <span></span></li>`)
    .join("");
  root.innerHTML = `
    <div>
      <div class="digit-sheet">
        <canvas class="digit-paper" width="${SIZE}" height="${SIZE}" tabindex="0" role="application"
          aria-label="Paper" aria-describedby="digit-help"></canvas>
        <span class="digit-pen"></span>
      </div>
      <p id="digit-help">Draw with a mouse, a finger or a pen; or with the arrow keys, which only move
        the pen while Shift is held.</p>
      <p><label>Pen <select name="pen"><option>thin</option><option selected>medium</option><option>thick</option></select></label>
        <button type="button">Clear</button></p>
    </div>
    <div>
      <p class="digit-verdict" role="status"></p>
      <ul class="digit-answers" aria-label="Probabilities of the ten digits">${answers}</ul>
      <canvas class="digit-image" width="28" height="28" role="img"
        aria-label="The image that the network gets"></canvas>
      <p>What the network gets: 28 × 28 pixels, made as those of MNIST</p>
    </div>
    <details class="digit-inside"><summary>Look inside the network</summary><div></div></details>
    <p class="digit-print">On the page this is a program that reads what you draw.</p>`;

  const paper = root.querySelector(".digit-paper");
  const mark = root.querySelector(".digit-pen");
  const image = root.querySelector(".digit-image").getContext("2d");
  const inside = root.querySelector(".digit-inside div");
  const verdict = root.querySelector(".digit-verdict");
  const pen = paper.getContext("2d", { willReadFrequently: true });
  pen.lineWidth = PENS.medium;
  pen.lineCap = pen.lineJoin = "round";

  let loading; // a promise of the model, from the first stroke on
  let shown; // the steps of what was prepared last
  let down = false; // whether the pen is on the paper
  let at = [SIZE / 2, SIZE / 2]; // where the pen of the arrow keys is

  function loaded() {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = root.dataset.model;
      script.onload = () => resolve(load(nnlecture.model));
      script.onerror = reject;
      document.head.append(script);
    });
    return loading;
  }

  /* What is drawn, as rows of numbers from 0 to 1; the paper is transparent. */
  function ink() {
    const { data } = pen.getImageData(0, 0, SIZE, SIZE);
    return Array.from({ length: SIZE }, (_, row) =>
      Array.from({ length: SIZE }, (_, column) => data[4 * (row * SIZE + column) + 3] / 255),
    );
  }

  function show(pixels) {
    const picture = image.createImageData(28, 28);
    pixels.flat().forEach((value, i) => {
      picture.data.set([255 * value, 255 * value, 255 * value, 255], 4 * i);
    });
    image.putImageData(picture, 0, 0);
  }

  function answer(probabilities) {
    root.querySelectorAll(".digit-answers li").forEach((item, digit) => {
      const percent = probabilities ? (100 * probabilities[digit]).toFixed(0) : 0;
      item.querySelector(".digit-bar").style.setProperty("--share", `${percent}%`);
      item.lastElementChild.textContent = probabilities ? `${percent} %` : "";
    });
  }

  async function classify() {
    const drawn = ink();
    const reason = fault(drawn, pen.lineWidth);
    if (reason) {
      forget(reason);
      return;
    }
    const prepared = steps(drawn);
    shown = prepared;
    show(prepared.image);
    try {
      const model = await loaded();
      if (prepared !== shown) return; // the reader has gone on in the meantime
      const all = outputs(model, prepared.image.map((row) => row.map((value) => [value])));
      const probabilities = all.at(-1);
      const largest = Math.max(...probabilities);
      const digit = probabilities.indexOf(largest);
      verdict.textContent = `Read as ${digit} (${(100 * largest).toFixed(0)} %)`;
      answer(probabilities);
      nnlecture.inside.show(inside, { model, all, prepared, digit });
    } catch {
      verdict.textContent = "The trained network could not be loaded.";
    }
  }

  /* Nothing was read: say why. */
  function forget(reason) {
    image.clearRect(0, 0, 28, 28);
    shown = null;
    verdict.textContent = reason;
    answer(null);
    inside.innerHTML = "<p>Draw a digit first.</p>";
  }

  function clear() {
    pen.clearRect(0, 0, SIZE, SIZE);
    forget("Draw a digit, large and with one pen.");
  }

  /* Where the pen is; the paper may be shown smaller than it is. */
  function place({ offsetX, offsetY }) {
    const scale = SIZE / paper.clientWidth;
    return [offsetX * scale, offsetY * scale];
  }

  /* Put the pen of the arrow keys somewhere, and its mark with it. */
  function put(place) {
    at = place;
    mark.style.left = `${(100 * at[0]) / SIZE}%`;
    mark.style.top = `${(100 * at[1]) / SIZE}%`;
  }

  function dot(event) {
    pen.beginPath();
    pen.arc(...place(event), pen.lineWidth / 2, 0, 2 * Math.PI);
    pen.fill();
    pen.beginPath();
    pen.moveTo(...place(event));
  }

  function line(event) {
    pen.lineTo(...place(event));
    pen.stroke();
  }

  paper.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button > 0) return;
    down = true;
    paper.setPointerCapture(event.pointerId); // a stroke may lead over the paper's edge
    loaded().catch(() => {}); // classify says so
    dot(event);
  });
  paper.addEventListener("pointermove", (event) => {
    if (!down || !event.isPrimary) return;
    const events = event.getCoalescedEvents();
    (events.length ? events : [event]).forEach(line);
  });
  paper.addEventListener("keydown", (event) => {
    const move = ARROWS[event.key];
    if (!move) return;
    event.preventDefault(); // or the page would scroll
    const next = at.map((value, axis) => Math.min(Math.max(value + move[axis], MARGIN), SIZE - MARGIN));
    if (!event.shiftKey) {
      pen.beginPath();
      pen.moveTo(...at);
      pen.lineTo(...next);
      pen.stroke();
      down = true;
    }
    put(next);
  });
  paper.addEventListener("keyup", (event) => {
    if (down && ARROWS[event.key]) classify();
    down = false;
  });
  for (const end of ["pointerup", "pointercancel"]) {
    paper.addEventListener(end, () => {
      if (down) classify();
      down = false;
    });
  }
  root.querySelector("[name=pen]").addEventListener("input", ({ target }) => {
    pen.lineWidth = PENS[target.value];
  });
  root.querySelector("button").addEventListener("click", clear);

  clear();
})();
