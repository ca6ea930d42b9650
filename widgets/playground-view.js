/*
How the playground draws: maps of a function over the plane of the two features, the network that
joins them, and the curve of the errors. Colours and marks are those of code/nnlecture/style.py.
*/
"use strict";

var nnlecture = nnlecture || {};

nnlecture.view = (() => {
  const { forward } = nnlecture.network;

  const LIMIT = 2; // the plane reaches from -LIMIT to LIMIT
  const POINTS = 61; // of the grid on which a map is computed, in each direction

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
    return PALETTES.light;
  }

  const bytes = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

  /* Red, green and blue for a value from -1 to 1. */
  function tint(value, [low, middle, high]) {
    const share = Math.min(1, Math.abs(value));
    const end = value < 0 ? low : high;
    return middle.map((m, i) => m + share * (end[i] - m));
  }

  /* Everything that the maps show, on a grid of the plane from the upper left, row by row: the
  inputs, for each hidden neuron its sum v and its output phi, and the network's output y. */
  function responses(network, features) {
    const maps = { inputs: [], v: [], phi: [], y: [] };
    for (let row = 0; row < POINTS; row++) {
      for (let column = 0; column < POINTS; column++) {
        const x1 = LIMIT * ((2 * column) / (POINTS - 1) - 1);
        const x2 = LIMIT * (1 - (2 * row) / (POINTS - 1));
        const { x, v, phi, y } = forward(network, features([x1, x2]));
        maps.inputs.push(x.slice(1));
        maps.v.push(v);
        maps.phi.push(phi.slice(1));
        maps.y.push(y);
      }
    }
    return maps;
  }

  /* Where values on the grid change sign: line segments [x, y, x, y] in units of the grid. In each
  cell the zeros on its four sides are found by linear interpolation and joined in pairs. */
  function contour(values) {
    const segments = [];
    const at = (column, row) => values[row * POINTS + column];
    for (let row = 0; row < POINTS - 1; row++) {
      for (let column = 0; column < POINTS - 1; column++) {
        const corners = [
          [column, row],
          [column + 1, row],
          [column + 1, row + 1],
          [column, row + 1],
        ];
        const zeros = [];
        corners.forEach(([x, y], i) => {
          const [xNext, yNext] = corners[(i + 1) % 4];
          const [here, there] = [at(x, y), at(xNext, yNext)];
          if (here < 0 !== there < 0) {
            const share = here / (here - there);
            zeros.push([x + share * (xNext - x), y + share * (yNext - y)]);
          }
        });
        for (let i = 0; i + 1 < zeros.length; i += 2) {
          segments.push([...zeros[i], ...zeros[i + 1]]);
        }
      }
    }
    return segments;
  }

  /* Prepare a canvas for drawing in CSS pixels, sharp on every screen. */
  function prepare(canvas, width, height) {
    const scale = globalThis.devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.height = `${height}px`;
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.font = `15px ${getComputedStyle(canvas).fontFamily}`;
    pen.textBaseline = "middle";
    return pen;
  }

  /* Draw values from -1 to 1 as a square picture, with a line where `zero` changes sign. */
  function drawMap(pen, { x, y, size }, values, zero, colours) {
    const picture = new ImageData(POINTS, POINTS);
    const tints = colours.tints.map(bytes);
    values.forEach((value, i) => {
      picture.data.set(tint(value, tints), 4 * i);
      picture.data[4 * i + 3] = 255; // opaque
    });
    const small = new OffscreenCanvas(POINTS, POINTS);
    small.getContext("2d").putImageData(picture, 0, 0);
    const [left, top, step] = [x - size / 2, y - size / 2, size / (POINTS - 1)];
    pen.save();
    pen.beginPath();
    pen.rect(left, top, size, size);
    pen.clip();
    // A grid point is the middle of a pixel of the small picture.
    pen.drawImage(small, left - step / 2, top - step / 2, size + step, size + step);
    pen.beginPath();
    for (const [x1, y1, x2, y2] of contour(zero)) {
      pen.moveTo(left + step * x1, top + step * y1);
      pen.lineTo(left + step * x2, top + step * y2);
    }
    pen.strokeStyle = colours.ink;
    pen.lineWidth = 1.5;
    pen.stroke();
    pen.restore();
    pen.lineWidth = 1;
    pen.strokeStyle = colours.line;
    pen.strokeRect(left, top, size, size);
  }

  /* Draw events: signal as full circles, background as open squares. */
  function drawEvents(pen, { x, y, size }, sample, colours) {
    const scale = (0.98 * size) / (2 * LIMIT);
    pen.lineWidth = 1.2;
    pen.fillStyle = colours.signal;
    pen.strokeStyle = colours.background;
    for (const event of sample) {
      const [left, top] = [x + scale * event.x[0], y - scale * event.x[1]];
      if (event.t) {
        pen.beginPath();
        pen.arc(left, top, 2.6, 0, 2 * Math.PI);
        pen.fill();
      } else {
        pen.strokeRect(left - 2.2, top - 2.2, 4.4, 4.4);
      }
    }
  }

  /* Draw a connection as wide as its weight is large; negative ones are dashed. */
  function drawWeight(pen, from, to, weight, colours) {
    pen.beginPath();
    pen.moveTo(from.x, from.y);
    pen.lineTo(to.x, to.y);
    pen.setLineDash(weight < 0 ? [6, 3] : []);
    pen.strokeStyle = weight < 0 ? colours.background : colours.signal;
    pen.lineWidth = Math.min(0.7 * Math.abs(weight), 7);
    if (pen.lineWidth > 0 && weight !== 0) pen.stroke();
    pen.setLineDash([]);
  }

  /* Where everything stands: from left to right or, on a phone, from top to bottom. */
  function layout(width, inputs, neurons) {
    const spread = (n, length, step) =>
      Array.from({ length: n }, (_, i) => length / 2 + (i - (n - 1) / 2) * step);
    if (width < 560) {
      const size = Math.min(48, width / neurons - 6);
      const output = Math.min(width - 2, 380);
      const place = (y, size) => (x) => ({ x, y, size });
      return {
        height: 190 + output,
        inputs: spread(inputs, width, Math.min(100, width / inputs)).map(place(25, 48)),
        hidden: spread(neurons, width, Math.min(70, width / neurons)).map(place(125, size)),
        output: { x: width / 2, y: 189 + output / 2, size: output },
      };
    }
    const height = 370;
    const top = 30; // above it, the names of the columns
    const size = Math.min(60, (height - top) / neurons - 6);
    const place = (x, size) => (y) => ({ x, y: y + top, size });
    const output = height - top - 2;
    return {
      height,
      titles: true,
      inputs: spread(inputs, height - top, 90).map(place(75, 60)),
      hidden: spread(neurons, height - top, Math.min(90, (height - top) / neurons)).map(
        place((105 + width - output) / 2, size),
      ),
      output: { x: width - output / 2 - 1, y: top + output / 2, size: output },
    };
  }

  /* Draw the network: its inputs, each hidden neuron's own response, and its output with events. */
  function drawNetwork(canvas, { network, names, features, sample }) {
    const width = canvas.clientWidth;
    const colours = palette(canvas);
    const places = layout(width, names.length, network.w1.length);
    const pen = prepare(canvas, width, places.height);
    const maps = responses(network, features);
    places.hidden.forEach((hidden, j) => {
      places.inputs.forEach((input, k) =>
        drawWeight(pen, input, hidden, network.w1[j][k + 1], colours),
      );
      drawWeight(pen, hidden, places.output, network.w2[j + 1], colours);
    });
    pen.fillStyle = colours.ink;
    pen.textAlign = "right";
    places.inputs.forEach((place, k) => {
      const x_k = maps.inputs.map((x) => x[k]);
      drawMap(pen, place, x_k.map((x) => x / LIMIT), x_k, colours);
      pen.fillText(names[k], place.x - place.size / 2 - 6, place.y);
    });
    places.hidden.forEach((place, j) => {
      // The sigmoid has its middle at 1/2, the others have it at 0.
      const level = (phi) => (network.hidden === "sigmoid" ? 2 * phi - 1 : phi);
      const v_j = maps.v.map((v) => v[j]);
      drawMap(pen, place, maps.phi.map((phi) => level(phi[j])), v_j, colours);
    });
    const y = maps.y.map((y) => 2 * y - 1);
    drawMap(pen, places.output, y, y, colours);
    drawEvents(pen, places.output, sample, colours);
    if (places.titles) {
      pen.textAlign = "center";
      pen.fillStyle = colours.ink;
      pen.fillText("inputs", places.inputs[0].x, 10);
      pen.fillText("hidden neurons", places.hidden[0].x, 10);
      pen.fillText("output", places.output.x, 10);
    }
  }

  /* Draw the errors {training, validation} after each epoch. */
  function drawErrors(canvas, errors) {
    const [width, height] = [canvas.clientWidth, 130];
    const colours = palette(canvas);
    const pen = prepare(canvas, width, height);
    const [left, right, top, bottom] = [34, width - 2, 10, height - 28];
    const epochs = Math.max(10, errors.length - 1);
    const largest = Math.max(0.15, ...errors.slice(0, 5).map((e) => e.training));
    const x = (epoch) => left + ((right - left) * epoch) / epochs;
    const y = (error) => bottom - (bottom - top) * Math.min(1, error / largest);
    pen.strokeStyle = colours.line;
    pen.beginPath();
    pen.moveTo(left, top);
    pen.lineTo(left, bottom);
    pen.lineTo(right, bottom);
    pen.stroke();
    pen.fillStyle = colours.ink;
    pen.textAlign = "right";
    pen.fillText("0", left - 6, bottom);
    pen.fillText("0.1", left - 6, y(0.1));
    pen.fillText(`${epochs} epochs`, right, bottom + 16);
    const stride = Math.ceil(errors.length / width); // no more points than there are pixels
    for (const [name, colour, dash] of [
      ["training", colours.signal, []],
      ["validation", colours.background, [5, 3]],
    ]) {
      pen.beginPath();
      errors.forEach((error, epoch) => {
        if (epoch % stride === 0 || epoch === errors.length - 1) {
          pen.lineTo(x(epoch), y(error[name]));
        }
      });
      pen.strokeStyle = colour;
      pen.lineWidth = 2;
      pen.setLineDash(dash);
      pen.stroke();
    }
  }

  return { contour, drawNetwork, drawErrors };
})();
