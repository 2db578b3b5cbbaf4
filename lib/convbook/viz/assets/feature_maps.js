// A window that slides over a photograph, and what every filter answers where it stands.
async function feature_maps(root, { filters, names }) {
  const photo = await channels(root.querySelector("img").src);
  const [H, W, r] = [photo[0].length, photo[0][0].length, filters[0][0].length];
  const row = slider("row", { min: 0, max: H - r, value: Math.round((H - r) / 3) }, throttle(read));
  const column = slider("column", { min: 0, max: W - r, value: Math.round((W - r) / 2) }, throttle(read));
  const stride = slider("s, stride", { min: 1, max: 8, value: 1 }, throttle(compute));
  const rectify = make("input", { type: "checkbox", onchange: throttle(draw) });
  const frame = make("div", { class: "cb-window" });
  const seen = screen("photograph", "the photograph and the window on it", 300);
  const surface = make("div", { class: "cb-surface cb-drag", onpointerdown: drag, onpointermove: drag });
  seen.canvas.replaceWith(surface);
  surface.append(seen.canvas, frame);
  const cards = filters.map((filter, j) => {
    const look = screen("", `filter ${j + 1}, ${names[j]}`, 48, "pixels");
    const map = screen("", `what filter ${j + 1} answers everywhere`, 220, "pixels");
    const answer = make("output");
    const mark = make("div", { class: "cb-window" });
    const area = make("div", { class: "cb-surface" });
    map.canvas.replaceWith(area);
    area.append(map.canvas, mark);
    const peak = Math.max(...filter.flat(2).map(Math.abs));
    paint(look.canvas, ...filter.map((channel) => channel.map((line) => line.map((weight) => 0.5 + weight / (2 * peak)))));
    const head = make("div", { class: "cb-head" }, look.canvas, make("div", {}, names[j], make("br"), subscript("a", j + 1), " = ", answer));
    return { map: map.canvas, mark, answer, node: make("div", {}, head, area) };
  });
  const note = make("p", { class: "cb-note", "aria-live": "polite" });
  root.replaceChildren(
    make("div", { class: "cb-row" }, seen.node,
      make("div", { class: "cb-beside" }, row.node, column.node, stride.node,
        make("label", { class: "cb-check" }, rectify, "ReLU: cut off what is negative"), note)),
    make("div", { class: "cb-cards" }, ...cards.map((card) => card.node)));
  paint(seen.canvas, ...photo);
  let maps;
  compute();

  function compute() {
    maps = conv.layer(photo, filters, { stride: stride.value });
    for (const [setting, size] of [[row, maps[0].length], [column, maps[0][0].length]]) {
      const at = Math.round((setting.value / setting.input.max) * (size - 1));
      setting.input.max = size - 1;
      setting.set(at);
    }
    draw();
  }

  function value(a) {
    return rectify.checked ? Math.max(a, 0) : a;
  }

  function draw() {
    maps.forEach((map, j) => {
      const peak = Math.max(...map.flat().map((a) => Math.abs(value(a)))) || 1;
      paint(cards[j].map, map.map((line) => line.map((a) => (rectify.checked ? value(a) / peak : 0.5 + a / (2 * peak)))));
    });
    read();
  }

  // A frame over cells of a picture, in parts of its size.
  function place(box, top, left, size, height, width) {
    const part = { top: top / height, left: left / width, height: size / height, width: size / width };
    for (const [side, share] of Object.entries(part)) box.style[side] = `${100 * share}%`;
  }

  function read() {
    const [u, v, s] = [row.value, column.value, stride.value];
    const [height, width] = [maps[0].length, maps[0][0].length];
    const answers = maps.map((map) => value(map[u][v]));
    const best = answers.indexOf(Math.max(...answers));
    place(frame, s * u, s * v, r, H, W);
    cards.forEach(({ mark, answer }, j) => {
      place(mark, u, v, 1, height, width);
      answer.textContent = answers[j].toFixed(2).replace("-", "−");
      answer.classList.toggle("lit", j === best);
    });
    note.textContent = `The window holds 3×${r}×${r} = ${3 * r * r} numbers. Each filter multiplies them by its own ` +
      `${3 * r * r} and adds: one number for each of the ${height}×${width} places. Here “${names[best]}” answers most.`;
  }

  function drag(event) {
    if (event.type === "pointermove" && !event.buttons) return;
    const box = surface.getBoundingClientRect();
    const under = (at, size, n, max) => Math.max(0, Math.min(max, Math.round(((at / size) * n - r / 2) / stride.value)));
    row.set(under(event.clientY - box.top, box.height, H, row.input.max));
    column.set(under(event.clientX - box.left, box.width, W, column.input.max));
    read();
  }
}
