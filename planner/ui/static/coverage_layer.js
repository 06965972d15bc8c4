/* Coverage map: units painted by class on canvas, with the streets, signs and names that make them readable.
 *
 * Used by the page's component and by exported files alike, so both paint the same. Needs Leaflet 1.9 as `L`, and the modules that
 * planner/export/assets.py puts before it; asks nothing of the network. Names and codes are data: they reach the page as text nodes or
 * canvas text, never as HTML.
 *
 *   PlannerMap.readGeometry(buffer)            the geometry file that planner/export/geometry.py writes
 *   PlannerMap.readCurves(buffer)              the curves that planner/export/curves.py writes
 *   new PlannerMap.CoverageMap(root, on, map)  builds the map in an empty element, or takes a Leaflet map into it;
 *                                              on: {pick(code), add(lon, lat), move(id, lon, lat), scrub(name, value), reach(on),
 *                                              detail(data): promises the layers that are drawn near at hand only}
 *   PlannerMap.completed(wire, curves, before) what MapData.wire() of planner/export/mapdata.py says, unpacked
 *   map.update(geometry, data, curves)         paints what `completed` gave
 *   map.destroy()
 */
(function (global) {
  "use strict";
  const L = global.L;
  const { CanvasLayer, element, apart, scrubberOf, switchOf } = global.PlannerMap;

  class CoverageMap {
    constructor(root, on, leaflet) {
      this.on = on || {};
      this.root = root;
      root.textContent = "";
      this.box = leaflet ? root.appendChild(leaflet.getContainer()) : element("div", "", root);
      this.box.classList.add("pcm-map");
      this.box.dataset.testid = "map";
      this.box.tabIndex = 0;
      this.box.setAttribute("role", "application");
      this.source = element("div", "pcm-source", root);
      this.source.dataset.testid = "map-source";
      this.map = leaflet || L.map(this.box, { zoomControl: false, attributionControl: false, keyboard: false, zoomSnap: 0.25, zoomDelta: 1, minZoom: 3, maxZoom: 18,
                                   zoomAnimation: !this.still(), fadeAnimation: false, inertia: !this.still(), doubleClickZoom: false });
      this.surround();
      this.hover = this.selected = -1;
      this.touched = false;
      this.ground = new CanvasLayer((c, f) => this.paintGround(c, f));
      this.lines = new CanvasLayer((c, f) => this.paintLines(c, f));
      this.top = new CanvasLayer((c, f) => this.paintTop(c, f));
      this.listen();
      this.map.on("moveend", () => { if (this.touched && this.geometry && !this.data.closer) CoverageMap.views.set(this.geometry.id, { center: this.map.getCenter(), zoom: this.map.getZoom() }); });
      this.watch = new ResizeObserver(() => this.resized());
      this.watch.observe(this.box);
    }

    /* The elements that stand on the map. */
    surround() {
      const { box } = this;
      this.tools = apart(element("div", "pcm-tools pcm-apart", box));
      this.switch = switchOf(box);
      this.legend = apart(element("div", "pcm-legend pcm-apart", box));
      this.legend.dataset.testid = "map-legend";
      this.scale = element("div", "pcm-scale", box);
      this.scale.dataset.testid = "map-scale";
      this.divider = this.buildDivider();
      this.scrubber = scrubberOf(box);
      this.switch.hidden = this.scrubber.hidden = true;
      this.north = element("div", "pcm-north", box);
      this.note = element("div", "pcm-note", box);
      this.tip = element("div", "pcm-tip", box);
      this.cross = element("div", "pcm-cross", box);
      for (const node of [this.north, this.note, this.tip, this.cross]) node.setAttribute("aria-hidden", "true");
    }

    destroy() {
      this.watch.disconnect();
      clearTimeout(this.releasing);
      this.map._animatingZoom = false;  // Leaflet ends a zoom by a timer of its own, also when the map is gone by then
      this.map.stop().remove();
      this.drawn = -1; // what waits for the next frame finds nothing to publish: Leaflet does not say that a map is gone
      this.geometry = null;
      for (const frame of [this.dividingFrame, this.trying]) if (frame) cancelAnimationFrame(frame);
      if (global.__planner && global.__planner.owner === this.root) delete global.__planner;
    }

    still() { return Boolean(global.matchMedia && global.matchMedia("(prefers-reduced-motion: reduce)").matches); }
    adding() { return Boolean(this.data && this.data.settings && this.data.settings.mode === "add"); }

    update(geometry, data, curves) {
      const before = this.data, fresh = this.geometry !== geometry, other = fresh || !before || before.level !== data.level;
      this.geometry = geometry;
      this.data = data;
      this.curves = curves || null;
      this.level = geometry.levels[data.level];
      this.shares = data.shares;
      this.pending = this.held = null;
      if (other) { this.hover = -1; this.filled = null; this.left(); }
      this.box.style.height = data.height ? `${data.height}px` : "";
      this.box.setAttribute("aria-label", data.labels.map);
      this.box.setAttribute("aria-description", this.adding() ? data.labels.adding : data.labels.keys);
      this.box.classList.toggle("pcm-adding", this.adding());
      this.root.lang = data.lang === "zh" ? "zh-CN" : "en";
      this.note.textContent = this.adding() ? data.labels.adding : data.labels.note || "";
      this.note.classList.toggle("pcm-strong", this.adding());
      this.buildSource();
      this.buildTools();
      this.buildComparison();
      this.buildScrubber();
      this.takeLook();
      this.buildLegend();
      this.selected = data.selected !== null && data.selected !== undefined && this.level.index.has(data.selected) ? this.level.index.get(data.selected) : -1;
      if (!this.ready()) return; // painted as soon as the element has a size
      const moved = before && !fresh && data.selected !== before.selected && data.selected !== this.justPicked
        && (data.closer ? this.closeUp() : this.bringIntoView(this.selected));
      this.justPicked = null;
      if (moved) return;
      if (other || this.linesDiffer(before, data)) this.repaint(); else { this.recolour(); this.top.redraw(); }
    }

    /* Whether more than colours, selection and proposed sites' places have changed: whether the second canvas must be drawn anew. */
    linesDiffer(before, data) {
      return before.facilities !== data.facilities || before.reach !== data.reach || before.lang !== data.lang || JSON.stringify(before.sites) !== JSON.stringify(data.sites)
        || JSON.stringify([before.kinds, before.statuses]) !== JSON.stringify([data.kinds, data.statuses]);
    }

    /* What is painted now: marks and shares a unit, palette, legend, and the settings that they belong to. */
    takeLook() { this.look = this.scrub ? this.scrubLook() : this.data.compare ? this.compareLook() : this.shareLook(); }

    shareLook() {
      const { classes, palette, legend, settings } = this.data;
      return { marks: classes, shares: this.shares, palette, legend, settings, left: null };
    }

    /* Gives the map its first view once the element has a size. */
    ready() {
      const size = this.map.getSize();
      if (!size.x || !size.y) return false;
      if (!this.map._loaded || this.shown !== this.geometry) {
        const kept = this.data.closer ? null : CoverageMap.views.get(this.geometry.id);
        this.shown = this.geometry;
        if (kept && !this.map._loaded) { this.touched = true; this.map.setView(kept.center, kept.zoom, { animate: false }); } else this.fit(false);
        for (const layer of [this.ground, this.lines, this.top]) if (!this.map.hasLayer(layer)) this.map.addLayer(layer);
        this.map.setMinZoom(Math.max(3, this.homeZoom() - 2));
        if (this.selected >= 0) this.bringIntoView(this.selected);
      }
      return true;
    }

    resized() {
      if (!this.data) return;
      this.map.invalidateSize({ animate: false }); // the centre stays
      if (!this.map._loaded) { if (this.ready()) this.repaint(); } else if (!this.touched) this.fit(false);
      this.buildScale();
    }

    homeBounds() { const [w, s, e, n] = this.geometry.bounds; return L.latLngBounds([[s, w], [n, e]]); }
    homeZoom() { return this.map.getBoundsZoom(this.homeBounds(), false, L.point(28, 28 + this.strip())); }

    /* Height of the scrubber at the map's foot. */
    strip() { return this.scrubber.hidden ? 0 : this.scrubber.offsetHeight; }

    /* The first view is of the selected unit (MapData.closer): it is so again when another is selected. Says that painting is left to do. */
    closeUp() { this.touched = false; this.fit(false); return false; }

    unitBounds(i) {
      const box = this.level.box, corner = (x, y) => this.map.unproject(L.point(x, y), 0);
      return L.latLngBounds([corner(box[4 * i], box[4 * i + 1]), corner(box[4 * i + 2], box[4 * i + 3])]);
    }

    /* The whole project; beside the legend where that would hide units and the room is there. */
    fit(animate) {
      if (this.data.closer && this.selected >= 0) {
        this.map.fitBounds(this.unitBounds(this.selected), { paddingTopLeft: [48, 16], paddingBottomRight: [this.legend.offsetWidth + 16, 16], animate: false });
        return;
      }
      const bounds = this.homeBounds(), size = this.map.getSize(), legend = this.legend.offsetWidth + 20, foot = this.strip();
      const free = this.homeZoom(), beside = this.map.getBoundsZoom(bounds, false, L.point(legend + 24, 28 + foot));
      const aside = size.x > 480 && (beside >= free - 0.25 || (beside >= free - 1 && this.hiddenAt(free) > 0.01));
      this.map.fitBounds(bounds, { paddingTopLeft: [12, 14], paddingBottomRight: [aside ? legend : 12, 14 + foot], animate: animate && !this.still() });
    }

    /* Share of the units that the legend would cover if the project stood in the middle at this zoom. */
    hiddenAt(zoom) {
      const { level } = this, size = this.map.getSize(), middle = this.map.project(this.homeBounds().getCenter(), zoom), k = Math.pow(2, zoom), foot = this.strip();
      const left = size.x - this.legend.offsetWidth - 14, top = size.y - foot - this.legend.offsetHeight - 14;
      let hidden = 0;
      for (let i = 0; i < level.count; i++) {
        const x = (level.box[4 * i] + level.box[4 * i + 2]) / 2 * k - middle.x + size.x / 2;
        const y = (level.box[4 * i + 1] + level.box[4 * i + 3]) / 2 * k - middle.y + (size.y - foot) / 2;
        if (x > left && y > top) hidden++;
      }
      return hidden / Math.max(1, level.count);
    }

    /* Pans, or zooms where pan is not enough, until a unit is in view; true where the map moves. */
    bringIntoView(i) {
      if (i < 0) return false;
      const b = this.level.box, bounds = this.unitBounds(i);
      const zoom = this.map.getZoom(), k = Math.pow(2, zoom), size = this.map.getSize();
      const extent = Math.max((b[4 * i + 2] - b[4 * i]) * k, (b[4 * i + 3] - b[4 * i + 1]) * k);
      const label = this.map.latLngToContainerPoint(this.labelOf(i));
      const seen = label.x > 16 && label.y > 16 && label.x < size.x - 16 && label.y < size.y - 16 && !this.underPanel(label, 6);
      if (seen && extent >= 14) return false;
      if (extent < 14 || extent > 0.9 * Math.min(size.x, size.y)) {
        const best = Math.min(this.map.getBoundsZoom(bounds, false, L.point(size.x * 0.3, size.y * 0.3)), Math.max(zoom, 15));
        this.map.setView(bounds.getCenter(), best, { animate: false });
      } else this.map.setView(bounds.getCenter(), zoom, { animate: false });
      this.touched = true;
      return true;
    }

    /* Whether a point of the map lies under the legend or another panel. */
    underPanel(point, margin) {
      const box = this.box.getBoundingClientRect(), x = point.x + box.left + this.box.clientLeft, y = point.y + box.top + this.box.clientTop;
      return [this.legend, this.tools, this.scrubber, this.switch].filter((node) => !node.hidden).some((node) => {
        const r = node.getBoundingClientRect();
        return x > r.left - margin && x < r.right + margin && y > r.top - margin && y < r.bottom + margin;
      });
    }

    /* Fetches what is drawn near at hand only, once; what does not come is asked for again at the next look from near. */
    wantDetail() {
      const { geometry } = this;
      if (geometry.detail || !this.on.detail) return;
      geometry.detail = this.on.detail(this.data).then((layers) => {
        if (!layers) return;
        Object.assign(geometry.layers, layers);
        if (this.geometry === geometry && this.map._loaded) this.lines.redraw();
      }, () => { geometry.detail = null; });
    }

    labelOf(i) { return L.latLng(this.level.label[3 * i + 1], this.level.label[3 * i]); }

    repaint() { this.ground.redraw(); this.lines.redraw(); this.top.redraw(); }

    /* The state that tests and bug reports read. */
    publish() {
      const { data, map, level, look } = this, center = map.getCenter(), old = global.__planner;
      const version = Math.max((old && old.mapVersion) || 0, CoverageMap.version) + 1;
      CoverageMap.version = version;
      let classes = null;
      const state = {
        settings: look.settings, paintedUnits: this.paintedUnits,
        get classes() { // made when it is read: nobody but tests reads it
          classes ??= Object.fromEntries(level.codes.map((code, i) => { const c = look.marks.charCodeAt(i); return [code, c >= 97 ? c - 97 : c >= 48 ? c - 48 : null]; }));
          return classes;
        },
        palette: look.palette, selectedUnit: data.selected ?? null, sites: data.sites.map(({ id, lon, lat }) => ({ id, lon, lat })),
        view: { lon: center.lng, lat: center.lat, zoom: map.getZoom() },
        pointOf: (code) => this.pointOf(level, String(code)),
      };
      Object.defineProperty(state, "owner", { value: this.root, enumerable: false });
      state.mapVersion = version;
      global.__planner = state;
    }

    /* A point of a unit in the page, or null where none is in view. */
    pointOf(level, code) {
      const i = level.index.get(code);
      if (i === undefined || level.label[3 * i + 2] < 0) return null;
      const p = this.freePoint(i), size = this.map.getSize();
      if (p.x < 1 || p.y < 1 || p.x > size.x - 2 || p.y > size.y - 2 || this.underPanel(p, 0)) return null;
      const box = this.box.getBoundingClientRect();
      return [box.left + this.box.clientLeft + p.x, box.top + this.box.clientTop + p.y];
    }
  }
  CoverageMap.version = 0;
  CoverageMap.views = new Map();

  const { painting, surroundings, pointing, scrubbing, comparing } = global.PlannerMap;
  Object.assign(CoverageMap.prototype, painting, surroundings, pointing, scrubbing, comparing);
  global.PlannerMap.CoverageMap = CoverageMap;
})(globalThis);
