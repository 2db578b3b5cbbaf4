// Which outputs does a pixel touch, and which pixels does an output read? Choose a cell of either image.
function pixels_affected(root, { size, start, limits }) {
  const names = { r: "r, kernel", s: "s, stride", p: "p, padding", t: "t, dilation" };
  const set = {};
  for (const [key, [min, max]] of Object.entries(limits)) set[key] = slider(names[key], { min, max, value: start[key] }, draw);
  const sizes = make("p", { "aria-live": "polite" });
  const drawing = make("div", { class: "cb-row" });
  const words = make("p", { "aria-live": "polite", class: "cb-equation" });
  root.replaceChildren(
    make("div", { class: "cb-sliders" }, ...Object.values(set).map((setting) => setting.node)), sizes, drawing, words);
  const cell = 34;
  const picked = chooser(light, { role: "x", at: [2, 3] });
  let wires = [];

  function draw() {
    const { r, s, p, t } = Object.fromEntries(Object.entries(set).map(([key, setting]) => [key, setting.value]));
    const options = { stride: s, padding: p, dilation: t };
    const shape = size.map((n) => conv.outputSize(n, r, options));
    drawing.hidden = words.hidden = !(shape[0] && shape[1]);
    sizes.textContent = drawing.hidden ? "The kernel does not fit the padded image: there is no output."
      : `${size[0]}×${size[1]} inputs, ${shape[0]}×${shape[1]} outputs. Choose a cell with the pointer, or with the arrow keys.`;
    if (drawing.hidden) return;
    wires = size.map((n) => conv.wires(n, r, options));
    picked.clear();
    drawing.replaceChildren(grid("x", "input", size, p), grid("w", "kernel", [r, r], 0), grid("y", "output", shape, 0));
    picked.start();
  }

  // An image with a frame of padding; the cells of x and y can be chosen.
  function grid(name, role, [height, width], frame) {
    const parts = [make("text", { class: `name ${role}`, x: 26, y: 16 }, name)];
    for (let i = -frame; i < height + frame; i++) for (let j = -frame; j < width + frame; j++) {
      const [x, y] = [26 + cell * (j + frame), 44 + cell * (i + frame)];
      const inside = i >= 0 && i < height && j >= 0 && j < width;
      if (i === -frame) parts.push(make("text", { class: "mid small", x: x + cell / 2, y: 38 }, format(j)));
      if (j === -frame) parts.push(make("text", { class: "end small", x: 20, y: y + 22 }, format(i)));
      const box = make("rect", { class: inside ? `pixel ${role}` : "outside", x, y, width: cell, height: cell });
      const letter = make("text", { class: "mid", x: x + cell / 2, y: y + 22 });
      if (name === "w") {
        const k = i * width + j + 1;
        box.setAttribute("class", `weight k${((k - 1) % 9) + 1}`);
        letter.textContent = subscript("w", k);
      }
      parts.push(inside && name !== "w" ? picked.handle(name, [i, j], `${name}[${i}, ${j}]`, box, letter)
        : make("g", { "data-outside": inside ? undefined : `${i} ${j}` }, box, letter));
    }
    const svg = picture(28 + cell * (width + 2 * frame), 46 + cell * (height + 2 * frame), name, ...parts);
    if (name !== "w") svg.setAttribute("role", "group"); // its cells are buttons
    return make("div", {}, svg);
  }

  // Each joined cell gets the letter and the colour of the weight that joins it.
  function light({ role, at }) {
    const r = set.r.value;
    const ends = (wire) => (role === "x" ? [wire.i, wire.u] : [wire.u, wire.i]);
    const along = wires.map((axis, d) => axis.filter((wire) => ends(wire)[0] === at[d]));
    const joined = along[0].flatMap((row) => along[1].map((column) =>
      ({ at: [ends(row)[1], ends(column)[1]], k: row.a * r + column.a + 1 })));
    const weight = (cell) => joined.find((other) => other.at[0] === cell[0] && other.at[1] === cell[1]);
    picked.mark((other, cell, node) => {
      const found = other === role ? undefined : weight(cell);
      letter(node, found);
      node.setAttribute("aria-label", `${other}[${cell.join(", ")}]` + (found ? `, ${subscript("w", found.k)}` : ""));
      return Boolean(found);
    });
    for (const node of drawing.querySelectorAll("[data-outside]")) {
      letter(node, role === "y" ? weight(node.dataset.outside.split(" ").map(Number)) : undefined);
    }
    const inside = joined.filter(({ at: [i, j] }) => role === "x" || (i >= 0 && i < size[0] && j >= 0 && j < size[1]));
    const other = role === "x" ? "dy" : "x";
    const name = role === "x" ? `dx[${at.join(", ")}]` : `y[${at.join(", ")}]`;
    words.replaceChildren(make("b", { class: role }, name), " = ", ...inside.flatMap(({ at: [i, j], k }, n) => [
      n ? " + " : "", make("b", { class: "w" }, subscript("w", k)), "\u00a0", make("b", { class: role === "x" ? "y" : "x" }, `${other}[${i},\u00a0${j}]`)]),
      inside.length ? "" : "0: no output reads this pixel");
  }

  function letter(node, found) {
    const box = node.querySelector("rect");
    for (let k = 1; k <= 9; k++) box.classList.remove(`k${k}`);
    box.classList.toggle("joined", Boolean(found));
    if (found) box.classList.add(`k${((found.k - 1) % 9) + 1}`);
    node.querySelector("text").textContent = found ? subscript("w", found.k) : "";
  }

  draw();
}
