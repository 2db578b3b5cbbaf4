// All kernels of a layer, what is left of them at some rank, and what that saves.
function low_rank(root, { U, Vt, shape, rank }) {
  const [K, C, R, S] = shape;
  const W = truncated(U, Vt, Vt.length);
  const length = (M) => Math.sqrt(M.flat().reduce((sum, value) => sum + value * value, 0));
  const top = Math.max(...W.flat().map(Math.abs));
  const setting = slider("rank", { min: 1, max: Vt.length, value: rank }, throttle(draw));
  const screens = ["the kernels", "their approximation", "the difference"].map((name) => screen(name, name, 300, "pixels"));
  const words = make("div", { class: "cb-sums", "aria-live": "polite" });
  root.replaceChildren(
    make("div", { class: "cb-sliders" }, setting.node),
    make("div", { class: "cb-grid" }, ...screens.map((shown) => shown.node)),
    words);
  draw();

  // W ≈ U Vᵀ with the first `rank` columns of U and rows of Vᵀ.
  function truncated(U, Vt, rank) {
    return U.map((row) => Vt[0].map((_, j) => row.slice(0, rank).reduce((sum, value, i) => sum + value * Vt[i][j], 0)));
  }

  // Kernel (j, i) stands in row j and column i, with a line of middle grey between two.
  function tiles(M) {
    const image = Array.from({ length: K * (R + 1) - 1 }, () => new Array(C * (S + 1) - 1).fill(0.5));
    M.forEach((row, n) => row.forEach((value, i) => {
      const [j, a, e] = [Math.floor(n / (R * S)), Math.floor(n / S) % R, n % S];
      image[j * (R + 1) + a][i * (S + 1) + e] = 0.5 + value / (2 * top);
    }));
    return image;
  }

  function draw() {
    const m = setting.value;
    const near = truncated(U, Vt, m);
    const rest = W.map((row, n) => row.map((value, i) => value - near[n][i]));
    [W, near, rest].forEach((M, i) => paint(screens[i].canvas, tiles(M)));
    const [plain, first, second] = [R * S * C * K, C * m, R * S * m * K];
    words.replaceChildren(
      worked("error", "‖W − UVᵀ‖ / ‖W‖", `${format((100 * length(rest)) / length(W))} %`),
      worked("as it is", `${R}·${S}·${C}·${K} multiplications at every position`, whole(plain)),
      worked("bottleneck", `${C}·${m} + ${R}·${S}·${m}·${K} = ${whole(first)} + ${whole(second)}`,
        whole(first + second)),
      worked("share", "with the bottleneck, of what it took without", `${format((100 * (first + second)) / plain)} %`));
  }
}
