/*
The picture of the stepper: the network as an SVG, with every number that is known so far on its node
or on its edge. Wide pages have the layers from left to right, phones from top to bottom.
*/
"use strict";

var nnlecture = nnlecture || {};

nnlecture.stepperPicture = (() => {
  const NARROW = 560; // CSS pixels
  const LABELS = 9; // a layer with more weights shows only those of the current neuron
  const [INPUT_HEIGHT, NEURON_HEIGHT, BIAS, ERROR_HEIGHT] = [42, 62, 26, 42];
  const DIGIT = 7.6; // width of a digit, at most
  const [LABEL_WIDTH, LABEL_HEIGHT] = [52, 32]; // of a weight and its derivative

  /* A number with four digits if there is room, or else with three (and, where it must be, closer together); or the question mark of one that
  is asked for. */
  function short(value, room) {
    if (value === "?") return value;
    const texts = [4, 3].map((precision) => nnlecture.steps.digits(value, precision));
    return texts.find((text) => text.length * DIGIT <= room) ?? texts.at(-1);
  }

  /* Where everything stands: places[layer][index] = {x, y, width, height} by the centre, where index
  0 is the bias; and the place of the error. */
  function layout(width, layers) {
    const last = layers.length - 1;
    const narrow = width < NARROW;
    const most = Math.max(...layers);
    const across = narrow
      ? Math.min(104, (width - BIAS - 8) / most - 6)
      : Math.min(116, (width - 70) / last - 84);
    const sizes = layers.map((n, l) => ({
      width: l ? across : Math.min(across, 64),
      height: l ? NEURON_HEIGHT : INPUT_HEIGHT,
    }));
    const error = { width: 156, height: ERROR_HEIGHT };
    // Along a layer: the bias, then the neurons.
    const along = narrow ? "width" : "height";
    const room = narrow
      ? width
      : Math.max(250, ...layers.map((n, l) => n * (sizes[l].height + 22) + BIAS + 14));
    const places = layers.map((n, l) => {
      const bias = l < last ? BIAS : 0;
      const gap = Math.min(56, (room - bias - n * sizes[l][along]) / (n + (bias ? 0.5 : 0)));
      const length = bias + n * sizes[l][along] + (n - (bias ? 0 : 1)) * gap;
      let next = (room - length) / 2;
      const place = (size) => {
        const middle = next + size[along] / 2;
        next += size[along] + gap;
        return middle;
      };
      const middles = [bias ? place({ width: BIAS, height: BIAS }) : 0];
      for (let j = 0; j < n; j++) middles.push(place(sizes[l]));
      const step = narrow ? NEURON_HEIGHT + 96 : 0;
      const depth = narrow
        ? l ? INPUT_HEIGHT + 96 + (l - 1) * step + NEURON_HEIGHT / 2 : INPUT_HEIGHT / 2 + 2
        : 34 + (l * (width - 36 - sizes[last].width / 2)) / last;
      return middles.map((middle, j) => ({
        ...(j ? sizes[l] : { width: BIAS, height: BIAS }),
        // The bias stands at the side that faces the next layer.
        x: narrow ? middle : depth + (j ? 0 : (sizes[l].width - BIAS) / 2),
        y: narrow ? depth + (j ? 0 : (sizes[l].height - BIAS) / 2) : middle,
      }));
    });
    const end = places[last][1];
    const below = end.y + NEURON_HEIGHT / 2 + 26 + ERROR_HEIGHT / 2;
    const errorPlace = { ...error, x: narrow ? end.x : width - error.width / 2 - 2, y: below };
    if (!narrow) end.x = Math.min(end.x, width - end.width / 2 - 2);
    return { narrow, places, error: errorPlace, height: narrow ? below + ERROR_HEIGHT / 2 + 4 : room + 4 };
  }

  const overlap = (a, b) =>
    Math.max(0, (a.width + b.width) / 2 + 2 - Math.abs(a.x - b.x)) *
    Math.max(0, (a.height + b.height) / 2 + 2 - Math.abs(a.y - b.y));

  /* The ends of an edge, on the sides of the boxes that face each other. */
  function ends(from, to, narrow) {
    return narrow
      ? [from.x, from.y + from.height / 2, to.x, to.y - to.height / 2]
      : [from.x + from.width / 2, from.y, to.x - to.width / 2, to.y];
  }

  /* A place on the edge for its label, as clear of the others as can be. */
  function labelPlace([x1, y1, x2, y2], taken) {
    const size = { width: LABEL_WIDTH, height: LABEL_HEIGHT };
    const places = [0.5, 0.4, 0.6, 0.32, 0.68, 0.25, 0.75, 0.2, 0.82].map((share) => {
      const place = { ...size, x: x1 + share * (x2 - x1), y: y1 + share * (y2 - y1) };
      return { place, cost: taken.reduce((total, other) => total + overlap(place, other), 0) };
    });
    const best = places.reduce((a, b) => (b.cost < a.cost - 1 ? b : a)).place;
    taken.push(best);
    return best;
  }

  const text = (x, y, content, kind) => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" class="${kind}">${content}</text>`;
  const box = ({ x, y, width, height }, kind) =>
    `<rect x="${(x - width / 2).toFixed(1)}" y="${(y - height / 2).toFixed(1)}" width="${width.toFixed(1)}" height="${height}" rx="6" class="${kind}"/>`;
  /* A letter with its index and, in a deep network, the number of the layer. */
  const name = (letter, index = "", layer = "") =>
    `<tspan class="letter">${letter}</tspan>${index && `<tspan dy="3" class="index">${index}</tspan>`}${layer && `<tspan dy="-7" class="index">(${layer})</tspan>`}`;

  /* Draw the network. `known` are the steps that were made, `current` is the one that is marked: the
  last of them, or the one that is asked for. `weights` are those to be shown, as network.w. */
  function draw(network, { width, known, current, weights, target, fresh }) {
    const { layers } = network;
    const last = layers.length - 1;
    const { narrow, places, error, height } = layout(width, layers);
    const value = {};
    for (const { kind, layer, neuron, source, value: number } of known) {
      value[[kind, layer, neuron, source].join(" ")] = number;
    }
    if (current && !known.includes(current)) {
      const { kind, layer, neuron, source } = current;
      value[[kind, layer, neuron, source].join(" ")] = "?";
    }
    const at = (kind, layer, neuron, source) => value[[kind, layer, neuron, source].join(" ")];
    const is = (layer, neuron, ...kinds) =>
      current && kinds.includes(current.kind) && current.layer === layer && current.neuron === neuron;
    // In a narrow box the digits move closer together.
    const half = places.at(-1)[1].width / 2 - 4;
    const labelRoom = narrow ? 34 : 54;
    const fitted = (content, room, kind) => {
      const tight = !kind.includes("weight") && content.length * DIGIT > 1.15 * room; // the others would become wider
      return tight ? ` textLength="${room.toFixed(1)}" lengthAdjust="spacingAndGlyphs"` : "";
    };
    const shownNumber = (place, number, kind, room = half) => {
      if (number === undefined) return "";
      const content = short(number, room);
      return text(place.x, place.y, content, kind).replace("<text", `<text data-value="${number}"${fitted(content, room, kind)}`);
    };

    /* Whether an edge takes part in the current step, and in which direction. */
    function use(l, j, k) {
      if (!current) return "";
      const { kind, layer, neuron, source } = current;
      if ((kind === "v" || kind === "u") && layer === l && neuron === j) return "forward";
      if (kind === "deltaHidden" && layer === l - 1 && neuron === k) return "backward";
      if (kind === "slope" && layer === l && neuron === j && source === k) return "backward";
      if (kind === "update") return layer === l && neuron === j && source === k ? "forward" : "moved";
      return "";
    }

    const lines = [];
    const labels = [];
    const taken = places.flatMap((layer, l) => layer.slice(l < last ? 0 : 1)).concat(error);
    for (let l = 1; l <= last; l++) {
      const few = layers[l] * (layers[l - 1] + 1) <= LABELS;
      for (let j = 1; j <= layers[l]; j++) {
        for (let k = 0; k <= layers[l - 1]; k++) {
          const line = ends(places[l - 1][k], places[l][j], narrow);
          const [x1, y1, x2, y2] = line.map((z) => z.toFixed(1));
          const used = use(l, j, k);
          const negative = weights[l - 1][j - 1][k] < 0 ? "negative" : "";
          lines.push(`<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" class="edge ${used} ${negative}"/>`);
          const near = current && current.layer === l && current.neuron === j;
          if (!few && ["", "moved"].includes(used) && !(near && ["slope", "phi"].includes(current.kind))) continue;
          const place = labelPlace(line, taken);
          const slope = at("slope", l, j, k);
          const up = { x: place.x, y: place.y + (slope === undefined ? 4 : -4) };
          labels.push(
            `<g class="label ${used}" data-weight="${l} ${j} ${k}">`,
            shownNumber(up, weights[l - 1][j - 1][k], fresh ? "weight fresh" : "weight", labelRoom),
            at("update", l, j, k) === "?" ? text(up.x + 24, up.y, "→ ?", "weight asked") : "",
            slope === undefined ? "" : `${text(place.x, place.y + 11, `<tspan class="partial">∂</tspan> ${short(slope, labelRoom)}`, "back")}`.replace("<text", `<text data-value="${slope}"`),
            "</g>",
          );
        }
      }
    }

    const nodes = places.flatMap((layer, l) =>
      layer.map((place, j) => {
        if (j === 0) {
          if (l === last) return "";
          return `<circle cx="${place.x.toFixed(1)}" cy="${place.y.toFixed(1)}" r="${BIAS / 2}" class="bias"/>${text(place.x, place.y + 5, "1", "value")}`;
        }
        if (l === 0) {
          return `<g data-node="0 ${j}">${box(place, `node input ${is(0, j, "x") ? "current" : ""}`)}${text(place.x, place.y - 5, name("x", j), "name")}${shownNumber({ x: place.x, y: place.y + 13 }, at("x", 0, j), "value")}</g>`;
        }
        const index = l === last ? "" : j;
        const layerMark = last > 2 && l < last ? l : "";
        const symbolWidth = layerMark ? 28 : 18;
        const [inner, outer] = l === last ? ["u", "y"] : ["v", "phi"];
        const [left, right] = [place.x - place.width / 4, place.x + place.width / 4];
        const top = place.y - place.height / 2;
        const delta = l === last ? at("delta", l, j) : at("deltaHidden", l, j);
        const now = is(l, j, inner) ? "current" : is(l, j, outer) ? "current" : is(l, j, "delta", "deltaHidden") ? "current signal" : "";
        return `<g data-node="${l} ${j}">${box(place, `node ${l === last ? "output" : "hidden"} ${now}`)}
          <path d="M${place.x.toFixed(1)} ${top}v38M${(place.x - place.width / 2).toFixed(1)} ${top + 38}h${place.width.toFixed(1)}" class="divide"/>
          ${text(left, top + 14, name(l === last ? "u" : "v", index, layerMark), "name")}${shownNumber({ x: left, y: top + 31 }, at(inner, l, j), "value")}
          ${text(right, top + 14, name(l === last ? "y" : "ϕ", index, layerMark), "name")}${shownNumber({ x: right, y: top + 31 }, at(outer, l, j), "value")}
          ${text(place.x - place.width / 2 + 4 + symbolWidth / 2, top + 54, name("δ", index, layerMark), "name")}
          ${shownNumber({ x: place.x + symbolWidth / 2, y: top + 54 }, delta, "back", place.width - symbolWidth - 8)}</g>`;
      }),
    );
    const end = places[last][1];
    const newError = at("new", last, 1);
    // The error, and beside it that with the new weights, once it is known.
    const columns = [
      { title: name("t"), number: target },
      { title: name("E"), number: at("E", last, 1), kind: "E" },
      ...(newError === undefined ? [] : [{ title: `new ${name("E")}`, number: newError, kind: "new" }]),
    ];
    const written = columns.map(({ title, number, kind }, i) => {
      const x = error.x + error.width * ((i + 0.5) / columns.length - 0.5);
      const value = number === undefined ? "" : text(x, error.y + 13, short(number, error.width / columns.length - 2), kind === "E" ? "value" : "value now");
      return `${text(x, error.y - 5, title, "name")}${kind ? value.replace("<text", `<text data-value="${number}"`) : value}`;
    });
    nodes.push(
      `<line x1="${end.x.toFixed(1)}" y1="${end.y + end.height / 2}" x2="${end.x.toFixed(1)}" y2="${error.y - error.height / 2}" class="edge"/>`,
      box(error, `node error ${current && ["E", "new"].includes(current.kind) ? "current" : ""}`),
      `<g data-node="E">${written.join("")}</g>`,
    );
    return `<svg viewBox="0 0 ${width} ${height.toFixed(0)}" width="${width}" height="${height.toFixed(0)}" class="${fresh ? "updated" : ""}" aria-hidden="true" focusable="false">${lines.join("")}${labels.join("")}${nodes.join("")}</svg>`;
  }

  return { draw };
})();
