/* Minutes and target moved on the map itself: the units are recoloured while one drags, from coverage curves that came once.
 *
 * Nothing is asked of the page before the slider is let go; then its own control is set, and the numbers follow. Classes are exact: a curve
 * holds ranks (map_reading.js), and targets are whole per cents. */
(function (global) {
  "use strict";
  const { element, apart, markOf, tenthsOf } = global.PlannerMap;
  const NAMES = ["minutes", "target"], KEYS_MS = 350, ANSWER_MS = 5000;

  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const scrubbing = {
  buildScrubber() {
    const { data } = this, offered = data.scrub && this.curves && !data.compare && this.curves.level === data.level;
    this.box.classList.toggle("pcm-scrubbed", Boolean(offered));
    this.scrubber.hidden = !offered;
    if (!offered) { this.scrub = null; return; }
    const key = JSON.stringify([data.lang, data.scrub.labels, data.scrub.minutes.label]);
    if (this.scrubberKey !== key) {
      this.scrubberKey = key;
      this.scrubber.textContent = "";
      this.sliders = Object.fromEntries(NAMES.filter((name) => data.scrub[name]).map((name) => [name, this.buildSlider(name)]));
      this.whole = element("output", "pcm-whole", this.scrubber);
    }
    this.settleScrub();
    for (const [name, slider] of Object.entries(this.sliders)) {
      const { least, most } = data.scrub[name];
      slider.input.min = least; slider.input.max = most;
      if (!this.holding) slider.input.value = this.valueOf(name);
    }
    this.sayScrub();
  },

  buildSlider(name) {
    const line = element("label", "pcm-slide", this.scrubber), said = this.data.scrub[name];
    element("span", "", line, said.label);
    const input = element("input", "", line);
    input.type = "range";
    input.step = 1;
    input.dataset.scrub = name;
    const value = element("output", "", line);
    input.addEventListener("pointerdown", () => { this.holding = true; });
    input.addEventListener("input", () => this.tried(name, Number(input.value)));
    input.addEventListener("change", () => {
      clearTimeout(this.releasing);
      if (this.holding) { this.holding = false; this.released(name); } else this.releasing = setTimeout(() => this.released(name), KEYS_MS);
    });
    for (const end of ["pointerup", "pointercancel"]) input.addEventListener(end, () => setTimeout(() => { this.holding = false; }, 0));
    return { input, value };
  },

  valueOf(name) { return this.scrub ? this.scrub[name] : this.data.scrub[name].value; },

  /* Lets a tried value go once the page shows it, or shows something else for good. */
  settleScrub() {
    if (!this.scrub || this.holding) return;
    const shown = NAMES.every((name) => !this.data.scrub[name] || this.scrub[name] === this.data.scrub[name].value);
    if (shown || (this.on.scrub && !(Date.now() - this.scrub.released < ANSWER_MS))) this.scrub = null;
  },

  /* One step of the slider: at most one recolouring a frame. */
  tried(name, value) {
    const { scrub } = this.data, now = this.scrub || Object.fromEntries(NAMES.map((key) => [key, scrub[key] ? scrub[key].value : null]));
    this.scrub = { ...now, [name]: value, released: now.released ?? NaN };
    if (this.scrub.released) this.scrub.released = NaN;
    this.sayScrub();
    if (this.trying) return;
    this.trying = requestAnimationFrame(() => {
      this.trying = 0;
      if (!this.scrub) return;
      this.takeLook();
      this.buildLegend();
      this.recolour();
      if (this.data.reach) this.lines.redraw();
    });
  },

  released(name) {
    if (!this.scrub) return;
    this.scrub.released = Date.now();
    if (this.on.scrub) this.on.scrub(name, this.scrub[name]);
  },

  sayScrub() {
    const { data } = this;
    for (const [name, { input, value }] of Object.entries(this.sliders)) {
      value.textContent = filled(data.scrub[name].unit, { value: this.valueOf(name) });
      input.setAttribute("aria-valuetext", value.textContent);
    }
    const minute = this.curves.minutes.indexOf(this.valueOf("minutes")), whole = minute < 0 ? null : tenthsOf(this.curves.whole[minute]);
    this.whole.textContent = whole === null ? "" : `${data.labels.share} ${this.percent(whole)}`;
    const away = !this.on.scrub && this.scrub && NAMES.some((name) => data.scrub[name] && this.scrub[name] !== data.scrub[name].value);
    if (!this.on.scrub) this.note.textContent = away ? data.labels.tried : data.labels.note || "";
  },

  /* What is painted while a minute or a target is tried. */
  scrubLook() {
    const { data, curves, scrub } = this, minute = curves.minutes.indexOf(scrub.minutes);
    const target = scrub.target ?? data.scrub.fixed_target ?? 0, breaks = curves.breaks[target];
    const kept = this.shareLook(), ranks = curves.ranks[minute];
    if (!ranks || !breaks) return kept;
    const known = new Map();
    const mark = (rank) => { if (!known.has(rank)) known.set(rank, markOf(rank, breaks, target)); return known.get(rank); };
    const look = { ...kept, marks: Array.from(ranks, mark).join(""), shares: Array.from(ranks, tenthsOf),
                   settings: { ...data.settings, minutes: scrub.minutes, ...(data.settings.target === undefined ? {} : { target }) } };
    if (target === (data.scrub.target ? data.scrub.target.value : data.scrub.fixed_target)) return look;
    return { ...look, ...this.ofTarget(target, breaks) };
  },

  /* Palette and legend of another target. */
  ofTarget(target, breaks) {
    const { data } = this, { labels } = data, label = (number) => {
      const [low, high] = [breaks[number], breaks[number + 1]];
      return low === high ? filled(labels.class_single, { share: low }) : filled(labels.class_range, { low, high });
    };
    const palette = data.palette.map((entry) => entry.class === null ? entry : { ...entry, from: breaks[entry.class] / 100, to: breaks[entry.class + 1] / 100 });
    const rows = data.legend.rows.map((row) => row.class === null ? row : { ...row, label: label(row.class) });
    return { palette, legend: { ...data.legend, rows, gap: target > 0 ? filled(labels.gap, { share: target }) : "" } };
  },
  };

  global.PlannerMap = Object.assign(global.PlannerMap || {}, { scrubbing, scrubberOf: (box) => apart(element("div", "pcm-scrub pcm-apart", box)) });
})(globalThis);
