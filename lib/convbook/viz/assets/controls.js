// Small parts the explorers share: elements, sliders, numbers as the book writes them.
const SVG = "http://www.w3.org/2000/svg";

// `make("p", {class: "x"}, "text", child)`; a name in `shapes` makes an SVG element.
const shapes = new Set(["svg", "g", "image", "rect", "text", "path", "line", "circle", "tspan"]);
function make(name, attributes = {}, ...children) {
  const node = shapes.has(name) ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== false && value !== undefined) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

// A picture of this size in the page's pixels.
const picture = (width, height, label, ...children) =>
  make("svg", { role: "img", "aria-label": label, width, height, viewBox: `0 0 ${width} ${height}` }, ...children);

// At most three digits and a true minus sign.
function format(value) {
  const text = Math.abs(value) < 1e-9 ? "0" : String(Number(value.toPrecision(3)));
  return text.replace("-", "−");
}

const subscript = (letter, index) => letter + String(index).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);

// A labelled slider; `setting.value` is the number it stands at.
function slider(label, { min, max, step = 1, value, unit = "" }, changed) {
  const shown = make("output", {}, format(value) + unit);
  const input = make("input", { type: "range", min, max, step, value, "aria-label": label });
  const setting = { value, input, node: make("label", { class: "cb-slider" }, make("span", {}, label), input, shown) };
  setting.set = (next) => {
    setting.value = Number(next);
    input.value = next;
    shown.textContent = format(setting.value) + unit;
  };
  input.addEventListener("input", () => {
    setting.set(input.value);
    changed();
  });
  input.addEventListener("keydown", (event) => event.stopPropagation()); // a notebook listens for the same keys
  return setting;
}

// A small field for one number; text that is no number is ignored.
function field(label, value, changed) {
  const input = make("input", { type: "number", step: "any", value, "aria-label": label, class: "cb-number" });
  input.addEventListener("input", () => {
    if (input.value !== "" && Number.isFinite(Number(input.value))) changed(Number(input.value));
  });
  input.addEventListener("keydown", (event) => event.stopPropagation());
  return input;
}

// The red, green and blue of an embedded photograph, each as rows of numbers from 0 to 1.
async function channels(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = make("canvas", { width: image.width, height: image.height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  return [0, 1, 2].map((c) => Array.from({ length: image.height }, (_, i) =>
    Array.from({ length: image.width }, (_, j) => data[4 * (i * image.width + j) + c] / 255)));
}

// Its grey levels, where all three are alike.
const pixels = async (address) => (await channels(address))[0];

// Draw grey levels, 0 black to 1 white, or the three channels of a colour image.
function paint(canvas, ...planes) {
  canvas.width = planes[0][0].length;
  canvas.height = planes[0].length;
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  for (const c of [0, 1, 2]) {
    const plane = planes[c] || planes[0];
    plane.flat().forEach((value, i) => { image.data[4 * i + c] = Math.round(255 * Math.max(0, Math.min(1, value))); });
  }
  for (let i = 3; i < image.data.length; i += 4) image.data[i] = 255;
  context.putImageData(image, 0, 0);
}

// A canvas with a caption; `label` says what is drawn on it.
function screen(caption, label, size, look = "") {
  const canvas = make("canvas", { role: "img", "aria-label": label, class: look });
  const style = `flex:1 1 ${Math.round(size * 0.7)}px;max-width:${size}px`;
  return { canvas, node: make("div", { style }, make("div", { class: "cb-title" }, caption), canvas) };
}

// Run at most once a frame, however fast a slider is dragged.
function throttle(work) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      work();
    });
  };
}
