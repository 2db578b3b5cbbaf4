// A stack of dilated layers: which inputs one output reads, and how often, along a line and in an image.
function dilation(root, { r, dilations, limits }) {
  const PRESETS = { "1, 1, 1 (dense)": [1, 1, 1], "2, 2, 2": [2, 2, 2], "1, 2, 4": [1, 2, 4], "1, 2, 5": [1, 2, 5], "1, 3, 9": [1, 3, 9] };
  const SHOWN = 5; // outputs
  const choice = make("select", { onchange: preset }, make("option", { value: "" }, "your own"),
    ...Object.keys(PRESETS).map((name) => make("option", { value: name }, name)));
  const setting = (label, [min, max], value) => slider(label, { min, max, value }, edited);
  const weights = setting("r, weights", limits.r, r);
  const depth = setting("layers", limits.layers, dilations.length);
  const steps = Array.from({ length: limits.layers[1] }, (_, l) => setting(`t${l + 1}, dilation`, limits.t, dilations[l] || 1));
  const output = slider("output", { min: 1, max: SHOWN, value: (SHOWN + 1) / 2 }, draw);
  const drawing = make("div", { class: "cb-scroll", tabindex: 0, role: "group", "aria-label": "the stack of layers, scrolls sideways" });
  const image = screen("in an image (black: never read)", "how often each pixel is read: black never, white most", 260, "pixels");
  const words = make("div", { "aria-live": "polite", style: "flex:1 1 260px" });
  root.replaceChildren(
    make("div", { class: "cb-bar" }, make("label", {}, "Dilations: ", choice)),
    make("div", { class: "cb-sliders" }, ...[weights, depth, ...steps, output].map(({ node }) => node)),
    drawing, make("div", { class: "cb-row" }, image.node, words));

  function preset() {
    const chosen = PRESETS[choice.value];
    if (!chosen) return;
    weights.set(3);
    depth.set(chosen.length);
    chosen.forEach((t, l) => steps[l].set(t));
    draw();
  }

  function edited() {
    choice.value = "";
    draw();
  }

  function draw() {
    const r = weights.value;
    steps.forEach(({ node }, l) => (node.hidden = l >= depth.value));
    const layers = steps.slice(0, depth.value).map(({ value }) => ({ r, s: 1, p: 0, t: value }));
    const { size } = conv.receptiveField(layers).at(-1);
    const n = size + SHOWN - 1;
    const ways = conv.inputGradient(layers, n, output.value - 1).map((g) => Math.round(g * r ** layers.length));
    const read = ways.filter(Boolean).length;
    const beside = ways.filter((count, i) => count && ways[i - 1]).length; // read by its neighbour too
    drawing.replaceChildren(stack(layers, n, ways, `one output reads ${read} of the ${size} inputs that it spans`));
    const most = Math.max(...ways);
    paint(image.canvas, ways.map((a) => ways.map((b) => Math.sqrt(a * b) / most))); // the root, so that 1 is not black
    words.replaceChildren(
      make("p", {}, `The field of an output is 1 + (r − 1)(${layers.map(({ t }) => t).join(" + ")}) = `, make("strong", {}, size),
        " inputs wide. It reads ", make("strong", {}, `${read} of them`), `, in an image ${read ** 2} of ${size ** 2}.`),
      make("p", {}, most > 1 ? `Each of these is read 1 to ${most} times. ` : "Each of these is read once. ",
        `The output next to it reads ${beside || "none"} of them${beside ? " too" : ""}.`));
  }

  // Rows of units, inputs above; the wires that lead to the chosen output.
  function stack(layers, n, ways, label) {
    const [left, rise, rows] = [64, 70, layers.length + 1];
    const step = Math.max(16, Math.min(40, Math.floor(634 / n)));
    const svg = picture(left + step * n, rise * (rows - 1) + 42, label);
    if (left + step * n > 480) svg.classList.add("cb-wide");
    const wires = make("g");
    svg.append(wires);
    const seen = [new Set([output.value - 1])]; // of every row, from the last one up
    for (const { r, t } of layers.slice().reverse()) {
      seen.unshift(new Set([...seen[0]].flatMap((u) => Array.from({ length: r }, (_, a) => u + t * a))));
    }
    let [count, indent] = [n, 0];
    for (let row = 0; row < rows; row++) {
      const { r, t } = layers[row - 1] || {};
      const place = (u, above = 0) => [left + step * (u + 0.5 + indent - above), 20 + rise * (row - Boolean(above))];
      if (row) {
        const reach = (t * (r - 1)) / 2; // a unit stands under the middle of its window
        [count, indent] = [count - 2 * reach, indent + reach];
        for (const u of seen[row]) for (let a = 0; a < r; a++) {
          const [[x1, y1], [x2, y2]] = [place(u + t * a, reach), place(u)];
          wires.append(make("line", { class: "way", x1, y1, x2, y2 }));
        }
      }
      svg.append(row ? make("text", { x: 0, y: 25 + rise * row }, `t = ${t}`) : make("text", { class: "input", x: 0, y: 25 }, "input"));
      for (let u = 0; u < count; u++) {
        const [cx, cy] = place(u);
        const lit = seen[row].has(u);
        svg.append(make("circle", { class: `node ${row ? "output" : "input"}${lit ? "" : " unseen"}`, cx, cy, r: Math.min(15, 0.42 * step) }));
        if (lit && !row && step >= 22) svg.append(make("text", { class: "mid small-node", x: cx, y: cy + 5, "data-ways": ways[u] }, ways[u]));
      }
    }
    return svg;
  }

  choice.value = Object.keys(PRESETS).find((name) => r === 3 && String(PRESETS[name]) === String(dilations)) || "";
  draw();
}
