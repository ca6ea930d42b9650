/*
Polynomials fitted to fifty noisy samples of a sine, that of figures/underfitting_overfitting.py: the
degree and the number of events can be chosen, and bias and variance are measured. It takes the place of
what stands in the element with the id "polynomial".
*/
"use strict";

var nnlecture = nnlecture || {};

nnlecture.polynomial = (() => {
  const { frame, number, slider, svg, symbol, widget } = nnlecture.plot;

  const truth = (x) => Math.sin(2 * Math.PI * x);
  const SIGMA = 0.25; // of the noise
  const SAMPLES = 50;
  const [DEGREE, EVENTS] = [3, 20]; // as in the middle of the figure
  const HIGHEST = 12; // degree
  const FINE = 121; // points of a drawn curve
  const Y = [-2, 1.8];
  const POWERS = [-5, 0]; // of ten, for bias² and variance
  const NARROW = 560; // CSS pixels: below, the panels stand one below the other

  const even = (n) => Array.from({ length: n }, (_, i) => i / (n - 1)); // n points from 0 to 1
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const dot = (a, b) => a.reduce((sum, a_i, i) => sum + a_i * b[i], 0);

  /* Polynomials of degree 0, 1, …, `highest` that are orthogonal on the points x and have length 1
  there; their values at x and at the points `fine`. Each is the one before, times x, less its parts
  along all earlier ones (twice, which takes the rounding errors away). */
  function basis(x, fine, highest) {
    const all = [];
    for (let k = 0; k <= highest; k++) {
      let here = k ? x.map((x_i, i) => x_i * all[k - 1].here[i]) : x.map(() => 1);
      let there = k ? fine.map((x_i, i) => x_i * all[k - 1].there[i]) : fine.map(() => 1);
      for (let again = 0; again < 2; again++) {
        for (const before of all) {
          const part = dot(here, before.here);
          here = here.map((value, i) => value - part * before.here[i]);
          there = there.map((value, i) => value - part * before.there[i]);
        }
      }
      const length = Math.sqrt(dot(here, here));
      all.push({ here: here.map((value) => value / length), there: there.map((value) => value / length) });
    }
    return all;
  }

  /* The middles between the points, where the fits are validated: there they may swing. */
  const between = (x) => x.slice(1).map((x_i, i) => (x_i + x[i]) / 2);

  /* All samples: for each, the targets to fit, and others between them, to validate. */
  function samples(x, seed) {
    const random = nnlecture.data.source(seed);
    const measured = (places) => places.map((x_i) => truth(x_i) + random.normal(SIGMA));
    return Array.from({ length: SAMPLES }, () => ({ t: measured(x), other: measured(between(x)) }));
  }

  /* Fit every sample with polynomials of every degree up to `highest`. In an orthogonal basis the
  coefficients are projections, and those of a lower degree stay as they are. */
  function fitAll(events, seed, highest = Math.min(HIGHEST, events - 1)) {
    const x = even(events);
    const functions = basis(x, [...even(FINE), ...between(x)], highest);
    const sample = samples(x, seed);
    const project = (t) => functions.map(({ here }) => dot(here, t));
    const coefficients = sample.map(({ t }) => project(t));
    const exact = project(x.map(truth));
    const fit = (c, degree, where) =>
      functions[0][where].map((_, i) => {
        let sum = 0;
        for (let k = 0; k <= degree; k++) sum += c[k] * functions[k][where][i];
        return sum;
      });
    const values = (degree, where) => coefficients.map((c) => fit(c, degree, where));

    /* The squared bias and the variance, averaged over the points. The fits are linear in the targets:
    the mean over ever more samples, of which fifty give an idea only, is the fit to the truth. */
    function errors(degree) {
      const y = values(degree, "here");
      const expected = fit(exact, degree, "here");
      let [bias2, variance] = [0, 0];
      x.forEach((x_i, i) => {
        const here = y.map((one) => one[i]);
        const middle = mean(here);
        bias2 += (expected[i] - truth(x_i)) ** 2 / events;
        variance += mean(here.map((value) => (value - middle) ** 2)) / events;
      });
      return { bias2, variance };
    }

    /* The root mean square differences of the first fit from its sample and from the other one. */
    function first(degree) {
      const rms = (t, y) => Math.sqrt(mean(t.map((t_i, i) => (t_i - y[i]) ** 2)));
      const there = fit(coefficients[0], degree, "there").slice(FINE);
      return { training: rms(sample[0].t, fit(coefficients[0], degree, "here")), validation: rms(sample[0].other, there) };
    }

    const all = Array.from({ length: highest + 1 }, (_, degree) => errors(degree));
    return { x, sample, highest, errors: all, first, curves: (degree) => values(degree, "there").map((y) => y.slice(0, FINE)) };
  }

  let fits; // of all samples
  let made = ""; // for which number of events and which seed
  let seed = 1;

  function show(width) {
    const [degree, events] = [value("degree"), value("events")];
    if (made !== `${events} ${seed}`) {
      fits = fitAll(events, seed);
      made = `${events} ${seed}`;
    }
    const narrow = width < NARROW;
    const side = narrow ? width - 40 : 0.56 * width - 30;
    const height = narrow ? 230 : 280;
    const left = frame({ left: 30, top: 30, width: side, height, x: [-0.02, 1.02], y: Y });
    const fine = even(FINE);
    const curve = (y, kind) => left.line(fine.map((x, i) => [x, y[i]]), kind);
    const curves = fits.curves(degree);
    const [{ t, other }] = fits.sample;
    const inside = [
      ...curves.slice(1).map((y) => curve(y, "faint")),
      curve(fine.map(truth), "truth"),
      curve(curves[0], "ink"),
      ...fits.x.map((x, i) => left.event([x, t[i]], true)),
      ...between(fits.x).map((x, i) => left.event([x, other[i]], false)),
      left.label([0.7, 1.2], "truth", "grey start"),
    ];
    const fitted = left.draw({
      xTicks: [0, 0.5, 1], yTicks: [-1, 0, 1], xName: symbol("x"), yName: symbol("t"),
      inside: inside.join(""),
    });

    const right = frame({
      left: narrow ? 48 : 0.56 * width + 64, top: narrow ? height + 110 : 30,
      width: narrow ? width - 58 : 0.44 * width - 74, height: narrow ? 200 : height,
      x: [0, HIGHEST + 0.3], y: POWERS,
    });
    const log = (value) => Math.log10(Math.max(value, 1e-9));
    const leaves = fits.errors.findIndex((e) => log(e.bias2) < POWERS[0] + 1.2); // the curve of bias²
    const both = ({ bias2, variance }) => bias2 + variance;
    const against = (of, kind) => right.line(fits.errors.map((e, d) => [d, log(of(e))]), kind);
    const { bias2, variance } = fits.errors[degree];
    const measured = right.draw({
      xTicks: [0, 3, 6, 9, 12], yTicks: [[-5, "10⁻⁵"], [-4, "10⁻⁴"], [-3, "0.001"], [-2, "0.01"], [-1, "0.1"], [0, "1"]],
      xName: "degree", yName: "bias² and variance",
      inside: [
        right.line([[degree, POWERS[0]], [degree, POWERS[1]]], "contour"),
        against((e) => e.bias2, "bias"),
        against((e) => e.variance, "path"),
        against(both, "ink dashed"),
        right.circle([degree, log(bias2)], 4, "full-bias"),
        right.circle([degree, log(variance)], 4, "full"),
        right.circle([degree, log(bias2 + variance)], 4, "full-ink"),
        right.label([leaves, POWERS[0] + 1], "bias²", "bias-name start"),
        right.label([12, log(fits.errors[11].variance) - 0.4], "variance", "path-name end"),
        right.label([7, log(both(fits.errors[7])) + 0.3], "both"),
      ].join(""),
    });
    const { training, validation } = fits.first(degree);
    const share = (SIGMA ** 2 * (degree + 1)) / events;
    return {
      picture: svg(width, narrow ? height + 355 : height + 76, fitted + measured),
      sentence:
        `Degree ${degree}, ${events} events: bias² ${bias2.toFixed(4)} and variance ${variance.toFixed(4)}, both ${(bias2 + variance).toFixed(4)}; ` +
        `the variance to be expected is <i>σ</i>²<i>p</i>/<i>N</i> = ${number(share, 4)}. The first sample, fitted by the thick curve, has the training error ` +
        `<span class="full-sign">●</span> ${training.toFixed(2)} and the validation error <span class="open-sign">□</span> ${validation.toFixed(2)} (root mean squares; that of the noise is ${SIGMA}).`,
    };
  }

  const { root, value, draw } = widget("polynomial", {
    controls: `${slider("degree", "Degree", 0, HIGHEST, 1)}
      ${slider("events", "Events <i>N</i>", HIGHEST + 1, 100, 1)}
      <button type="button" name="again">Fifty other samples</button>`,
    values: { degree: DEGREE, events: EVENTS },
    show,
    print: "On the page this is a program: degree and number of events can be changed there.",
  });
  root.querySelector("[name=again]").addEventListener("click", () => {
    seed++;
    draw();
  });

  return { fitAll, samples: (events, seed) => samples(even(events), seed) }; // for the tests
})();
