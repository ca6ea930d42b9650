/*
The layers of a convolutional network that was trained with Keras, in plain loops. The weights come
from code/nnlecture/export.py. An image is an array of rows of columns of channels.
*/
"use strict";

// Not a module: browsers refuse to load modules from a file share.
var nnlecture = nnlecture || {};

nnlecture.cnn = (() => {
  const ACTIVATIONS = {
    linear: (sums) => sums,
    relu: (sums) => sums.map((sum) => Math.max(0, sum)),
    softmax: (sums) => {
      const largest = Math.max(...sums); // subtracted, so that exp does not overflow
      const powers = sums.map((sum) => Math.exp(sum - largest));
      const total = powers.reduce((a, b) => a + b);
      return powers.map((power) => power / total);
    },
  };

  const range = (n) => Array.from({ length: n }, (_, i) => i);

  /* A grid of n rows and m columns whose pixels, arrays of channels, are given by a function. */
  const grid = (n, m, pixel) => range(n).map((row) => range(m).map((column) => pixel(row, column)));

  const LAYERS = {
    /* Each output channel is the sum of the image under its filter, at every place where the
    filter fits. kernel[i][j] has a row of weights for each input channel, one per output channel. */
    Conv2D(image, { kernel, bias, activation }) {
      const [rows, columns] = [kernel.length, kernel[0].length];
      return grid(image.length - rows + 1, image[0].length - columns + 1, (row, column) => {
        const sums = [...bias];
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < columns; j++) {
            image[row + i][column + j].forEach((value, channel) =>
              kernel[i][j][channel].forEach((weight, output) => {
                sums[output] += weight * value;
              }),
            );
          }
        }
        return ACTIVATIONS[activation](sums);
      });
    },

    /* The largest value of each channel in patches that do not overlap; an odd rest is left out. */
    MaxPooling2D(image, { size: [height, width] }) {
      const [rows, columns] = [image.length / height, image[0].length / width].map(Math.floor);
      return grid(rows, columns, (row, column) => {
        const patch = grid(height, width, (i, j) => image[row * height + i][column * width + j]);
        return patch.flat().reduce((a, b) => a.map((value, k) => Math.max(value, b[k])));
      });
    },

    Flatten: (image) => image.flat(2),

    /* kernel has a row of weights for each input, one per output. */
    Dense(inputs, { kernel, bias, activation }) {
      const sums = [...bias];
      inputs.forEach((input, i) =>
        kernel[i].forEach((weight, output) => {
          sums[output] += weight * input;
        }),
      );
      return ACTIVATIONS[activation](sums);
    },
  };

  /* Weights {shape, data in base64} as nested arrays of numbers. */
  function decode({ shape, data }) {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    let values = range(bytes.length / 4).map((i) => view.getFloat32(4 * i, true));
    for (const length of shape.slice(1).reverse()) {
      values = range(values.length / length).map((i) => values.slice(i * length, (i + 1) * length));
    }
    return values;
  }

  /* A model as exported, ready to compute. */
  function load({ layers }) {
    return layers.map((layer) =>
      layer.kernel ? { ...layer, kernel: decode(layer.kernel), bias: decode(layer.bias) } : layer,
    );
  }

  /* What each layer of the model makes of an image; the first entry is the image itself. */
  const outputs = (model, image) =>
    model.reduce((all, layer) => [...all, LAYERS[layer.kind](all.at(-1), layer)], [image]);

  /* The model's output for one image, for instance the probabilities of ten classes. */
  const predict = (model, image) => outputs(model, image).at(-1);

  return { load, outputs, predict };
})();
