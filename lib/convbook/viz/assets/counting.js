// Small parts that the explorers of costs share: numbers in full, rounded and worked out, and fields with presets.

// All digits, thousands apart, as the book writes them.
const whole = (number) => number.toLocaleString("en");

// Three digits and a unit: 3.28 M, or 72 KiB with the units of bytes.
const BYTES = [1024, [" B", " KiB", " MiB", " GiB"]];
function short(value, [step, units] = [1000, ["", " k", " M", " G", " T"]]) {
  let power = 0;
  while (value >= 999.5 && power < units.length - 1) {
    value /= step;
    power += 1;
  }
  return format(value) + units[power];
}

// A number with the formula that gives it.
const worked = (name, formula, value) =>
  make("div", {}, make("span", {}, name), make("span", { class: "cb-formula" }, formula), make("strong", {}, value));

// Fields for several numbers, and presets that fill in all of them; `set` holds what they say, by key.
function presetFields(title, { presets, names, least }, changed, shown = (name) => name) {
  const set = { ...Object.values(presets)[0] };
  const inputs = {};
  for (const [key, name] of Object.entries(names)) {
    inputs[key] = field(name, set[key], (value) => {
      set[key] = value;
      choice.value = "";
      changed();
    });
    Object.assign(inputs[key], { step: 1, min: least[key] });
  }
  const choice = make("select", { onchange: fill }, make("option", { value: "" }, "your own"),
    ...Object.keys(presets).map((name) => make("option", { value: name }, shown(name))));
  choice.value = Object.keys(presets)[0];
  const nodes = [
    make("div", { class: "cb-bar" }, make("label", {}, `${title}: `, choice)),
    make("div", { class: "cb-numbers" }, ...Object.entries(inputs).map(([key, input]) =>
      make("label", {}, make("span", {}, names[key]), input)))];

  function fill() {
    if (!choice.value) return;
    Object.assign(set, presets[choice.value]);
    for (const [key, input] of Object.entries(inputs)) input.value = set[key];
    changed();
  }

  return { set, nodes };
}

// Why one of these numbers cannot be, or nothing.
function notWhole(set, { names, least }) {
  const wrong = Object.keys(names).find((key) => !Number.isInteger(set[key]) || set[key] < least[key]);
  return wrong ? `${names[wrong]} must be a whole number, at least ${least[wrong]}.` : "";
}
