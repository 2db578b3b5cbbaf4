// The matrix of a 1-D convolution as n, r, s, p, t change.
function toeplitz(root, { start, limits }) {
  const names = { n: "n, inputs", r: "r, weights", s: "s, stride", p: "p, padding", t: "t, dilation" };
  const set = {};
  for (const [key, [min, max]] of Object.entries(limits)) set[key] = slider(names[key], { min, max, value: start[key] }, draw);
  const row = slider("row of W", { min: 1, max: 1, value: 1 }, light);
  const x = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
  const w = [1, 0, -2, 1, 3, -1];

  const sizes = make("p", { "aria-live": "polite" });
  const counts = make("p");
  const drawing = make("div", { class: "cb-scroll", tabindex: 0, role: "group", "aria-label": "the matrix, scrolls sideways" });
  const equation = make("p", { "aria-live": "polite", class: "cb-equation" });
  const numbers = make("div", { class: "cb-fields" });
  const result = make("p", { class: "cb-equation" });
  root.replaceChildren(
    make("div", { class: "cb-sliders" }, ...Object.values(set).map((setting) => setting.node)),
    sizes, drawing, row.node, equation, counts,
    make("details", {}, make("summary", {}, "Put numbers in"), numbers, result),
  );
  let W = [];

  const value = () => Object.fromEntries(Object.entries(set).map(([key, setting]) => [key, setting.value]));
  const options = () => ({ stride: set.s.value, padding: set.p.value, dilation: set.t.value });
  const weight = (k) => make("b", { class: "w" }, subscript("w", k));
  const input = (j) => make("b", { class: "x" }, subscript("x", j));

  function draw() {
    const { n, r, s, p, t } = value();
    const reach = t * (r - 1) + 1;
    const m = conv.outputSize(n, r, options());
    const span = `r̂ = t(r − 1) + 1 = ${reach}`;
    drawing.hidden = row.node.hidden = !m;
    if (!m) {
      W = [];
      sizes.replaceChildren(
        make("strong", {}, "The kernel does not fit: "),
        `it spans ${span}, but the padded input has only n + 2p = ${n + 2 * p} samples. There is no output.`);
      for (const part of [equation, counts, result]) part.textContent = "";
    } else {
      W = conv.conv1dMatrix(Array.from({ length: r }, (_, a) => a + 1), n, options());
      sizes.replaceChildren(
        `${span}, n′ = ⌊(n + 2p − r̂)/s⌋ + 1 = ⌊(${n} + ${2 * p} − ${reach})/${s}⌋ + 1 = `,
        make("strong", {}, m), `: W is ${m}×${n}.`,
        p ? " Dashed columns stand for the padding: a weight there meets a zero and is no part of W." : "");
      const used = W.flat().filter(Boolean).length;
      const unread = Array.from({ length: n }, (_, j) => j + 1).filter((j) => W.every((line) => !line[j - 1]));
      counts.replaceChildren(
        "Weights: dense ", make("strong", {}, m * n), ", sparse ", make("strong", {}, used), ", shared ", make("strong", {}, r), ".",
        unread.length ? ` Never read: ${unread.map((j) => subscript("x", j)).join(", ")}.` : "");
      row.input.max = m;
      row.set(Math.min(row.value, m));
      drawing.replaceChildren(matrix(n, r, s, p, t, m));
    }
    fields(n, r);
    light();
  }

  // Columns over the padding are drawn dashed: a weight there multiplies a zero, and is not part of W.
  function matrix(n, r, s, p, t, m) {
    const [left, top, columns] = [36, 30, n + 2 * p];
    const cell = Math.min(36, Math.floor(654 / columns));
    const svg = picture(left + cell * columns + 2, top + cell * m + 2, `the ${m}×${n} matrix W, its rows shifted by ${s}`);
    if (left + cell * columns > 480) svg.classList.add("cb-wide");
    for (let j = -p; j < n + p; j++) {
      const inside = j >= 0 && j < n;
      svg.append(make("text", { class: inside ? "mid input" : "mid small", x: left + cell * (j + p + 0.5), y: 20, "data-input": j },
        inside ? subscript("x", j + 1) : "0"));
    }
    for (let i = 0; i < m; i++) {
      const line = make("g", { "data-row": i, onpointerenter: () => pick(i), onpointerdown: () => pick(i) },
        make("text", { class: "end output", x: left - 8, y: top + cell * (i + 0.65) }, subscript("y", i + 1)));
      for (let j = -p; j < n + p; j++) {
        const [px, py] = [left + cell * (j + p), top + cell * i];
        const inside = j >= 0 && j < n;
        const a = (j + p - s * i) / t;
        const k = a >= 0 && a < r && Number.isInteger(a) ? a + 1 : 0;
        const kind = !inside ? "outside" : k ? `weight k${k}` : "zero";
        line.append(make("rect", { class: kind, x: px, y: py, width: cell, height: cell }));
        if (k) line.append(make("text", { class: inside ? "mid" : "mid small", x: px + cell / 2, y: py + cell * 0.64 }, subscript("w", k)));
      }
      svg.append(line);
    }
    return svg;
  }

  function pick(i) {
    row.set(i + 1);
    light();
  }

  // Mark one row, the inputs it reads, and write it out.
  function light() {
    if (!W.length) return;
    const i = row.value - 1;
    const terms = W[i].flatMap((k, j) => (k ? [[k, j]] : []));
    for (const line of drawing.querySelectorAll("[data-row]")) line.classList.toggle("lit", Number(line.dataset.row) === i);
    for (const label of drawing.querySelectorAll("[data-input]")) {
      label.classList.toggle("lit", terms.some(([, j]) => j === Number(label.dataset.input)));
    }
    equation.replaceChildren(make("b", { class: "y" }, subscript("y", i + 1)), " = ",
      ...terms.flatMap(([k, j], at) => [at ? " + " : "", weight(k), " ", input(j + 1)]), terms.length ? "" : "0");
    compute();
  }

  function fields(n, r) {
    const line = (letter, values, count) => make("div", {}, make("b", { class: letter }, letter), " ",
      ...values.slice(0, count).map((v, i) => field(`${letter} ${i + 1}`, v, (next) => { values[i] = next; compute(); })));
    numbers.replaceChildren(line("w", w, r), line("x", x, n));
  }

  function compute() {
    const y = conv.conv1d(x.slice(0, set.n.value), w.slice(0, set.r.value), options());
    result.replaceChildren(make("b", { class: "y" }, "y"), " = W", make("b", { class: "x" }, "x"), ` = (${y.map(format).join(", ")})`);
  }

  draw();
}
