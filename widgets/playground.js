/*
The playground: a network that the reader builds and trains on the page. It takes the place of what
stands in the element with the id "playground". What is chosen stands in the page's address.
*/
"use strict";

(() => {
  const deep = nnlecture.deep;
  const address = nnlecture.address;
  const view = nnlecture.view;
  const { DATA, FEATURES, source, sample } = nnlecture.data;
  const { OPTIMISERS, PENALTIES, trainer } = nnlecture.trainer;

  const SPOKEN_EVERY = 10; // seconds: a screen reader shall not talk without a pause
  const FRAME = 14; // milliseconds for training and drawing, of the 16 between two pictures
  const CALM = 500; // milliseconds between two pictures for readers who want less motion
  const MANY = 12; // neurons of a network whose output is drawn with fewer points while it learns
  const MOST_POINTS = 200; // of one's own
  const DRAG = 0.02; // change of a weight for each pixel that the pointer moves up

  // The choices, first of all the one that holds if nothing is asked for.
  const CHOICES = {
    data: [...Object.keys(DATA), "own"],
    events: [200, 50, 100, 500],
    noise: [0, 0.1, 0.2, 0.4, 0.8],
    layers: [1, 0, 2, 3, 4],
    activation: ["tanh", "sigmoid", "relu", "linear"],
    optimiser: OPTIMISERS,
    rate: [0.1, 0.001, 0.003, 0.01, 0.03, 0.3, 1, 3, 10],
    batch: [1, 10, 50, "all"],
    penalty: PENALTIES,
    strength: [0.001, 0.0001, 0.0003, 0.003, 0.01, 0.03, 0.1],
    dropout: [0, 0.1, 0.2, 0.3, 0.5],
  };
  const TITLES = { relu: "ReLU", own: "own points only" };
  const NEURONS = 3; // in a hidden layer, if nothing is asked for
  const RESETS = /^(data|events|noise|layers|activation|start|sample|neurons\d|input-.*)$/;

  const sorted = (choices) =>
    typeof choices.find((c) => c !== "all") === "number"
      ? choices.toSorted((a, b) => (a === "all") - (b === "all") || a - b)
      : choices;
  const titleOf = (choice) => DATA[choice]?.title ?? TITLES[choice] ?? choice;
  const select = (name, label) => {
    const options = sorted(CHOICES[name]).map((c) => `<option value="${c}">${titleOf(c)}</option>`);
    return `<label>${label} <select name="${name}">${options.join("")}</select></label>`;
  };
  const seedField = (name, label) =>
    `<label>${label} <input name="${name}" type="number" min="1" max="999" value="1"></label>`;
  const inputs = Object.entries(FEATURES)
    .map(([name, { title }]) => `<label><input name="input-${name}" type="checkbox"> ${title}</label>`)
    .join("");
  const neurons = [1, 2, 3, 4]
    .map((l) => `<label>Neurons in layer ${l} <input name="neurons${l}" type="range" min="1" max="8">
      <span class="playground-count" aria-hidden="true"></span></label>`)
    .join("");

  const root = document.getElementById("playground");
  root.innerHTML = `
    <details class="playground-group"><summary>Data</summary><div class="playground-controls">
      ${select("data", "Data")} ${select("events", "Events")} ${select("noise", "Noise")}
      ${seedField("sample", "Sample")}
      <label>A click adds <select name="class"><option value="1">signal</option><option value="0">background</option></select></label>
      <button type="button" name="forget">Forget my points</button>
    </div></details>
    <details class="playground-group"><summary>Network</summary><div class="playground-controls">
      ${select("layers", "Hidden layers")} ${neurons}
      ${select("activation", "Activation")} ${seedField("start", "Starting weights")}
      <fieldset><legend>Inputs</legend>${inputs}</fieldset>
    </div></details>
    <details class="playground-group"><summary>Training</summary><div class="playground-controls">
      ${select("rate", "Learning rate")} ${select("optimiser", "Steps")} ${select("batch", "Batch")}
      ${select("penalty", "Penalty")} ${select("strength", "Strength")} ${select("dropout", "Dropout")}
    </div></details>
    <div class="playground-buttons">
      <button type="button" name="run">Start</button>
      <button type="button" name="batchStep">One batch</button>
      <button type="button" name="epochStep">One epoch</button>
      <button type="button" name="reset">Reset</button>
      <button type="button" name="copy">Copy link</button>
      <label><input name="fast" type="checkbox"> fast forward</label>
      <label><input name="log" type="checkbox"> log scale</label>
    </div>
    <div class="playground-stage">
      <canvas class="playground-network" role="img" tabindex="0"></canvas>
      <span class="playground-tip" aria-hidden="true"></span>
    </div>
    <p class="playground-numbers"></p>
    <p class="playground-spoken" role="status"></p>
    <canvas class="playground-errors" role="img"></canvas>
    <details class="playground-weights"><summary>Weights, one by one</summary><div class="playground-controls">
      <label>Weight <select name="weight"></select></label>
      <label>Value <input name="value" type="range" min="-5" max="5" step="0.05"><output></output></label>
    </div></details>
    <p class="playground-print">On the page this is a program: the network can be built and trained there.</p>`;
  root.tabIndex = -1;

  const control = Object.fromEntries(
    [...root.querySelectorAll("[name]")].map((element) => [element.name, element]),
  );
  const part = (name) => root.querySelector(`.playground-${name}`);
  const canvas = part("network");
  const wide = matchMedia("(min-width: 40rem)").matches;
  for (const group of root.querySelectorAll(".playground-group")) group.open = wide;

  let state; // what is trained, and on which events
  let own = []; // the reader's points {at, t}
  let running = false;
  let visible = false; // whether the widget is in the window, or nearly
  let spoken = 0; // when the numbers were last read out
  let drawn = 0; // when the picture was last drawn
  let drawing = 5; // milliseconds that a picture takes
  let colours; // of the page
  let places; // of the maps in the picture
  let chosen = null; // the weight [l, j, k] that is pointed at
  let held = null; // where the pointer took hold of it
  let cursor = null; // where the arrow keys would add a point

  const chosenInputs = () => Object.keys(FEATURES).filter((name) => control[`input-${name}`].checked);
  const layerSizes = () =>
    [1, 2, 3, 4].slice(0, Number(control.layers.value)).map((l) => control[`neurons${l}`].valueAsNumber);
  const seedOf = (name) => address.integer(control[name].value, 1, 999, 1);

  /* Set all controls as an address asks; what it does not say, or says wrongly, is as at first. */
  function setUp(parameters) {
    const text = (name) => parameters.get(name);
    for (const [name, choices] of Object.entries(CHOICES)) {
      control[name].value = address.choice(text(name), choices.map(String), String(choices[0]));
    }
    const hidden = (text("hidden") ?? String(NEURONS)).split("-");
    const valid = hidden.length <= 4 && hidden.every((n) => /^[1-8]$/.test(n));
    const sizes = text("hidden") === "0" ? [] : valid ? hidden.map(Number) : [NEURONS];
    control.layers.value = sizes.length;
    for (const l of [1, 2, 3, 4]) control[`neurons${l}`].value = sizes[l - 1] ?? NEURONS;
    control.start.value = address.integer(text("start"), 1, 999, 1);
    control.sample.value = address.integer(text("sample"), 1, 999, 1);
    const asked = (text("inputs") ?? "").split(",").filter((name) => Object.hasOwn(FEATURES, name));
    const used = asked.length ? asked : ["x1", "x2"];
    for (const name of Object.keys(FEATURES)) control[`input-${name}`].checked = used.includes(name);
    control.log.checked = text("scale") === "log";
    const points = (text("points") ?? "").split(";").map((point) => point.split(","));
    own = points
      .map(([x1, x2, t]) => ({
        at: [x1, x2].map((x) => address.number(x, -view.LIMIT, view.LIMIT, NaN)),
        t: address.integer(t, 0, 1, NaN),
      }))
      .filter(({ at, t }) => [...at, t].every(Number.isFinite))
      .slice(0, MOST_POINTS);
    reset();
    const weights = (text("weights") ?? "").split(",").map((w) => address.number(w, -100, 100, NaN));
    if (weights.length === deep.weights(state.network).length && weights.every(Number.isFinite)) {
      deep.setWeights(state.network, weights);
      changed();
    }
  }

  /* The address of the set-up, with what differs from the first choice. */
  function link() {
    const values = {};
    for (const [name, choices] of Object.entries(CHOICES)) {
      const value = control[name].value;
      if (name !== "layers" && value !== String(choices[0])) values[name] = value;
    }
    values.hidden = layerSizes().join("-") || "0";
    values.inputs = chosenInputs().join(",");
    values.start = seedOf("start");
    if (seedOf("sample") !== 1) values.sample = seedOf("sample");
    if (control.log.checked) values.scale = "log";
    if (own.length) values.points = own.map(({ at, t }) => [...at, t].join(",")).join(";");
    if (state.edited) {
      values.weights = deep.weights(state.network).map((w) => Number(w.toPrecision(4))).join(",");
    }
    return address.link(values, "playground");
  }

  /* Begin anew: the samples, the starting weights, and no epoch. */
  function reset() {
    pause();
    const names = chosenInputs();
    if (!names.length) {
      control["input-x1"].checked = true;
      names.push("x1");
    }
    const functions = names.map((name) => FEATURES[name].of);
    const withInputs = ({ x: at, t }) => ({ at, t, x: functions.map((f) => f(...at)) });
    const [training, validation] = samples().map((events) => events.map(withInputs));
    const network = deep.network([names.length, ...layerSizes(), 1], control.activation.value);
    const random = source(seedOf("start"));
    deep.randomize(network, random.normal);
    state = {
      network,
      names: names.map((name) => FEATURES[name].title),
      training,
      validation,
      settings: {},
      shown: view.maps(network, functions),
      past: view.history(),
      epoch: 0,
      edited: false,
    };
    readSettings();
    state.trainer = trainer(network, training, random, state.settings);
    chosen = null;
    listWeights();
    changed();
  }

  /* The events to train with, and as many others to validate. */
  function samples() {
    const mine = own.map(({ at, t }) => ({ x: at, t }));
    if (control.data.value === "own") return [mine, mine];
    return [0, 1].map((part) => {
      const seed = 2 * seedOf("sample") - 1 + part;
      const events = Number(control.events.value);
      const drawn = sample(control.data.value, events, seed, Number(control.noise.value));
      return part ? drawn : [...drawn, ...mine];
    });
  }

  /* The settings of the training may change while it runs. */
  function readSettings() {
    const { batch, rate, optimiser, penalty, strength, dropout } = control;
    Object.assign(state.settings, {
      optimiser: optimiser.value,
      rate: Number(rate.value),
      batch: batch.value === "all" ? Infinity : Number(batch.value),
      penalty: penalty.value,
      strength: penalty.value === "none" ? 0 : Number(strength.value),
      dropout: Number(dropout.value),
    });
    control.strength.disabled = penalty.value === "none";
    for (const l of [1, 2, 3, 4]) {
      const label = control[`neurons${l}`].parentElement;
      label.hidden = l > Number(control.layers.value);
      label.querySelector(".playground-count").textContent = control[`neurons${l}`].value;
    }
  }

  /* The weights are others than those of the training so far: show what they do. */
  function changed() {
    state.past = view.history();
    state.epoch = 0;
    measure();
    record();
    show();
    speak();
  }

  function measure() {
    const { network, training, validation } = state;
    const some = training.length > 0;
    state.now = {
      training: some ? deep.meanError(network, training) : 0,
      validation: some ? deep.meanError(network, validation) : 0,
    };
  }

  const record = () => state.past.add(state.now.training, state.now.validation);
  const broken = () =>
    !Number.isFinite(state.now.training) || !deep.weights(state.network).every(Number.isFinite);

  /* Train for one epoch, and keep the errors as far as the curve needs them. */
  function train() {
    state.trainer.epoch();
    state.epoch++;
    if (state.past.wants(state.epoch)) {
      measure();
      record();
    }
  }

  function show() {
    showNumbers();
    if (!visible && !matchMedia("print").matches) return;
    const begin = performance.now();
    colours ??= view.palette(canvas);
    const { network, names, training, shown, past, epoch, now } = state;
    places = view.drawNetwork(canvas, {
      network, shown, names, sample: training, chosen, cursor, colours,
      quick: running && network.w.flat().length > MANY,
    });
    const logarithmic = control.log.checked;
    view.drawErrors(part("errors"), { past, epoch, now, logarithmic, colours });
    drawn = performance.now();
    drawing = 0.8 * drawing + 0.2 * (drawn - begin);
    root.dataset.drawing = drawing.toFixed(2);
  }

  function misclassified() {
    const { network, validation } = state;
    let wrong = 0;
    for (const { x, t } of validation) wrong += deep.forward(network, x) > 0.5 !== t > 0.5;
    return validation.length ? Math.round((100 * wrong) / validation.length) : 0;
  }

  /* The numbers under the picture. Their places are made once; only texts change. */
  part("numbers").innerHTML = `
    <span>Epoch <b></b></span>
    <span class="training">Training error <b></b></span>
    <span class="validation">Validation error <b></b>, <b></b> % wrong</span>`;
  const texts = [...part("numbers").querySelectorAll("b")];
  const finite = (error) => (Number.isFinite(error) ? error.toFixed(4) : "beyond all bounds");
  function showNumbers() {
    const { epoch, now } = state;
    [epoch, finite(now.training), finite(now.validation), misclassified()].forEach((value, i) => {
      texts[i].textContent = value;
    });
  }

  /* Say in words what the pictures show, for those who do not see them. */
  function speak() {
    spoken = performance.now();
    const { epoch, now, names, network } = state;
    const [training, validation] = [now.training, now.validation].map((e) => finite(e));
    const hidden = network.layers.slice(1, -1);
    const layers = hidden.length
      ? `${hidden.join(", ")} hidden neurons (${titleOf(network.activations[0])})`
      : "no hidden layer";
    canvas.setAttribute(
      "aria-label",
      `A network with the inputs ${names.join(", ")} and ${layers} on the data set ` +
        `${titleOf(control.data.value)}. Its boundary has ${misclassified()} % of the validation ` +
        "events on the wrong side. Arrow keys move a cross over the output, Enter adds an event there.",
    );
    part("errors").setAttribute(
      "aria-label",
      `Error against epochs: after ${epoch} epochs ${training} on the training events, ` +
        `${validation} on the validation events.`,
    );
    say(
      `Epoch ${epoch}, training error ${training}, validation error ${validation}, ` +
        `${misclassified()} % of these events on the wrong side.`,
      true,
    );
  }

  /* Have a sentence read out; if it is not aside, it can be seen as well. */
  function say(text, aside = false) {
    part("spoken").classList.toggle("aside", aside);
    part("spoken").textContent = text;
  }

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  function frame() {
    if (!running || !visible) return;
    const begin = performance.now();
    // Fast forward: as many epochs as there is time for beside the drawing.
    do train();
    while (control.fast.checked && performance.now() - begin < Math.max(2, FRAME - drawing));
    if (performance.now() - drawn > (calm.matches ? CALM : 0)) {
      if (!state.past.wants(state.epoch)) measure();
      if (broken()) return stop();
      show();
    }
    if (performance.now() - spoken > 1000 * SPOKEN_EVERY) speak();
    requestAnimationFrame(frame);
  }

  /* The weights are no numbers any more. */
  function stop() {
    pause();
    measure();
    show();
    say("The weights have grown beyond all bounds: the learning rate is too large. Choose a smaller one, and reset.");
  }

  function start() {
    if (!state.training.length) return say("There are no events yet: click on the output to add some.");
    if (broken()) return stop();
    running = true;
    control.run.textContent = "Pause";
    say("", true);
    requestAnimationFrame(frame);
  }

  function pause() {
    running = false;
    control.run.textContent = "Start";
  }

  /* Pause, and show where the training has come to. */
  function rest() {
    pause();
    measure();
    if (broken()) return stop();
    show();
    speak();
  }

  /* One step by hand: a batch, or what is left of the epoch. */
  function step(whole) {
    pause();
    if (!state.training.length || broken()) return start();
    if (whole || state.trainer.batch()) {
      if (whole) state.trainer.epoch();
      state.epoch++;
      measure();
      if (state.past.wants(state.epoch)) record();
    } else measure();
    if (broken()) return stop();
    show();
    speak();
  }

  // The weights, pointed at or chosen from the list

  const nameOf = ([l, j, k]) => {
    const last = l === state.network.w.length - 1;
    const to = last ? "the output" : `neuron ${j + 1}${state.network.w.length > 2 ? ` of layer ${l + 1}` : ""}`;
    if (k === 0) return `bias of ${to}`;
    return `from ${l ? `neuron ${k}${state.network.w.length > 2 ? ` of layer ${l}` : ""}` : state.names[k - 1]} to ${to}`;
  };
  const weightOf = ([l, j, k]) => state.network.w[l][j][k];

  function listWeights() {
    const { w } = state.network;
    const all = w.flatMap((rows, l) => rows.flatMap((row, j) => [...row].map((_, k) => [l, j, k])));
    control.weight.innerHTML = all
      .map((place) => `<option value="${place}">${nameOf(place)}</option>`)
      .join("");
    showWeight();
  }

  function showWeight() {
    const value = weightOf(control.weight.value.split(",").map(Number));
    control.value.value = value;
    control.value.nextElementSibling.textContent = value.toFixed(2).replace("-", "−");
  }

  function setWeight([l, j, k], value) {
    pause();
    state.network.w[l][j][k] = value;
    state.edited = true;
    measure();
    if (state.past.wants(state.epoch) && state.epoch === 0) state.past = view.history();
    if (state.past.length === 0) record();
    show();
  }

  function showTip(x, y) {
    const tip = part("tip");
    tip.hidden = !chosen;
    if (!chosen) return;
    tip.textContent = `${nameOf(chosen)}: ${weightOf(chosen).toFixed(2).replace("-", "−")}`;
    tip.style.left = `${Math.max(0, Math.min(x + 14, canvas.clientWidth - tip.offsetWidth))}px`;
    tip.style.top = `${y + 16}px`;
  }
  part("tip").hidden = true;

  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = [event.offsetX, event.offsetY];
    if (held) {
      setWeight(chosen, held.value + DRAG * (held.y - y));
    } else {
      const found = view.weightAt(places, x, y);
      if (String(found) !== String(chosen)) {
        chosen = found;
        if (!running) show();
      }
      canvas.style.cursor = found ? "ns-resize" : inOutput(x, y) ? "crosshair" : "";
    }
    showTip(x, y);
  });
  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button > 0) return;
    chosen = view.weightAt(places, event.offsetX, event.offsetY);
    if (!chosen) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    held = { y: event.offsetY, value: weightOf(chosen) };
    showTip(event.offsetX, event.offsetY);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      if (!held) return;
      held = null;
      address.show(link());
      speak();
    });
  }
  // A finger that takes hold of a weight must not scroll the page.
  canvas.addEventListener(
    "touchstart",
    (event) => {
      const { left, top } = canvas.getBoundingClientRect();
      const { clientX, clientY } = event.touches[0];
      if (view.weightAt(places, clientX - left, clientY - top)) event.preventDefault();
    },
    { passive: false },
  );
  canvas.addEventListener("pointerleave", () => {
    if (held || !chosen) return;
    chosen = null;
    showTip();
    if (!running) show();
  });

  // The reader's own points

  const inOutput = (x, y) => {
    const at = view.toPlane(places.at(-1)[0], x, y);
    return at.every((value) => Math.abs(value) <= view.LIMIT) && at;
  };

  function addPoint(at) {
    if (own.length === MOST_POINTS) return say(`There are ${MOST_POINTS} points of your own already.`);
    own.push({ at: at.map((value) => Number(value.toFixed(2))), t: Number(control.class.value) });
    reset();
    address.show(link());
  }

  canvas.addEventListener("click", ({ offsetX, offsetY }) => {
    const at = inOutput(offsetX, offsetY);
    if (at && !chosen) addPoint(at);
  });
  canvas.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key];
    if (!move && event.key !== "Enter") return;
    event.preventDefault(); // or the page would scroll
    cursor ??= [0, 0];
    if (event.key === "Enter") return addPoint(cursor);
    cursor = cursor.map((value, i) => Math.max(-view.LIMIT, Math.min(view.LIMIT, value + move[i])));
    show();
    say(`x₁ ${cursor[0].toFixed(1)}, x₂ ${cursor[1].toFixed(1)}`, true);
  });
  canvas.addEventListener("blur", () => {
    cursor = null;
    if (!running) show();
  });

  // The controls

  const ACTIONS = {
    run() {
      if (running) rest();
      else start();
    },
    batchStep: () => step(false),
    epochStep: () => step(true),
    reset,
    forget() {
      own = [];
      reset();
      address.show(link());
    },
    async copy() {
      address.show(link());
      say(await address.copy(link()));
    },
  };
  root.addEventListener("click", ({ target }) => ACTIONS[target.closest("button")?.name]?.());
  root.addEventListener("input", ({ target: { name } }) => {
    if (name === "weight") return showWeight();
    if (name === "value") {
      setWeight(control.weight.value.split(",").map(Number), control.value.valueAsNumber);
      showWeight();
      return;
    }
    if (name === "class" || name === "fast") return;
    if (RESETS.test(name)) reset();
    else {
      readSettings();
      show();
    }
    address.show(link());
  });
  part("weights").addEventListener("toggle", showWeight);

  // Nothing is drawn or runs out of sight; the browser itself calls no frame of a hidden page.
  new IntersectionObserver(([{ isIntersecting }]) => {
    const returns = isIntersecting && !visible;
    visible = isIntersecting;
    if (returns) show();
    if (returns && running) requestAnimationFrame(frame);
  }, { rootMargin: "200px" }).observe(root);

  // The page may become narrower, or dark, or paper.
  const redraw = () => {
    colours = view.palette(canvas);
    show();
  };
  new ResizeObserver(redraw).observe(canvas);
  for (const query of ["(prefers-color-scheme: dark)", "print"]) {
    matchMedia(query).addEventListener("change", redraw);
  }
  const theme = new MutationObserver(redraw);
  for (const element of [document.documentElement, document.body]) {
    theme.observe(element, { attributes: true });
  }

  nnlecture.playground = { draw: show, places: () => places, network: () => state.network }; // for tests
  setUp(address.parameters());
  address.follow("playground", setUp);
})();
