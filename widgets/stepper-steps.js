/*
The steps of one event through a network, in order: every input x, every sum v and output phi, u and
y, the error, every error signal delta, every derivative by a weight, the new weights, the new error.
Each step knows its name, its formula, that with the numbers put in, and the number that results.
Formulas are MathML. With one hidden layer the symbols are those of the lecture; with more, a number
in brackets tells the layer.
*/
"use strict";

var nnlecture = nnlecture || {};

nnlecture.steps = (() => {
  // Pieces of MathML
  const row = (...parts) => `<mrow>${parts.join("")}</mrow>`;
  const symbol = (text) => `<mi>${text}</mi>`;
  const sign = (text) => `<mo>${text}</mo>`;
  const below = (base, index) => `<msub>${base}${row(index)}</msub>`;
  const above = (base, index) => `<msup>${base}${row(index)}</msup>`;
  const brackets = (...parts) => row(sign("("), ...parts, sign(")"));
  const layerMark = (l) => `<mo stretchy="false">(</mo><mn>${l}</mn><mo stretchy="false">)</mo>`;
  const fraction = (top, bottom) => `<mfrac>${row(top)}${row(bottom)}</mfrac>`;
  const whole = (n) => `<mn>${n}</mn>`;
  const [TIMES, EQUALS, MINUS] = ["·", "=", "−"].map(sign);
  const PLUS = `<mo form="infix">+</mo>`; // also where it begins a line
  const [x, v, phi, u, y, t, E, h, w, delta, eta, e] = "x v ϕ u y t E h w δ η e".split(" ").map(symbol);
  const slopeOf = (argument) => row(`<msup>${h}<mo lspace="0" rspace="0">′</mo></msup>`, brackets(argument));

  /* A number as one reads it: with four significant digits, but without zeros at the end if it is
  exactly that; a very small or large one with a power of ten. */
  function digits(value, precision = 4) {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : "infinite";
    const [mantissa, exponent] = parts(value, precision);
    const power = [...String(exponent)].map((d) => (d === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[d])).join("");
    return `${mantissa}${exponent ? `·10${power}` : ""}`.replace("-", "−");
  }

  /* The digits of a number, and the power of ten that goes with them (or 0). */
  function parts(value, precision) {
    if (value === 0) return ["0", 0];
    const size = Math.abs(value);
    const powers = size >= 1e5 || size < 1e-3;
    const whole = !powers && size >= 10 ** (precision - 1);
    const text = powers ? value.toExponential(precision - 1) : whole ? value.toFixed(0) : value.toPrecision(precision);
    const [mantissa, exponent = "0"] = text.split("e");
    const short = mantissa.includes(".") && !rounded(value, text) ? mantissa.replace(/\.?0+$/, "") : mantissa;
    return [short, Number(exponent)];
  }

  /* Whether a number is not quite what is written; the computer's own rounding does not count. */
  const rounded = (value, text) => Math.abs(Number(text) - value) > 1e-12 * Math.max(1e-3, Math.abs(value));

  /* A number in a formula; a negative one inside a product gets brackets. */
  function number(value) {
    if (!Number.isFinite(value)) return `<mtext>${digits(value)}</mtext>`;
    const [mantissa, exponent] = parts(Math.abs(value), 4);
    const power = exponent ? row(TIMES, above(whole(10), number(exponent))) : "";
    const kind = rounded(Math.abs(value), `${mantissa}e${exponent}`) ? ' class="rounded"' : "";
    return row(value < 0 ? MINUS : "", `<mn${kind}>${mantissa}</mn>`, power);
  }
  const factor = (value) => (value < 0 ? brackets(number(value)) : number(value));
  // Each term is one element, so that a long sum can be broken into lines.
  const sum = (terms) => `<mrow class="sum">${terms.map((term, i) => row(i ? PLUS : "", term)).join("")}</mrow>`;
  const product = (...factors) => row(...factors.flatMap((f, i) => (i ? [TIMES, f] : [f])));

  /* An activation function of a neuron with the sum `s` and the output `o`, both MathML: what it
  says of them, and its derivative. */
  const ACTIVATIONS = {
    tanh: {
      value: (s) => row(symbol("tanh"), brackets(s)),
      slope: (o) => row(whole(1), MINUS, above(o, whole(2))),
    },
    sigmoid: {
      value: (s) => fraction(whole(1), row(whole(1), PLUS, above(e, row(MINUS, s)))),
      slope: (o) => product(o, brackets(whole(1), MINUS, o)),
    },
    relu: {
      value: (s) => row(symbol("max"), brackets(whole(0), sign(","), s)),
      slope: (o, s) => `<mtext>${s > 0 ? "1, as the sum is positive" : "0, as the sum is not positive"}</mtext>`,
    },
    linear: { value: (s) => s, slope: () => whole(1) },
  };

  const NAMES = {
    tanh: "the hyperbolic tangent",
    sigmoid: "the sigmoid",
    relu: "ReLU",
    linear: "the identity",
  };

  /* All steps for a network of nnlecture.deep on one event with target `target`. Values and formulas
  are those of what the network computed last; `before` and `after` are all weights before and after
  the update, `newError` is the error with the new ones. */
  function steps(network, { target, rate, before, after, newError }) {
    const { layers, activations } = network;
    // A slope is a number of its own: as 1 − 1 one would not see what is left of it.
    const slopeNumber = (name, sum, output) => number(nnlecture.deep.ACTIVATIONS[name].dh(sum, output));
    const last = layers.length - 1;
    const deep = last > 2;
    const mark = (base, l) => (deep ? above(base, layerMark(l)) : base);

    // The names of everything, by layer (1 to last) and by neuron (from 1).
    const outputOf = (l, j) => {
      if (l === 0) return below(x, whole(j));
      return l === last ? y : mark(below(phi, whole(j)), l);
    };
    const sumOf = (l, j) => (l === last ? u : mark(below(v, whole(j)), l));
    const signalOf = (l, j) => (l === last ? delta : mark(below(delta, whole(j)), l));
    const weightOf = (l, j, k) =>
      `<msubsup>${w}${row(whole(j), whole(k))}${row(layerMark(l))}</msubsup>`;
    const neuron = (l, j) => {
      if (l === last) return "the output neuron";
      return deep ? `neuron ${j} of hidden layer ${l}` : `hidden neuron ${j}`;
    };
    const source = (l, k) => {
      if (k === 0) return "the bias";
      return l === 0 ? `input ${k}` : neuron(l, k);
    };
    const spoken = (letter, l, j) => (deep ? `${letter} ${j} of layer ${l}` : `${letter} ${j}`);

    // Their numbers.
    const weight = (l, j, k) => network.w[l - 1][j - 1][k];
    const output = (l, j) => network.phi[l][j];
    const sumNumber = (l, j) => network.v[l - 1][j - 1];
    const signal = (l, j) => network.delta[l - 1][j - 1];
    const slope = (l, j, k) => network.slope[l - 1][j - 1][k];

    const all = [];
    const add = (step) => all.push(step);
    const neurons = (l) => Array.from({ length: layers[l] }, (_, i) => i + 1);

    for (const k of neurons(0)) {
      add({
        kind: "x", layer: 0, neuron: k, given: true,
        title: `Input ${k} of the event`, spoken: `x ${k}`,
        name: outputOf(0, k), value: output(0, k),
        formula: row(below(x, whole(k))), numbers: number(output(0, k)),
        why: "It is what was measured. With it goes x₀ = 1, to which the biases belong.",
      });
    }
    for (let l = 1; l <= last; l++) {
      const name = activations[l - 1];
      for (const j of neurons(l)) {
        const sources = [0, ...neurons(l - 1)];
        add({
          kind: l === last ? "u" : "v", layer: l, neuron: j,
          title: `Weighted sum of ${neuron(l, j)}`, spoken: l === last ? "u" : spoken("v", l, j),
          name: sumOf(l, j), value: sumNumber(l, j),
          formula: sum(
            sources.map((k) => row(weightOf(l, j, k), k ? outputOf(l - 1, k) : "")),
          ),
          numbers: sum(
            sources.map((k) =>
              k ? product(factor(weight(l, j, k)), factor(output(l - 1, k))) : factor(weight(l, j, 0)),
            ),
          ),
          why: "Each signal that arrives, times its weight, added up. The first term is the bias. " +
            "(Of a weight’s indices the first is the neuron to which it leads, the second where it comes from.)",
        });
        add({
          kind: l === last ? "y" : "phi", layer: l, neuron: j,
          title: l === last ? "Output of the network" : `Output of ${neuron(l, j)}`,
          spoken: l === last ? "y" : spoken("phi", l, j),
          name: outputOf(l, j), value: output(l, j),
          formula: row(h, brackets(sumOf(l, j)), name === "linear" ? "" : row(EQUALS, ACTIVATIONS[name].value(sumOf(l, j)))),
          numbers: ACTIVATIONS[name].value(name === "sigmoid" ? factor(sumNumber(l, j)) : number(sumNumber(l, j))),
          why: `The neuron sends its sum through its activation function h, here ${NAMES[name]}.`,
        });
      }
    }
    const entropy = network.error === "cross entropy";
    const outcome = output(last, 1);
    const difference = (...ends) => brackets(ends[0], MINUS, ends[1]);
    const logarithms = (target, one, output) =>
      row(MINUS, target, symbol("ln"), output, MINUS, brackets(one, MINUS, target), symbol("ln"), brackets(one, MINUS, output));
    add({
      kind: "E", layer: last, neuron: 1,
      title: "Error of this event", spoken: "E",
      name: E, value: nnlecture.deep.error(network, target),
      formula: entropy ? logarithms(t, whole(1), y) : row(fraction(whole(1), whole(2)), above(difference(y, t), whole(2))),
      numbers: entropy
        ? logarithms(factor(target), whole(1), number(outcome))
        : row(fraction(whole(1), whole(2)), above(difference(number(outcome), factor(target)), whole(2))),
      rule: entropy
        ? "Minus the logarithm of the probability that the network gives to the right answer."
        : "Half of the squared difference between output and target.",
      why: "How far the output is from the target. Up to here nothing was learnt: this was the forward pass.",
    });
    const outputSlope = ACTIVATIONS[activations.at(-1)];
    add({
      kind: "delta", layer: last, neuron: 1,
      title: "Error signal of the output neuron", spoken: "delta",
      name: delta, value: signal(last, 1),
      formula: entropy
        ? row(fraction(row(sign("∂"), E), row(sign("∂"), u)), EQUALS, y, MINUS, t)
        : row(fraction(row(sign("∂"), E), row(sign("∂"), u)), EQUALS, difference(y, t), slopeOf(u)),
      detail: entropy ? "" : row(slopeOf(u), EQUALS, outputSlope.slope(y, sumNumber(last, 1))),
      numbers: entropy
        ? row(number(outcome), MINUS, factor(target))
        : product(difference(number(outcome), factor(target)), slopeNumber(activations.at(-1), sumNumber(last, 1), outcome)),
      why: entropy
        ? "How the error changes with the sum u. The slope h′(u) has cancelled: that is the point of the cross entropy."
        : "How the error changes with the sum u: the difference from the target, times the slope of the output neuron.",
    });
    for (let l = last - 1; l > 0; l--) {
      const name = activations[l - 1];
      for (const j of neurons(l)) {
        const targets = neurons(l + 1);
        const back = sum(targets.map((i) => row(signalOf(l + 1, i), weightOf(l + 1, i, j))));
        const numbers = sum(targets.map((i) => product(factor(signal(l + 1, i)), factor(weight(l + 1, i, j)))));
        const many = targets.length > 1;
        add({
          kind: "deltaHidden", layer: l, neuron: j,
          title: `Error signal of ${neuron(l, j)}`, spoken: spoken("delta", l, j),
          name: signalOf(l, j), value: signal(l, j),
          formula: row(many ? brackets(back) : back, slopeOf(sumOf(l, j))),
          detail: row(slopeOf(sumOf(l, j)), EQUALS, ACTIVATIONS[name].slope(outputOf(l, j), sumNumber(l, j))),
          numbers: product(many ? brackets(numbers) : numbers, slopeNumber(name, sumNumber(l, j), output(l, j))),
          why: many
            ? "The signals of the next layer come back over the weights and are added; then times the slope of this neuron."
            : "The signal of the output comes back over the weight, times the slope of this neuron.",
        });
      }
    }
    for (let l = last; l > 0; l--) {
      for (const j of neurons(l)) {
        for (const k of [0, ...neurons(l - 1)]) {
          add({
            kind: "slope", layer: l, neuron: j, source: k,
            title: `Derivative by the weight from ${source(l - 1, k)} to ${neuron(l, j)}`,
            spoken: `the derivative of E by w ${j} ${k} of layer ${l}`,
            name: fraction(row(sign("∂"), E), row(sign("∂"), weightOf(l, j, k))),
            value: slope(l, j, k),
            formula: k ? product(signalOf(l, j), outputOf(l - 1, k)) : product(signalOf(l, j), whole(1)),
            numbers: product(factor(signal(l, j)), k ? factor(output(l - 1, k)) : whole(1)),
            why: "The error signal at the weight’s end times the signal at its beginning. In the picture it stands at the line, behind ∂.",
          });
        }
      }
    }
    // The update moves all weights at once; the formula shows one that leads to the output: the second
    // behind the bias, as the first one of the worked example looks like the rate.
    const from = Math.min(2, layers[last - 1]);
    const shown = before.length - layers[last - 1] - 1 + from;
    const shownWeight = weightOf(last, 1, from);
    add({
      kind: "update", layer: last, neuron: 1, source: from,
      title: "Update: every weight moves against its derivative",
      spoken: `the new w 1 ${from} of layer ${last}`,
      name: shownWeight, value: after[shown], label: "new\u00a0",
      formula: row(shownWeight, MINUS, eta, fraction(row(sign("∂"), E), row(sign("∂"), shownWeight))),
      numbers: row(number(before[shown]), MINUS, product(factor(rate), factor(slope(last, 1, from)))),
      rule: "The rate η, times its derivative, is subtracted from each weight. The marked one is asked for.",
      why: "The same for every weight, with its own derivative. All the new ones stand under “Change the network and its weights”.",
    });
    const old = nnlecture.deep.error(network, target);
    add({
      kind: "new", layer: last, neuron: 1, given: true,
      title: "The error with the new weights", spoken: "the new E",
      name: E, value: newError, label: "new\u00a0",
      formula: row(E, brackets(`<mtext>new weights</mtext>`)), numbers: "",
      why: newError < old
        ? `It was ${digits(old)}: the step went downhill.`
        : newError > old
          ? `It was ${digits(old)}, so it has grown: with this rate η the step was too long.`
          : rate === 0
            ? "It is as it was: the rate η is 0, so no weight has moved."
            : "It is as it was: where the derivatives are 0, or nearly so, nothing moves.",
    });
    return all;
  }

  return { steps, digits, number };
})();
