/*
Draw a digit: a network that was trained when the book was built classifies what the reader draws.
It takes the place of what stands in the element with the id "digit", whose data-model names the
script with the weights; that one is loaded when the reader begins to draw.
*/
"use strict";

(() => {
  const { load, predict } = nnlecture.cnn;
  const { prepare } = nnlecture.ownDigit;

  const SIZE = 280; // pixels of the paper, in each direction
  const PEN = 22; // as wide as the pens of MNIST, 2 to 3 pixels after scaling
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
      <button type="button">Clear</button>
    </div>
    <div>
      <p class="digit-verdict" role="status"></p>
      <ul class="digit-answers" aria-label="Probabilities of the ten digits">${answers}</ul>
      <canvas class="digit-image" width="28" height="28" role="img"
        aria-label="The image that the network gets"></canvas>
      <p>What the network gets: 28 × 28 pixels, made as those of MNIST</p>
    </div>`;

  const paper = root.querySelector(".digit-paper");
  const mark = root.querySelector(".digit-pen");
  const image = root.querySelector(".digit-image").getContext("2d");
  const verdict = root.querySelector(".digit-verdict");
  const pen = paper.getContext("2d", { willReadFrequently: true });
  pen.lineWidth = PEN;
  pen.lineCap = pen.lineJoin = "round";

  let loading; // a promise of the model, from the first stroke on
  let shown; // the pixels that were prepared last
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
    shown = pixels;
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
    if (!drawn.flat().some((value) => value > 0)) return;
    const pixels = prepare(drawn);
    show(pixels);
    try {
      const model = await loaded();
      if (pixels !== shown) return; // the reader has gone on in the meantime
      const probabilities = predict(model, pixels.map((row) => row.map((value) => [value])));
      const largest = Math.max(...probabilities);
      const digit = probabilities.indexOf(largest);
      verdict.textContent = `Read as ${digit} (${(100 * largest).toFixed(0)} %)`;
      answer(probabilities);
    } catch {
      verdict.textContent = "The trained network could not be loaded.";
    }
  }

  function clear() {
    pen.clearRect(0, 0, SIZE, SIZE);
    image.clearRect(0, 0, 28, 28);
    shown = null;
    verdict.textContent = "Draw a digit, large and with one pen.";
    answer(null);
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
    pen.arc(...place(event), PEN / 2, 0, 2 * Math.PI);
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
    const next = at.map((value, axis) => Math.min(Math.max(value + move[axis], PEN), SIZE - PEN));
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
  root.querySelector("button").addEventListener("click", clear);

  clear();
})();
