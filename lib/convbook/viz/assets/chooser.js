// One of several drawn things is chosen, by pointer or with the arrow keys; only it is a tab stop. Things belong to a
// role, x or y, and have one or two indices; the arrow keys move among those of a role, Page Up and Down between roles.
function chooser(changed, chosen) {
  let nodes = [];
  const same = (a, b) => a.role === b.role && a.at.every((k, d) => k === b.at[d]);
  const find = (one) => nodes.find((node) => same(node, one));

  function handle(role, at, label, ...children) {
    const pick = () => choose({ role, at });
    const node = make("g", {
      class: "pick", role: "button", "aria-label": label, onpointerenter: pick, onpointerdown: pick, onfocus: pick, onkeydown: move,
    }, ...children);
    nodes.push({ role, at, node });
    return node;
  }

  function choose(next) {
    chosen = next;
    for (const each of nodes) {
      const on = same(each, chosen);
      each.node.setAttribute("tabindex", on ? 0 : -1);
      each.node.setAttribute("aria-pressed", on);
      each.node.classList.toggle("chosen", on);
    }
    changed(chosen);
  }

  function move(event) {
    const line = chosen.at.length === 1;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const down = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const swap = { PageUp: "x", PageDown: "y" }[event.key] || (line && down && (down < 0 ? "x" : "y"));
    if (!by && !down && !swap) return;
    event.preventDefault();
    event.stopPropagation(); // a notebook moves between cells with the same keys
    const at = chosen.at.slice();
    if (by) at[at.length - 1] += by;
    if (down && !line) at[0] += down;
    const next = swap && swap !== chosen.role ? nearest(swap) : find({ role: chosen.role, at });
    if (next) next.node.focus();
  }

  // The last thing of a role that is not further on than the chosen one.
  function nearest(role) {
    const all = nodes.filter((each) => each.role === role);
    return all.filter((each) => each.at.every((k, d) => k <= chosen.at[d])).at(-1) || all[0];
  }

  return {
    handle,
    clear: () => { nodes = []; },
    start: () => choose(find(chosen) || nearest(chosen.role)),
    mark: (joined) => nodes.forEach(({ role, at, node }) => node.classList.toggle("joined", joined(role, at, node))),
  };
}
