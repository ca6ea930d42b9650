/*
The playground: a small network that the reader trains on the page. It takes the place of what
stands in the element with the id "playground".
*/
"use strict";

(() => {
  const { randomNetwork, forward, error, epoch } = nnlecture.network;
  const { DATA, source, sample } = nnlecture.data;
  const { drawNetwork, drawErrors } = nnlecture.view;

  const EVENTS = 200; // to train with, and as many to validate
  const RATES = [0.01, 0.03, 0.1, 0.3, 1, 3];
  const ACTIVATIONS = { tanh: "tanh", sigmoid: "sigmoid", relu: "ReLU", linear: "linear" };
  const SPOKEN_EVERY = 10; // seconds: a screen reader shall not talk without a pause

  const options = (choices) =>
    choices.map(([value, title]) => `<option value="${value}">${title}</option>`).join("");
  const data = options(Object.entries(DATA).map(([name, { title }]) => [name, title]));
  const activations = options(Object.entries(ACTIVATIONS));
  const rates = options(RATES.map((rate) => [rate, rate]));

  const root = document.getElementById("playground");
  root.innerHTML = `
    <div class="playground-controls">
      <label>Data <select name="data">${data}</select></label>
      <label>Activation <select name="activation">${activations}</select></label>
      <label>Learning rate <select name="rate">${rates}</select></label>
      <label>Hidden neurons <input name="neurons" type="range" min="1" max="8" value="3">
        <span class="playground-count" aria-hidden="true"></span></label>
      <label>Starting weights
        <input name="start" type="number" min="1" max="999" value="1"></label>
      <label><input name="product" type="checkbox"> input x₁x₂</label>
    </div>
    <div class="playground-buttons">
      <button type="button" name="run">Start</button>
      <button type="button" name="step">One epoch</button>
      <button type="button" name="reset">Reset</button>
    </div>
    <canvas class="playground-network" role="img"></canvas>
    <p class="playground-numbers"></p>
    <canvas class="playground-errors" role="img"></canvas>
    <p class="playground-spoken" role="status"></p>`;

  const control = Object.fromEntries(
    [...root.querySelectorAll("[name]")].map((element) => [element.name, element]),
  );
  const part = (name) => root.querySelector(`.playground-${name}`);

  control.rate.value = "0.1";

  let state; // what is trained, and on which events
  let running = false;
  let spoken = 0; // when the numbers were last read out

  /* The inputs that the network gets for two features. */
  function features([x1, x2]) {
    return control.product.checked ? [x1, x2, x1 * x2] : [x1, x2];
  }

  function reset() {
    pause();
    const names = control.product.checked ? ["x₁", "x₂", "x₁x₂"] : ["x₁", "x₂"];
    const neurons = control.neurons.valueAsNumber;
    const random = source(control.start.valueAsNumber || 1);
    const [training, validation] = [1, 2].map((seed) =>
      sample(control.data.value, EVENTS, seed).map(({ x, t }) => ({ x: features(x), t })),
    );
    const network = randomNetwork(names.length, neurons, random.normal, control.activation.value);
    part("count").textContent = neurons;
    state = { network, names, training, validation, random, errors: [] };
    record();
    show();
    speak();
  }

  function record() {
    const { network, training, validation, errors } = state;
    errors.push({ training: error(network, training), validation: error(network, validation) });
  }

  function train() {
    const order = state.random.permutation(EVENTS);
    state.network = epoch(state.network, state.training, order, Number(control.rate.value));
    record();
  }

  function show() {
    const { network, names, training } = state;
    drawNetwork(part("network"), { network, names, features, sample: training });
    drawErrors(part("errors"), state.errors);
    const { epochs, now, wrong } = numbers();
    part("numbers").innerHTML = `
      <span>Epoch <b>${epochs}</b></span>
      <span class="training">Training error <b>${now.training.toFixed(4)}</b></span>
      <span class="validation">Validation error <b>${now.validation.toFixed(4)}</b>,
        <b>${wrong} %</b> wrong</span>`;
  }

  function numbers() {
    const { network, validation, errors } = state;
    const misclassified = validation.filter(({ x, t }) => forward(network, x).y > 0.5 !== t > 0.5);
    const wrong = Math.round((100 * misclassified.length) / validation.length);
    return { epochs: errors.length - 1, now: errors.at(-1), wrong };
  }

  /* Say in words what the pictures show, for those who do not see them. */
  function speak() {
    spoken = performance.now();
    const { epochs, now, wrong } = numbers();
    const [training, validation] = [now.training, now.validation].map((e) => e.toFixed(3));
    part("network").setAttribute(
      "aria-label",
      `A network with the inputs ${state.names.join(", ")} and ${state.network.w1.length} hidden ` +
        `neurons (${ACTIVATIONS[state.network.hidden]}) on the data set ` +
        `${DATA[control.data.value].title}. Its boundary has ${wrong} % of the validation events ` +
        "on the wrong side.",
    );
    part("errors").setAttribute(
      "aria-label",
      `Error against epochs: after ${epochs} epochs ${training} on the training events, ` +
        `${validation} on the validation events.`,
    );
    part("spoken").textContent =
      `Epoch ${epochs}, training error ${training}, validation error ${validation}, ` +
      `${wrong} % of these events on the wrong side.`;
  }

  function frame() {
    if (!running) return;
    train();
    show();
    if (performance.now() - spoken > 1000 * SPOKEN_EVERY) speak();
    requestAnimationFrame(frame);
  }

  function start() {
    running = true;
    control.run.textContent = "Pause";
    requestAnimationFrame(frame);
  }

  function pause() {
    running = false;
    control.run.textContent = "Start";
  }

  control.run.addEventListener("click", () => {
    if (!running) return start();
    pause();
    speak();
  });
  control.step.addEventListener("click", () => {
    pause();
    train();
    show();
    speak();
  });
  control.reset.addEventListener("click", reset);
  for (const name of ["data", "activation", "neurons", "start", "product"]) {
    control[name].addEventListener("input", reset);
  }

  // The page may become narrower, or dark.
  new ResizeObserver(show).observe(part("network"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  const theme = new MutationObserver(show);
  for (const element of [document.documentElement, document.body]) {
    theme.observe(element, { attributes: true });
  }

  reset();
})();
