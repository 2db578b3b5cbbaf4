// The wires of a 1-D layer: choose a node, and see what it is joined to, and in which row or column of W.
function wiring(root, { start, limits }) {
  const names = { n: "n, inputs", r: "r, weights", s: "s, stride", p: "p, padding", t: "t, dilation" };
  const set = {};
  for (const [key, [min, max]] of Object.entries(limits)) set[key] = slider(names[key], { min, max, value: start[key] }, draw);
  const sizes = make("p", { "aria-live": "polite" });
  const [graph, matrix] = ["the graph", "the matrix W"].map((what) =>
    make("div", { class: "cb-scroll", role: "group", "aria-label": what }));
  const words = make("div", { "aria-live": "polite", class: "cb-equation" });
  root.replaceChildren(
    make("div", { class: "cb-sliders" }, ...Object.values(set).map((setting) => setting.node)),
    sizes, make("div", { class: "cb-row" }, graph, matrix), words);
  const [step, top, bottom, radius, cell] = [44, 22, 140, 17, 34];
  const picked = chooser(light, { role: "x", at: [3] });
  let wires = [];

  function draw() {
    const { n, r, s, p, t } = Object.fromEntries(Object.entries(set).map(([key, setting]) => [key, setting.value]));
    const options = { stride: s, padding: p, dilation: t };
    const m = conv.outputSize(n, r, options);
    for (const part of [graph, matrix, words]) part.hidden = !m;
    sizes.textContent = m
      ? `${n} inputs, ${m} outputs. Choose an x or a y with the pointer, or with the arrow keys.`
      : "The kernel does not fit the padded input: there is no output.";
    if (!m) return;
    wires = conv.wires(n, r, options);
    picked.clear();
    const x = (i) => 24 + step * (i + p);
    const y = (u) => 24 + step * (s * u + (t * (r - 1)) / 2); // under the middle of its window
    const node = (role, i, cx, cy) => picked.handle(role, [i], subscript(role, i + 1),
      make("circle", { class: `node ${role === "x" ? "input" : "output"}`, cx, cy, r: radius }),
      make("text", { class: "mid small-node", x: cx, y: cy + 5 }, subscript(role, i + 1)));
    const range = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);
    const outside = (i) => make("g", {}, make("circle", { class: "node outside", cx: x(i), cy: top, r: radius }),
      make("text", { class: "mid small", x: x(i), y: top + 5 }, "0"));
    graph.replaceChildren(picture(step * (n + 2 * p) + 4, bottom + 22, "inputs above, outputs below, a wire for every weight",
      ...wires.map(({ i, u, a }) => make("line", { class: `wire k${a + 1}`, x1: x(i), y1: top, x2: y(u), y2: bottom })),
      ...wires.map(({ i, u, a }) => make("text", { class: "mid on-edge on-wire",
        x: x(i) + (a % 2 ? 0.6 : 0.3) * (y(u) - x(i)), y: top + (a % 2 ? 0.6 : 0.3) * (bottom - top) + 5 }, subscript("w", a + 1))),
      ...range(-p, 0).map(outside), ...range(n, n + p).map(outside),
      ...range(0, n).map((i) => node("x", i, x(i), top)), ...range(0, m).map((u) => node("y", u, y(u), bottom))));
    const entry = (i, u) => wires.find((wire) => wire.i === i && wire.u === u);
    matrix.replaceChildren(picture(36 + cell * n, 30 + cell * m, `the ${m}×${n} matrix W`,
      ...range(0, n).map((i) => make("text", { class: "mid input", x: 34 + cell * (i + 0.5), y: 20 }, subscript("x", i + 1))),
      ...range(0, m).map((u) => make("text", { class: "end output", x: 26, y: 28 + cell * (u + 0.65) }, subscript("y", u + 1))),
      ...range(0, m).flatMap((u) => range(0, n).map((i) => {
        const wire = entry(i, u);
        const [px, py] = [34 + cell * i, 28 + cell * u];
        return make("g", { "data-entry": `${u} ${i}` },
          make("rect", { class: wire ? `weight k${wire.a + 1}` : "zero", x: px, y: py, width: cell, height: cell }),
          wire ? make("text", { class: "mid", x: px + cell / 2, y: py + cell * 0.65 }, subscript("w", wire.a + 1)) : "");
      }))));
    graph.firstChild.setAttribute("role", "group"); // its nodes are buttons
    graph.firstChild.classList.toggle("cb-wide", step * (n + 2 * p) > 480);
    picked.start();
  }

  // Mark what is joined to the chosen node, and write it out.
  function light({ role, at: [at] }) {
    const mine = (wire) => (role === "x" ? wire.i : wire.u) === at;
    const lines = graph.querySelectorAll(".wire");
    const letters = graph.querySelectorAll(".on-wire");
    wires.forEach((wire, k) => {
      lines[k].classList.toggle("lit", mine(wire));
      letters[k].classList.toggle("lit", mine(wire));
    });
    const joined = wires.filter((wire) => mine(wire) && wire.i >= 0 && wire.i < set.n.value);
    picked.mark((other, [k]) => other !== role && joined.some((wire) => (other === "x" ? wire.i : wire.u) === k));
    for (const g of matrix.querySelectorAll("[data-entry]")) {
      const [u, i] = g.dataset.entry.split(" ").map(Number);
      g.classList.toggle("lit", (role === "x" ? i : u) === at);
    }
    const sum = (other, letter, index) => joined.flatMap((wire, k) => [
      k ? " + " : "", make("b", { class: "w" }, subscript("w", wire.a + 1)), " ", make("b", { class: letter }, subscript(other, wire[index] + 1))]);
    const name = subscript(role, at + 1);
    if (role === "y") {
      words.replaceChildren(make("p", {}, `Row ${at + 1} of W, what ${name} reads: `, make("b", { class: "y" }, name), " = ", ...sum("x", "x", "i"), joined.length ? "" : "0"));
    } else if (joined.length) {
      words.replaceChildren(make("p", {}, `Column ${at + 1} of W, where ${name} went: `, make("b", { class: "x" }, `d${name}`), " = ", ...sum("dy", "y", "u")));
    } else {
      words.replaceChildren(make("p", {}, `Column ${at + 1} of W is empty, no output reads ${name}: `, make("b", { class: "x" }, `d${name}`), " = 0"));
    }
  }

  draw();
}
