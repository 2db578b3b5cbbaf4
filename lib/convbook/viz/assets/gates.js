// f = 2(xy + max(z, w)), forward and backward, as its four numbers change.
function gates(root, { start }) {
  const drawing = root.querySelector("svg").parentNode;
  const set = {};
  for (const [name, value] of Object.entries(start)) set[name] = slider(name, { min: -5, max: 5, value }, draw);
  const words = make("p", { "aria-live": "polite", class: "cb-equation" });
  root.replaceChildren(make("div", { class: "cb-sliders" }, ...Object.values(set).map((s) => s.node)), drawing, words);

  function draw() {
    const [x, y, z, w] = ["x", "y", "z", "w"].map((name) => set[name].value);
    const product = x * y;
    const largest = Math.max(z, w);
    const sum = product + largest;
    // Back, gate by gate: the constant scales, + hands on, × switches, max routes (a tie to z).
    const df = 1;
    const dsum = 2 * df;
    const [dx, dy] = [dsum * y, dsum * x];
    const [dz, dw] = z >= w ? [dsum, 0] : [0, dsum];
    const flows = {
      "x-product": [x, dx], "y-product": [y, dy], "z-largest": [z, dz], "w-largest": [w, dw],
      "product-sum": [product, dsum], "largest-sum": [largest, dsum], "sum-f": [sum, dsum], "f-": [2 * sum, df],
    };
    for (const [wire, [value, gradient]] of Object.entries(flows)) {
      drawing.querySelector(`[data-value="${wire}"]`).textContent = format(value);
      drawing.querySelector(`[data-gradient="${wire}"]`).textContent = format(gradient);
    }
    words.textContent = `f = ${format(2 * sum)}; df/dx = ${format(dx)}, df/dy = ${format(dy)}, df/dz = ${format(dz)}, df/dw = ${format(dw)}.`
      + (z === w ? " At z = w the maximum has a kink; by convention the gradient goes to the first." : "");
  }
  draw();
}
