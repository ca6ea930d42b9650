/*
The functions of nnlecture.network and nnlecture.deep_network that compute what the stepper shows, as
they stand there without docstrings and comments (a test compares), and for each kind of step the line
that computes it.
*/
"use strict";

var nnlecture = nnlecture || {};

nnlecture.stepperCode = {
  network: {
    file: "network.py",
    code: `def forward(network: Network, x: ArrayLike) -> Forward:
    h_hidden, _ = ACTIVATIONS[network.hidden]
    h_output, _ = ACTIVATIONS[network.output]
    x = _with_one_in_front(np.asarray(x, dtype=float))
    v = x @ network.w1.T
    phi = _with_one_in_front(h_hidden(v))
    u = phi @ network.w2
    return Forward(x, v, phi, u, y=h_output(u))

def error(network: Network, x: ArrayLike, t: ArrayLike) -> float:
    return float(np.mean((predict(network, x) - np.asarray(t)) ** 2) / 2)

def gradient(network: Network, x: ArrayLike, t: float) -> Gradient:
    _, dh_hidden = ACTIVATIONS[network.hidden]
    _, dh_output = ACTIVATIONS[network.output]
    event = forward(network, x)
    delta_output = (event.y - t) * dh_output(event.u)
    delta_hidden = delta_output * network.w2[1:] * dh_hidden(event.v)
    w1 = np.outer(delta_hidden, event.x)
    return Gradient(w1, w2=delta_output * event.phi)

def update(network: Network, step: Gradient, eta: float) -> Network:
    w1 = network.w1 - eta * step.w1
    w2 = network.w2 - eta * step.w2
    return replace(network, w1=w1, w2=w2)`,
    lines: {
      x: "x = _with_one_in_front",
      v: "v = x @",
      phi: "phi = _with_one",
      u: "u = phi @",
      y: "return Forward(",
      E: "return float(",
      delta: "delta_output =",
      deltaHidden: "delta_hidden =",
      slope: "return Gradient(",
      slopeHidden: "w1 = np.outer",
      update: "w2 = network.w2 -",
      new: "return float(",
    },
  },
  deep_network: {
    file: "deep_network.py",
    code: `def forward(network: DeepNetwork, x: ArrayLike) -> DeepForward:
    v: list[Array] = []
    phi = [np.concatenate([[1.0], np.asarray(x, dtype=float)])]
    for w, name in zip(network.weights, network.activations, strict=True):
        h, _ = ACTIVATIONS[name]
        v.append(w @ phi[-1])
        phi.append(np.concatenate([[1.0], h(v[-1])]))
    phi[-1] = phi[-1][1:]
    return DeepForward(tuple(v), tuple(phi))

def error(network: DeepNetwork, x: ArrayLike, t: float, function: str = "squared") -> float:
    event = forward(network, x)
    if function == "squared":
        return (event.y - t) ** 2 / 2
    return float(np.logaddexp(0.0, event.u) - t * event.u)

def error_signals(
    network: DeepNetwork, event: DeepForward, t: float, function: str = "squared"
) -> tuple[Array, ...]:
    _, dh = ACTIVATIONS[network.activations[-1]]
    slope = dh(event.u) if function == "squared" else 1.0
    delta = [np.atleast_1d((event.y - t) * slope)]
    for layer in reversed(range(len(event.v) - 1)):
        _, dh = ACTIVATIONS[network.activations[layer]]
        delta.insert(0, delta[0] @ network.weights[layer + 1][:, 1:] * dh(event.v[layer]))
    return tuple(delta)

def gradient(network: DeepNetwork, x: ArrayLike, t: float, function: str = "squared") -> Weights:
    event = forward(network, x)
    delta = error_signals(network, event, t, function)
    return tuple(np.outer(d, phi) for d, phi in zip(delta, event.phi[:-1], strict=True))

def update(network: DeepNetwork, step: Weights, eta: float) -> DeepNetwork:
    weights = tuple(w - eta * slope for w, slope in zip(network.weights, step, strict=True))
    return replace(network, weights=weights)`,
    lines: {
      x: "phi = [np.concatenate",
      v: "v.append(",
      phi: "phi.append(",
      u: "v.append(",
      y: "phi.append(",
      E: "return (event.y - t)",
      entropy: "return float(np.logaddexp",
      delta: "delta = [np.atleast_1d",
      deltaHidden: "delta.insert(",
      slope: "return tuple(np.outer",
      update: "weights = tuple(",
      new: "return (event.y - t)",
    },
  },
};
