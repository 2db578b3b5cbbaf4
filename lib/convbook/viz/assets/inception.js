// An inception module without and with its reductions: what each part costs, and how many maps come out.
function inception(root, { presets, names }) {
  const WIDTH = 340, HEIGHT = 240, TOP = 8, BOX = 82, ROW = 58; // one panel, and a box in it
  const whole = (number) => number.toLocaleString("en");
  const total = (layers, what) => layers.reduce((sum, layer) => sum + layer[what], 0);
  const set = { ...Object.values(presets)[0] };
  const inputs = {};
  for (const [key, name] of Object.entries(names)) {
    inputs[key] = field(name, set[key], (value) => {
      set[key] = value;
      choice.value = "";
      show();
    });
    Object.assign(inputs[key], { step: 1, min: 1 });
  }
  const choice = make("select", { onchange: preset }, make("option", { value: "" }, "your own"),
    ...Object.keys(presets).map((name) => make("option", { value: name }, `inception ${name}`)));
  const result = make("div");
  root.replaceChildren(
    make("div", { class: "cb-bar" }, make("label", {}, "Module: ", choice)),
    make("div", { class: "cb-numbers" }, ...Object.entries(inputs).map(([key, input]) =>
      make("label", {}, make("span", {}, names[key]), input))),
    result);
  choice.value = Object.keys(presets)[0];
  show();

  function preset() {
    if (!choice.value) return;
    Object.assign(set, presets[choice.value]);
    for (const [key, input] of Object.entries(inputs)) input.value = set[key];
    show();
  }

  // Three digits and a unit: 65.1 M.
  function short(value) {
    let unit = 0;
    for (; value >= 999.5; unit += 1) value /= 1000;
    return format(value) + ["", " k", " M", " G", " T"][unit];
  }

  function show() {
    const wrong = Object.keys(names).find((key) => !Number.isInteger(set[key]) || set[key] < 1);
    if (wrong) {
      result.replaceChildren(make("p", { class: "cb-verdict" }, `${names[wrong]} must be a whole number, at least 1.`));
      return;
    }
    const forms = { "naive": conv.inception(set, true), "with reductions": conv.inception(set) };
    const layers = Object.values(forms).flat(2);
    const most = Math.max(...layers.map((layer) => layer.operations));
    const outs = Object.values(forms).map((branches) => total(branches.map((branch) => branch.at(-1)), "maps"));
    result.replaceChildren(
      make("div", { class: "cb-row" }, ...Object.entries(forms).map(([name, branches]) =>
        make("div", { class: "cb-panel" }, make("div", { class: "cb-title" }, name), draw(name, branches, most, Math.max(...outs))))),
      sums(Object.values(forms)));
  }

  // From left to right: the maps that come in, the layers of each branch, the maps that go out one upon the other.
  function draw(name, branches, most, maps) {
    const parts = [
      make("rect", { class: "number input", x: 0, y: TOP, width: 12, height: 4 * ROW - 12 }),
      make("text", { class: "input", x: 0, y: HEIGHT + 12 }, whole(set.k)),
    ];
    let y = TOP;
    branches.forEach((branch, b) => {
      const middle = TOP + ROW * b + 23;
      const height = ((4 * ROW - 12) * branch.at(-1).maps) / maps;
      parts.push(make("line", { class: "wire", x1: 12, x2: 250, y1: middle, y2: middle }),
        make("line", { class: "wire", x1: 250, x2: 282, y1: middle, y2: y + height / 2 }),
        make("rect", { class: "node output stack", x: 282, y, width: 16, height }));
      if (height > 11) parts.push(make("text", { class: "small", x: 303, y: y + height / 2 + 5 }, whole(branch.at(-1).maps)));
      y += height;
      branch.forEach((layer, i) => parts.push(...box(layer, 28 + (BOX + 28) * (i + 2 - branch.length), middle, layer.operations / most)));
    });
    parts.push(make("text", { class: "output end", x: WIDTH, y: HEIGHT + 12 }, whole(total(branches.map((branch) => branch.at(-1)), "maps"))));
    const said = branches.map((branch) => branch.map((layer) => `${layer.name} to ${layer.maps} maps, ${short(layer.operations)} operations`).join(", then "));
    return picture(WIDTH, HEIGHT + 16, `The module, ${name}. ${said.join("; ")}.`, ...parts);
  }

  // A pooling makes as many maps as it is fed; the others say how many they make.
  function box({ name, maps, parameters, operations }, x, middle, share) {
    const text = (line, dy, look) => make("text", { class: look, x: x + BOX / 2, y: middle + dy }, line);
    return [
      make("rect", { class: "part", x, y: middle - 23, width: BOX, height: 46, rx: 4 }),
      make("rect", { class: "spent", x, y: middle + 17, width: BOX * share, height: 6 }),
      text(parameters ? `${name}, ${maps}` : name, -5, "mid part-name"),
      text(short(operations), 12, "mid small"),
    ];
  }

  function sums([naive, reduced]) {
    const row = (name, ...cells) => make("tr", {}, make("th", { scope: "row" }, name), ...cells.map((cell) => make("td", {}, cell)));
    const count = (branches) => [total(branches.map((branch) => branch.at(-1)), "maps"), total(branches.flat(), "parameters"), total(branches.flat(), "operations")];
    const [before, after] = [count(naive), count(reduced)];
    const head = ["", "maps out", "parameters", "operations"].map((name) => make("th", { scope: "col" }, name));
    return make("table", { class: "cb-table", "aria-live": "polite" }, make("thead", {}, make("tr", {}, ...head)),
      make("tbody", {}, row("naive", ...before.map(whole)), row("reduced", ...after.map(whole)),
        row("ratio", ...before.map((value, i) => format(value / after[i])))));
  }
}
