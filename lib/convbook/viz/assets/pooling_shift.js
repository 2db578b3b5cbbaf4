// A photograph moved by a few pixels, its edges, and how much five ways to reduce them let the move through.
async function pooling_shift(root, { image, start, limits }) {
  const photo = await pixels(image);
  const most = limits.shift[1];
  const width = photo[0].length - most;
  const sobel = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]];
  const edgesAt = (shift) =>
    conv.conv2d(photo.map((row) => row.slice(shift, shift + width)), sobel).map((row) => row.map((v) => Math.max(0, v)));
  const still = edgesAt(0);
  const redraw = throttle(draw);
  const sliders = {
    shift: slider("shift", { min: limits.shift[0], max: most, value: start.shift, unit: " px" }, redraw),
    window: slider("window", { min: limits.window[0], max: limits.window[1], value: start.window }, redraw),
  };
  const ways = {
    "edges": (x) => x,
    "subsample": (x, r) => conv.subsample(x, r),
    "average": (x, r) => conv.avgPool2d(x, r),
    "max": (x, r) => conv.maxPool2d(x, r),
    "max, then blur": (x, r) => conv.blurPool2d(conv.maxPool2d(x, r, { stride: 1 }), 2 * r - 1, r),
  };
  const moved = screen("photograph, moved", "the part of the photograph that is seen", 300);
  const screens = Object.fromEntries(Object.keys(ways).map((name) => {
    const title = make("div", { class: "cb-title" });
    const shown = screen(title, `edges of the moved photograph, reduced: ${name}`, 300, "pixels");
    return [name, { ...shown, title }];
  }));
  const note = make("p", { class: "cb-note", "aria-live": "polite" });
  root.replaceChildren(
    make("div", { class: "cb-sliders" }, ...Object.values(sliders).map((s) => s.node)),
    make("div", { class: "cb-grid" }, moved.node, ...Object.values(screens).map((s) => s.node)),
    note);

  function draw() {
    const [shift, r] = [sliders.shift.value, sliders.window.value];
    paint(moved.canvas, photo.map((row) => row.slice(shift, shift + width)));
    const now = edgesAt(shift);
    const changes = {};
    for (const [name, reduce] of Object.entries(ways)) {
      const [before, after] = [reduce(still, r), reduce(now, r)];
      const top = Math.max(...before.flat());
      paint(screens[name].canvas, after.map((row) => row.map((value) => value / top)));
      changes[name] = relativeChange(before, after);
      screens[name].title.textContent = `${name}: ${changes[name].toFixed(2)}`;
    }
    note.textContent = `Moved by ${shift} px, the edge map itself changes by ${changes.edges.toFixed(2)} of its length, ` +
      `one sample in ${r} of it by ${changes.subsample.toFixed(2)}, the maxima of ${r}×${r} windows by ${changes.max.toFixed(2)}.`;
  }

  // ‖after − before‖ / ‖before‖
  function relativeChange(before, after) {
    const [u, v] = [before.flat(), after.flat()];
    const norm = (z) => Math.sqrt(z.reduce((sum, value) => sum + value * value, 0));
    return norm(u.map((value, i) => value - v[i])) / norm(u);
  }
  draw();
}
