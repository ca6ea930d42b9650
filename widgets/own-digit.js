/*
Turn what the reader has drawn into an image as those of MNIST: the digit scaled to fit 20 x 20
pixels, in 28 x 28, with its centre of mass in the middle. Ink is an array of rows of numbers from
0 (paper) to 1.
*/
"use strict";

var nnlecture = nnlecture || {};

nnlecture.ownDigit = (() => {
  const [BOX, SIDE, MIDDLE] = [20, 28, 14]; // pixels, as in MNIST
  const THINNEST = 1.6; // pixels of the 20 x 20: the pens of MNIST are 2 to 4 wide

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

  /* The distance of each pixel of a line to the nearest one that is not marked, squared, if `from`
  has the squares of the distances across the line. Source of this method, parabolas of which the
  lowest counts: P. Felzenszwalb and D. Huttenlocher, Theory of Computing 8 (2012) 415-428. */
  function lowest(from) {
    const [at, edges] = [[0], [-Infinity]];
    const meet = (q, p) => (from[q] + q * q - from[p] - p * p) / (2 * (q - p));
    for (let q = 1; q < from.length; q++) {
      while (at.length > 1 && meet(q, at.at(-1)) <= edges.at(-1)) {
        at.pop();
        edges.pop();
      }
      edges.push(meet(q, at.at(-1)));
      at.push(q);
    }
    let k = 0;
    return from.map((_, q) => {
      while (k + 1 < at.length && edges[k + 1] < q) k++;
      return (q - at[k]) ** 2 + from[at[k]];
    });
  }

  /* For each marked pixel its distance to the nearest one that is not. */
  function distances(marked) {
    const far = (marked.length + marked[0].length) ** 2;
    const across = marked.map((line) => lowest(line.map((is) => (is ? far : 0))));
    const columns = across[0].map((_, column) => lowest(across.map((line) => line[column])));
    return marked.map((line, row) => line.map((_, column) => Math.sqrt(columns[column][row])));
  }

  /* Make the line of a thin pen thicker, which would fade away otherwise: to THINNEST pixels of the
  20 x 20. */
  function thicken(ink, scale) {
    const marked = ink.map((line) => line.map((value) => value > 0.5));
    let [sum, number] = [0, 0];
    distances(marked).forEach((line, row) =>
      line.forEach((distance, column) => {
        if (!marked[row][column]) return;
        sum += distance;
        number++;
      }),
    );
    // The mean distance to a stroke's edge is a quarter of the stroke's width.
    const width = 4 * (sum / number - 0.5);
    const missing = (THINNEST / scale - width) / 2;
    if (!(missing > 0)) return ink;
    const margin = Math.ceil(missing);
    const empty = Array(ink[0].length + 2 * margin).fill(0);
    const side = Array(margin).fill(0);
    const rows = Array(margin).fill(empty);
    const padded = [...rows, ...ink.map((line) => [...side, ...line, ...side]), ...rows];
    const away = distances(padded.map((line) => line.map((value) => value <= 0.5)));
    return padded.map((line, row) =>
      line.map((value, column) =>
        Math.max(value, Math.min(1, Math.max(0, missing + 1 - away[row][column]))),
      ),
    );
  }

  /* Scale to a longer side of 20 pixels, keeping the ratio. */
  function fit(cropped) {
    const scale = BOX / Math.max(cropped.length, cropped[0].length);
    const [rows, columns] = [cropped.length, cropped[0].length].map((n) =>
      Math.max(1, Math.round(scale * n)),
    );
    const ink = thicken(cropped, scale);
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

  /* What keeps ink from being one digit, in words; nothing if nothing does. `pen` is the pen's width:
  what is hardly larger is a dot. */
  function fault(ink, pen) {
    if (!ink.some((line) => line.some((value) => value > 0))) return "There is nothing on the paper.";
    const { length: rows, 0: { length: columns } } = crop(ink);
    if (Math.max(rows, columns) < 1.8 * pen) return "I see no digit, only a dot.";
    if (columns > 2 * rows) return "I see no digit: this is more than twice as wide as high.";
    return "";
  }

  /* The steps of the recipe, by name; there must be some ink. */
  function steps(ink) {
    const cropped = crop(ink);
    const box = fit(cropped);
    return { ink, cropped, box, image: centre(box) };
  }

  const prepare = (ink) => steps(ink).image;

  return { fault, prepare, steps };
})();
