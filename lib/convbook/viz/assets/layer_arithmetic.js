// What a convolutional layer makes and costs, every formula with its numbers put in.
function layer_arithmetic(root, data) {
  const { set, nodes } = presetFields("Layer", data, show);
  const result = make("div", { "aria-live": "polite" });
  root.replaceChildren(...nodes, result);
  show();

  function bytes(numbers) {
    const size = 4 * numbers;
    if (size < 1024) return `${size} bytes`;
    return size < 1024 ** 2 ? `${format(size / 1024)} KiB` : `${format(size / 1024 ** 2)} MiB`;
  }

  function problem() {
    const wrong = notWhole(set, data);
    if (wrong) return wrong;
    const { k, maps, H, W, r, p, t, g } = set;
    if (k % g || maps % g) return `The groups must divide the maps: g = ${g}, but k = ${k} and k′ = ${maps}.`;
    const reach = t * (r - 1) + 1;
    if (reach > Math.min(H, W) + 2 * p) {
      return `The kernel does not fit: it spans ${reach}, but the padded input is only ${H + 2 * p}×${W + 2 * p}.`;
    }
    return "";
  }

  // What the division by the stride leaves over, of which padding comes last.
  function leftOver(what, n, reach) {
    const rest = (n + 2 * set.p - reach) % set.s;
    if (!rest) return "";
    const unread = rest - set.p;
    if (unread <= 0) return `The ${what}s do not fit exactly, but only padding is left over. `;
    return `The last ${unread > 1 ? `${unread} ${what}s are` : `${what} is`} never read. `;
  }

  function show() {
    const wrong = problem();
    if (wrong) {
      result.replaceChildren(make("p", { class: "cb-verdict" }, wrong));
      return;
    }
    const { k, maps, H, W, r, s, p, t, g } = set;
    const { height, width, parameters, operations } = conv.layerCost(set);
    const reach = t * (r - 1) + 1;
    const size = (n) => `⌊(${n} + 2·${p} − ${reach})/${s}⌋ + 1`;
    const positions = height * width;
    const dense = (k * H * W + 1) * maps * positions;
    result.replaceChildren(
      make("div", { class: "cb-sums" },
        worked("kernel spans", `r̂ = r + (r − 1)(t − 1) = ${r} + ${r - 1}·${t - 1}`, whole(reach)),
        worked("height", `H′ = ⌊(H + 2p − r̂)/s⌋ + 1 = ${size(H)}`, whole(height)),
        worked("width", `W′ = ⌊(W + 2p − r̂)/s⌋ + 1 = ${size(W)}`, whole(width)),
        worked("parameters", `(r²·k/g + 1)·k′ = (${r}²·${k}/${g} + 1)·${maps}`, whole(parameters)),
        worked("operations", `parameters·H′·W′ = ${whole(parameters)}·${height}·${width}`, whole(operations)),
        worked("memory, output", `4 bytes·k′·H′·W′ = 4·${maps}·${height}·${width}`, bytes(maps * positions)),
        worked("memory, input", `4 bytes·k·H·W = 4·${k}·${H}·${W}`, bytes(k * H * W)),
        worked("memory, weights", `4 bytes·parameters = 4·${whole(parameters)}`, bytes(parameters))),
      make("p", {}, leftOver("row", H, reach), leftOver("column", W, reach),
        "From ", make("b", { class: "x" }, `${k}×${H}×${W}`), " to ", make("b", { class: "y" }, `${maps}×${height}×${width}`),
        `: fully connected this would take ${whole(dense)} parameters, local but not shared ${whole(operations)}.`));
  }
}
