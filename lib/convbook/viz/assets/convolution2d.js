// A 3×3 kernel to edit, and what it makes of a photograph.
async function convolution2d(root, { image, presets }) {
  const photo = await pixels(image);
  const w = Object.values(presets)[0].map((row) => row.slice());
  const seen = screen("photograph", "the photograph", 230);
  const answer = screen("filtered", "the photograph filtered with the kernel", 230);
  const redraw = throttle(draw);
  const fields = w.map((row, i) => row.map((value, j) => field(`kernel row ${i + 1}, column ${j + 1}`, value, (next) => {
    w[i][j] = next;
    choice.value = "";
    redraw();
  })));
  const choice = make("select", { onchange: preset }, make("option", { value: "" }, "your own"),
    ...Object.keys(presets).map((name) => make("option", { value: name }, name)));
  const flip = make("input", { type: "checkbox", onchange: redraw });
  const note = make("p", { class: "cb-note", "aria-live": "polite" });
  root.replaceChildren(
    make("div", { class: "cb-bar" }, make("label", {}, "Kernel: ", choice),
      make("label", { class: "cb-check" }, flip, "flip it (true convolution)")),
    make("div", { class: "cb-row" }, seen.node,
      make("div", {}, make("div", { class: "cb-title" }, "kernel, to edit"), make("div", { class: "cb-3x3" }, ...fields.flat())),
      answer.node),
    note);
  paint(seen.canvas, photo);
  choice.value = Object.keys(presets)[0];

  function preset() {
    if (!choice.value) return;
    presets[choice.value].forEach((row, i) => row.forEach((value, j) => {
      w[i][j] = value;
      fields[i][j].value = Number(value.toPrecision(3));
    }));
    redraw();
  }

  // A kernel that sums to zero answers with both signs: zero is then drawn mid grey.
  function draw() {
    const weights = w.flat();
    const sum = weights.reduce((a, b) => a + b, 0);
    const size = weights.reduce((a, b) => a + Math.abs(b), 0) || 1;
    const y = flip.checked ? conv.convolve2d(photo, w, "same") : conv.conv2d(photo, w, { padding: 1 });
    const signed = Math.abs(sum) < 1e-6;
    paint(answer.canvas, signed ? y.map((row) => row.map((value) => 0.5 + value / size)) : y);
    note.textContent = `The weights sum to ${format(sum)}. ` + (signed
      ? "Flat regions answer 0, drawn mid grey; edges show lighter or darker."
      : "Black is 0, white is 1; the border is padded with zeros.");
  }
  preset();
}
