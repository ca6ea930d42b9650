/*
A network with one hidden layer, and backpropagation: code/nnlecture/network.py once more, for the
browser. Names and formulas are the same:

    v_j = sum_k w1[j][k] x_k,   phi_j = h(v_j),   u = sum_j w2[j] phi_j,   y = h(u)
    E_a = (y_a - t_a)^2 / 2

The weights with second index 0 are the biases, since x_0 = phi_0 = 1. A network is an object
{w1, w2, hidden, output}: an array of the hidden neurons' weights, each an array; the output
neuron's weights; and the names of two activation functions.
*/
"use strict";

// Not a module: browsers refuse to load modules from a file share.
var nnlecture = nnlecture || {};

nnlecture.network = (() => {
  const sigmoid = (x) => 1 / (1 + Math.exp(-x)); // exp may overflow to infinity: that gives 0

  // Each function h with its derivative dh, both of the neuron's sum.
  const ACTIVATIONS = {
    tanh: { h: Math.tanh, dh: (x) => 1 - Math.tanh(x) ** 2 },
    sigmoid: { h: sigmoid, dh: (x) => sigmoid(x) * sigmoid(-x) },
    relu: { h: (x) => Math.max(0, x), dh: (x) => (x > 0 ? 1 : 0) },
    linear: { h: (x) => x, dh: () => 1 },
  };

  const dot = (a, b) => a.reduce((sum, a_i, i) => sum + a_i * b[i], 0);

  /* A network with random weights: equal ones would stay equal in the training. `normal` returns
  a random number of standard deviation 1. Dividing it by the root of the number of terms keeps a
  neuron's sum near 1, where the activation functions are not saturated. */
  function randomNetwork(inputs, neurons, normal, hidden = "tanh", output = "sigmoid") {
    const weights = (terms) => Array.from({ length: terms }, () => normal() / Math.sqrt(terms));
    const w1 = Array.from({ length: neurons }, () => weights(inputs + 1));
    return { w1, w2: weights(neurons + 1), hidden, output };
  }

  /* Carry an event, an array of n inputs, through the network; return all that is computed. */
  function forward(network, event) {
    const x = [1, ...event];
    const v = network.w1.map((w) => dot(w, x));
    const phi = [1, ...v.map(ACTIVATIONS[network.hidden].h)];
    const u = dot(network.w2, phi);
    return { x, v, phi, u, y: ACTIVATIONS[network.output].h(u) };
  }

  /* The error (y - t)^2 / 2, averaged over a sample of events {x, t}. */
  function error(network, sample) {
    const sum = sample.reduce((sum, { x, t }) => sum + (forward(network, x).y - t) ** 2, 0);
    return sum / 2 / sample.length;
  }

  /* Backpropagation: the derivatives of the error of one event, in the shape of the weights.

      dE/dw2[j]    = (y - t) h'(u) phi_j
      dE/dw1[j][k] = (y - t) h'(u) w2[j] h'(v_j) x_k */
  function gradient(network, event, t) {
    const { x, v, phi, u, y } = forward(network, event);
    const deltaOutput = (y - t) * ACTIVATIONS[network.output].dh(u);
    const dh = ACTIVATIONS[network.hidden].dh;
    // Bias w2[0] belongs to phi_0 = 1, which no input can change: nothing goes back through it.
    const deltaHidden = v.map((v_j, j) => deltaOutput * network.w2[j + 1] * dh(v_j));
    return {
      w1: deltaHidden.map((delta) => x.map((x_k) => delta * x_k)),
      w2: phi.map((phi_j) => deltaOutput * phi_j),
    };
  }

  /* The network after one step of gradient descent with learning rate eta. */
  function update(network, step, eta) {
    const moved = (w, slope) => w.map((w_i, i) => w_i - eta * slope[i]);
    return {
      ...network,
      w1: network.w1.map((w, j) => moved(w, step.w1[j])),
      w2: moved(network.w2, step.w2),
    };
  }

  /* One epoch of stochastic gradient descent: one step for each event {x, t}, in the given order. */
  function epoch(network, sample, order, eta) {
    return order.reduce((now, a) => {
      const { x, t } = sample[a];
      return update(now, gradient(now, x, t), eta);
    }, network);
  }

  return { ACTIVATIONS, randomNetwork, forward, error, gradient, update, epoch };
})();
