/*
The perceptron of figures/perceptron_weighted_sum.py with two inputs: its weights and its bias can be
changed, and one sees what it computes for an event and where its boundary lies. It takes the place of
what stands in the element with the id "neuron".
*/
"use strict";

var nnlecture = nnlecture || {};

nnlecture.neuron = (() => {
  const { NEAR, distance, drag, frame, number, slider, svg, symbol, text, widget } = nnlecture.plot;

  const PLANE = [-0.6, 2]; // of both inputs
  const LARGEST = 2; // of a weight or the bias
  const MIDDLE = [0.7, 0.7]; // of the plane
  const ARROW = 0.5; // length of the arrow for a weight vector of length 1
  const NARROW = 560; // CSS pixels: below, the plane stands under the neuron

  /* Ten electrons and ten pions: the energy in the calorimeter, divided by the momentum, and the width
  of the shower, relative to a pion's. An electron leaves all of its energy, in a narrow shower. */
  function particles() {
    const random = nnlecture.data.source(5);
    return Array.from({ length: 20 }, (_, a) => {
      const t = a % 2;
      const x = t
        ? [1 + random.normal(0.12), 0.5 + random.normal(0.15)]
        : [0.6 + random.normal(0.25), 1 + random.normal(0.25)];
      return { x: x.map((x_k) => Math.round(100 * x_k) / 100), t };
    });
  }
  const corners = (targets) =>
    [[0, 0], [0, 1], [1, 0], [1, 1]].map((x, a) => ({ x, t: targets[a] }));
  const SETS = {
    "electrons and pions": particles(),
    AND: corners([0, 0, 0, 1]),
    XOR: corners([0, 1, 1, 0]),
  };
  const NAMES = { "electrons and pions": ["pion", "electron"] };
  const names = () => NAMES[control.set.value] ?? ["event with target 0", "event with target 1"];

  const sum = ([w1, w2, b], [x1, x2]) => w1 * x1 + w2 * x2 + b;
  const inPlane = (place) => place.every((z) => z > PLANE[0] && z < PLANE[1]);
  const answer = (weights, x) => (sum(weights, x) > 0 ? 1 : 0);

  let anchor = MIDDLE; // the arrow begins at that point of the boundary which is nearest to it

  /* The two places far away through which the boundary goes, if there is one; and where the arrow
  begins. */
  function boundary([w1, w2, b]) {
    const square = w1 * w1 + w2 * w2;
    if (square === 0) return null;
    const nearest = (place) => place.map((z, k) => z - (sum([w1, w2, b], place) / square) * [w1, w2][k]);
    const foot = [anchor, MIDDLE].map(nearest).find(inPlane) ?? nearest(MIDDLE);
    const far = 10 / Math.sqrt(square);
    return { foot, ends: [-far, far].map((s) => [foot[0] - s * w2, foot[1] + s * w1]) };
  }

  const weights = () => [value("w1"), value("w2"), value("b")];
  const events = () => SETS[control.set.value];
  const marked = () => {
    const number = Math.round(Number(control.event.value)) || 1;
    return events()[Math.max(1, Math.min(events().length, number)) - 1];
  };
  const factor = (value) => (value < 0 ? `(${number(value)})` : number(value));

  /* The neuron as in the figure, with the numbers of the marked event. */
  function diagram(width) {
    const { x } = marked();
    const [w1, w2, b] = weights();
    const total = sum([w1, w2, b], x);
    const at = (share) => 24 + share * (width - 48);
    const node = (px, py, name, value, kind) =>
      `<circle cx="${px}" cy="${py}" r="24" class="node ${kind}"/>${text(px, py + (value ? -3 : 5), name)}${text(px, py + 14, value, value.length > 5 ? "value small" : "value")}`;
    const arrow = (x1, y1, x2, y2) => {
      const length = Math.hypot(x2 - x1, y2 - y1);
      const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
      const [ex, ey] = [x2 - 25 * dx, y2 - 25 * dy];
      return `<path d="M${x1 + 24 * dx} ${y1 + 24 * dy}L${ex} ${ey}m${-8 * dx - 4 * dy} ${-8 * dy + 4 * dx}l${8 * dx + 4 * dy} ${8 * dy - 4 * dx}l${-8 * dx + 4 * dy} ${-8 * dy - 4 * dx}" class="line ink"/>`;
    };
    const [left, middle, step, right] = [at(0), at(0.42), at(0.72), at(1)];
    return `
      ${arrow(left, 105, middle, 140)}${arrow(left, 205, middle, 140)}${arrow(middle, 45, middle, 140)}
      ${arrow(middle, 140, step, 140)}${arrow(step, 140, right, 140)}
      ${node(left, 105, symbol("x", 1), number(x[0]), "input")}
      ${node(left, 205, symbol("x", 2), number(x[1]), "input")}
      ${node(middle, 45, "1", "", "constant")}
      ${node(middle, 140, "Σ", number(total, 3), "sum")}
      <rect x="${step - 22}" y="118" width="44" height="44" class="node sum"/>
      <path d="M-14 10H0V-10H14" transform="translate(${step} 140)" class="line ink"/>
      ${node(right, 140, symbol("y"), String(answer([w1, w2, b], x)), "output")}
      ${text((left + middle) / 2, 104, `${symbol("w", 1)} = ${number(w1)}`, "halo")}
      ${text((left + middle) / 2 + 8, 198, `${symbol("w", 2)} = ${number(w2)}`, "halo")}
      ${text(middle + 8, 92, `${symbol("b")} = ${number(b)}`, "halo start")}
      ${text(step, 184, "step")}
      <circle cx="${middle + 12}" cy="213" r="4" class="full"/>${text(middle + 24, 218, names()[1], "start")}
      <rect x="${middle + 8.5}" y="230" width="7" height="7" class="open"/>${text(middle + 24, 238, names()[0], "start")}`;
  }

  let plane; // the frame of the events

  function show(width) {
    if (control.set.value !== set) {
      set = control.set.value;
      control.event.value = 1;
    }
    control.event.max = events().length;
    const narrow = width < NARROW;
    const half = narrow ? Math.min(width, 320) : 0.46 * width;
    const side = narrow ? Math.min(width - 40, 360) : Math.min(340, 0.5 * width - 40);
    plane = frame({
      left: narrow ? 30 : width - side - 10, top: narrow ? 270 : 30,
      width: side, height: side, x: PLANE, y: PLANE,
    });
    const all = weights();
    const line = boundary(all);
    const { x } = marked();
    const inside = [];
    const seen = line && inPlane(line.foot);
    if (line) {
      const tip = tipOf(all, line);
      inside.push(
        plane.line(sideOfOnes(all, line), "ones"),
        plane.line(line.ends, "ink"),
        plane.label(cornerOfOnes(all), `${symbol("y")} = 1`, `halo ${all[0] > 0 ? "end" : "start"}`),
      );
      if (seen) {
        inside.push(
          plane.circle(tip, 11, "handle"),
          plane.line([line.foot, tip], "path"),
          arrowhead(line.foot, tip),
          plane.label(tip, `<tspan class="vector">w</tspan>`, "behind"),
        );
      }
    }
    // Without weights the bias alone decides, everywhere the same.
    if (!line && all[2] > 0) {
      const [low, high] = PLANE;
      inside.push(
        plane.line([[low, low], [high, low], [high, high], [low, high]], "ones"),
        plane.label(cornerOfOnes([1, 1]), `${symbol("y")} = 1`, "halo end"),
      );
    }
    inside.push(
      ...events().map(({ x, t }) => plane.event(x, t === 1)),
      ...events().filter(({ x, t }) => answer(all, x) !== t).map(({ x }) => cross(x)),
      plane.circle(x, 10, "ring"),
    );
    const drawn = plane.draw({
      xTicks: [0, 1, 2], yTicks: [0, 1, 2], xName: symbol("x", 1), yName: symbol("x", 2),
      inside: inside.join(""),
    });
    return {
      picture: svg(width, narrow ? side + 320 : side + 72, diagram(half) + drawn),
      sentence: sentence(all, line, seen),
    };
  }

  /* The half of the plane where the answer is 1, as far as the picture reaches. */
  const sideOfOnes = ([w1, w2], { ends }) => {
    const far = 10 / Math.hypot(w1, w2);
    return [...ends, ...ends.toReversed().map(([x1, x2]) => [x1 + far * w1, x2 + far * w2])];
  };

  /* The weight vector as an arrow: it begins on the boundary and points to the side of the ones. */
  const tipOf = ([w1, w2], { foot }) => [foot[0] + ARROW * w1, foot[1] + ARROW * w2];

  function arrowhead(from, to) {
    const unit = 0.05 / (distance(from, to) || 1);
    const [d1, d2] = [unit * (to[0] - from[0]), unit * (to[1] - from[1])];
    const side = (s) => [to[0] - 2 * d1 - s * d2, to[1] - 2 * d2 + s * d1];
    return plane.line([side(1), to, side(-1)], "path");
  }

  /* A corner of the plane where the answer is 1, if it is that anywhere in the plane. */
  const cornerOfOnes = ([w1, w2]) => [w1 > 0 ? PLANE[1] - 0.06 : PLANE[0] + 0.06, w2 > 0 ? PLANE[1] - 0.14 : PLANE[0] + 0.06];

  /* A wrong answer is crossed out. */
  const cross = ([x1, x2]) =>
    [1, -1].map((s) => plane.line([[x1 - 0.06, x2 - s * 0.06], [x1 + 0.06, x2 + s * 0.06]], "ink wrong")).join("");

  function sentence(all, line, seen) {
    const { x, t } = marked();
    const [w1, w2, b] = all.map(factor);
    const y = answer(all, x);
    const right = events().filter((event) => answer(all, event.x) === event.t).length;
    const total = sum(all, x);
    const where = line
      ? `The boundary lies ${number(Math.abs(all[2]) / Math.hypot(all[0], all[1]))} from the origin${seen ? "" : ", outside the picture"}.`
      : "Without weights there is no boundary: the answer is the same for all.";
    return (
      `The marked event, ${t || names()[0] !== "pion" ? "an" : "a"} ${names()[t]}: ` +
      `${w1} · ${number(x[0])} + ${w2} · ${number(x[1])} + ${b} = ${number(total, 4)}${total > 0 ? " > 0" : " ≤ 0"}, ` +
      `so <i>y</i> = ${y}, which is ${y === t ? "right" : "wrong"}. ` +
      `In all, ${right} of ${events().length} answers are right${right < events().length ? "; the others are crossed out" : ""}. ${where}`
    );
  }

  let set = Object.keys(SETS)[0];
  const { root, picture, control, value, set: change } = widget("neuron", {
    controls: `${slider("w1", "Weight <i>w</i><sub>1</sub>", -LARGEST, LARGEST, 0.05)}
      ${slider("w2", "Weight <i>w</i><sub>2</sub>", -LARGEST, LARGEST, 0.05)}
      ${slider("b", "Bias <i>b</i>", -LARGEST, LARGEST, 0.05)}
      <label><span>Events</span> <select name="set">${Object.keys(SETS).map((name) => `<option>${name}</option>`).join("")}</select></label>
      <label><span>Marked event, or click one</span> <input name="event" type="number" min="1" max="20"></label>`,
    values: { w1: 1, w2: 0, b: -0.5, event: 1 },
    show,
    print: "On the page this is a program: weights and bias can be changed there.",
  });

  // Of a number that no event has, the nearest one that an event has remains.
  root.addEventListener("change", () => (control.event.value = events().indexOf(marked()) + 1));

  /* The pointer turns the arrow, marks an event, or moves the boundary. */
  drag(picture, (px, py) => {
    const all = weights();
    const line = boundary(all);
    const away = events().map(({ x }) => distance(plane.place(x), [px, py]));
    const nearest = away.indexOf(Math.min(...away));
    const toTip = line ? distance(plane.place(tipOf(all, line)), [px, py]) : Infinity;
    if (away[nearest] < Math.min(toTip, NEAR / 2)) return () => change({ event: nearest + 1 });
    if (toTip < NEAR) {
      // The arrow turns about its beginning, where the boundary keeps its point.
      return (x, y) => {
        const [w1, w2] = plane.at(x, y).map((z, k) => (z - line.foot[k]) / ARROW);
        if (Math.hypot(w1, w2) < 0.2) return; // or there is soon no arrow
        anchor = line.foot;
        change({ w1, w2, b: -(w1 * line.foot[0] + w2 * line.foot[1]) });
      };
    }
    const fromLine = Math.abs(sum(all, plane.at(px, py))) / Math.hypot(all[0], all[1]);
    const pixel = plane.at(1, 0)[0] - plane.at(0, 0)[0]; // in units of the plane
    if (line && fromLine < (NEAR / 2) * pixel) {
      return (x, y) => {
        const [x1, x2] = plane.at(x, y);
        change({ b: -(all[0] * x1 + all[1] * x2) });
      };
    }
    return null;
  });

  return { SETS, answer, sum, weights };
})();
