/*
The stepper: one event through a small network, forward, back and into the weights, one number at a
time. It takes the place of what stands in the element with the id "stepper".
*/
"use strict";

(() => {
  const deep = nnlecture.deep;
  const { ACTIVATIONS } = nnlecture.deep;
  const { steps, digits, number } = nnlecture.steps;
  const address = nnlecture.address;

  // The worked example of the chapter: code/nnlecture/worked_example.py, and a test that they agree.
  const EXAMPLE = {
    layers: [2, 2, 1],
    hidden: "sigmoid",
    output: "sigmoid",
    error: "squared",
    rate: 0.5,
    weights: [0.2, 0.4, 0.5, -0.3, -0.2, 0.3, -0.4, -0.5, 0.7],
    sample: [
      { x: [2, -1], t: 1 }, // the chapter's event, and three more to go on with
      { x: [1, 1], t: 0 },
      { x: [-1, 2], t: 1 },
      { x: [-1, -1], t: 0 },
    ],
    event: 0,
  };
  // Events for the student's own network, by its number of inputs; no input is 0, or derivatives were.
  const EVENTS = {
    1: [[-1, 0], [0.5, 1], [2, 0]],
    2: [[-1, -1, 0], [-1, 1, 1], [1, -1, 1], [1, 1, 0]],
    3: [[-1, -1, 1, 1], [-1, 1, -1, 1], [1, -1, -1, 1], [1, 1, 1, 1]],
  };
  const OUTPUTS = ["sigmoid", "tanh", "linear"];
  const LARGEST = 1000; // of a weight, an input or a target that one may enter
  const RIGHT = 0.02; // an answer may be off by this share, or by half of the fourth decimal
  const REMEMBERED = 500; // events to go back

  const events = (rows) => rows.map((row) => ({ x: row.slice(0, -1), t: row.at(-1) }));

  /* The set-up that an address asks for; what it does not say, or says wrongly, is as in the example. */
  function read(parameters) {
    const text = (name) => parameters.get(name) ?? "";
    const numbers = (text) => text.split(",").map((part) => address.number(part, -LARGEST, LARGEST, NaN));
    const net = text("net");
    const layers = /^[1-3](-[1-4]){1,2}-1$/.test(net) ? net.split("-").map(Number) : EXAMPLE.layers;
    const own = String(layers) !== String(EXAMPLE.layers);
    const setup = {
      layers,
      hidden: address.choice(text("hidden"), Object.keys(ACTIVATIONS), EXAMPLE.hidden),
      output: address.choice(text("output"), OUTPUTS, EXAMPLE.output),
      error: address.choice(text("error"), Object.keys(deep.ERRORS), EXAMPLE.error),
      rate: address.number(text("rate"), 0, LARGEST, EXAMPLE.rate),
      weights: numbers(text("weights")),
      sample: events(text("events").split(";").map(numbers)),
    };
    const fits = ({ x, t }) => x.length === layers[0] && [...x, t].every(Number.isFinite);
    if (setup.sample.length > 50 || !setup.sample.every(fits)) {
      setup.sample = own ? events(EVENTS[layers[0]]) : EXAMPLE.sample.map(({ x, t }) => ({ x: [...x], t }));
    }
    const network = deep.network(layers);
    if (setup.weights.length !== deep.weights(network).length || setup.weights.some(Number.isNaN)) {
      setup.weights = own ? randomWeights(layers, 1) : EXAMPLE.weights;
    }
    setup.errors = []; // the mean error before the first epoch with these weights, and after each
    setup.event = address.integer(text("event"), 1, setup.sample.length, 1) - 1;
    return possible(setup);
  }

  /* The cross entropy wants a probability: a sigmoid, and targets from 0 to 1. */
  function possible(setup) {
    if (setup.error !== "cross entropy") return setup;
    const sample = setup.sample.map(({ x, t }) => ({ x, t: Math.min(1, Math.max(0, t)) }));
    return { ...setup, output: "sigmoid", sample };
  }

  /* Random weights with two decimals, so that one can compute with them. */
  function randomWeights(layers, seed) {
    const network = deep.network(layers);
    deep.randomize(network, nnlecture.data.source(seed).normal);
    return deep.weights(network).map((w) => Math.round(100 * w) / 100);
  }

  const root = document.getElementById("stepper");
  const select = (name, choices) =>
    `<select name="${name}">${choices.map((c) => `<option>${c}</option>`).join("")}</select>`;
  const field = (name, label) =>
    `<label><span>${label}</span> <input name="${name}" type="text" inputmode="decimal" autocomplete="off" size="5"></label>`;
  root.innerHTML = `
    <div class="stepper-event"></div>
    <div class="stepper-picture"></div>
    <div class="stepper-buttons">
      <button type="button" name="back" aria-keyshortcuts="ArrowLeft">◂ Back</button>
      <button type="button" name="step" aria-keyshortcuts="ArrowRight">Next number ▸</button>
      <button type="button" name="all">Do all</button>
      <button type="button" name="next">Update, next event</button>
      <button type="button" name="epochs">Ten epochs</button>
      <label><input name="quiz" type="checkbox"> I enter the numbers</label>
      <span class="stepper-score"></span>
    </div>
    <form class="stepper-answer" hidden>
      <label><span class="stepper-question"></span> <input name="answer" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" size="20"></label>
      <button>Check</button>
      <button type="button" name="tell">Tell me</button>
    </form>
    <p class="stepper-spoken aside" role="status"></p>
    <div class="stepper-errors" hidden></div>
    <div class="stepper-panel"></div>
    <details class="stepper-code" open>
      <summary>The line of <code class="stepper-file"></code> that computes it</summary>
      <pre tabindex="0" role="group" aria-label="Source"><code></code></pre>
    </details>
    <details class="stepper-settings">
      <summary>Change the network and its weights</summary>
      <div class="stepper-controls">
        <label>Inputs ${select("inputs", [1, 2, 3])}</label>
        <label>Hidden neurons ${select("first", [1, 2, 3, 4])}</label>
        <label>and in a second layer ${select("second", ["none", 1, 2, 3, 4])}</label>
        <label>Activation ${select("hidden", Object.keys(ACTIVATIONS))}</label>
        <label>of the output ${select("output", OUTPUTS)}</label>
        <label>Error ${select("error", Object.keys(deep.ERRORS))}</label>
      </div>
      <div class="stepper-weights"></div>
      <div class="stepper-buttons">
        <button type="button" name="example">Worked example</button>
        <button type="button" name="random">Random weights</button>
        <button type="button" name="copy">Copy link</button>
      </div>
    </details>
    <p class="stepper-print">On the page this is a program: it goes through the network one number at a time.</p>`;
  root.tabIndex = -1;

  const part = (name) => root.querySelector(`.stepper-${name}`);
  const control = (name) => root.querySelector(`[name="${name}"]`);

  let setup; // as `read` gives it, but for `weights`, which are those before this event's update
  let network; // has computed the event; its weights are those before the update
  let after; // all weights after the update
  let all; // the steps of this event
  let position = 0; // how many of them are made
  let past = []; // where "back" leads from the first step
  let seed = 1; // of the random weights
  let tries = 0; // at the number that is asked for
  let answered = false; // whether the last number was asked for, and nobody has gone on yet
  let score = { right: 0, asked: 0 };

  /* Compute everything that the steps of this event will show. */
  function compute() {
    const { layers, hidden, output, error, rate, weights, sample, event } = setup;
    const { x, t } = sample[event];
    network = deep.network(layers, hidden, output, error);
    const updated = deep.network(layers, hidden, output, error);
    deep.setWeights(network, weights);
    deep.gradient(network, x, t);
    deep.setWeights(updated, weights);
    updated.slope = network.slope;
    deep.update(updated, rate);
    after = deep.weights(updated);
    deep.forward(updated, x);
    const newError = deep.error(updated, t);
    all = steps(network, { target: t, rate, before: weights, after, newError });
    position = Math.min(position, all.length);
  }

  const updatedNow = () => position > all.findIndex(({ kind }) => kind === "update");
  const weightsNow = () => (updatedNow() ? after : setup.weights);

  /* Begin an event, or another set-up, and remember where we were. */
  function go(changes) {
    past.push({ setup, position });
    if (past.length > REMEMBERED) past.shift();
    setup = possible({ ...setup, ...changes });
    begin();
  }

  /* Begin with the event of the set-up. */
  function begin() {
    position = 0;
    tries = 0;
    answered = false;
    compute();
  }

  /* Another network: what was counted for the old one, and the way back to it, are gone. */
  function goAnew(changes) {
    go({ errors: [], ...changes });
    past = [];
    score = { right: 0, asked: 0 };
    skipGiven();
    show();
    speak();
  }

  /* Nobody has to enter what is given. */
  function skipGiven() {
    if (control("quiz").checked) while (all[position]?.given) position++;
  }

  function forth() {
    if (position === all.length) return nextEvent();
    if (answered) answered = false;
    else position++;
    tries = 0;
    skipGiven();
    show();
    speak();
  }

  /* Show the number that was asked for, and how it is computed, until somebody goes on. */
  function reveal(sentence) {
    position++;
    answered = true;
    show();
    say(sentence);
  }

  function back() {
    if (position > 0) {
      position--;
      if (control("quiz").checked) while (position > 0 && all[position].given) position--;
    } else if (past.length) {
      ({ setup, position } = past.pop());
      compute();
    }
    tries = 0;
    answered = false;
    show();
    speak();
  }

  function doAll() {
    position = all.length;
    answered = false;
    show();
    speak();
  }

  /* On to the next event, with the weights as this one leaves them. */
  function nextEvent() {
    if (!after.every(Number.isFinite)) return say("The weights have grown beyond all bounds. Go back, and lower the rate.");
    go({ weights: after, event: (setup.event + 1) % setup.sample.length });
    skipGiven();
    show();
    speak();
  }

  /* Ten epochs, each of them once through all events, from the weights that the picture shows. */
  function tenEpochs() {
    const { layers, hidden, output, error, rate, sample } = setup;
    const trained = deep.network(layers, hidden, output, error);
    deep.setWeights(trained, weightsNow());
    const errors = [...setup.errors.slice(0, -1), deep.meanError(trained, sample)];
    const before = errors.at(-1);
    for (let epoch = 0; epoch < 10; epoch++) {
      for (const { x, t } of sample) {
        deep.gradient(trained, x, t);
        deep.update(trained, rate);
      }
      errors.push(deep.meanError(trained, sample));
    }
    const now = errors.at(-1);
    const weights = deep.weights(trained);
    if (!Number.isFinite(now) || !weights.every(Number.isFinite)) {
      return say("In ten epochs the weights would grow beyond all bounds: lower the rate.");
    }
    go({ weights, errors, event: 0 });
    show();
    say(`After ${errors.length - 1} epochs, each of them once through all events, the mean error of the ${sample.length} events is ${digits(now)}; before these ten it was ${digits(before)}.`);
  }

  /* The mean error against the epochs, as soon as there are some. */
  function showErrors() {
    const { errors } = setup;
    part("errors").hidden = errors.length === 0;
    if (errors.length === 0) return;
    const [width, height, left, top] = [240, 70, 52, 24];
    const most = Math.max(...errors);
    const points = errors.map((error, epoch) => {
      const x = left + (width * epoch) / (errors.length - 1);
      return `${x.toFixed(1)} ${(top + height * (1 - error / most || 0)).toFixed(1)}`;
    });
    const text = (x, y, anchor, content) => `<text x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`;
    part("errors").innerHTML = `<svg viewBox="0 0 300 122" width="300" height="122" aria-hidden="true" focusable="false">
      <path class="axis" d="M${left} ${top}v${height}h${width}"/><path class="curve" d="M${points.join("L")}"/>
      ${text(left - 6, top + 5, "end", digits(most))}${text(left - 6, top + height + 5, "end", "0")}
      ${text(left + width, top + height + 20, "end", `${errors.length - 1} epochs`)}${text(left - 6, 12, "start", "mean error")}</svg>`;
  }

  /* Show a sentence, and have it read out. */
  function say(text, aside = false) {
    part("spoken").classList.toggle("aside", aside);
    part("spoken").textContent = text;
  }

  /* Have the number read out that has just appeared: who sees it needs no sentence. */
  function speak() {
    const question = asked();
    if (question) return say(`Step ${position + 1} of ${all.length}: ${question.title}. What is ${question.spoken}?`, true);
    const step = all[position - 1];
    const number = step && `Step ${position} of ${all.length}: ${step.title}, ${step.spoken}, is`;
    const begin = `Event ${setup.event + 1} of ${setup.sample.length}. Nothing is computed yet.`;
    say(step ? `${number} ${digits(step.value)}.` : begin, true);
  }

  const math = (...parts) => `<math display="block"><mrow>${parts.join("")}</mrow></math>`;
  /* “=” before MathML, or “≈” if a number in it is rounded. */
  const equals = (formula) => `<mo>${formula.includes('class="rounded"') ? "≈" : "="}</mo>${formula}`;
  const SMALLEST = 12; // CSS pixels of a formula's letters
  const passOf = ({ kind }) => {
    if (["x", "v", "phi", "u", "y", "E"].includes(kind)) return "forward pass";
    return ["update", "new"].includes(kind) ? "update" : "backward pass";
  };

  /* The panel: what the current step is, in symbols, with numbers, and why. */
  function showPanel() {
    const quiz = asked();
    const step = quiz ?? all[position - 1];
    const next = all[position];
    if (!step) {
      part("panel").innerHTML = `
        <p><b>Event ${setup.event + 1} of ${setup.sample.length}</b></p>
        <p>The numbers on the lines are the weights${setup.layers.length > 3 ? "; those that find no room appear at their step" : ""}.
        A dashed line has a negative weight. Press <i>Next number</i>, or the right arrow key, to
        carry the event through the network; the left one leads back.</p>`;
      return;
    }
    const label = step.label ? `<mtext>${step.label}</mtext>` : "";
    const name = label + step.name;
    const [symbols, numbers] = quiz ? [tries > 0, tries > 1] : [true, true];
    const same = step.formula === `<mrow>${step.name}</mrow>`;
    const pass = passOf(step);
    const lines = [
      symbols && !same ? math(name, equals(step.formula)) : "",
      symbols && step.detail ? math("<mtext>with</mtext><mspace width='0.4em'/>", step.detail) : "",
      numbers && !same && step.numbers ? math(same ? name : "", equals(step.numbers)) : "",
      quiz ? "" : `<div class="stepper-result ${pass.split(" ")[0]}">${math(same ? name : "", equals(number(step.value)))}</div>`,
    ];
    const hint = quiz && !tries ? "<p>A wrong answer shows the formula, a second one the numbers in it. You may enter a calculation.</p>" : "";
    part("panel").innerHTML = `
      <p class="stepper-title"><b>${step.title}</b>
        <span class="${pass.split(" ")[0]}">${pass}, step ${all.indexOf(step) + 1} of ${all.length}</span></p>
      <div class="stepper-formulas">${lines.join("")}</div>
      <p>${quiz ? step.rule ?? step.why : step.why}</p>${hint}
      ${quiz ? "" : `<p class="stepper-then">${next ? `Next: ${next.title.charAt(0).toLowerCase()}${next.title.slice(1)}` : "The event is done. Next: the next event, with the new weights."}</p>`}`;
    fitFormulas();
  }

  /* Formulas wider than the panel become smaller, all alike; before they are too small to be read,
  their sums are broken into lines, one term each. */
  function fitFormulas() {
    const formulas = [...part("formulas").querySelectorAll("math")];
    if (!formulas.length) return;
    const size = parseFloat(getComputedStyle(formulas[0]).fontSize);
    const wanted = (formula) => (0.98 * size * part("formulas").clientWidth) / formula.scrollWidth;
    for (const formula of formulas) {
      if (wanted(formula) >= SMALLEST + 2) continue;
      for (const sum of formula.querySelectorAll(".sum")) {
        const rows = [...sum.children].map((term) => `<mtr><mtd>${term.outerHTML}</mtd></mtr>`);
        sum.outerHTML = `<mtable>${rows.join("")}</mtable>`;
      }
    }
    const fits = Math.max(SMALLEST, Math.min(size, ...formulas.map(wanted)));
    for (const formula of formulas) formula.style.fontSize = `${fits}px`;
  }

  /* The code, with the line of the current step marked. */
  function showCode() {
    const lecture = setup.layers.length === 3 && setup.error === "squared";
    const { file, code, lines } = nnlecture.stepperCode[lecture ? "network" : "deep_network"];
    const step = asked() ?? all[position - 1];
    const entropy = setup.error === "cross entropy" && ["E", "new"].includes(step?.kind);
    const hidden = lines.slopeHidden && step?.kind === "slope" && step.layer === 1;
    const mark = step && lines[entropy ? "entropy" : hidden ? "slopeHidden" : step.kind];
    part("file").textContent = file;
    const text = root.querySelector(".stepper-code pre code");
    text.textContent = "";
    for (const line of code.split("\n")) {
      const element = document.createElement(mark && line.includes(mark) ? "mark" : "span");
      element.textContent = `${line}\n`;
      text.append(element);
    }
    // Bring the marked line into view, inside its frame only.
    const marked = text.querySelector("mark");
    const frame = text.parentElement;
    if (marked) frame.scrollTop = marked.offsetTop - frame.offsetTop - frame.clientHeight / 2 + 10;
  }

  /* The fields for the event; made anew only if there are others than before. */
  function showEvent() {
    const { sample, event, layers, rate } = setup;
    const fields = part("event");
    const shape = `${sample.length} ${layers[0]}`;
    if (fields.dataset.shape !== shape) {
      fields.dataset.shape = shape;
      const inputs = sample[0].x.map((_, k) => field(`x${k + 1}`, `<i>x</i><sub>${k + 1}</sub>`));
      const numbers = sample.map((_, a) => `<option value="${a}">${a + 1} of ${sample.length}</option>`);
      fields.innerHTML = `<label>Event <select name="event">${numbers.join("")}</select></label>
        ${inputs.join("")} ${field("target", "target <i>t</i>")} ${field("rate", "rate <i>η</i>")}`;
    }
    control("event").value = event;
    sample[event].x.forEach((value, k) => (control(`x${k + 1}`).value = plain(value)));
    control("target").value = plain(sample[event].t);
    control("rate").value = plain(rate);
  }

  /* A number to be edited: a point, a real minus and not more digits than one can read. */
  const plain = (value) => String(Number(value.toPrecision(6)));

  function showSettings() {
    const { layers, hidden, output, error } = setup;
    control("inputs").value = layers[0];
    control("first").value = layers[1];
    control("second").value = layers.length > 3 ? layers[2] : "none";
    control("hidden").value = hidden;
    control("output").value = output;
    control("output").disabled = error === "cross entropy";
    control("error").value = error;
    const weights = weightsNow();
    const table = part("weights");
    if (table.dataset.shape !== String(layers)) {
      table.dataset.shape = layers;
      let next = 0;
      table.innerHTML = layers
        .slice(1)
        .map((n, l) => {
          const from = Array.from({ length: layers[l] }, (_, k) => `${l ? "ϕ" : "x"}<sub>${k + 1}</sub>`);
          const rows = Array.from({ length: n }, (_, j) => {
            const cells = Array.from({ length: layers[l] + 1 }, (_, k) =>
              `<td><input name="w${next++}" type="text" inputmode="decimal" autocomplete="off" size="7" aria-label="w ${j + 1} ${k} of layer ${l + 1}"></td>`);
            const title = l === layers.length - 2 ? "output" : `neuron ${j + 1}`;
            return `<tr><th scope="row">${title}</th>${cells.join("")}</tr>`;
          });
          const head = ["bias", ...from].map((title) => `<th scope="col">${title}</th>`);
          return `<table><caption>Weights of layer ${l + 1}</caption><thead><tr><td></td>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
        })
        .join("");
    }
    weights.forEach((value, i) => (control(`w${i}`).value = plain(value)));
  }

  function showPicture() {
    const known = all.slice(0, position);
    const shown = deep.network(setup.layers);
    deep.setWeights(shown, weightsNow());
    part("picture").innerHTML = nnlecture.stepperPicture.draw(network, {
      width: Math.max(280, Math.floor(part("picture").clientWidth)),
      known,
      current: asked() ?? known.at(-1),
      weights: shown.w,
      fresh: updatedNow(),
      target: setup.sample[setup.event].t,
    });
  }

  /* The step whose number the student is to enter now, if any. */
  function asked() {
    const step = control("quiz").checked && !answered ? all[position] : undefined;
    return step?.given ? undefined : step;
  }

  function showQuiz() {
    const step = asked();
    part("answer").hidden = !step && !answered;
    part("answer").inert = !step;
    control("step").disabled = Boolean(step);
    part("score").textContent = score.asked ? `${score.right} of ${score.asked} right at once` : "";
    if (!step) return;
    part("question").innerHTML = `<math><mrow>${step.label ? `<mtext>${step.label}</mtext>` : ""}${step.name}<mo>=</mo></mrow></math>`;
    control("answer").setAttribute("aria-label", step.spoken);
    control("answer").value = "";
  }

  function show() {
    const focused = document.activeElement;
    showEvent();
    showPicture();
    showPanel();
    showQuiz();
    showErrors();
    showCode();
    showSettings();
    control("back").disabled = position === 0 && past.length === 0;
    control("step").textContent = position === all.length ? "Next event ▸" : "Next number ▸";
    control("next").hidden = position === all.length;
    // Who works with the keyboard goes on with what comes next.
    const lost = root.contains(focused) && (focused.disabled || focused.closest("[hidden], [inert]"));
    if (lost) control(asked() ? "answer" : "step").focus({ preventScroll: true });
  }

  /* Compare an answer with the number; numbers that were rounded on the way are right, too. */
  function check(text) {
    const step = asked();
    const answer = nnlecture.calculate(text);
    if (!Number.isFinite(answer)) return say("Enter a number, such as −1.3, or a calculation, such as 0.2 + 0.4*2, 1/(1+exp(-0.5)) or sigmoid(0.5).");
    const right = Math.abs(answer - step.value) <= Math.max(RIGHT * Math.abs(step.value), 0.00006);
    if (tries === 0) {
      score.asked++;
      if (right) score.right++;
    }
    if (right) return reveal(`Right: ${digits(step.value)}. Enter leads on.`);
    tries++;
    const opposite = Math.abs(answer + step.value) <= RIGHT * Math.abs(step.value);
    showPanel();
    say(`Not ${/^[−\d.,-]*$/.test(text.trim()) ? text.trim() : digits(answer)}${opposite ? ", but the opposite sign" : ""}. ${tries > 1 ? "Here are the numbers to put in." : "The formula is the hint."}`);
    control("answer").select();
  }

  /* Take over what was edited: a number in its range, or the old one again. */
  function edited(input, use, least = -LARGEST) {
    const value = address.number(input.value.replace("−", "-"), least, LARGEST, NaN);
    if (Number.isNaN(value)) {
      say(`“${input.value}” is not a number from ${digits(least)} to ${LARGEST}.`);
      return show();
    }
    use(value);
  }

  /* Change the set-up while the steps made so far stay visible, with their new numbers. */
  function change(changes) {
    const kept = position;
    setup = possible({ ...setup, ...changes });
    compute();
    position = Math.min(kept, all.length);
    tries = 0;
    show();
    speak();
  }

  root.addEventListener("change", ({ target }) => {
    const { name, value } = target;
    const { sample, event } = setup;
    const replaced = (changed) => sample.map((one, a) => (a === event ? { ...one, ...changed } : one));
    const weight = /^w(\d+)$/.exec(name);
    const input = /^x(\d)$/.exec(name);
    if (weight) {
      edited(target, (number) => {
        const weights = weightsNow().with(Number(weight[1]), number);
        if (!updatedNow()) return change({ weights });
        go({ weights });
        show();
        speak();
      });
    } else if (input) {
      edited(target, (number) => {
        const x = sample[event].x.with(Number(input[1]) - 1, number);
        change({ sample: replaced({ x }) });
      });
    } else if (name === "target") {
      edited(target, (t) => change({ sample: replaced({ t }) }));
    } else if (name === "rate") {
      edited(target, (rate) => change({ rate }), 0);
    } else if (name === "event") {
      go({ event: Number(value), weights: weightsNow() });
      show();
      speak();
    } else if (["hidden", "output", "error"].includes(name)) {
      change({ [name]: value });
    } else if (["inputs", "first", "second"].includes(name)) {
      const second = control("second").value;
      const layers = [control("inputs").value, control("first").value, second, 1]
        .filter((n) => n !== "none")
        .map(Number);
      const other = layers[0] !== setup.layers[0];
      goAnew({
        layers,
        weights: randomWeights(layers, seed),
        ...(other ? { sample: events(EVENTS[layers[0]]), event: 0 } : {}),
      });
    } else if (name === "quiz") {
      skipGiven();
      tries = 0;
      answered = false;
      part("code").open = !target.checked; // it would tell the formula
      show();
      speak();
      if (asked()) control("answer").focus();
    }
  });

  function link() {
    const { layers, hidden, output, error, rate, sample, event } = setup;
    return address.link(
      {
        net: layers.join("-"),
        hidden,
        output,
        error,
        rate,
        weights: weightsNow().join(","),
        events: sample.map(({ x, t }) => [...x, t].join(",")).join(";"),
        event: event + 1,
      },
      "stepper",
    );
  }

  const ACTIONS = {
    back,
    step: forth,
    all: doAll,
    next: nextEvent,
    epochs: tenEpochs,
    example: () => goAnew(read(new URLSearchParams())),
    random() {
      seed++;
      goAnew({ weights: randomWeights(setup.layers, seed) });
    },
    async copy() {
      address.show(link());
      say(await address.copy(link()));
    },
    tell() {
      if (tries === 0) score.asked++;
      reveal(`It is ${digits(asked().value)}. Enter leads on.`);
    },
  };
  root.addEventListener("click", ({ target }) => {
    if (target.matches("button[name]")) ACTIONS[target.name]();
  });
  part("answer").addEventListener("submit", (event) => {
    event.preventDefault();
    check(control("answer").value);
  });
  root.addEventListener("keydown", (event) => {
    if (event.target.matches("input:not([type=checkbox]), select, pre")) return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const action = { ArrowRight: "step", ArrowLeft: "back", End: "all" }[event.key];
    if (!action || control(action)?.disabled) return;
    event.preventDefault(); // or the page would scroll
    ACTIONS[action]();
  });

  // The typeface of its Greek letters: if it came after the page is laid out, all would be again.
  document.fonts.load(`1em ${getComputedStyle(root).fontFamily}`, "ϕ").catch(() => {});

  // Shows for the first time, too, as soon as the width is known.
  let width = 0;
  new ResizeObserver(() => {
    if (part("picture").clientWidth === width) return;
    const first = width === 0;
    width = part("picture").clientWidth;
    if (first) return show();
    showPicture();
    showPanel();
  }).observe(part("picture"));

  function open(parameters) {
    setup = read(parameters);
    past = [];
    score = { right: 0, asked: 0 };
    begin();
    if (width) show();
  }
  open(address.parameters());
  address.follow("stepper", open);
})();
