// Convolution in the page, with the names and rules of the library (and of PyTorch). One signal is an array, one
// image an array of rows. The tests hold every function against the library over a grid of parameters.
const conv = (() => {
  const pair = (v) => (Array.isArray(v) ? v : [v, v]);
  const zeros = (h, w) => Array.from({ length: h }, () => new Array(w).fill(0));
  const flip = (w) => w.map((row) => row.slice().reverse()).reverse();

  // n' = ⌊(n + 2p − r̂)/s⌋ + 1 with r̂ = t(r − 1) + 1; 0 where the kernel does not fit.
  function outputSize(n, r, { stride = 1, padding = 0, dilation = 1 } = {}) {
    const room = n + 2 * padding - (dilation * (r - 1) + 1);
    return room < 0 ? 0 : Math.floor(room / stride) + 1;
  }

  // The four numbers of each axis, and the output's shape.
  function geometry(x, w, { stride = 1, padding = 0, dilation = 1 }) {
    const [s, p, t] = [pair(stride), pair(padding), pair(dilation)];
    const size = (axis, n, r) => outputSize(n, r, { stride: s[axis], padding: p[axis], dilation: t[axis] });
    return { s, p, t, shape: [size(0, x.length, w.length), size(1, x[0].length, w[0].length)] };
  }

  // y[u, v] = Σ_{a,e} w[a, e] · x[s₁u + t₁a − p₁, s₂v + t₂e − p₂]
  function conv2d(x, w, options = {}) {
    const { s, p, t, shape } = geometry(x, w, options);
    const y = zeros(...shape);
    for (let u = 0; u < shape[0]; u++) for (let a = 0; a < w.length; a++) {
      const row = x[s[0] * u + t[0] * a - p[0]];
      if (!row) continue; // outside there are zeros
      for (let v = 0; v < shape[1]; v++) for (let e = 0; e < w[a].length; e++) {
        const j = s[1] * v + t[1] * e - p[1];
        if (j >= 0 && j < row.length) y[u][v] += w[a][e] * row[j];
      }
    }
    return y;
  }

  // A layer on the maps x: y[j] = Σ_i w[j][i] ⋆ x[i]
  const sum = (a, b) => a.map((row, u) => row.map((value, v) => value + b[u][v]));
  const layer = (x, w, options) => w.map((kernels) => kernels.map((kernel, i) => conv2d(x[i], kernel, options)).reduce(sum));

  // What a layer of r×r kernels from k to k′ maps makes of k×H×W numbers, and what it costs.
  function layerCost({ k, maps, H, W, r, s, p, t, g }) {
    const [height, width] = [H, W].map((n) => outputSize(n, r, { stride: s, padding: p, dilation: t }));
    const parameters = (r * r * (k / g) + 1) * maps;
    return { height, width, parameters, operations: parameters * height * width };
  }

  // y[s₁u + t₁a − p₁, s₂v + t₂e − p₂] += x[u, v] · w[a, e]
  function convTranspose2d(x, w, { stride = 1, padding = 0, dilation = 1, outputPadding = 0 } = {}) {
    const [s, p, t, q] = [stride, padding, dilation, outputPadding].map(pair);
    const size = (axis, n, r) => s[axis] * (n - 1) + t[axis] * (r - 1) + 1 - 2 * p[axis] + q[axis];
    const y = zeros(size(0, x.length, w.length), size(1, x[0].length, w[0].length));
    x.forEach((row, u) => row.forEach((value, v) => w.forEach((weights, a) => weights.forEach((weight, e) => {
      const [i, j] = [s[0] * u + t[0] * a - p[0], s[1] * v + t[1] * e - p[1]];
      if (y[i] && j >= 0 && j < y[i].length) y[i][j] += value * weight;
    }))));
    return y;
  }

  // True convolution: the kernel is flipped. "full", "same" and "valid" are crops of full, as in the library.
  function convolve2d(x, w, mode = "full") {
    const [r, c] = [w.length, w[0].length];
    const full = conv2d(x, flip(w), { padding: [r - 1, c - 1] });
    if (mode === "full") return full;
    const crop = (start, height, left, width) => full.slice(start, start + height).map((row) => row.slice(left, left + width));
    if (mode === "same") return crop((r - 1) >> 1, x.length, (c - 1) >> 1, x[0].length);
    return crop(r - 1, outputSize(x.length, r), c - 1, outputSize(x[0].length, c));
  }

  // Each window of k₁×k₂ becomes one number; `outside` is what padding counts as.
  function pool(x, kernel, { stride = kernel, padding = 0, dilation = 1 } = {}, outside, reduce) {
    const k = pair(kernel);
    const { s, p, t, shape } = geometry(x, zeros(...k), { stride, padding, dilation });
    return zeros(...shape).map((row, u) => row.map((_, v) => {
      const values = [];
      for (let a = 0; a < k[0]; a++) for (let e = 0; e < k[1]; e++) {
        const [i, j] = [s[0] * u + t[0] * a - p[0], s[1] * v + t[1] * e - p[1]];
        values.push(x[i] && j >= 0 && j < x[i].length ? x[i][j] : outside);
      }
      return reduce(values);
    }));
  }
  const maxPool2d = (x, kernel, options) => pool(x, kernel, options, -Infinity, (values) => Math.max(...values));
  const avgPool2d = (x, kernel, options) =>
    pool(x, kernel, options, 0, (values) => values.reduce((a, b) => a + b, 0) / values.length);

  // Every s-th row and column.
  const subsample = (x, stride) =>
    x.filter((_, i) => i % stride === 0).map((row) => row.filter((_, j) => j % stride === 0));

  // A binomial filter of size r along both axes, beyond the border mirrored; then every s-th row and column.
  function blurPool2d(x, r = 3, stride = 2) {
    let w = [1];
    while (w.length < r) w = [...w, 0].map((value, a) => (value + (w[a - 1] || 0)) / 2);
    const mirror = (i, n) => (i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i);
    const along = (row) => row.map((_, j) =>
      w.reduce((sum, weight, a) => sum + weight * row[mirror(j + a - ((r - 1) >> 1), row.length)], 0));
    const transpose = (z) => z[0].map((_, j) => z.map((row) => row[j]));
    return subsample(transpose(transpose(x.map(along)).map(along)), stride);
  }

  // A signal is an image of one row.
  const wide = (options = {}) => Object.fromEntries(
    Object.entries(options).map(([name, v]) => [name, [name === "stride" || name === "dilation" ? 1 : 0, v]]));
  const conv1d = (x, w, options) => conv2d([x], [w], wide(options))[0] || [];
  const convTranspose1d = (x, w, options) => convTranspose2d([x], [w], wide(options))[0];
  const convolve1d = (x, w, mode) => convolve2d([x], [w], mode)[0];
  const maxPool1d = (x, k, { stride = k, ...rest } = {}) => maxPool2d([x], [1, k], wide({ stride, ...rest }))[0] || [];
  const avgPool1d = (x, k, { stride = k, ...rest } = {}) => avgPool2d([x], [1, k], wide({ stride, ...rest }))[0] || [];

  // The matrix W with conv1d(x, w) = W x: row i is the kernel, from column s·i − p on, t apart.
  function conv1dMatrix(w, n, { stride = 1, padding = 0, dilation = 1 } = {}) {
    const W = zeros(outputSize(n, w.length, { stride, padding, dilation }), n);
    W.forEach((row, i) => w.forEach((weight, a) => {
      const j = stride * i + dilation * a - padding;
      if (j >= 0 && j < n) row[j] = weight;
    }));
    return W;
  }

  // The wires of a layer along one axis: sample i of the input goes into output u through weight a. Those from the
  // padding are among them, with i < 0 or i ≥ n.
  function wires(n, r, { stride = 1, padding = 0, dilation = 1 } = {}) {
    const outputs = Array.from({ length: outputSize(n, r, { stride, padding, dilation }) }, (_, u) => u);
    const taps = Array.from({ length: r }, (_, a) => a);
    return outputs.flatMap((u) => taps.map((a) => ({ i: stride * u + dilation * a - padding, u, a })));
  }

  // Unit u of a layer sees `size` inputs from start + jump·u on; one field for each layer { r, s, p, t }.
  function receptiveField(layers) {
    let [size, jump, start] = [1, 1, 0];
    return layers.map(({ r, s, p, t }) => {
      [size, start, jump] = [size + (r - 1) * t * jump, start - p * jump, s * jump];
      return { size, jump, start };
    });
  }

  // The sizes of the input and of every layer's output; 0 from the first layer on that does not fit.
  const sizes = (layers, n) => layers.reduce((made, { r, s, p, t }) =>
    [...made, made.at(-1) && outputSize(made.at(-1), r, { stride: s, padding: p, dilation: t })], [n]);

  // How much each of n inputs matters to one unit of the last layer, if every layer averages its windows.
  function inputGradient(layers, n, unit) {
    const made = sizes(layers, n);
    const one = Array.from({ length: made.at(-1) }, (_, u) => Number(u === unit));
    return layers.reduceRight((dy, { r, s, p, t }, l) => convTranspose1d(dy, new Array(r).fill(1 / r), {
      stride: s, padding: p, dilation: t, outputPadding: made[l] - (s * (dy.length - 1) + t * (r - 1) + 1 - 2 * p),
    }), one);
  }

  return {
    outputSize, layerCost, conv1d, conv2d, layer, convTranspose1d, convTranspose2d, convolve1d, convolve2d,
    maxPool1d, maxPool2d, avgPool1d, avgPool2d, subsample, blurPool2d, conv1dMatrix, wires,
    receptiveField, sizes, inputGradient,
  };
})();
