/*
Gradient descent on the error surface of figures/gradient_descent.py: the start, the learning rate and
the momentum can be chosen, and the path is drawn at once. It takes the place of what stands in the
element with the id "descent".
*/
"use strict";

var nnlecture = nnlecture || {};

nnlecture.descent = (() => {
  const { NEAR, distance, drag, frame, number, slider, svg, symbol, widget } = nnlecture.plot;

  // The means of x, x², t, xt and t² over the events of the figure, and a test that they agree.
  // The error of a straight line, and its gradient, depend on the sample through these alone.
  const MEAN = {
    x: 0.5028929767475139,
    xx: 0.5774886674749243,
    t: 1.2118213567387532,
    xt: 0.7393000386532125,
    tt: 1.565691382226318,
  };
  const START = [0.4, 2.4];
  const RATE = 0.8;
  const STEPS = 12;
  const [W0, W1] = [[-1.6, 3.6], [-1.2, 2.9]]; // what the figure shows of the plane
  const LEVELS = Array.from({ length: 9 }, (_, i) => 0.01 * 2 ** i); // heights of the contours
  const HEIGHTS = [-5, 2]; // of the right panel, powers of ten
  const NARROW = 560; // CSS pixels: below, the panels stand one below the other

  /* The mean of (w0 + w1 x − t)² / 2. */
  const error = ([w0, w1]) =>
    (w0 ** 2 + w1 ** 2 * MEAN.xx + MEAN.tt) / 2 + w0 * w1 * MEAN.x - w0 * MEAN.t - w1 * MEAN.xt;
  const gradient = ([w0, w1]) => [
    w0 + w1 * MEAN.x - MEAN.t,
    w0 * MEAN.x + w1 * MEAN.xx - MEAN.xt,
  ];

  /* The weights at the start and after each step: p ← μp − η∇E, w ← w + p. */
  function descend(start, rate, momentum, steps) {
    const path = [start];
    let p = [0, 0];
    for (let step = 0; step < steps; step++) {
      const w = path.at(-1);
      const slope = gradient(w);
      p = p.map((p_k, k) => momentum * p_k - rate * slope[k]);
      path.push(w.map((w_k, k) => w_k + p[k]));
    }
    return path;
  }

  // The minimum, where the gradient vanishes; and the curvatures of the valley, along and across: the
  // eigenvalues of the matrix of second derivatives, [[1, x], [x, xx]].
  const determinant = MEAN.xx - MEAN.x ** 2;
  const MINIMUM = [
    (MEAN.t * MEAN.xx - MEAN.x * MEAN.xt) / determinant,
    (MEAN.xt - MEAN.x * MEAN.t) / determinant,
  ];
  const half = Math.hypot((1 - MEAN.xx) / 2, MEAN.x);
  const CURVATURES = [(1 + MEAN.xx) / 2 - half, (1 + MEAN.xx) / 2 + half];

  /* The largest rate with which the descent arrives: above, one step across the valley leads farther
  up on its other side. */
  const limit = (momentum) => (2 * (1 + momentum)) / CURVATURES[1];

  /* The contour at a height above the minimum, an ellipse. */
  function contour(height) {
    const turn = Math.atan2(CURVATURES[1] - 1, MEAN.x); // of the steep direction
    return Array.from({ length: 91 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 90;
      const across = Math.sqrt((2 * height) / CURVATURES[1]) * Math.cos(angle);
      const along = Math.sqrt((2 * height) / CURVATURES[0]) * Math.sin(angle);
      return [
        MINIMUM[0] + across * Math.cos(turn) - along * Math.sin(turn),
        MINIMUM[1] + across * Math.sin(turn) + along * Math.cos(turn),
      ];
    });
  }

  let surface; // the frame of the left panel

  function show(width) {
    const [rate, momentum, steps] = ["rate", "momentum", "steps"].map(value);
    const start = [value("w0"), value("w1")];
    const path = descend(start, rate, momentum, steps);
    const narrow = width < NARROW;
    const side = narrow ? width - 40 : Math.min(420, 0.56 * width);
    const height = Math.round((side * (W1[1] - W1[0])) / (W0[1] - W0[0])); // equal scales
    surface = frame({ left: 30, top: 26, width: side, height, x: W0, y: W1 });
    const cross = 6 / (side / (W0[1] - W0[0]));
    const inside = [
      ...LEVELS.map((level) => surface.line(contour(level), "contour")),
      surface.line([[MINIMUM[0] - cross, MINIMUM[1]], [MINIMUM[0] + cross, MINIMUM[1]]], "ink"),
      surface.line([[MINIMUM[0], MINIMUM[1] - cross], [MINIMUM[0], MINIMUM[1] + cross]], "ink"),
      surface.line(path, "path"),
      ...path.slice(1).map((w) => surface.circle(w, 3, "full")),
      surface.circle(start, 9, "handle"),
      surface.label([start[0], start[1]], "start", start[0] > 2.4 ? "before" : "behind"),
    ];
    const left = surface.draw({
      xTicks: [-1, 0, 1, 2, 3], yTicks: [-1, 0, 1, 2], xName: symbol("w", 0), yName: symbol("w", 1),
      inside: inside.join(""),
    });

    const lowest = error(MINIMUM);
    const above = path.map((w) => Math.max(error(w) - lowest, 10 ** (HEIGHTS[0] - 1)));
    const curve = frame({
      left: narrow ? 44 : side + 100, top: narrow ? height + 100 : 26,
      width: narrow ? width - 54 : width - side - 110, height: narrow ? 150 : height,
      x: [0, 1.02 * steps], y: HEIGHTS,
    });
    const points = above.map((e, step) => [step, Math.log10(Math.min(e, 1e300))]);
    const right = curve.draw({
      xTicks: [0, steps], yTicks: [[-4, "10⁻⁴"], [-2, "10⁻²"], [0, "1"], [2, "100"]],
      xName: "steps", yName: "error above the minimum",
      inside: curve.line(points, "path") + points.map((point) => curve.circle(point, 2.5, "full")).join(""),
    });
    return {
      picture: svg(width, narrow ? height + 300 : height + 70, left + right),
      sentence: sentence(path, rate, momentum),
    };
  }

  /* A large number, such as 3·10²⁰. */
  function power(value) {
    const [digit, exponent] = value.toExponential(0).split("e+");
    return `${digit}·10${[...exponent].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]).join("")}`;
  }

  function sentence(path, rate, momentum) {
    const last = error(path.at(-1));
    const steps = path.length - 1;
    const where = `After ${steps} ${steps === 1 ? "step" : "steps"} the error is`;
    const lowest = error(MINIMUM);
    const least = `the least possible is ${number(lowest, 4)}.`;
    if (rate >= limit(momentum)) {
      const size = last < 1e4 ? number(last, 4) : power(last);
      return `${where} ${size}; ${least} The descent does not arrive: with this momentum the rate must be below ${number(limit(momentum))}.`;
    }
    // The limit is not told before it is passed: to find it is one of the chapter's questions.
    const above = last - lowest < 1e-6 ? "less than 0.000001" : number(last - lowest, 6);
    return `${where} ${number(last, 4)}, ${above} above the least possible one. With enough steps this descent arrives.`;
  }

  const { picture, value, set } = widget("descent", {
    controls: [
      slider("rate", "Rate <i>η</i>", 0.05, 4, 0.05),
      slider("momentum", "Momentum <i>μ</i>", 0, 0.95, 0.05),
      slider("steps", "Steps", 1, 60, 1),
      slider("w0", "Start <i>w</i><sub>0</sub>", ...W0, 0.1),
      slider("w1", "Start <i>w</i><sub>1</sub>", ...W1, 0.1),
    ].join(""),
    values: { rate: RATE, momentum: 0, steps: STEPS, w0: START[0], w1: START[1] },
    show,
    print: "On the page this is a program: start, rate and momentum can be changed there.",
  });

  drag(picture, (px, py) => {
    const start = surface.place([value("w0"), value("w1")]);
    if (distance(start, [px, py]) > NEAR) return null;
    return (x, y) => {
      const [w0, w1] = surface.at(x, y);
      set({ w0: w0.toFixed(1), w1: w1.toFixed(1) });
    };
  });

  return { START, RATE, STEPS, MEAN, MINIMUM, descend, error, limit }; // for the tests
})();
