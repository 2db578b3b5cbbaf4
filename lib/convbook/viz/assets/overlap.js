// How many copies of the kernel a transposed convolution adds up at every place, in one dimension and in two.
function overlap(root, { start, limits }) {
  const names = { n: "n, inputs", r: "r, weights", s: "s, stride" };
  const set = {};
  for (const [key, [min, max]] of Object.entries(limits)) set[key] = slider(names[key], { min, max, value: start[key] }, draw);
  const shape = make("select", { onchange: draw, "aria-label": "kernel" },
    make("option", { value: "ones" }, "ones: count the copies"), make("option", { value: "tent" }, "a tent, as for interpolation"));
  const bricks = make("div", { class: "cb-scroll", tabindex: 0, role: "group", "aria-label": "the copies, scrolls sideways" });
  const squares = screen("in two dimensions", "the sums in two dimensions, lighter for larger ones", 200, "pixels");
  const note = make("p", { "aria-live": "polite" });
  root.replaceChildren(
    make("div", { class: "cb-sliders" }, ...Object.values(set).map((setting) => setting.node)),
    make("div", { class: "cb-bar" }, make("label", {}, "Kernel: ", shape)),
    make("div", { class: "cb-row" }, make("div", { style: "flex:1 1 300px;min-width:0" }, make("div", { class: "cb-title" }, "in one dimension"), bricks), squares.node),
    note);

  function draw() {
    const [n, r, s] = ["n", "r", "s"].map((key) => set[key].value);
    const tent = Array.from({ length: r }, (_, a) => 1 - Math.abs(a - (r - 1) / 2) / s);
    const w = shape.value === "ones" ? new Array(r).fill(1) : tent.map((value) => Math.max(0, value));
    const y = conv.convTranspose1d(new Array(n).fill(1), w, { stride: s });
    const inside = y.slice(r - 1, y.length - r + 1); // where no copy is missing
    const even = inside.length > 0 && inside.every((value) => Math.abs(value - inside[0]) < 1e-9);
    bricks.replaceChildren(wall(n, r, s, y));
    const top = Math.max(...y);
    paint(squares.canvas, y.map((a) => y.map((b) => (a * b) / (top * top))));
    const counts = [...new Set(inside.map(format))].sort();
    note.replaceChildren(
      `n′ = s(n − 1) + r = ${y.length}. `,
      inside.length === 0 ? "Everywhere a copy is missing: take more inputs."
        : even ? `Away from the ends every place gets ${counts[0]}: equal inputs give equal outputs.`
        : `Away from the ends the sums alternate between ${counts.join(", ")}: equal inputs give a pattern.`,
      r % s === 0 ? ` s divides r: ${r} = ${r / s}·${s}.` : ` s does not divide r: ${r} = ${Math.floor(r / s)}·${s} + ${r % s}.`);
  }

  // Each copy is a bar; bars that would overlap stand on different floors. Below them are the sums.
  function wall(n, r, s, y) {
    const cell = 34, bar = 16, floors = Math.min(n, Math.ceil(r / s));
    const label = `${n} copies of ${r} weights, ${s} apart; the sums are ${y.map(format).join(", ")}`;
    const parts = [];
    for (let i = 0; i < n; i++)
      parts.push(make("rect", { class: "mark kernel", "fill-opacity": 0.5, x: 1 + cell * s * i + 2, y: 2 + (bar + 4) * (i % floors), width: cell * r - 4, height: bar, rx: 4 }));
    const top = (bar + 4) * floors + 8, most = Math.max(...y);
    y.forEach((value, i) => parts.push(
      make("rect", { class: "mark output", x: 1 + cell * i, y: top, width: cell, height: cell, "fill-opacity": (0.08 + 0.5 * value / most).toFixed(2) }),
      make("text", { class: "mid", x: 1 + cell * (i + 0.5), y: top + 22 }, format(value))));
    return picture(cell * y.length + 2, top + cell + 2, label, ...parts);
  }
  draw();
}
