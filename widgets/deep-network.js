/*
A network with any number of layers, and backpropagation: code/nnlecture/deep_network.py once more.
Layer l has the weights w[l][j][k], from neuron k of the layer before to its neuron j:

    v[l][j] = sum_k w[l][j][k] phi[l][k],   phi[l + 1][j] = h(v[l][j])

phi[0] are the inputs, and index 0 is the bias: phi[l][0] = 1. A neuron's own numbers therefore stand
at v[l][j - 1], delta[l][j - 1] and w[l][j - 1], and its output at phi[l + 1][j], with j from 1.

A network keeps all that it computes: it is made once, and no step of the training makes anything
new. The arrays are of 64-bit numbers, which is what the browser computes fastest with.
*/
"use strict";

// Not a module: browsers refuse to load modules from a file share.
var nnlecture = nnlecture || {};

nnlecture.deep = (() => {
  // Each function h of a neuron's sum v, and its derivative from the sum and the output phi = h(v):
  // so no function has to be computed twice. exp may overflow to infinity: that gives 0.
  const ACTIVATIONS = {
    tanh: { h: (v) => 1 - 2 / (1 + Math.exp(2 * v)), dh: (v, phi) => 1 - phi * phi },
    sigmoid: { h: (v) => 1 / (1 + Math.exp(-v)), dh: (v, phi) => phi * (1 - phi) },
    relu: { h: (v) => (v > 0 ? v : 0), dh: (v) => (v > 0 ? 1 : 0) },
    linear: { h: (v) => v, dh: () => 1 },
  };

  /* The error of one event and its derivative by the output neuron's sum u. With the cross entropy
  the output has to be a sigmoid; the slope h'(u) cancels, and so does every logarithm of a y that
  was rounded to 0 or 1. */
  const ERRORS = {
    squared: {
      E: (u, y, t) => (y - t) ** 2 / 2,
      dE: (u, y, t, slope) => (y - t) * slope,
    },
    "cross entropy": {
      E: (u, y, t) => Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u))) - t * u,
      dE: (u, y, t) => y - t,
    },
  };

  /* A network with the numbers of inputs, of neurons in each hidden layer, and of outputs, for
  instance [2, 4, 4, 1]; all weights are 0. */
  function network(layers, hidden = "tanh", output = "sigmoid", error = "squared") {
    const zeros = (n) => new Float64Array(n);
    const perLayer = (make) => layers.slice(1).map((n, l) => make(n, layers[l] + 1));
    const matrices = () => perLayer((n, terms) => Array.from({ length: n }, () => zeros(terms)));
    const outputs = layers.map((n) => zeros(n + 1));
    outputs.forEach((phi) => (phi[0] = 1));
    return {
      layers,
      activations: perLayer(() => hidden).with(-1, output),
      error,
      w: matrices(),
      slope: matrices(), // the derivatives by the weights, added up over events
      v: perLayer(zeros),
      phi: outputs,
      delta: perLayer(zeros),
      // What each neuron's output is multiplied by: 1, or with dropout 0 for those that are left out.
      kept: perLayer((n) => zeros(n).fill(1)),
    };
  }

  /* Give a network random weights, as network.js does for one hidden layer. */
  function randomize({ w }, normal) {
    for (const row of w.flat()) {
      for (let k = 0; k < row.length; k++) row[k] = normal() / Math.sqrt(row.length);
    }
  }

  /* Carry an event, an array of inputs, through the network; return the output y. */
  function forward({ w, v, phi, kept, activations }, x) {
    for (let k = 0; k < x.length; k++) phi[0][k + 1] = x[k];
    for (let l = 0; l < w.length; l++) {
      const { h } = ACTIVATIONS[activations[l]];
      const before = phi[l];
      const here = phi[l + 1];
      for (let j = 0; j < w[l].length; j++) {
        const row = w[l][j];
        let sum = 0;
        for (let k = 0; k < row.length; k++) sum += row[k] * before[k];
        v[l][j] = sum;
        here[j + 1] = h(sum) * kept[l][j];
      }
    }
    return phi[w.length][1];
  }

  /* The error of the event that went through last. */
  function error({ error, v, phi }, t) {
    const last = v.length - 1;
    return ERRORS[error].E(v[last][0], phi[last + 1][1], t);
  }

  /* The error signals of the event that went through last: delta[l][j], the derivative of the error
  by v[l][j]. From the output they go back over the weights, and nothing goes back over a bias. */
  function backward({ error, w, v, phi, delta, kept, activations }, t) {
    const last = w.length - 1;
    const u = v[last][0];
    const y = phi[last + 1][1];
    delta[last][0] = ERRORS[error].dE(u, y, t, ACTIVATIONS[activations[last]].dh(u, y));
    for (let l = last - 1; l >= 0; l--) {
      const { dh } = ACTIVATIONS[activations[l]];
      const after = delta[l + 1];
      const next = w[l + 1];
      for (let j = 0; j < v[l].length; j++) {
        let sum = 0;
        for (let i = 0; i < after.length; i++) sum += after[i] * next[i][j + 1];
        const share = kept[l][j];
        // A neuron that was left out passes nothing back.
        delta[l][j] = share && sum * dh(v[l][j], phi[l + 1][j + 1] / share) * share;
      }
    }
  }

  /* Add the derivatives of that event's error by the weights: the error signal at a weight's end
  times the signal at its beginning. */
  function addSlope({ slope, delta, phi }) {
    for (let l = 0; l < slope.length; l++) {
      const before = phi[l];
      for (let j = 0; j < slope[l].length; j++) {
        const row = slope[l][j];
        const signal = delta[l][j];
        for (let k = 0; k < row.length; k++) row[k] += signal * before[k];
      }
    }
  }

  function clearSlope({ slope }) {
    for (let l = 0; l < slope.length; l++) {
      for (let j = 0; j < slope[l].length; j++) slope[l][j].fill(0);
    }
  }

  /* Backpropagation: leave the derivatives of the error of one event in `slope`. */
  function gradient(network, x, t) {
    forward(network, x);
    backward(network, t);
    clearSlope(network);
    addSlope(network);
  }

  /* One step of gradient descent with learning rate eta. */
  function update({ w, slope }, eta) {
    for (let l = 0; l < w.length; l++) {
      for (let j = 0; j < w[l].length; j++) {
        const row = w[l][j];
        const step = slope[l][j];
        for (let k = 0; k < row.length; k++) row[k] -= eta * step[k];
      }
    }
  }

  /* The error, averaged over a sample of events {x, t}. */
  function meanError(network, sample) {
    let sum = 0;
    for (const { x, t } of sample) {
      forward(network, x);
      sum += error(network, t);
    }
    return sum / sample.length;
  }

  /* All weights, one after the other, as plain numbers; and the way back. */
  const weights = ({ w }) => w.flatMap((rows) => rows.flatMap((row) => [...row]));
  function setWeights({ w }, numbers) {
    let next = 0;
    for (const row of w.flat()) {
      for (let k = 0; k < row.length; k++) row[k] = numbers[next++];
    }
  }

  return {
    ACTIVATIONS,
    ERRORS,
    network,
    randomize,
    forward,
    error,
    backward,
    addSlope,
    clearSlope,
    gradient,
    update,
    meanError,
    weights,
    setWeights,
  };
})();
