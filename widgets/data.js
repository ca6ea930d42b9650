/*
Toy data and random numbers for the playground. A sample is an array of events {x, t}: two
features between -2 and 2, and the target, 1 for signal and 0 for background.
*/
"use strict";

var nnlecture = nnlecture || {};

nnlecture.data = (() => {
  /* A source of random numbers that gives the same ones for the same seed, as Math.random does
  not. The generator is "mulberry32" by T. Ettinger. */
  function source(seed) {
    let state = seed;
    function uniform(low = 0, high = 1) {
      state = (state + 0x6d2b79f5) | 0;
      let z = Math.imul(state ^ (state >>> 15), state | 1);
      z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
      return low + ((high - low) * ((z ^ (z >>> 14)) >>> 0)) / 2 ** 32;
    }
    // The method of G. Box and M. Muller, 1958; 1 - u is never 0.
    function normal(width = 1) {
      const length = Math.sqrt(-2 * Math.log(1 - uniform()));
      return width * length * Math.cos(2 * Math.PI * uniform());
    }
    // The numbers 0 to n - 1 in random order.
    function permutation(n) {
      const order = Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = Math.floor(uniform(0, i + 1));
        [order[i], order[j]] = [order[j], order[i]];
      }
      return order;
    }
    return { uniform, normal, permutation };
  }

  // Each returns the features of one event of class t.
  const DATA = {
    peak: {
      title: "peak",
      event: (t, { uniform, normal }) =>
        t ? [normal(0.4), normal(0.4)] : [uniform(-2, 2), uniform(-2, 2)],
    },
    xor: {
      title: "XOR",
      event: (t, { uniform, normal }) => {
        const side = uniform() < 0.5 ? 1 : -1;
        return [side + normal(0.4), (t ? -side : side) + normal(0.4)];
      },
    },
    moons: {
      title: "two moons",
      event: (t, { uniform, normal }) => {
        const angle = uniform(0, Math.PI);
        const [x1, x2] = t
          ? [Math.cos(angle) - 0.5, Math.sin(angle) - 0.25]
          : [0.5 - Math.cos(angle), 0.25 - Math.sin(angle)];
        return [1.1 * x1 + normal(0.12), 1.1 * x2 + normal(0.12)];
      },
    },
    spirals: {
      title: "two spirals",
      event: (t, { uniform, normal }) => {
        const turn = Math.sqrt(uniform(0.02, 1)); // the root spreads the events along the arm
        const angle = 3 * Math.PI * turn + (t ? 0 : Math.PI);
        return [1.8 * turn * Math.cos(angle), 1.8 * turn * Math.sin(angle)].map(
          (x) => x + normal(0.04),
        );
      },
    },
  };

  /* A sample of one of the data sets, half signal and half background. Each feature may be measured
  with an error, of standard deviation `noise`. */
  function sample(name, events, seed, noise = 0) {
    const random = source(seed);
    return Array.from({ length: events }, (_, a) => {
      const t = a % 2;
      const measured = (x) => (noise ? x + random.normal(noise) : x);
      // Those few in the tails of a Gaussian that would lie outside the picture are put at its edge.
      const x = DATA[name].event(t, random).map((x) => Math.max(-2, Math.min(2, measured(x))));
      return { x, t };
    });
  }

  // What a network may be given of an event: functions of the two features.
  const FEATURES = {
    x1: { title: "x₁", of: (x1) => x1 },
    x2: { title: "x₂", of: (x1, x2) => x2 },
    x1x2: { title: "x₁x₂", of: (x1, x2) => x1 * x2 },
    x1x1: { title: "x₁²", of: (x1) => x1 ** 2 },
    x2x2: { title: "x₂²", of: (x1, x2) => x2 ** 2 },
    sinx1: { title: "sin πx₁", of: (x1) => Math.sin(Math.PI * x1) },
    sinx2: { title: "sin πx₂", of: (x1, x2) => Math.sin(Math.PI * x2) },
  };

  return { DATA, FEATURES, source, sample };
})();
