/*
How a network of nnlecture.deep is trained: in batches of events, by plain steps, with momentum or
with Adam, with a penalty on large weights and with dropout. A batch of one event, plain steps and
nothing else are the stochastic gradient descent of network.js.
*/
"use strict";

var nnlecture = nnlecture || {};

nnlecture.trainer = (() => {
  const { addSlope, backward, clearSlope, forward } = nnlecture.deep;

  const MOMENTUM = 0.9;
  const [ADAM_1, ADAM_2, ADAM_SMALL] = [0.9, 0.999, 1e-7]; // as in Keras

  /* How the weights of one neuron move, given their slopes, the rate, and two numbers that are kept
  for each of them. Source of Adam: D. Kingma and J. Ba, ICLR 2015. */
  const OPTIMISERS = {
    plain(w, slope, rate) {
      for (let k = 0; k < w.length; k++) w[k] -= rate * slope[k];
    },
    momentum(w, slope, rate, speed) {
      for (let k = 0; k < w.length; k++) {
        speed[k] = MOMENTUM * speed[k] - rate * slope[k];
        w[k] += speed[k];
      }
    },
    Adam(w, slope, rate, mean, square, step) {
      const corrected = (rate * Math.sqrt(1 - ADAM_2 ** step)) / (1 - ADAM_1 ** step);
      for (let k = 0; k < w.length; k++) {
        mean[k] = ADAM_1 * mean[k] + (1 - ADAM_1) * slope[k];
        square[k] = ADAM_2 * square[k] + (1 - ADAM_2) * slope[k] * slope[k];
        w[k] -= (corrected * mean[k]) / (Math.sqrt(square[k]) + ADAM_SMALL);
      }
    },
  };

  /* The derivative of the penalty by a weight, for strength 1: of |w| or of w squared. */
  const PENALTIES = { none: () => 0, L1: Math.sign, L2: (w) => 2 * w };

  /* A trainer of a network on a sample of events {x, t}. `random` gives the orders of the events and
  the dropout. The settings may be changed at any time. */
  function trainer(network, sample, random, settings) {
    const like = () => network.w.map((rows) => rows.map((row) => new Float64Array(row.length)));
    const [first, second] = [like(), like()];
    let order = Array.from({ length: sample.length }, (_, a) => a);
    let at = sample.length; // how far the present epoch is; at its end, a new order is drawn
    let step = 0;

    /* Leave each hidden neuron out with the probability of the dropout; those that are kept are
    raised, so that the sums of the next layer stay as large as they were. */
    function drop(share) {
      for (const kept of network.kept.slice(0, -1)) {
        for (let j = 0; j < kept.length; j++) {
          kept[j] = share > 0 ? (random.uniform() < share ? 0 : 1 / (1 - share)) : 1;
        }
      }
    }

    function move(events) {
      const { optimiser, rate, penalty, strength } = settings;
      const by = OPTIMISERS[optimiser];
      const derivative = PENALTIES[penalty];
      step++;
      for (let l = 0; l < network.w.length; l++) {
        for (let j = 0; j < network.w[l].length; j++) {
          const w = network.w[l][j];
          const slope = network.slope[l][j];
          for (let k = 0; k < w.length; k++) {
            // A bias, k = 0, bears no penalty: it does not make the network steeper.
            slope[k] = slope[k] / events + (k && strength ? strength * derivative(w[k]) : 0);
          }
          by(w, slope, rate, first[l][j], second[l][j], step);
        }
      }
    }

    /* Train with the next batch; return whether that was the last one of an epoch. */
    function batch() {
      if (at >= sample.length) {
        order = random.permutation(sample.length);
        at = 0;
      }
      const end = Math.min(sample.length, at + settings.batch);
      clearSlope(network);
      for (let i = at; i < end; i++) {
        const { x, t } = sample[order[i]];
        if (settings.dropout > 0) drop(settings.dropout);
        forward(network, x);
        backward(network, t);
        addSlope(network);
      }
      if (end > at) move(end - at);
      at = end;
      if (settings.dropout > 0) drop(0);
      return at >= sample.length;
    }

    /* Train to the end of the epoch. */
    function epoch() {
      while (!batch());
    }

    return { settings, batch, epoch };
  }

  return { OPTIMISERS: Object.keys(OPTIMISERS), PENALTIES: Object.keys(PENALTIES), trainer };
})();
