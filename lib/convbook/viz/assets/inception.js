// An inception module without and with its reductions: what each part costs, and how many maps come out.
function inception(root, data) {
  const WIDTH = 340, HEIGHT = 240, TOP = 8, BOX = 82, ROW = 58; // one panel, and a box in it
  const total = (layers, what) => layers.reduce((sum, layer) => sum + layer[what], 0);
  const { set, nodes } = presetFields("Module", data, show, (name) => `inception ${name}`);
  const result = make("div");
  root.replaceChildren(...nodes, result);
  show();

  // The branches of an inception module that is fed k maps of n×n: a list of layers each, with the maps they make and
  // what they cost. `naive` leaves out the 1×1 convolutions that reduce.
  function branchesOf({ k, n, ones, reduced3, threes, reduced5, fives, pooled }, naive = false) {
    const layer = (r, fed, maps) =>
      ({ name: `${r}×${r}`, maps, ...conv.layerCost({ k: fed, maps, H: n, W: n, r, s: 1, p: (r - 1) / 2, t: 1, g: 1 }) });
    const pooling = { name: "max 3×3", maps: k, parameters: 0, operations: k * n * n };
    if (naive) return [[layer(1, k, ones)], [layer(3, k, threes)], [layer(5, k, fives)], [pooling]];
    return [
      [layer(1, k, ones)],
      [layer(1, k, reduced3), layer(3, reduced3, threes)],
      [layer(1, k, reduced5), layer(5, reduced5, fives)],
      [pooling, layer(1, k, pooled)],
    ];
  }

  function show() {
    const wrong = notWhole(set, data);
    if (wrong) {
      result.replaceChildren(make("p", { class: "cb-verdict" }, wrong));
      return;
    }
    const forms = { "naive": branchesOf(set, true), "with reductions": branchesOf(set) };
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
