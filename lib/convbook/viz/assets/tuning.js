// A grating that turns in front of a filter, the filter's answer, and the curve of its best answers.
function tuning(root, { filters, start, limits }) {
  const redraw = throttle(draw);
  const names = Object.keys(filters);
  const choice = make("select", { "aria-label": "filter", onchange: redraw }, ...names.map((name) => make("option", { value: name }, name)));
  choice.addEventListener("keydown", (event) => event.stopPropagation());
  const knob = (label, name, step, unit) =>
    slider(label, { min: limits[name][0], max: limits[name][1], step, value: start[name], unit }, redraw);
  const settings = {
    orientation: knob("θ, orientation", "orientation", 5, "°"),
    wavelength: knob("1/f, wavelength", "wavelength", 0.5, " px"),
    phase: knob("φ, phase", "phase", 15, "°"),
  };
  const shown = {
    grating: screen("grating", "the grating, zero is mid grey", 150, "pixels"),
    filter: screen("filter", "the filter, zero is mid grey", 150, "pixels"),
    product: screen("product", "grating times filter, zero is mid grey", 150, "pixels"),
  };
  const curve = make("div");
  const note = make("p", { class: "cb-note", "aria-live": "polite" });
  root.replaceChildren(
    make("label", { class: "cb-bar" }, "filter ", choice),
    make("div", { class: "cb-sliders" }, ...Object.values(settings).map((setting) => setting.node)),
    make("div", { class: "cb-row" }, ...Object.values(shown).map((each) => each.node)),
    curve, note);

  const [width, height, left, right, top, bottom] = [340, 180, 46, 20, 26, 36];
  const across = (degrees) => left + (degrees / 180) * (width - left - right);

  function draw() {
    const w = filters[choice.value];
    const [theta, phase] = [settings.orientation.value, settings.phase.value];
    const f = 1 / settings.wavelength.value;
    const s = grating(w.length, w[0].length, f, theta, phase);
    const product = w.map((row, i) => row.map((weight, j) => weight * s[i][j]));
    for (const [name, image] of Object.entries({ grating: s, filter: w, product })) paint(shown[name].canvas, grey(image));

    const answers = Array.from({ length: 37 }, (_, k) => tuned(w, f, 5 * k));
    const peak = Math.max(...answers);
    const answer = product.flat().reduce((sum, value) => sum + value, 0);
    const up = (value) => height - bottom - (value / (peak || 1)) * (height - top - bottom);
    const path = answers.map((value, k) => `${k ? "L" : "M"}${across(5 * k).toFixed(1)} ${up(value).toFixed(1)}`).join("");
    const ticks = [0, 45, 90, 135, 180].map((degrees) =>
      make("text", { x: across(degrees), y: height - bottom + 18, "text-anchor": "middle", class: "scale" }, `${degrees}°`));
    curve.replaceChildren(picture(width, height, `tuning curve of the filter: its best answer at ${theta}° is ${format(tuned(w, f, theta))}`,
      make("line", { x1: left, x2: width - right, y1: up(0), y2: up(0), class: "axis" }),
      make("line", { x1: across(theta), x2: across(theta), y1: top - 6, y2: up(0), class: "axis", "stroke-dasharray": "4 4" }),
      make("path", { d: path, class: "output curve" }),
      make("circle", { cx: across(theta), cy: up(tuned(w, f, theta)), r: 6, class: "output mark" }),
      make("text", { x: left - 6, y: up(peak) + 5, "text-anchor": "end", class: "scale" }, format(peak)),
      make("text", { x: left - 6, y: up(0) + 5, "text-anchor": "end", class: "scale" }, "0"),
      make("text", { x: left, y: 14, class: "scale" }, "R(θ), best of all phases"),
      ...ticks));
    note.textContent = `To this grating the filter answers ${format(answer)}; with the best phase it would be ` +
      `${format(tuned(w, f, theta))}. Orientation selectivity index at this wavelength: ${selectivity(answers.slice(0, 36)).toFixed(2)}.`;
  }

  const grey = (rows) => {
    const most = Math.max(...rows.flat().map(Math.abs)) || 1;
    return rows.map((row) => row.map((value) => 0.5 + value / (2 * most)));
  };
  draw();
}

// cos(2πf(u·cos θ + v·sin θ) + φ), as in the library: u to the right, v upwards from the centre; degrees.
function grating(height, width, f, theta, phase) {
  const radians = Math.PI / 180;
  const [c, s] = [Math.cos(theta * radians), Math.sin(theta * radians)];
  return Array.from({ length: height }, (_, i) => Array.from({ length: width }, (_, j) =>
    Math.cos(2 * Math.PI * f * ((j - (width - 1) / 2) * c + ((height - 1) / 2 - i) * s) + phase * radians)));
}

// The best answer of all phases: the hypotenuse of the answers to two that are a quarter apart.
function tuned(w, f, theta) {
  return Math.hypot(...[0, 90].map((phase) => {
    const s = grating(w.length, w[0].length, f, theta, phase);
    return w.flat().reduce((sum, weight, i) => sum + weight * s[Math.floor(i / w[0].length)][i % w[0].length], 0);
  }));
}

// |Σ R·e^{2iθ}| / Σ R over evenly spread orientations of half a turn.
function selectivity(answers) {
  const angle = (k) => (2 * Math.PI * k) / answers.length;
  const sum = (weight) => answers.reduce((total, value, k) => total + value * weight(angle(k)), 0);
  return Math.hypot(sum(Math.cos), sum(Math.sin)) / (sum(() => 1) || 1);
}
