// The receptive field of a unit, layer by layer: a table to edit, boxes on an image, and the measured gradient.
function receptive_field(root, { image, networks, network }) {
  const OWN = "your own";
  const PX = 320; // of each picture
  let [n, layers, chosen] = [0, [], 0]; // layers are { kind, r, s, p, t }; `chosen` is the one whose unit is shown
  const choice = make("select", { onchange: () => load(choice.value) },
    ...[...Object.keys(networks), OWN].map((name) => make("option", { value: name }, name)));
  const size = number("size of the input", 0, 1, 512, (value) => { n = value; edited(); });
  const unit = ["row", "column"].map((axis) => slider(`unit, ${axis}`, { min: 1, max: 1, value: 1 }, throttle(draw)));
  const any = make("input", { type: "checkbox", onchange: draw });
  const body = make("tbody");
  const heads = ["layer", "r", "s", "p", "t", "size", "jump", "start", "units", ""];
  const table = make("table", { class: "cb-table", onkeydown: (event) => event.stopPropagation() }, // arrows choose a row
    make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))), body);
  const add = make("button", { type: "button", onclick: append }, "Add a layer");
  const [boxes, map] = [make("div"), make("div")];
  const panel = (title, node) => make("div", { style: `flex:1 1 ${PX - 60}px;max-width:${PX}px` }, make("div", { class: "cb-title" }, title), node);
  const words = make("p", { "aria-live": "polite" });
  root.replaceChildren(
    make("div", { class: "cb-bar" }, make("label", {}, "Network: ", choice), make("label", {}, "input: ", size)),
    make("div", { class: "cb-row" }, panel("computed: the fields on the input", boxes), panel("measured: the gradient of the unit", map)),
    make("label", { class: "cb-check" }, any, "paint every gradient that is not zero white"),
    make("div", { class: "cb-sliders" }, ...unit.map((setting) => setting.node)),
    words, make("div", { class: "cb-scroll", tabindex: 0, role: "group", "aria-label": "the layers, scrolls sideways" }, table), add);

  // A field for a whole number; what is outside its limits is ignored.
  function number(label, value, least, most, changed) {
    const input = field(label, value, (next) => Number.isInteger(next) && next >= least && next <= most && changed(next));
    for (const [name, limit] of Object.entries({ min: least, max: most, step: 1 })) input.setAttribute(name, limit);
    return input;
  }

  function load(name) {
    if (name === OWN) return;
    n = networks[name].n;
    layers = networks[name].layers.map(([kind, r, s, p, t]) => ({ kind, r, s, p, t }));
    chosen = layers.findLastIndex(({ kind }) => kind !== "fc");
    choice.value = name;
    size.value = n;
    rows();
  }

  function append() {
    chosen = layers.push({ kind: "conv", r: 3, s: 1, p: 1, t: 1 }) - 1;
    edited();
  }

  function remove(l) {
    layers.splice(l, 1);
    edited();
    (body.children[Math.min(l, layers.length - 1)]?.querySelector("button") || add).focus();
  }

  function edited() {
    choice.value = OWN;
    rows();
  }

  // Build the table anew; while a number is edited only what follows from it is written, to keep the cursor.
  function rows() {
    if (body.children.length !== layers.length || !body.contains(document.activeElement)) {
      body.replaceChildren(...layers.map((layer, l) => {
        const pick = make("input", { type: "radio", name: `${root.id}-layer`, onchange: () => { chosen = l; centre(); } });
        const cell = (key, name, least, most) => {
          const changed = (value) => { layer[key] = value; edited(); };
          return make("td", {}, number(`${name} of layer ${l + 1}`, layer[key], least, most, changed));
        };
        return make("tr", {}, make("th", { scope: "row" }, make("label", {}, pick, ` ${l + 1} ${layer.kind}`)),
          cell("r", "kernel", 1, 32), cell("s", "stride", 1, 8), cell("p", "padding", 0, 64), cell("t", "dilation", 1, 64),
          ...heads.slice(5, 9).map(() => make("td")),
          make("td", {}, make("button", { type: "button", "aria-label": `remove layer ${l + 1}`, onclick: () => remove(l) }, "×")));
      }));
    }
    centre();
  }

  // After a change of the layers, look at the unit in the middle.
  function centre() {
    chosen = Math.max(0, Math.min(chosen, layers.length - 1));
    const count = conv.sizes(layers, n)[chosen + 1] || 0;
    for (const setting of unit) {
      setting.node.hidden = count < 2;
      setting.input.max = count;
      setting.set(Math.ceil((count + 1) / 2));
    }
    draw();
  }

  function draw() {
    const fields = conv.receptiveField(layers);
    const made = conv.sizes(layers, n);
    [...body.children].forEach((row, l) => {
      const { size, jump, start } = fields[l];
      const values = made[l + 1] ? [size, jump, format(start), `${made[l + 1]}×${made[l + 1]}`] : ["–", "–", "–", "does not fit"];
      values.forEach((value, i) => (row.children[5 + i].textContent = value));
      row.classList.toggle("lit", l === chosen);
      row.querySelector("[type=radio]").checked = l === chosen;
    });
    const fits = layers.length && made[chosen + 1];
    if (!fits) {
      for (const place of [boxes, map]) place.replaceChildren();
      words.textContent = layers.length ? "The kernel is larger than what is left of the input." : "Add a layer.";
      return;
    }
    const at = unit.map((setting) => setting.value - 1);
    const own = fields[chosen];
    const first = at.map((u) => own.start + own.jump * u);
    // As much of the plane as the box and the image need.
    const low = Math.min(0, ...first) - 0.02 * n;
    const span = Math.max(n, ...first.map((i) => i + own.size)) + 0.02 * n - low;
    const frame = (label, address, ...more) => {
      const svg = picture(PX, PX, label, make("image", { href: address, width: n, height: n, preserveAspectRatio: "none" }),
        make("rect", { class: "edge-of-input", width: n, height: n }), ...more);
      svg.setAttribute("viewBox", `${low} ${low} ${span} ${span}`);
      svg.style.overflow = "hidden"; // of the neighbour's box
      return svg;
    };
    const box = (field, at, look) => {
      const [y, x] = at.map((u) => field.start + field.jump * u);
      return make("rect", { class: `field ${look}`, x, y, width: field.size, height: field.size });
    };
    // In the layers below, the unit nearest to the middle of the field.
    const below = fields.slice(0, chosen).map((field) =>
      box(field, first.map((i) => Math.round((i + own.size / 2 - field.start - field.size / 2) / field.jump)), "below"));
    const beside = at[1] + 1 < made[chosen + 1] ? [box(own, [at[0], at[1] + 1], "beside")] : [];
    boxes.replaceChildren(frame("the fields of a unit and of units below it, as boxes on the input", image, ...below, ...beside, box(own, at, "own")));

    const [down, across] = at.map((u) => conv.inputGradient(layers.slice(0, chosen + 1), n, u));
    const peak = Math.max(...down) * Math.max(...across);
    const canvas = make("canvas");
    paint(canvas, down.map((a) => across.map((b) => (any.checked ? Number(a * b > 0) : (a * b) / peak))));
    map.replaceChildren(frame("the gradient of the unit with respect to every pixel", canvas.toDataURL(), box(own, at, "own")));

    const sees = ["A unit of layer ", make("strong", {}, chosen + 1), " sees ", make("strong", {}, `${own.size}×${own.size}`), " pixels"];
    if (!peak) {
      words.replaceChildren(...sees, "; this one sees nothing but padding.");
      return;
    }
    const support = [down, across].map((d) => [d.findIndex(Boolean), d.findLastIndex(Boolean)]);
    const [rowsSeen, columnsSeen] = support.map(([a, b]) => `${a} to ${b}`);
    const strong = down.reduce((sum, a) => sum + across.filter((b) => a * b > 0.0455 * peak).length, 0);
    const shown = support.reduce((area, [a, b]) => area * (b - a + 1), 1);
    words.replaceChildren(...sees, beside.length ? `; the dashed box is its neighbour’s, ${own.jump} to the right. ` : ". ",
      `Measured: the gradient is not zero in rows ${rowsSeen} and columns ${columnsSeen}. `,
      `In ${Math.round((100 * strong) / shown)}\u00a0% of that area it is above 4.55\u00a0% of its peak.`);
  }

  load(network);
}
