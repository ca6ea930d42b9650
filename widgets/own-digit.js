/*
Turn what the reader has drawn into an image as those of MNIST: the digit scaled to fit 20 x 20
pixels, in 28 x 28, with its centre of mass in the middle. Ink is an array of rows of numbers from
0 (paper) to 1.
*/
"use strict";

var nnlecture = nnlecture || {};

nnlecture.ownDigit = (() => {
  const [BOX, SIDE, MIDDLE] = [20, 28, 14]; // pixels, as in MNIST

  /* The smallest rectangle that holds all ink. */
  function crop(ink) {
    const transposed = ink[0].map((_, column) => ink.map((row) => row[column]));
    const [top, bottom, left, right] = [ink, transposed].flatMap((lines) => {
      const marked = lines.map((line) => line.some((value) => value > 0));
      return [marked.indexOf(true), marked.lastIndexOf(true)];
    });
    return ink.slice(top, bottom + 1).map((row) => row.slice(left, right + 1));
  }

  /* Scale a line of numbers to a new length: each new number is the mean of those it covers. */
  function scaleLine(line, length) {
    const covered = line.length / length;
    return Array.from({ length }, (_, i) => {
      const [begin, end] = [i * covered, (i + 1) * covered];
      let sum = 0;
      for (let k = Math.floor(begin); k < Math.min(line.length, end); k++) {
        sum += line[k] * (Math.min(end, k + 1) - Math.max(begin, k));
      }
      return sum / covered;
    });
  }

  /* Scale to a longer side of 20 pixels, keeping the ratio. */
  function fit(ink) {
    const scale = BOX / Math.max(ink.length, ink[0].length);
    const [rows, columns] = [ink.length, ink[0].length].map((n) =>
      Math.max(1, Math.round(scale * n)),
    );
    const wide = ink.map((row) => scaleLine(row, columns));
    const high = wide[0].map((_, column) => scaleLine(wide.map((row) => row[column]), rows));
    return Array.from({ length: rows }, (_, row) => high.map((column) => column[row]));
  }

  /* Place an image in 28 x 28 pixels so that its centre of mass comes to the middle. */
  function centre(box) {
    const place = (masses) => {
      const total = masses.reduce((a, b) => a + b);
      const mean = masses.reduce((sum, mass, i) => sum + i * mass, 0) / total;
      return Math.max(0, Math.min(SIDE - masses.length, Math.round(MIDDLE - mean)));
    };
    const sum = (line) => line.reduce((a, b) => a + b);
    const top = place(box.map(sum));
    const left = place(box[0].map((_, column) => sum(box.map((row) => row[column]))));
    return Array.from({ length: SIDE }, (_, row) =>
      Array.from({ length: SIDE }, (_, column) => box[row - top]?.[column - left] ?? 0),
    );
  }

  /* All of it; there must be some ink. */
  const prepare = (ink) => centre(fit(crop(ink)));

  return { prepare };
})();
