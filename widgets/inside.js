/*
Inside the network that reads digits: the preparation step by step, the eight maps of the convolution
with the nine products behind each of their pixels, the pooled maps, and what each neuron of the dense
layer says for and against a digit.
*/
"use strict";

var nnlecture = nnlecture || {};

nnlecture.inside = (() => {
  const text = (value, decimals = 2) =>
    value.toFixed(decimals).replace(/^-(?=[0.]+$)/, "").replace("-", "−"); // no minus before a zero

  /* Paint rows of numbers on a canvas, one pixel each: white is 0, black is the largest. */
  function paint(canvas, rows) {
    const [height, width] = [rows.length, rows[0].length];
    [canvas.width, canvas.height] = [width, height];
    const pen = canvas.getContext("2d");
    const picture = pen.createImageData(width, height);
    const largest = Math.max(1e-9, ...rows.map((row) => Math.max(...row)));
    rows.flat().forEach((value, i) => {
      const grey = 255 * (1 - Math.max(0, value) / largest);
      picture.data.set([grey, grey, grey, 255], 4 * i);
    });
    pen.putImageData(picture, 0, 0);
  }

  const channel = (image, k) => image.map((row) => row.map((pixel) => pixel[k]));
  const picture = (name, label) =>
    `<figure><canvas data-picture="${name}" role="img" aria-label="${label}"></canvas><figcaption>${label}</figcaption></figure>`;

  /* The nine products behind one pixel of a map, as a table, and their sum. */
  function products(image, { kernel, bias }, k, row, column) {
    let sum = bias[k];
    const lines = kernel.map((weights, i) => {
      const cells = weights.map((weight, j) => {
        const x = image[row + i][column + j][0];
        sum += weight[0][k] * x;
        return `<td>${text(weight[0][k])} · ${text(x)}</td>`;
      });
      return `<tr>${cells.join("")}</tr>`;
    });
    return `<table><caption>Map ${k + 1}, row ${row + 1}, column ${column + 1}: weight · pixel</caption>
      <tbody>${lines.join("")}</tbody></table>
      <p>Sum of the nine and the bias ${text(bias[k])}: <b>${text(sum)}</b>; ReLU makes
      <b>${text(Math.max(0, sum))}</b> of it.</p>`;
  }

  /* What the neurons of the dense layer contribute to the sum of a digit, largest first. */
  function contributions(phi, { kernel, bias }, digit) {
    const terms = phi
      .map((output, j) => ({ j, output, weight: kernel[j][digit], term: output * kernel[j][digit] }))
      .filter(({ output }) => output > 0)
      .toSorted((a, b) => Math.abs(b.term) - Math.abs(a.term));
    const largest = Math.max(1e-9, ...terms.map(({ term }) => Math.abs(term)));
    const total = terms.reduce((sum, { term }) => sum + term, bias[digit]);
    const rows = terms.map(
      ({ j, output, weight, term }) => `<tr><th scope="row">${j + 1}</th><td>${text(output)}</td>
        <td>${text(weight)}</td><td>${text(term)}</td>
        <td><meter min="0" max="${largest}" value="${Math.abs(term)}" class="${term < 0 ? "against" : "for"}">${text(term)}</meter>
        ${term < 0 ? "against" : "for"}</td></tr>`,
    );
    return `<table><caption>Neurons that are not silent, for and against a ${digit}</caption>
      <thead><tr><th scope="col">neuron</th><th scope="col">output</th><th scope="col">weight</th>
      <th scope="col">product</th><td></td></tr></thead><tbody>${rows.join("")}</tbody></table>
      <p>With the bias ${text(bias[digit])} their sum is <b>${text(total)}</b>. The softmax makes
      probabilities of the ten sums.</p>`;
  }

  /* Show what a model of the layers Conv2D, MaxPooling2D, Flatten, Dense, Dense makes of an image:
  `all` are its layers' outputs. */
  function show(root, { model, all, prepared, digit }) {
    const [image, maps, pooled, , dense] = all;
    const [convolution, , , , last] = model;
    const filters = Array.from(convolution.bias, (_, k) => k);
    root.innerHTML = `
      <p><b>Preparation.</b> What you drew is cropped, scaled to fit 20 × 20 pixels (a thin line is made
        thicker first), and put into 28 × 28 with its centre of mass in the middle.</p>
      <div class="inside-row">${picture("cropped", "cropped")}${picture("box", "scaled")}${picture("image", "centred")}</div>
      <p><b>Convolution.</b> Eight filters of 3 × 3 weights slide over the image and give eight maps.
        Point at a pixel of a map, or move over it with the arrow keys.</p>
      <div class="inside-row">${filters.map((k) => picture(`map ${k}`, `map ${k + 1}`)).join("")}</div>
      <div class="inside-products" aria-live="polite"></div>
      <p><b>Pooling.</b> Of each 2 × 2 pixels the largest remains.</p>
      <div class="inside-row">${filters.map((k) => picture(`pooled ${k}`, `pooled ${k + 1}`)).join("")}</div>
      <p><b>Dense layers.</b> The 16 neurons of the first see all pooled pixels; the second adds their
        outputs up for each digit.</p>
      <p><label>For and against a <select>${all.at(-1).map((_, d) => `<option${d === digit ? " selected" : ""}>${d}</option>`).join("")}</select></label></p>
      <div class="inside-contributions"></div>`;
    const canvas = (name) => root.querySelector(`[data-picture="${name}"]`);
    for (const name of ["cropped", "box", "image"]) paint(canvas(name), prepared[name]);

    const explanation = root.querySelector(".inside-products");
    for (const k of filters) {
      const map = canvas(`map ${k}`);
      paint(map, channel(maps, k));
      paint(canvas(`pooled ${k}`), channel(pooled, k));
      map.tabIndex = 0;
      let [row, column] = [13, 13];
      const explain = () => {
        row = Math.max(0, Math.min(maps.length - 1, row));
        column = Math.max(0, Math.min(maps[0].length - 1, column));
        explanation.innerHTML = products(image, convolution, k, row, column);
      };
      map.addEventListener("pointermove", ({ offsetX, offsetY }) => {
        row = Math.floor((offsetY / map.clientHeight) * maps.length);
        column = Math.floor((offsetX / map.clientWidth) * maps[0].length);
        explain();
      });
      map.addEventListener("focus", explain);
      map.addEventListener("keydown", (event) => {
        const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
        if (!move) return;
        event.preventDefault(); // or the page would scroll
        [row, column] = [row + move[0], column + move[1]];
        explain();
      });
    }
    explanation.innerHTML = products(image, convolution, 0, 13, 13);

    const choice = root.querySelector("select");
    const result = root.querySelector(".inside-contributions");
    const contribute = () => (result.innerHTML = contributions(dense, last, Number(choice.value)));
    choice.addEventListener("input", contribute);
    contribute();
  }

  return { show };
})();
