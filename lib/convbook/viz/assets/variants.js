// Shows one of several figures, the one whose button is pressed.
function variants(root) {
  const buttons = Array.from(root.querySelectorAll(":scope > .cb-choice input"));
  const panels = Array.from(root.querySelectorAll(":scope > .cb-variant"));
  const group = `${root.id}-${document.querySelectorAll(`#${root.id}[data-ready]`).length}`;
  const show = () => panels.forEach((panel, i) => (panel.hidden = !buttons[i].checked));
  buttons.forEach((button) => {
    button.name = group; // a copy of the figure in the same page has buttons of its own
    button.addEventListener("change", show);
  });
  buttons[0].checked = true;
  root.querySelector(":scope > .cb-choice").addEventListener("keydown", (event) => event.stopPropagation());
  root.querySelector(":scope > .cb-choice").hidden = false;
  root.classList.add("cb-chosen");
  show();
}
