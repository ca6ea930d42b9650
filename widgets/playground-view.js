/*
How the playground draws: maps of a function over the plane of the two features, the network that
joins them, and the curve of the errors. Colours and marks are those of code/nnlecture/style.py.
Nothing is made anew from frame to frame, so that a picture takes a few milliseconds.
*/
"use strict";

var nnlecture = nnlecture || {};

nnlecture.view = (() => {
  const { forward } = nnlecture.deep;

  const LIMIT = 2; // the plane reaches from -LIMIT to LIMIT
  const FINE = 61; // points of the output's map, in each direction
  const COARSE = 31; // points of the others: every second one
  const SHADES = 255; // of the colours between background and signal
  const NARROW = 560; // CSS pixels: below, the layers stand from top to bottom
  const NEAR = 7; // CSS pixels from a line at which the pointer touches it

  // `tints` lead from background (-1) over undecided (0) to signal (1).
  const PALETTES = {
    light: {
      signal: "#0072B2",
      background: "#D55E00",
      ink: "#1A1A1A",
      line: "#767676",
      tints: ["#F2CEB3", "#FFFFFF", "#80B9D9"],
    },
    dark: {
      signal: "#7CC4F0",
      background: "#F59A5B",
      ink: "#E6E6E3",
      line: "#8F959B",
      tints: ["#6B3A1C", "#1E2124", "#14547D"],
    },
  };
  for (const palette of Object.values(PALETTES)) palette.shades = shades(palette.tints);

  /* The colours from -1 to 1, as the bytes of a picture. */
  function shades(tints) {
    const [low, middle, high] = tints.map((colour) =>
      [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)),
    );
    const bytes = new Uint8ClampedArray(4 * (SHADES + 1));
    for (let i = 0; i <= SHADES; i++) {
      const value = (2 * i) / SHADES - 1;
      const end = value < 0 ? low : high;
      middle.forEach((m, c) => (bytes[4 * i + c] = m + Math.abs(value) * (end[c] - m)));
      bytes[4 * i + 3] = 255; // opaque
    }
    return new Uint32Array(bytes.buffer);
  }

  /* The palette that fits the page, whoever made it dark: what counts is the colour behind. */
  function palette(element) {
    for (let e = element; e; e = e.parentElement) {
      const [red, green, blue, opacity = 1] = getComputedStyle(e)
        .backgroundColor.match(/[\d.]+/g)
        .map(Number);
      if (opacity > 0) {
        return 0.3 * red + 0.6 * green + 0.1 * blue < 128 ? PALETTES.dark : PALETTES.light;
      }
    }
    // Nobody has coloured the page: in forced colours, it is as the system has it.
    const dark = "(forced-colors: active) and (prefers-color-scheme: dark)";
    return matchMedia(dark).matches ? PALETTES.dark : PALETTES.light;
  }

  /* Where values on a square grid change sign: calls `segment(x1, y1, x2, y2)`, in units of the
  grid, for each piece of the line. In each cell the zeros on its four sides are found by linear
  interpolation and joined in pairs. */
  const xs = new Float64Array(4);
  const ys = new Float64Array(4);
  function contour(values, points, segment) {
    for (let row = 0; row < points - 1; row++) {
      for (let column = 0; column < points - 1; column++) {
        const i = row * points + column;
        const a = values[i];
        const b = values[i + 1];
        const c = values[i + points + 1];
        const d = values[i + points];
        let found = 0;
        if (a < 0 !== b < 0) {
          xs[found] = column + a / (a - b);
          ys[found++] = row;
        }
        if (b < 0 !== c < 0) {
          xs[found] = column + 1;
          ys[found++] = row + b / (b - c);
        }
        if (c < 0 !== d < 0) {
          xs[found] = column + 1 - c / (c - d);
          ys[found++] = row + 1;
        }
        if (d < 0 !== a < 0) {
          xs[found] = column;
          ys[found++] = row + 1 - d / (d - a);
        }
        if (found > 1) segment(xs[0], ys[0], xs[1], ys[1]);
        if (found > 3) segment(xs[2], ys[2], xs[3], ys[3]);
      }
    }
  }

  /* A picture of a function on the plane: `level`, from -1 to 1, gives the colours, and where `zero`
  changes sign there is a line. */
  function map(points) {
    const level = new Float32Array(points * points);
    return { points, level, zero: level, top: 0 };
  }

  /* The pixels of all maps, one below the other, so that they go to the browser at once. */
  function sheet(all) {
    let height = 0;
    for (const shown of all) {
      shown.top = height;
      height += shown.points;
    }
    const canvas = new OffscreenCanvas(FINE, height);
    const pen = canvas.getContext("2d");
    const picture = pen.createImageData(FINE, height);
    return { canvas, pen, picture, pixels: new Uint32Array(picture.data.buffer) };
  }

  /* The maps of a network: of its inputs, of each hidden neuron and of its output. `functions` are
  the inputs as functions of the two features. */
  function maps(network, functions) {
    // Looks at the weights of the network, but has numbers of its own: the training goes on.
    const looking = { ...nnlecture.deep.network(network.layers, network.activations[0]), w: network.w };
    const plane = [];
    for (let row = 0; row < FINE; row++) {
      for (let column = 0; column < FINE; column++) {
        const x1 = LIMIT * ((2 * column) / (FINE - 1) - 1);
        const x2 = LIMIT * (1 - (2 * row) / (FINE - 1));
        plane.push(functions.map((f) => f(x1, x2)));
      }
    }
    const inputs = functions.map((_, k) => {
      const shown = map(COARSE);
      for (let row = 0; row < COARSE; row++) {
        for (let column = 0; column < COARSE; column++) {
          const value = plane[2 * row * FINE + 2 * column][k];
          shown.level[row * COARSE + column] = value / LIMIT;
        }
      }
      return shown;
    });
    const hidden = network.layers.slice(1, -1).map((n) =>
      Array.from({ length: n }, () => {
        const shown = map(COARSE);
        shown.zero = new Float32Array(COARSE * COARSE);
        return shown;
      }),
    );
    const layers = [inputs, ...hidden, [map(FINE)]];
    const rough = map(COARSE);
    return { looking, plane, layers, rough, sheet: sheet([...layers.flat(), rough]) };
  }

  /* Compute what the maps show; `quick` leaves out every second point of the output, too. The
  sigmoid has its middle at 1/2, the others have it at 0. */
  function compute({ looking, plane, layers, rough }, quick) {
    const last = layers.length - 1;
    const half = looking.activations[0] === "sigmoid";
    const output = layers[last][0].level;
    for (let row = 0; row < FINE; row += quick ? 2 : 1) {
      for (let column = 0; column < FINE; column += quick ? 2 : 1) {
        const i = row * FINE + column;
        output[i] = 2 * forward(looking, plane[i]) - 1;
        if (row % 2 || column % 2) continue;
        const at = (row / 2) * COARSE + column / 2;
        rough.level[at] = output[i];
        for (let l = 1; l < last; l++) {
          for (let j = 0; j < layers[l].length; j++) {
            const phi = looking.phi[l][j + 1];
            layers[l][j].level[at] = half ? 2 * phi - 1 : phi;
            layers[l][j].zero[at] = looking.v[l - 1][j];
          }
        }
      }
    }
  }

  /* Give a canvas its size, in CSS pixels, and return its pen; sharp on every screen. */
  function prepare(canvas, width, height) {
    const scale = globalThis.devicePixelRatio || 1;
    const pen = canvas.getContext("2d");
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      canvas.style.height = `${height}px`;
      pen.scale(scale, scale);
      pen.font = `15px ${getComputedStyle(canvas).fontFamily}`;
      pen.textBaseline = "middle";
    }
    pen.clearRect(0, 0, width, height);
    return pen;
  }

  /* Give every map of a sheet its colours. */
  function paint({ pen, picture, pixels }, all, { shades }) {
    for (const { points, level, top } of all) {
      for (let row = 0, i = 0; row < points; row++) {
        const begin = (top + row) * FINE;
        for (let column = 0; column < points; column++, i++) {
          const share = level[i] > 1 ? 1 : level[i] < -1 ? -1 : level[i];
          // What is no number has the colour of 0.
          pixels[begin + column] = shades[((share || 0) + 1) * (SHADES / 2) + 0.5 | 0];
        }
      }
    }
    pen.putImageData(picture, 0, 0);
  }

  /* Draw a map as a square, with its line. */
  function drawMap(pen, { x, y, size }, sheet, shown, colours) {
    const { points, zero } = shown;
    const [left, top, step] = [x - size / 2, y - size / 2, size / (points - 1)];
    pen.save();
    pen.beginPath();
    pen.rect(left, top, size, size);
    pen.clip();
    // A grid point is the middle of a pixel of the small picture.
    const [corner, width] = [-step / 2, size + step];
    pen.drawImage(
      sheet.canvas, 0, shown.top, points, points, left + corner, top + corner, width, width,
    );
    pen.beginPath();
    contour(zero, points, (x1, y1, x2, y2) => {
      pen.moveTo(left + step * x1, top + step * y1);
      pen.lineTo(left + step * x2, top + step * y2);
    });
    pen.strokeStyle = colours.ink;
    pen.lineWidth = 1.5;
    pen.stroke();
    pen.restore();
    pen.lineWidth = 1;
    pen.strokeStyle = colours.line;
    pen.strokeRect(left, top, size, size);
  }

  // Between the plane and the pixels of a map
  const scaleOf = ({ size }) => (0.98 * size) / (2 * LIMIT);
  const toPixels = (place, [x1, x2]) => [
    place.x + scaleOf(place) * x1,
    place.y - scaleOf(place) * x2,
  ];
  const toPlane = (place, x, y) => [
    (x - place.x) / scaleOf(place),
    (place.y - y) / scaleOf(place),
  ];

  /* Draw events {at, t}: signal as full circles, background as open squares. */
  function drawEvents(pen, place, sample, colours) {
    pen.lineWidth = 1.2;
    pen.fillStyle = colours.signal;
    pen.strokeStyle = colours.background;
    pen.beginPath();
    for (const { at, t } of sample) {
      if (!t) continue;
      const [x, y] = toPixels(place, at);
      pen.moveTo(x + 2.6, y);
      pen.arc(x, y, 2.6, 0, 2 * Math.PI);
    }
    pen.fill();
    pen.beginPath();
    for (const { at, t } of sample) {
      if (t) continue;
      const [x, y] = toPixels(place, at);
      pen.rect(x - 2.2, y - 2.2, 4.4, 4.4);
    }
    pen.stroke();
  }

  /* Draw a connection as wide as its weight is large; negative ones are dashed. */
  function drawWeight(pen, from, to, weight, colours, chosen) {
    if (!Number.isFinite(weight) || weight === 0) return;
    pen.beginPath();
    pen.moveTo(from.x, from.y);
    pen.lineTo(to.x, to.y);
    pen.setLineDash(weight < 0 ? [6, 3] : []);
    pen.strokeStyle = chosen ? colours.ink : weight < 0 ? colours.background : colours.signal;
    pen.lineWidth = chosen ? 4 : Math.max(0.3, Math.min(0.7 * Math.abs(weight), 7));
    pen.stroke();
    pen.setLineDash([]);
  }

  /* Where the maps stand, layer by layer: from left to right or, on a phone, from top to bottom. */
  function layout(width, layers) {
    const last = layers.length - 1;
    const narrow = width < NARROW;
    const spread = (n, length, most) => {
      const step = Math.min(most, length / n);
      return Array.from({ length: n }, (_, i) => length / 2 + (i - (n - 1) / 2) * step);
    };
    if (narrow) {
      const output = Math.min(width - 2, 380);
      let top = 18; // above it, the names of the inputs
      const places = layers.slice(0, -1).map((n) => {
        const size = Math.min(last > 2 ? 38 : 48, width / n - 6);
        const y = top + size / 2;
        top += size + (last > 2 ? 46 : 60);
        return spread(n, width, 90).map((x) => ({ x, y, size }));
      });
      places.push([{ x: width / 2, y: top + output / 2, size: output }]);
      return { narrow, height: top + output + 2, places };
    }
    const height = 370;
    const top = 30; // above it, the names of the columns
    const output = Math.min(height - top - 2, 0.42 * width);
    const [left, right] = [100, width - output - 46 - (last > 2 ? 0 : 30)];
    const places = layers.slice(0, -1).map((n, l) => {
      const size = Math.min(last > 3 ? 44 : 56, (height - top) / n - 6);
      const x = l ? left + ((right - left) * (last > 2 ? l : 1)) / (last > 2 ? last - 1 : 1.6) : left;
      return spread(n, height - top, 84).map((y) => ({ x, y: y + top, size }));
    });
    places.push([{ x: width - output / 2 - 1, y: top + output / 2, size: output }]);
    return { narrow, height, places };
  }

  /* Draw the network: its inputs, each hidden neuron's own response, and its output with events.
  `chosen` is the weight [l, j, k] that is pointed at, `cursor` a point of the plane. `quick` draws
  the output with fewer points. Return where everything is. */
  function drawNetwork(canvas, { network, shown, names, sample, chosen, cursor, colours, quick }) {
    const width = canvas.clientWidth;
    const { narrow, height, places } = layout(width, network.layers);
    const pen = prepare(canvas, width, height);
    const last = places.length - 1;
    compute(shown, quick);
    for (let l = 0; l < last; l++) {
      for (let j = 0; j < places[l + 1].length; j++) {
        for (let k = 0; k < places[l].length; k++) {
          const is = chosen && chosen[0] === l && chosen[1] === j && chosen[2] === k + 1;
          drawWeight(pen, places[l][k], places[l + 1][j], network.w[l][j][k + 1], colours, is);
        }
      }
    }
    const layers = quick ? shown.layers.with(last, [shown.rough]) : shown.layers;
    paint(shown.sheet, layers.flat(), colours);
    for (let l = 0; l <= last; l++) {
      places[l].forEach((place, j) => drawMap(pen, place, shown.sheet, layers[l][j], colours));
    }
    const output = places[last][0];
    if (chosen && chosen[2] === 0) {
      const { x, y, size } = places[chosen[0] + 1][chosen[1]];
      pen.strokeStyle = colours.ink;
      pen.lineWidth = 3;
      pen.strokeRect(x - size / 2, y - size / 2, size, size);
    }
    drawEvents(pen, output, sample, colours);
    pen.fillStyle = colours.ink;
    pen.textAlign = narrow ? "center" : "right";
    places[0].forEach(({ x, y, size }, k) => {
      if (narrow) pen.fillText(names[k], x, y - size / 2 - 9);
      else pen.fillText(names[k], x - size / 2 - 6, y);
    });
    if (!narrow) {
      pen.textAlign = "center";
      pen.fillText("inputs", places[0][0].x, 10);
      pen.fillText("output", output.x, 10);
      if (last > 1) {
        const title = last > 2 ? "hidden layers" : "hidden neurons";
        pen.fillText(title, (places[1][0].x + places[last - 1][0].x) / 2, 10);
      }
    }
    if (cursor) {
      const [x, y] = toPixels(output, cursor);
      pen.strokeStyle = colours.ink;
      pen.lineWidth = 2;
      pen.beginPath();
      pen.moveTo(x - 9, y);
      pen.lineTo(x + 9, y);
      pen.moveTo(x, y - 9);
      pen.lineTo(x, y + 9);
      pen.stroke();
    }
    return places;
  }

  /* The weight at a point of the drawing: [l, j, k] of the nearest line, or of the bias (k = 0) of
  the neuron there, or nothing. */
  function weightAt(places, x, y) {
    for (let l = 1; l < places.length - 1; l++) {
      for (let j = 0; j < places[l].length; j++) {
        const { x: left, y: top, size } = places[l][j];
        if (Math.max(Math.abs(x - left), Math.abs(y - top)) < size / 2) return [l - 1, j, 0];
      }
    }
    let [best, nearest] = [null, NEAR];
    for (let l = 1; l < places.length; l++) {
      places[l].forEach((to, j) =>
        places[l - 1].forEach((from, k) => {
          const [dx, dy] = [to.x - from.x, to.y - from.y];
          const share = ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy);
          const distance = Math.hypot(x - from.x - share * dx, y - from.y - share * dy);
          if (share > 0 && share < 1 && distance < nearest) {
            [best, nearest] = [[l - 1, j, k + 1], distance];
          }
        }),
      );
    }
    const { x: left, y: top, size } = places.at(-1)[0];
    const inside = Math.max(Math.abs(x - left), Math.abs(y - top)) < size / 2;
    return inside ? null : best;
  }

  /* The errors after each epoch. When there is no more room, every second one is left out: so the
  memory stays as it is however long the training takes. */
  function history(room = 600) {
    const curve = { training: new Float64Array(room), validation: new Float64Array(room) };
    let [length, stride] = [0, 1];
    return {
      curve,
      get length() {
        return length;
      },
      get stride() {
        return stride;
      },
      /* Whether the errors after this epoch are to be kept. */
      wants: (epoch) => epoch % stride === 0,
      add(training, validation) {
        if (length === room) {
          length = room / 2;
          stride *= 2;
          for (const values of Object.values(curve)) {
            for (let i = 0; i < length; i++) values[i] = values[2 * i];
          }
        }
        curve.training[length] = training;
        curve.validation[length] = validation;
        length++;
      },
    };
  }

  /* Draw the errors against the epochs; `now` are those after the epoch `epoch`. */
  function drawErrors(canvas, { past, epoch, now, logarithmic, colours }) {
    const [width, height] = [canvas.clientWidth, 150];
    const pen = prepare(canvas, width, height);
    const [left, right, top, bottom] = [44, width - 2, 10, height - 28];
    const epochs = Math.max(10, epoch);
    const largest = Math.max(0.15, past.curve.training[0] || 0);
    const floor = -4; // of the logarithmic scale, a power of ten
    const share = logarithmic
      ? (error) => (Math.log10(error) - floor) / (Math.log10(largest) - floor)
      : (error) => error / largest;
    const x = (epoch) => left + ((right - left) * epoch) / epochs;
    const y = (error) => bottom - (bottom - top) * Math.max(0, Math.min(1, share(error)));
    pen.strokeStyle = colours.line;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(left, top);
    pen.lineTo(left, bottom);
    pen.lineTo(right, bottom);
    pen.stroke();
    pen.fillStyle = colours.ink;
    pen.textAlign = "right";
    for (const tick of logarithmic ? [0.0001, 0.001, 0.01, 0.1] : [0, 0.1]) {
      pen.fillText(tick < 0.001 && tick ? "10⁻⁴" : String(tick), left - 6, y(tick));
    }
    pen.fillText(`${epochs} epochs`, right, bottom + 16);
    for (const [name, colour, dash] of [
      ["training", colours.signal, []],
      ["validation", colours.background, [5, 3]],
    ]) {
      pen.beginPath();
      for (let i = 0; i < past.length; i++) pen.lineTo(x(i * past.stride), y(past.curve[name][i]));
      pen.lineTo(x(epoch), y(now[name]));
      pen.strokeStyle = colour;
      pen.lineWidth = 2;
      pen.setLineDash(dash);
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  return { LIMIT, contour, drawErrors, drawNetwork, history, maps, palette, toPlane, weightAt };
})();
