/*
A filter slides over the cells of a calorimeter: the weights can be changed, and the map follows. For
each number of the map one sees the nine products that it is the sum of. It takes the place of what
stands in the element with the id "filter".
*/
"use strict";

(() => {
  // Those of figures/cnn_sliding_filter.py, and a test that they agree.
  const ENERGIES = [
    [0, 0, 0, 0, 0, 0, 0],
    [0, 0, 1, 0, 0, 0, 0],
    [0, 1, 9, 2, 0, 0, 0],
    [0, 0, 2, 1, 3, 3, 2],
    [0, 0, 0, 3, 5, 5, 3],
    [0, 0, 0, 3, 5, 6, 4],
    [0, 0, 0, 2, 3, 4, 3],
  ];
  const FILTERS = {
    "lonely cell": [[0, -1, 0], [-1, 4, -1], [0, -1, 0]],
    "mean": [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
    "edge, brighter to the right": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "edge, brighter below": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    "nothing": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
  };
  const LARGEST = 99; // of a weight
  const RESULTS = ENERGIES.length - 2; // rows and columns of the map

  const text = (value) => String(Number(value.toFixed(2))).replace("-", "−");
  const table = (caption, rows) =>
    `<table><caption>${caption}</caption><tbody>${rows.map((cells) => `<tr>${cells.join("")}</tr>`).join("")}</tbody></table>`;
  const options = Object.keys(FILTERS).map((name) => `<option>${name}</option>`);

  const root = document.getElementById("filter");
  const weight = (i, j) =>
    `<td><input type="text" inputmode="decimal" autocomplete="off" size="3" aria-label="weight, row ${i + 1}, column ${j + 1}"></td>`;
  const result = (i, j) => `<td><button type="button" data-at="${i} ${j}"></button></td>`;
  const grid = (n, cell) => Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => cell(i, j)));
  root.innerHTML = `
    <p><label>Filter <select>${options.join("")}</select></label></p>
    <div class="filter-tables">
      ${table("Energies in GeV", ENERGIES.map((row) => row.map((energy) => `<td>${energy}</td>`)))}
      ${table("Weights", grid(3, weight))}
      ${table("Map: choose a number", grid(RESULTS, result))}
    </div>
    <p class="filter-sum" role="status"></p>
    <p class="filter-print">On the page this is a program: the weights can be changed there.</p>`;

  const [image, , map] = root.querySelectorAll("table");
  const fields = [...root.querySelectorAll("input")];
  const choice = root.querySelector("select");
  let weights = FILTERS[choice.value];
  let at = [1, 1]; // where the window stands

  /* The nine pairs of weight and energy under the window at a place. */
  const pairs = ([row, column]) =>
    weights.flatMap((line, i) => line.map((w, j) => [w, ENERGIES[row + i][column + j]]));
  const sum = (place) => pairs(place).reduce((total, [w, x]) => total + w * x, 0);

  function show() {
    fields.forEach((field, i) => (field.value = text(weights[Math.floor(i / 3)][i % 3]).replace("−", "-")));
    for (const button of map.querySelectorAll("button")) {
      const place = button.dataset.at.split(" ").map(Number);
      button.textContent = text(sum(place));
      button.setAttribute("aria-pressed", String(place) === String(at));
    }
    [...image.rows].forEach((row, i) =>
      [...row.cells].forEach((cell, j) => {
        const inside = i >= at[0] && i < at[0] + 3 && j >= at[1] && j < at[1] + 3;
        cell.classList.toggle("window", inside);
      }),
    );
    const terms = pairs(at)
      .filter(([w]) => w !== 0)
      .map(([w, x]) => `${w < 0 ? `(${text(w)})` : text(w)} · ${x}`);
    root.querySelector(".filter-sum").textContent =
      `Row ${at[0] + 1}, column ${at[1] + 1}: ${terms.join(" + ") || "0"} = ${text(sum(at))}`;
  }

  choice.addEventListener("input", () => {
    weights = FILTERS[choice.value];
    show();
  });
  fields.forEach((field, i) =>
    field.addEventListener("change", () => {
      const value = Number(field.value.replace(",", ".").replace("−", "-") || NaN);
      if (Math.abs(value) <= LARGEST) {
        weights = weights.map((line) => [...line]);
        weights[Math.floor(i / 3)][i % 3] = value;
      }
      show();
    }),
  );
  map.addEventListener("click", ({ target }) => {
    if (!target.dataset.at) return;
    at = target.dataset.at.split(" ").map(Number);
    show();
  });
  show();
})();
