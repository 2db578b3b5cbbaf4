// What every layer of a network costs: a row of three bars for each, and the numbers of the chosen one in words.
function costs(root, networks) {
  const MEASURES = ["parameters", "operations", "memory"];
  const names = Object.keys(networks);
  let [network, chosen] = [names[0], 0];
  const choice = make("select", { onchange: () => { network = choice.value; chosen = 0; draw(); } },
    ...names.map((name) => make("option", { value: name }, name)));
  const together = make("input", { type: "checkbox", onchange: draw });
  const body = make("tbody");
  const head = make("tr", {}, make("th", { scope: "col" }, "layer"), ...MEASURES.map((name) => make("th", { scope: "col" }, name)));
  const words = make("div", { class: "cb-cost-words", "aria-live": "polite" });
  const bar = make("div", { class: "cb-bar" }, make("label", {}, "Network: ", choice),
    make("label", { class: "cb-check" }, together, "all networks on one scale"));
  root.replaceChildren(...(names.length > 1 ? [bar] : []), make("table", { class: "cb-costs" }, make("thead", {}, head), body), words);
  draw();

  function sum(rows, m) {
    return rows.reduce((total, row) => total + row[2 + m], 0);
  }

  // The largest number of a measure, at which its bar is full.
  function most(m) {
    const shown = together.checked ? Object.values(networks) : [networks[network]];
    return Math.max(1, ...shown.flatMap((rows) => rows.map((row) => row[2 + m])));
  }

  function exact(m, value) {
    return whole(value) + (m < 2 ? "" : " bytes");
  }

  function rounded(m, value) {
    return m < 2 ? short(value) : short(value, BYTES);
  }

  function draw() {
    const rows = networks[network];
    const limits = MEASURES.map((_, m) => most(m));
    body.replaceChildren(...rows.map(([name], i) => {
      const pick = make("button", { type: "button", onfocus: () => choose(i), onclick: () => choose(i), onkeydown: move }, name);
      const cells = limits.map((limit, m) => {
        const value = rows[i][2 + m];
        const bar = make("span", { class: "cb-cost", style: `width:${(100 * value) / limit}%;min-width:${value ? 1 : 0}px` });
        return make("td", {}, bar, make("span", {}, value ? rounded(m, value) : "0"));
      });
      return make("tr", { onpointerenter: () => choose(i) }, make("th", { scope: "row" }, pick), ...cells);
    }));
    choose(chosen);
  }

  // Only the chosen layer is a tab stop; the arrow keys lead to the others.
  function choose(next) {
    chosen = next;
    [...body.children].forEach((row, i) => {
      row.classList.toggle("lit", i === chosen);
      row.querySelector("button").tabIndex = i === chosen ? 0 : -1;
    });
    const rows = networks[network];
    const [name, shape, ...values] = rows[chosen];
    const line = (m) => {
      const total = sum(rows, m);
      const share = total ? ` (${format((100 * values[m]) / total)} % of ${exact(m, total)})` : "";
      return make("div", {}, `${MEASURES[m]}: `, make("strong", {}, exact(m, values[m])), share);
    };
    words.replaceChildren(make("div", {}, make("b", {}, name), " makes ", make("b", { class: "y" }, shape.join("×"))), ...MEASURES.map((_, m) => line(m)));
  }

  function move(event) {
    const last = body.children.length - 1;
    const next = { ArrowUp: chosen - 1, ArrowDown: chosen + 1, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // a notebook moves between cells with the same keys
    body.children[Math.max(0, Math.min(last, next))].querySelector("button").focus();
  }
}
