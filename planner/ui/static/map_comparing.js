/* Before and after on one map: the one, the other, the change, or both with a divider between them. */
(function (global) {
  "use strict";
  const { element, apart } = global.PlannerMap;
  const STEP = 0.02, FAR = 0.1;

  const comparing = {
  /* The switch on the map; the page may say what is shown at first, and what is shown now. */
  buildComparison() {
    const { compare, labels, lang } = this.data;
    this.switch.hidden = !compare;
    if (!compare) { this.divider.hidden = true; this.shownMode = null; this.askedMode = null; return; }
    if (this.askedMode !== compare.shown) { this.askedMode = compare.shown; this.shownMode = compare.shown; }
    const key = `${lang}|${compare.modes.map((mode) => labels[mode])}`; // the page may call the two states by name
    if (this.switchKey !== key) {
      this.switchKey = key;
      this.switch.textContent = "";
      this.switch.setAttribute("role", "group");
      this.switch.setAttribute("aria-label", labels.compared);
      for (const mode of compare.modes) {
        const button = element("button", "", this.switch, labels[mode]);
        button.type = "button";
        button.dataset.mode = mode;
        button.addEventListener("click", () => this.show(mode));
      }
    }
    this.placeComparison();
  },

  placeComparison() {
    for (const button of this.switch.children) button.setAttribute("aria-pressed", String(button.dataset.mode === this.shownMode));
    const swiping = this.shownMode === "swipe", { divider } = this, { labels } = this.data;
    divider.hidden = !swiping;
    if (!swiping) return;
    const value = Math.round(100 * this.dividerShare);
    divider.style.left = `${value}%`;
    divider.setAttribute("aria-label", labels.divider);
    divider.setAttribute("aria-valuenow", String(value));
    divider.dataset.before = labels.before;
    divider.dataset.after = labels.after;
  },

  show(mode) {
    this.shownMode = mode;
    this.placeComparison();
    this.takeLook();
    this.buildLegend();
    this.recolour();
  },

  buildDivider() {
    const divider = apart(element("div", "pcm-divider pcm-apart", this.box));
    this.dividerShare = 0.5;
    divider.hidden = true;
    divider.tabIndex = 0;
    for (const [name, value] of [["role", "slider"], ["aria-orientation", "horizontal"], ["aria-valuemin", "0"], ["aria-valuemax", "100"]]) divider.setAttribute(name, value);
    divider.addEventListener("pointerdown", (event) => { divider.setPointerCapture(event.pointerId); this.dividing = true; event.preventDefault(); divider.focus({ preventScroll: true }); });
    divider.addEventListener("pointermove", (event) => { if (this.dividing) this.divide(this.at(event).x / this.map.getSize().x); });
    for (const end of ["pointerup", "pointercancel"]) divider.addEventListener(end, () => { this.dividing = false; });
    divider.addEventListener("keydown", (event) => {
      const step = event.shiftKey ? FAR : STEP, to = { ArrowLeft: this.dividerShare - step, ArrowRight: this.dividerShare + step, Home: 0, End: 1 }[event.key];
      if (to === undefined) return;
      this.divide(to);
      event.preventDefault();
      event.stopPropagation();
    });
    return divider;
  },

  /* Puts the divider at a share of the map's width; paints at most once a frame. */
  divide(share) {
    this.dividerShare = Math.min(1, Math.max(0, share));
    this.placeComparison();
    this.dividingFrame ??= requestAnimationFrame(() => { this.dividingFrame = null; if (this.shownMode === "swipe") this.partAnew(); });
  },

  /* What is painted of a comparison. */
  compareLook() {
    const { data, shownMode } = this, { compare } = data, kept = this.shareLook(), settings = { ...data.settings, shown: shownMode };
    if (shownMode === "before") return { ...kept, settings, marks: compare.classes, shares: compare.shares };
    if (shownMode === "change") return { ...kept, settings, marks: compare.change, palette: compare.palette, legend: compare.legend };
    return { ...kept, settings, left: shownMode === "swipe" ? compare.classes : null };
  },
  };

  global.PlannerMap = Object.assign(global.PlannerMap || {}, { comparing, switchOf: (box) => apart(element("div", "pcm-switch pcm-apart", box)) });
})(globalThis);
