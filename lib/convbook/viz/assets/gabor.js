// A Gabor kernel as its five numbers change, and what it answers on a photograph.
async function gabor(root, { image, start }) {
  const photo = await pixels(image);
  const settings = {
    wavelength: slider("λ, wavelength", { min: 2, max: 16, step: 0.5, value: start.wavelength, unit: " px" }, throttle(draw)),
    orientation: slider("θ, orientation", { min: 0, max: 180, step: 5, value: start.orientation, unit: "°" }, throttle(draw)),
    phase: slider("φ, phase", { min: 0, max: 360, step: 15, value: start.phase, unit: "°" }, throttle(draw)),
    sigma: slider("σ, width", { min: 1, max: 5, step: 0.5, value: start.sigma, unit: " px" }, throttle(draw)),
    aspect: slider("γ, aspect", { min: 0.3, max: 1.5, step: 0.1, value: start.aspect }, throttle(draw)),
  };
  const kernel = screen("kernel", "the Gabor kernel: stripes under a bell, zero is mid grey", 210, "pixels");
  const seen = screen("photograph", "the photograph", 210);
  const answer = screen("response", "the response of the photograph to the kernel, zero is mid grey", 210);
  root.replaceChildren(
    make("div", { class: "cb-sliders" }, ...Object.values(settings).map((setting) => setting.node)),
    make("div", { class: "cb-row" }, seen.node, kernel.node, answer.node),
    make("p", { class: "cb-note" }, "Mid grey is zero; the response is scaled to its largest value."));
  paint(seen.canvas, photo);

  const grey = (rows) => {
    const peak = Math.max(...rows.flat().map(Math.abs)) || 1;
    return rows.map((row) => row.map((value) => 0.5 + value / (2 * peak)));
  };

  function draw() {
    const number = Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, setting.value]));
    const w = gaborKernel(2 * Math.ceil(3 * number.sigma) + 1, number);
    const half = (w.length - 1) / 2;
    paint(kernel.canvas, grey(w));
    paint(answer.canvas, grey(conv.conv2d(photo, w, { padding: half })));
  }
  draw();
}

// exp(−(u² + γ²v²)/(2σ²)) · cos(2πu/λ + φ), as in the library: (u, v) turned by θ from (right, up).
function gaborKernel(size, { wavelength, orientation, phase, sigma, aspect }) {
  const radians = Math.PI / 180;
  const [c, s] = [Math.cos(orientation * radians), Math.sin(orientation * radians)];
  const range = Array.from({ length: size }, (_, i) => i - (size - 1) / 2);
  return range.map((down) => range.map((right) => {
    const [u, v] = [c * right - s * down, -s * right - c * down];
    const bell = Math.exp(-(u * u + aspect * aspect * v * v) / (2 * sigma * sigma));
    return bell * Math.cos((2 * Math.PI * u) / wavelength + phase * radians);
  }));
}
