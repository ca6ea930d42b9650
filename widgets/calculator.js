/*
A calculation as one types it, such as 0.2 + 0.4*2 or 1/(1+exp(-0.5)), and its value. It knows
+ − · / ^, brackets, the number e and the functions exp, ln, tanh and sigmoid; anything else is no number.
*/
"use strict";

var nnlecture = nnlecture || {};

nnlecture.calculate = (() => {
  const sigmoid = (x) => 1 / (1 + Math.exp(-x));
  const FUNCTIONS = { exp: Math.exp, ln: Math.log, tanh: Math.tanh, sigmoid };
  const LONGEST = 200; // characters
  const TOKEN = /\s*(\d*\.?\d+|\d+\.|[a-z]+|[-+*/^()]|.)/gy;

  /* The value, or NaN. */
  function calculate(text) {
    if (text.length > LONGEST) return NaN;
    const plain = text
      .toLowerCase()
      .replaceAll(",", ".")
      .replace(/[−–]/g, "-")
      .replace(/[·×]/g, "*")
      .replaceAll("**", "^")
      .trim();
    const tokens = [...plain.matchAll(TOKEN)].map(([, token]) => token);
    let next = 0;
    const take = (...choices) => (choices.includes(tokens[next]) ? tokens[next++] : undefined);

    function sum() {
      let value = product();
      for (let sign; (sign = take("+", "-")); ) value = sign === "+" ? value + product() : value - product();
      return value;
    }
    function product() {
      let value = signed();
      for (let sign; (sign = take("*", "/")); ) value = sign === "*" ? value * signed() : value / signed();
      return value;
    }
    // A minus binds less than a power: -0.5^2 is -0.25.
    const signed = () => (take("-") ? -signed() : take("+") ? signed() : power());
    function power() {
      const base = single();
      return take("^") ? base ** signed() : base;
    }
    function single() {
      const token = tokens[next++] ?? "";
      if (token === "(") {
        const value = sum();
        return take(")") ? value : NaN;
      }
      if (token === "e") return Math.E;
      if (Object.hasOwn(FUNCTIONS, token)) return tokens[next] === "(" ? FUNCTIONS[token](single()) : NaN;
      return /^[\d.]+$/.test(token) ? Number(token) : NaN;
    }

    const value = sum();
    return next === tokens.length ? value : NaN;
  }

  return calculate;
})();
