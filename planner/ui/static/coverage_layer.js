/* Coverage map: units painted by class on one canvas, with the streets, signs and names that make them readable.
 *
 * Used by the page's component and by exported files alike, so both paint the same. Needs Leaflet 1.9 as `L`, map_reading.js and
 * map_painting.js before it (planner/export/assets.py joins them); asks nothing of the network.
 * Names and codes are data: they reach the page as text nodes or canvas text, never as HTML.
 *
 *   PlannerMap.readGeometry(buffer)            the geometry file that planner/export/geometry.py writes
 *   new PlannerMap.CoverageMap(root, on, map)  builds the map in an empty element, or takes a Leaflet map into it;
 *                                              on: {pick(code), add(lon, lat)}
 *   map.update(geometry, data)                 paints; data is MapData.wire() of planner/export/mapdata.py
 *   map.destroy()
 */
(function (global) {
  "use strict";
  const L = global.L;
  const { CanvasLayer, PAD, across, painting, sign, siteSign } = global.PlannerMap;
  const STEP_PX = 80;
  const still = () => global.matchMedia && global.matchMedia("(prefers-reduced-motion: reduce)").matches;

  function element(tag, className, parent, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined && text !== null) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  }

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
                                   zoomAnimation: !still(), fadeAnimation: false, inertia: !still(), doubleClickZoom: false });
      this.scale = element("div", "pcm-scale", this.box);
      this.scale.dataset.testid = "map-scale";
      this.legend = element("div", "pcm-legend", this.box);
      this.legend.dataset.testid = "map-legend";
      this.tools = element("div", "pcm-tools", this.box);
      this.north = element("div", "pcm-north", this.box);
      this.note = element("div", "pcm-note", this.box);
      this.tip = element("div", "pcm-tip", this.box);
      this.cross = element("div", "pcm-cross", this.box);
      for (const node of [this.scale, this.north, this.note, this.tip, this.cross]) node.setAttribute("aria-hidden", "true");
      this.scale.removeAttribute("aria-hidden");
      for (const node of [this.legend, this.tools]) { L.DomEvent.disableClickPropagation(node); L.DomEvent.disableScrollPropagation(node); }
      this.hover = -1;
      this.touched = false;
      this.base = new CanvasLayer((c, f) => this.paint(c, f));
      this.top = new CanvasLayer((c, f) => this.paintTop(c, f));
      this.map.on("click", (event) => this.clicked(event));
      this.map.on("mousemove", (event) => this.moved(event));
      this.map.on("mouseout", () => this.left());
      this.map.on("dragstart zoomstart", () => { this.left(); });
      this.map.on("dblclick", (event) => { if (!this.adding()) this.map.setZoomAround(event.latlng, this.map.getZoom() + 1); });
      this.box.addEventListener("keydown", (event) => this.key(event));
      this.box.addEventListener("wheel", () => { this.touched = true; }, { passive: true });
      // Outline and centre cross are for those who came by keyboard; a pointer's focus needs neither.
      this.box.addEventListener("mousedown", (event) => {
        this.byPointer = true;
        this.box.classList.remove("pcm-keys");
        if (!event.target.closest("button")) this.box.focus({ preventScroll: true });
        this.byPointer = false;
      });
      this.box.addEventListener("focus", () => this.box.classList.toggle("pcm-keys", !this.byPointer));
      this.map.on("dragstart", () => { this.touched = true; });
      this.watch = new ResizeObserver(() => this.resized());
      this.watch.observe(this.box);
    }

    destroy() {
      this.watch.disconnect();
      this.map.remove();
      if (global.__planner && global.__planner.owner === this.root) delete global.__planner;
    }

    adding() { return this.data && this.data.settings && this.data.settings.mode === "add"; }

    update(geometry, data) {
      const before = this.data, fresh = this.geometry !== geometry;
      this.geometry = geometry;
      this.data = data;
      this.level = geometry.levels[data.level];
      this.shares = global.PlannerMap.readShares(data.shares);
      this.pending = null;
      if (fresh || !before || before.level !== data.level) { this.hover = -1; this.left(); }
      this.box.style.height = data.height ? `${data.height}px` : "";
      this.box.setAttribute("aria-label", data.labels.map);
      this.box.setAttribute("aria-description", this.adding() ? data.labels.adding : data.labels.keys);
      this.box.classList.toggle("pcm-adding", this.adding());
      this.root.lang = data.lang === "zh" ? "zh-CN" : "en";
      this.note.textContent = this.adding() ? data.labels.adding : data.labels.note || "";
      this.note.classList.toggle("pcm-strong", this.adding());
      this.source.textContent = data.source;
      this.buildTools();
      this.buildLegend();
      this.selected = data.selected !== null && data.selected !== undefined && this.level.index.has(data.selected) ? this.level.index.get(data.selected) : -1;
      this.codesToClasses();
      if (!this.ready()) return; // painted as soon as the element has a size
      const moved = before && !fresh && data.selected !== before.selected && data.selected !== this.justPicked && this.bringIntoView(this.selected);
      this.justPicked = null;
      if (!moved) this.repaint();
    }

    /* Gives the map its first view once the element has a size. */
    ready() {
      const size = this.map.getSize();
      if (!size.x || !size.y) return false;
      if (!this.map._loaded || this.shown !== this.geometry) {
        const kept = CoverageMap.views.get(this.geometry.id);
        this.shown = this.geometry;
        if (kept && !this.map._loaded) { this.touched = true; this.map.setView(kept.center, kept.zoom, { animate: false }); } else this.fit(false);
        for (const layer of [this.base, this.top]) if (!this.map.hasLayer(layer)) this.map.addLayer(layer);
        this.map.setMinZoom(Math.max(3, this.homeZoom() - 2));
        this.map.on("moveend", () => { if (this.touched) CoverageMap.views.set(this.geometry.id, { center: this.map.getCenter(), zoom: this.map.getZoom() }); });
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
    homeZoom() { return this.map.getBoundsZoom(this.homeBounds(), false, L.point(28, 28)); }

    /* The whole project; beside the legend where that would hide units and the room is there. */
    fit(animate) {
      const bounds = this.homeBounds(), size = this.map.getSize(), legend = this.legend.offsetWidth + 20;
      const free = this.homeZoom(), beside = this.map.getBoundsZoom(bounds, false, L.point(legend + 24, 28));
      const aside = size.x > 480 && (beside >= free - 0.25 || (beside >= free - 1 && this.hiddenAt(free) > 0.01));
      this.map.fitBounds(bounds, { paddingTopLeft: [12, 14], paddingBottomRight: [aside ? legend : 12, 14], animate: animate && !still() });
    }

    /* Share of the units that the legend would cover if the project stood in the middle at this zoom. */
    hiddenAt(zoom) {
      const { level } = this, size = this.map.getSize(), middle = this.map.project(this.homeBounds().getCenter(), zoom), k = Math.pow(2, zoom);
      const left = size.x - this.legend.offsetWidth - 14, top = size.y - this.legend.offsetHeight - 14;
      let hidden = 0;
      for (let i = 0; i < level.count; i++) {
        const x = (level.box[4 * i] + level.box[4 * i + 2]) / 2 * k - middle.x + size.x / 2, y = (level.box[4 * i + 1] + level.box[4 * i + 3]) / 2 * k - middle.y + size.y / 2;
        if (x > left && y > top) hidden++;
      }
      return hidden / Math.max(1, level.count);
    }

    /* Pans, or zooms where pan is not enough, until a unit is in view; true where the map moves. */
    bringIntoView(i) {
      if (i < 0) return false;
      const b = this.level.box, crs = (x, y) => this.map.unproject(L.point(x, y), 0);
      const bounds = L.latLngBounds(crs(b[4 * i], b[4 * i + 3]), crs(b[4 * i + 2], b[4 * i + 1]));
      const zoom = this.map.getZoom(), k = Math.pow(2, zoom), size = this.map.getSize();
      const extent = Math.max((b[4 * i + 2] - b[4 * i]) * k, (b[4 * i + 3] - b[4 * i + 1]) * k);
      const label = this.map.latLngToContainerPoint(this.labelOf(i));
      const seen = label.x > 16 && label.y > 16 && label.x < size.x - 16 && label.y < size.y - 16 && !this.covered(label);
      if (seen && extent >= 14) return false;
      if (extent < 14 || extent > 0.9 * Math.min(size.x, size.y)) {
        const best = Math.min(this.map.getBoundsZoom(bounds, false, L.point(size.x * 0.3, size.y * 0.3)), Math.max(zoom, 15));
        this.map.setView(bounds.getCenter(), best, { animate: false });
      } else this.map.setView(bounds.getCenter(), zoom, { animate: false });
      this.touched = true;
      return true;
    }

    covered(point) {
      const box = this.box.getBoundingClientRect(), legend = this.legend.getBoundingClientRect();
      const x = point.x + box.left, y = point.y + box.top;
      return x > legend.left - 6 && x < legend.right + 6 && y > legend.top - 6 && y < legend.bottom + 6;
    }

    labelOf(i) { return L.latLng(this.level.label[3 * i + 1], this.level.label[3 * i]); }

    codesToClasses() {
      const { classes } = this.data;
      if (this.classesOf === classes && this.classLevel === this.level) return;
      this.classesOf = classes;
      this.classLevel = this.level;
      this.classes = {};
      this.level.codes.forEach((code, i) => { // "0"... a class, "a"... the same below the target, "-" no people
        const c = classes.charCodeAt(i);
        this.classes[code] = c >= 97 ? c - 97 : c >= 48 ? c - 48 : null;
      });
    }

    repaint() { this.base.redraw(); this.top.redraw(); }

    // ------------------------------------------------ what surrounds the map

    button(parent, className, text, label, act) {
      const node = element("button", className, parent, text);
      node.type = "button";
      node.title = label;
      node.setAttribute("aria-label", label);
      node.addEventListener("click", act);
      return node;
    }

    buildTools() {
      const { labels, lang } = this.data;
      if (this.toolsLang === lang) return;
      this.toolsLang = lang;
      this.tools.textContent = "";
      this.button(this.tools, "", "+", labels.zoom_in, () => { this.touched = true; this.map.zoomIn(1, { animate: !still() }); });
      this.button(this.tools, "", "−", labels.zoom_out, () => { this.touched = true; this.map.zoomOut(1, { animate: !still() }); });
      this.button(this.tools, "pcm-fit", "⤢", labels.fit, () => { this.touched = false; this.fit(true); });
      this.north.textContent = "";
      element("span", "pcm-arrow", this.north);
      element("span", "", this.north, labels.north);
    }

    buildLegend() {
      const { data } = this, key = JSON.stringify([data.legend, data.palette, data.kinds, data.statuses, data.lang, data.sites.length > 0]);
      if (this.legendKey === key) return;
      this.legendKey = key;
      const box = this.legend, { legend, labels } = data;
      const folded = box.classList.contains("pcm-folded");
      box.textContent = "";
      const head = element("div", "pcm-legend-head", box);
      element("span", "", head, legend.title);
      const fold = this.button(head, "pcm-fold", folded ? "+" : "−", folded ? labels.legend_show : labels.legend_hide, () => {
        const now = box.classList.toggle("pcm-folded");
        fold.textContent = now ? "+" : "−";
        fold.title = now ? labels.legend_show : labels.legend_hide;
        fold.setAttribute("aria-label", fold.title);
        fold.setAttribute("aria-expanded", String(!now));
      });
      fold.setAttribute("aria-expanded", String(!folded));
      const body = element("div", "pcm-legend-body", box);
      const row = (swatch, text) => { const line = element("div", "pcm-row", body); line.appendChild(swatch); element("span", "", line, text); return line; };
      for (const entry of legend.rows) {
        const swatch = element("i", "pcm-swatch");
        swatch.style.background = entry.color;
        row(swatch, entry.label).dataset.class = entry.class === null ? "null" : String(entry.class);
      }
      if (legend.gap) row(element("i", "pcm-swatch pcm-hatch"), legend.gap);
      const drawing = (paint) => {
        const canvas = element("canvas", "pcm-sign"), ratio = Math.min(global.devicePixelRatio || 1, 2);
        canvas.width = 24 * ratio; canvas.height = 20 * ratio;
        const c = canvas.getContext("2d");
        c.scale(ratio, ratio);
        paint(c);
        return canvas;
      };
      for (const kind of Object.values(data.kinds)) row(drawing((c) => sign(c, 12, 10, 7.5, kind, "filled")), kind.label);
      const first = Object.values(data.kinds)[0];
      const styles = new Map(); // one row for all that is drawn alike
      for (const { style, label } of Object.values(data.statuses)) if (style !== "filled" && label) styles.set(style, [...(styles.get(style) || []), label]);
      if (first) for (const [style, names] of styles) row(drawing((c) => sign(c, 12, 10, 6, { shape: first.shape }, style)), names.join(data.lang === "zh" ? "、" : ", "));
      if (data.sites.length) row(drawing((c) => siteSign(c, 12, 10, 8, "1")), labels.site);
    }

    buildScale() {
      const map = this.map;
      if (!map._loaded) return;
      const y = map.getSize().y / 2, metres = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([110, y]));
      const power = Math.pow(10, Math.floor(Math.log10(metres))), first = metres / power;
      const nice = power * (first >= 5 ? 5 : first >= 2 ? 2 : 1), width = Math.round(110 * nice / metres);
      const text = nice >= 1000 ? `${nice / 1000} km` : `${nice} m`;
      if (this.scaleText === `${text}${width}`) return;
      this.scaleText = `${text}${width}`;
      this.scale.textContent = "";
      element("span", "", this.scale, text);
      const bar = element("div", "pcm-bar", this.scale);
      bar.style.width = `${width}px`;
      element("i", "", bar); element("i", "", bar);
    }

    // ------------------------------------------------ pointer and keys

    unitAt(latlng) {
      const { level } = this, p = this.map.project(latlng, 0), x = p.x, y = p.y;
      for (let i = 0; i < level.count; i++) {
        const b = level.box;
        if (x < b[4 * i] || x > b[4 * i + 2] || y < b[4 * i + 1] || y > b[4 * i + 3]) continue;
        let inside = false;
        for (let r = level.unit[i]; r < level.unit[i + 1]; r++) {
          const from = level.ring[r], to = level.ring[r + 1], xy = level.xy;
          for (let j = from, q = to - 1; j < to; q = j++) {
            const yj = xy[2 * j + 1], yq = xy[2 * q + 1];
            if ((yj > y) !== (yq > y) && x < (xy[2 * q] - xy[2 * j]) * (y - yj) / (yq - yj) + xy[2 * j]) inside = !inside;
          }
        }
        if (inside) return i;
      }
      return -1;
    }

    clicked(event) {
      if (!this.data || event.originalEvent.detail > 1) return;
      this.act(event.latlng);
    }

    act(latlng) {
      if (this.adding()) {
        this.pending = latlng;
        this.top.redraw();
        const place = latlng.wrap();
        if (this.on.add) this.on.add(place.lng, place.lat);
        return;
      }
      const i = this.unitAt(latlng);
      if (i < 0) return; // a click beside the city keeps the selection
      this.justPicked = this.level.codes[i];
      if (!this.on.pick) { this.selected = i; this.data.selected = this.justPicked; this.top.redraw(); this.publish(); return; }
      this.selected = i; // the outline answers at once; the published state follows the page's answer
      this.top.redraw();
      this.on.pick(this.justPicked);
    }

    key(event) {
      if (event.target !== this.box || event.altKey || event.ctrlKey || event.metaKey) return;
      this.box.classList.add("pcm-keys");
      const far = event.shiftKey ? 3 : 1, pan = { ArrowLeft: [-STEP_PX, 0], ArrowRight: [STEP_PX, 0], ArrowUp: [0, -STEP_PX], ArrowDown: [0, STEP_PX] }[event.key];
      const calm = { animate: false };
      if (pan) { this.touched = true; this.map.panBy([pan[0] * far, pan[1] * far], calm); }
      else if (event.key === "+" || event.key === "=") { this.touched = true; this.map.zoomIn(1, calm); }
      else if (event.key === "-" || event.key === "_") { this.touched = true; this.map.zoomOut(1, calm); }
      else if (event.key === "Home") { this.touched = false; this.fit(false); }
      else if (event.key === "Enter") this.act(this.map.getCenter());
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    moved(event) {
      if (!this.data || event.originalEvent.buttons) return;
      const at = event.containerPoint, spot = (this.spots || []).filter(([x, y, r]) => Math.hypot(x - at.x, y - at.y) <= r).pop();
      const i = this.unitAt(event.latlng), inside = !event.originalEvent.target.closest(".pcm-legend, .pcm-tools");
      if (!inside || (i < 0 && !spot)) { this.left(); return; }
      if (i !== this.hover) { this.hover = i; this.top.redraw(); }
      this.showTip(at, spot ? this.pointLines(spot[3]) : this.unitLines(i));
    }

    left() {
      this.tip.style.display = "none";
      if (this.hover >= 0) { this.hover = -1; if (this.map._loaded) this.top.redraw(); }
    }

    unitLines(i) {
      const { data, level } = this, share = this.shares[i], people = data.people ? data.people[i] : null;
      const number = new Intl.NumberFormat(data.lang === "zh" ? "zh-CN" : "en-GB", { maximumFractionDigits: 0 });
      const lines = [level.names[i]];
      if (share === null) lines.push(data.labels.no_people);
      else lines.push(`${data.labels.share} ${(share / 10).toFixed(1)}${data.lang === "zh" ? "%" : " %"}`);
      if (people !== null && people !== undefined && share !== null) lines.push(`${data.labels.people} ${number.format(people)}`);
      return lines;
    }

    pointLines(i) {
      const { data } = this;
      if (i < 0) { const site = data.sites[-1 - i]; return [site.name || `${data.labels.site} ${site.label ?? -i}`]; }
      const [, , kind, status, name, capacity] = data.facilities[i];
      const lines = [name || data.labels.unnamed, [data.kinds[kind]?.label, data.statuses[status]?.label].filter(Boolean).join(" · ")];
      if (capacity !== null && capacity !== undefined && capacity !== "") lines.push(`${data.labels.capacity} ${capacity}`);
      return lines;
    }

    showTip(at, lines) {
      const tip = this.tip, size = this.map.getSize(), key = lines.join("\n");
      if (this.tipKey !== key) {
        this.tipKey = key;
        tip.textContent = "";
        lines.filter(Boolean).forEach((line, k) => element("div", k ? "" : "pcm-tip-head", tip, line));
      }
      tip.style.display = "block";
      const w = tip.offsetWidth, h = tip.offsetHeight;
      tip.style.left = `${at.x + 14 + w > size.x ? at.x - w - 12 : at.x + 14}px`;
      tip.style.top = `${Math.max(2, at.y + 14 + h > size.y ? at.y - h - 10 : at.y + 14)}px`;
    }

    /* A point of the unit that no sign and no name covers, as near to its label point as there is one; else the label point. */
    freePoint(i) {
      const at = this.map.latLngToContainerPoint(this.labelOf(i)), pad = this.map.getSize().multiplyBy(PAD).round();
      const covered = (x, y) => this.taken.some((t) => x + pad.x > t[0] - 1 && x + pad.x < t[2] + 1 && y + pad.y > t[1] - 1 && y + pad.y < t[3] + 1);
      const inside = (x, y) => [[0, 0], [2, 2], [2, -2], [-2, 2], [-2, -2]].every(
        ([dx, dy]) => this.unitAt(this.map.containerPointToLatLng([x + dx, y + dy])) === i);
      const reach = Math.min(60, across(this.level.box, i) * Math.pow(2, this.map.getZoom()));
      if (!covered(at.x, at.y)) return at;
      for (let r = 2; r <= reach; r += 1.5) {
        for (let k = 0; k < 16; k++) {
          const x = at.x + r * Math.cos(k * Math.PI / 8), y = at.y + r * Math.sin(k * Math.PI / 8);
          if (!covered(x, y) && inside(x, y)) return L.point(x, y);
        }
      }
      return at;
    }

    // ------------------------------------------------ the state that tests and bug reports read

    publish() {
      const { data, map, level } = this, center = map.getCenter(), owner = this.root;
      const old = global.__planner, version = Math.max((old && old.mapVersion) || 0, CoverageMap.version) + 1;
      CoverageMap.version = version;
      const state = {
        settings: data.settings, paintedUnits: this.paintedUnits, classes: this.classes, palette: data.palette,
        selectedUnit: data.selected ?? null, sites: data.sites.map(({ id, lon, lat }) => ({ id, lon, lat })),
        view: { lon: center.lng, lat: center.lat, zoom: map.getZoom() },
        pointOf: (code) => {
          const i = level.index.get(String(code));
          if (i === undefined || level.label[3 * i + 2] < 0) return null;
          const p = this.freePoint(i), size = map.getSize();
          if (p.x < 1 || p.y < 1 || p.x > size.x - 2 || p.y > size.y - 2) return null;
          const box = this.box.getBoundingClientRect();
          return [box.left + this.box.clientLeft + p.x, box.top + this.box.clientTop + p.y];
        },
      };
      Object.defineProperty(state, "owner", { value: owner, enumerable: false });
      state.mapVersion = version;
      global.__planner = state;
    }
  }
  CoverageMap.version = 0;
  CoverageMap.views = new Map();

  Object.assign(CoverageMap.prototype, painting);
  global.PlannerMap.CoverageMap = CoverageMap;
})(globalThis);
