// Shows one frame of a step-through figure; all numbers come from the page.
function stepper(root, frames) {
  const grids = {};
  for (const g of root.querySelectorAll("[data-grid]")) grids[g.dataset.grid] = Array.from(g.children);
  const captions = root.querySelectorAll(".cb-captions li");
  const slider = root.querySelector("input");
  const count = root.querySelector(".cb-count");
  const button = (name) => root.querySelector(`[data-do=${name}]`);
  const value = (cell) => cell.querySelector(".mid");
  const note = (cell) => cell.querySelector(".note");
  let step = 0;
  let timer = null;

  // What is filled at a step follows from all frames before it, so one can also go back or jump.
  function show(k) {
    step = Math.max(0, Math.min(frames.length - 1, k));
    const lit = {};
    for (const [name, cells] of Object.entries(grids)) {
      const on = frames[step].on[name] || {};
      const text = {};
      for (const frame of frames) for (const i in frame.put[name]) text[i] = ""; // filled at some time
      for (const frame of frames.slice(0, step + 1)) Object.assign(text, frame.put[name]); // filled by now
      cells.forEach((cell, i) => {
        cell.classList.toggle("lit", i in on);
        cell.classList.toggle("noted", Boolean(on[i]));
        cell.classList.toggle("open", text[i] === "");
        if (note(cell)) note(cell).textContent = on[i] || "";
        if (i in text) value(cell).textContent = text[i];
      });
      lit[name] = Object.keys(on).map((i) => cells[i].querySelector("rect"));
    }
    root.querySelectorAll(".wires").forEach((wires) => join(wires, lit));
    captions.forEach((caption, i) => caption.classList.toggle("now", i === step));
    slider.value = step + 1;
    slider.setAttribute("aria-valuetext", `step ${step + 1} of ${frames.length}`);
    count.textContent = `${step + 1} / ${frames.length}`;
  }

  // Lines from every lit cell of the upper grid to every lit cell of the lower one.
  function join(wires, lit) {
    const [upper, lower] = Array.from(wires.parentNode.querySelectorAll("[data-grid]"), (g) => lit[g.dataset.grid]);
    wires.textContent = "";
    for (const a of upper) for (const b of lower) {
      const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      const middle = (r) => r.x.baseVal.value + r.width.baseVal.value / 2;
      const ends = { x1: middle(a), y1: a.y.baseVal.value + a.height.baseVal.value, x2: middle(b), y2: b.y.baseVal.value };
      for (const [name, at] of Object.entries(ends)) line.setAttribute(name, at);
      wires.append(line);
    }
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    root.classList.remove("cb-playing");
    root.querySelector(".cb-captions").setAttribute("aria-live", "polite");
    button("play").setAttribute("aria-label", "Play");
  }

  function play() {
    if (step === frames.length - 1) show(0);
    root.classList.add("cb-playing");
    root.querySelector(".cb-captions").setAttribute("aria-live", "off");
    button("play").setAttribute("aria-label", "Pause");
    timer = setInterval(() => {
      show(step + 1);
      if (step === frames.length - 1) stop();
    }, 1200);
  }

  function go(k) {
    if (timer) stop();
    show(k);
  }

  button("back").addEventListener("click", () => go(step - 1));
  button("next").addEventListener("click", () => go(step + 1));
  button("play").addEventListener("click", () => (timer ? stop() : play()));
  slider.addEventListener("input", () => go(slider.value - 1));
  root.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: step - 1, ArrowRight: step + 1, ArrowDown: step - 1, ArrowUp: step + 1, Home: 0, End: frames.length - 1 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation(); // a notebook moves between cells with the same keys
    go(to);
  });
  root.querySelector(".cb-controls").hidden = false;
  show(0);
}
