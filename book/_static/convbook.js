// Tables that are wider than the screen scroll in a box; make that box reachable by keyboard while they do.
const boxes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
document.querySelectorAll(".pst-scrollable-table-container").forEach((box) => boxes.observe(box));
