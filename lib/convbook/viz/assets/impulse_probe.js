// A black box, its answer to an impulse, and what that answer predicts for any other input.
function impulse_probe(root) {
  const N = 12;
  const from = (x, n) => (n < 0 ? 0 : x[n]); // at rest before n = 0
  const boxes = {
    A: ["y[n] = 0.6·y[n−1] + x[n]: the output leaks back into itself", (x) => {
      let last = 0;
      return x.map((value) => (last = 0.6 * last + value));
    }],
    B: ["y[n] = (x[n] + x[n−1] + x[n−2])/3: a moving average", (x) => x.map((_, n) => (x[n] + from(x, n - 1) + from(x, n - 2)) / 3)],
    C: ["y[n] = (1 + n/4)·x[n]: a gain that grows with time, so not time-invariant", (x) => x.map((value, n) => (1 + n / 4) * value)],
    D: ["y[n] = max(x[n], x[n−1], x[n−2]): time-invariant, but not linear", (x) => x.map((_, n) => Math.max(x[n], from(x, n - 1), from(x, n - 2)))],
    E: ["y[n] = x[n−3]: a delay", (x) => x.map((_, n) => from(x, n - 3))],
  };
  const x = [0, 2, 1, 0, -1.5, 0, 0, 1, 1, 1, 0, -1];
  let response = null; // to the impulse, once it has been measured
  const limit = 3; // the input's bars go from −3 to 3
  const [left, step, height] = [46, 44, 124];
  const MARKS = {
    dot: "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0", square: "M-6-6h12v12h-12z", diamond: "M0-8l8 8-8 8-8-8z",
    ring: "M-11 0a11 11 0 1 0 22 0a11 11 0 1 0-22 0",
  };

  const inputs = chart("input x: twelve values to set", "group");
  const answer = chart("impulse response h");
  const output = chart("output y and its prediction");
  const grips = x.map((_, n) => grip(n));
  inputs.svg.append(...grips);
  inputs.svg.addEventListener("pointerdown", drag);
  inputs.svg.addEventListener("pointermove", (event) => event.buttons && drag(event));

  const choice = make("select", { onchange: () => measure(false) }, ...Object.keys(boxes).map((name) => make("option", { value: name }, `box ${name}`)));
  const probe = make("button", { type: "button", onclick: () => measure(true) }, "Probe with an impulse");
  const inside = make("p");
  const opened = make("details", {}, make("summary", {}, "Open the box"), inside);
  const verdict = make("p", { "aria-live": "polite", class: "cb-verdict" });
  const title = (letter, role, text) => make("p", { class: "cb-axis-title" }, make("b", { class: role }, letter), text);
  root.replaceChildren(
    make("div", { class: "cb-bar" }, make("label", {}, "System: ", choice), probe),
    title("h", "w", ", the answer to an impulse at n = 0"), answer.svg,
    title("x", "x", ", your input: drag the bars, or use the arrow keys"), inputs.svg,
    title("y", "y", ", what the box puts out (◆), and the prediction x ∗ h (○)"), output.svg,
    verdict, opened);

  function measure(on) {
    const impulse = x.map((_, n) => (n === 0 ? 1 : 0));
    response = on ? boxes[choice.value][1](impulse) : null;
    opened.open = false;
    draw();
  }

  // An axis from −peak to peak; `show` draws one or more series on it. Marks differ in shape, not only in colour.
  function chart(label, role = "img") {
    const marks = make("g");
    const svg = picture(left + step * N, height, label, marks);
    svg.setAttribute("role", role);
    const y = (value, peak) => height / 2 - (value / peak) * (height / 2 - 14);
    const show = (peak, ...series) => {
      marks.replaceChildren(make("line", { class: "axis", x1: left, x2: left + step * N, y1: y(0, peak), y2: y(0, peak) }));
      for (const value of [peak, 0, -peak]) {
        marks.append(make("text", { class: "end scale", x: left - 6, y: y(value, peak) + 5 }, format(value)));
      }
      for (const { values, role, mark } of series) values.forEach((value, n) => {
        const at = left + step * (n + 0.5);
        if (mark !== "ring") marks.append(make("line", { class: `stem ${role}`, x1: at, x2: at, y1: y(0, peak), y2: y(value, peak) }));
        marks.append(make("path", { class: `mark ${mark} ${role}`, d: MARKS[mark], transform: `translate(${at} ${y(value, peak)})` }));
      });
    };
    return { svg, show };
  }

  // One bar of the input, as a slider that the arrow keys move; only one of the twelve is a tab stop.
  function grip(n) {
    return make("rect", {
      class: "grip", x: left + step * n, y: 2, width: step, height: height - 4, role: "slider", tabindex: n ? -1 : 0,
      "aria-label": `x[${n}]`, "aria-valuemin": -limit, "aria-valuemax": limit, "aria-orientation": "vertical",
      onkeydown: (event) => {
        const by = { ArrowUp: 0.5, ArrowDown: -0.5, PageUp: 1, PageDown: -1 }[event.key];
        const to = { ArrowLeft: Math.max(0, n - 1), ArrowRight: Math.min(N - 1, n + 1), Home: 0, End: N - 1 }[event.key];
        if (by === undefined && to === undefined) return;
        event.preventDefault();
        event.stopPropagation(); // a notebook moves between cells with the same keys
        if (by) assign(n, x[n] + by);
        else grips[to].focus();
      },
      onfocus: () => grips.forEach((other, i) => other.setAttribute("tabindex", i === n ? 0 : -1)),
    });
  }

  function assign(n, value) {
    x[n] = Math.max(-limit, Math.min(limit, Math.round(2 * value) / 2));
    draw();
  }

  function drag(event) {
    event.preventDefault();
    const box = inputs.svg.getBoundingClientRect();
    const scale = box.width / (left + step * N);
    const n = Math.floor(((event.clientX - box.left) / scale - left) / step);
    if (n < 0 || n >= N) return;
    grips[n].focus({ preventScroll: true });
    assign(n, (limit * (height / 2 - (event.clientY - box.top) / scale)) / (height / 2 - 14));
  }

  function draw() {
    const [words, system] = boxes[choice.value];
    const y = system(x);
    const predicted = response && conv.convolve1d(x, response).slice(0, N);
    const peak = Math.ceil(Math.max(...y.concat(predicted || []).map(Math.abs), 1));
    inputs.show(limit, { values: x, role: "input", mark: "dot" });
    answer.show(1, ...(response ? [{ values: response, role: "kernel", mark: "square" }] : []));
    output.show(peak, { values: y, role: "output", mark: "diamond" }, ...(predicted ? [{ values: predicted, role: "kernel", mark: "ring" }] : []));
    grips.forEach((bar, n) => bar.setAttribute("aria-valuenow", x[n]));
    inside.textContent = words;
    const error = predicted && Math.max(...y.map((value, n) => Math.abs(value - predicted[n])));
    verdict.replaceChildren(...(!predicted ? ["Press the button: how does the box answer an impulse?"] : [
      "Largest difference between output and prediction: ", make("strong", {}, format(error)), ". ",
      error < 1e-9
        ? "For this input they agree. Try others: a single disagreement is enough to rule out a convolution."
        : "They disagree, so this box is not a convolution: it is not both linear and time-invariant."]));
  }

  draw();
}
