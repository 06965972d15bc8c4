/* Coverage map: units painted by class on one canvas, with the streets, signs and names that make them readable.
 *
 * Used by the page's component and by exported files alike, so both paint the same. Needs Leaflet 1.9 as `L`; asks nothing of the network.
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
  const FONT = '"Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif';
  const INK = "#22303f", SITE = "#5b2a86", PAD = 0.3, MINOR_ZOOM = 14, STEP_PX = 80, HATCH_PX = 10;
  const still = () => global.matchMedia && global.matchMedia("(prefers-reduced-motion: reduce)").matches;

  // ---------------------------------------------------------------- geometry file

  function readGeometry(buffer) {
    const bytes = new Uint8Array(buffer), view = new DataView(buffer);
    if (String.fromCharCode(...bytes.subarray(0, 4)) !== "SCMG" || view.getUint32(4, true) !== 1) throw new Error("not a map geometry file");
    const length = view.getUint32(8, true), start = 12 + length;
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(12, start)));
    const [lon0, lat0] = head.origin, step = head.step;
    let at = 0;
    const next = () => { // zigzag LEB128; a number is below 2^53, so floats hold it
      let value = 0, scale = 1, byte;
      do { byte = bytes[at++]; value += (byte & 127) * scale; scale *= 128; } while (byte & 128);
      return value % 2 ? -(value + 1) / 2 : value / 2;
    };
    // Web Mercator at zoom 0 (256 px round the world), the projection of Leaflet's EPSG:3857.
    const mx = (x) => (lon0 + x * step + 180) / 360 * 256;
    const my = (y) => { const s = Math.sin((lat0 + y * step) * Math.PI / 180); return (0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * 256; };
    const rings = (count, sizes, xy, x, y) => {
      for (let r = 0; r < count; r++) {
        const n = next();
        sizes.push(n);
        for (let k = 0; k < n; k++) { x += next(); y += next(); xy.push(mx(x), my(y)); }
      }
      return [x, y];
    };
    const offsets = (sizes) => { const out = new Uint32Array(sizes.length + 1); sizes.forEach((n, i) => { out[i + 1] = out[i] + n; }); return out; };
    const boxes = (count, from, xy) => {
      const box = new Float64Array(4 * count);
      for (let i = 0; i < count; i++) {
        let w = Infinity, n = Infinity, e = -Infinity, s = -Infinity;
        for (let j = from(i); j < from(i + 1); j++) {
          const x = xy[2 * j], y = xy[2 * j + 1];
          if (x < w) w = x; if (x > e) e = x; if (y < n) n = y; if (y > s) s = y;
        }
        box.set([w, n, e, s], 4 * i);
      }
      return box;
    };
    const levels = {}, layers = [];
    for (const part of head.levels) {
      at = start + part.offset;
      const count = next(), ringsOf = [], sizes = [], raw = [];
      let x = 0, y = 0;
      for (let i = 0; i < count; i++) { const n = next(); ringsOf.push(n); [x, y] = rings(n, sizes, raw, x, y); }
      const label = new Float64Array(3 * count);
      for (let i = 0, lx = 0, ly = 0; i < count; i++) {
        lx += next(); ly += next();
        const radius = next();
        label.set([lon0 + lx * step, lat0 + ly * step, radius < 0 ? -1 : radius / 10], 3 * i);
      }
      const xy = new Float64Array(raw), ring = offsets(sizes), unit = offsets(ringsOf);
      const index = new Map(part.codes.map((code, i) => [code, i]));
      const box = boxes(count, (i) => ring[unit[i]], xy);
      let area = 0;
      for (let i = 0; i < count; i++) if (box[4 * i] <= box[4 * i + 2]) area += (box[4 * i + 2] - box[4 * i]) * (box[4 * i + 3] - box[4 * i + 1]);
      levels[part.level] = { level: part.level, codes: part.codes, names: part.names, count, xy, ring, unit, label, index, box,
                             size: Math.sqrt(0.6 * area / Math.max(1, count)) }; // of a usual unit, in px at zoom 0
    }
    for (const part of head.layers) {
      at = start + part.offset;
      const count = next(), sizes = [], raw = [];
      rings(count, sizes, raw, 0, 0);
      const xy = new Float64Array(raw), line = offsets(sizes);
      layers.push({ kind: part.kind, count, xy, line, box: boxes(count, (i) => line[i], xy) });
    }
    return { id: head.sha256, bounds: head.bounds, levels, order: head.levels.map((part) => part.level), layers };
  }

  /* Shares as MapData packs them, in tenths of a per cent: two digits to base 64; null where there are no people. */
  function readShares(text) {
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return Array.from({ length: text.length / 2 }, (_, i) => text[2 * i] === "." ? null : digits.indexOf(text[2 * i]) * 64 + digits.indexOf(text[2 * i + 1]));
  }

  // ---------------------------------------------------------------- small parts

  function element(tag, className, parent, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined && text !== null) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  }

  function brightness(colour) {
    const n = parseInt(colour.slice(1), 16);
    return (0.2126 * (n >> 16) + 0.7152 * ((n >> 8) & 255) + 0.0722 * (n & 255)) / 255;
  }

  function hatch(ctx, colour, ratio) {
    const tile = document.createElement("canvas"), size = HATCH_PX * ratio, c = tile.getContext("2d");
    tile.width = tile.height = size;
    c.strokeStyle = colour;
    c.lineWidth = ratio;
    c.beginPath();
    for (const k of [-1, 0, 1]) { c.moveTo(k * size - 1, size + 1); c.lineTo((k + 1) * size + 1, -1); }
    c.stroke();
    return ctx.createPattern(tile, "repeat");
  }

  const SHAPES = {
    circle: (c, x, y, r) => c.arc(x, y, r, 0, 2 * Math.PI),
    square: (c, x, y, r) => c.rect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76),
    diamond: (c, x, y, r) => polygon(c, x, y, r * 1.2, 4, -Math.PI / 2),
    triangle: (c, x, y, r) => polygon(c, x, y + r * 0.15, r * 1.25, 3, -Math.PI / 2),
    hexagon: (c, x, y, r) => polygon(c, x, y, r * 1.08, 6, 0),
    pentagon: (c, x, y, r) => polygon(c, x, y, r * 1.12, 5, -Math.PI / 2),
  };
  function polygon(c, x, y, r, n, turn) {
    for (let k = 0; k < n; k++) c[k ? "lineTo" : "moveTo"](x + r * Math.cos(turn + 2 * Math.PI * k / n), y + r * Math.sin(turn + 2 * Math.PI * k / n));
    c.closePath();
  }

  /* A facility sign: shape and letter say the kind, filled, hollow or crossed the status; the white halo lifts it off any class. */
  function sign(c, x, y, r, kind, style) {
    const draw = SHAPES[kind.shape] || SHAPES.circle, colour = style === "crossed" ? "#6b6f76" : INK;
    c.lineJoin = "round";
    c.beginPath(); draw(c, x, y, r);
    c.strokeStyle = "rgba(255,255,255,.95)"; c.lineWidth = r < 3 ? 1.8 : Math.max(3, r * 0.5); c.stroke();
    c.fillStyle = style === "filled" ? colour : "#fff"; c.fill();
    c.strokeStyle = colour; c.lineWidth = r < 5 ? 1 : 1.5; c.stroke();
    if (r >= 7 && kind.letter) {
      c.fillStyle = style === "filled" ? "#fff" : colour;
      c.font = `600 ${Math.round(r * 1.15)}px ${FONT}`; c.textAlign = "center"; c.textBaseline = "middle";
      c.fillText(kind.letter, x, y + (kind.shape === "triangle" ? r * 0.3 : r * 0.06));
    }
    if (style === "crossed") { c.beginPath(); c.moveTo(x - r, y + r); c.lineTo(x + r, y - r); c.stroke(); }
  }

  function siteSign(c, x, y, r, label) {
    c.beginPath(); c.arc(x, y, r, 0, 2 * Math.PI);
    c.strokeStyle = "#fff"; c.lineWidth = 5; c.stroke();
    c.fillStyle = SITE; c.fill();
    c.strokeStyle = "#fff"; c.lineWidth = 1.5; c.beginPath(); c.arc(x, y, r - 2.5, 0, 2 * Math.PI); c.stroke();
    c.fillStyle = "#fff"; c.font = `700 ${label.length > 2 ? 9 : 11}px ${FONT}`; c.textAlign = "center"; c.textBaseline = "middle";
    c.fillText(label, x, y + 0.5);
  }

  // ---------------------------------------------------------------- the canvases

  /* A canvas that Leaflet moves and scales with the map and that is drawn anew when the map comes to rest. */
  const CanvasLayer = L.Layer.extend({
    initialize(draw) { this._paint = draw; },
    onAdd(map) {
      this._canvas = L.DomUtil.create("canvas", "leaflet-zoom-animated pcm-canvas");
      map.getPane("overlayPane").appendChild(this._canvas);
      this.redraw();
    },
    onRemove() { this._canvas.remove(); },
    getEvents() {
      const events = { viewreset: this.redraw, moveend: this.redraw, resize: this.redraw };
      if (this._map._zoomAnimated) events.zoomanim = this._animate;
      return events;
    },
    _animate(event) {
      const scale = this._map.getZoomScale(event.zoom, this._zoom);
      const offset = this._map._latLngToNewLayerPoint(this._northWest, event.zoom, event.center);
      L.DomUtil.setTransform(this._canvas, offset, scale);
    },
    redraw() {
      const map = this._map;
      if (!map || map._animatingZoom) return;
      const size = map.getSize(), pad = size.multiplyBy(PAD).round(), ratio = Math.min(global.devicePixelRatio || 1, 2);
      const corner = map.containerPointToLayerPoint(pad.multiplyBy(-1)).round(), whole = size.add(pad.multiplyBy(2));
      const canvas = this._canvas, ctx = canvas.getContext("2d");
      canvas.width = whole.x * ratio; canvas.height = whole.y * ratio;
      canvas.style.width = `${whole.x}px`; canvas.style.height = `${whole.y}px`;
      this._zoom = map.getZoom();
      this._northWest = map.layerPointToLatLng(corner);
      L.DomUtil.setTransform(canvas, corner, 1);
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      const origin = map.getPixelOrigin().add(corner), k = Math.pow(2, this._zoom);
      this._paint(ctx, { k, ox: origin.x, oy: origin.y, zoom: this._zoom, width: whole.x, height: whole.y, pad, size, ratio,
                         w: origin.x / k, n: origin.y / k, e: (origin.x + whole.x) / k, s: (origin.y + whole.y) / k,
                         vw: (origin.x + pad.x) / k, vn: (origin.y + pad.y) / k, ve: (origin.x + pad.x + size.x) / k, vs: (origin.y + pad.y + size.y) / k });
    },
  });

  /* One run of vertices, leaving out those within a pixel of the last drawn. */
  function trace(c, xy, from, to, f) {
    const { k, ox, oy } = f;
    let lx = xy[2 * from] * k - ox, ly = xy[2 * from + 1] * k - oy;
    c.moveTo(lx, ly);
    for (let j = from + 1; j < to; j++) {
      const x = xy[2 * j] * k - ox, y = xy[2 * j + 1] * k - oy;
      if (Math.abs(x - lx) + Math.abs(y - ly) > 1 || j === to - 1) { c.lineTo(x, y); lx = x; ly = y; }
    }
  }

  function traceUnit(c, level, i, f) {
    c.beginPath();
    for (let r = level.unit[i]; r < level.unit[i + 1]; r++) { trace(c, level.xy, level.ring[r], level.ring[r + 1], f); c.closePath(); }
  }

  const across = (box, i) => Math.sqrt(Math.max(0, (box[4 * i + 2] - box[4 * i]) * (box[4 * i + 3] - box[4 * i + 1])) * 0.6);
  const outside = (box, i, w, n, e, s) => box[4 * i] > e || box[4 * i + 2] < w || box[4 * i + 1] > s || box[4 * i + 3] < n;

  function strokeLayer(c, layer, f, style) {
    c.lineJoin = "round"; c.lineCap = "butt"; c.strokeStyle = style.color; c.lineWidth = style.width; c.setLineDash(style.dash || []);
    let open = 0;
    c.beginPath();
    for (let i = 0; i < layer.count; i++) {
      if (outside(layer.box, i, f.w, f.n, f.e, f.s)) continue;
      trace(c, layer.xy, layer.line[i], layer.line[i + 1], f);
      if (++open % 200 === 0) { c.stroke(); c.beginPath(); } // one giant path is slow
    }
    c.stroke();
    c.setLineDash([]);
  }

  function fillLayer(c, layer, f, colour, edge) {
    c.fillStyle = colour; c.strokeStyle = edge; c.lineWidth = 0.8;
    c.beginPath();
    for (let i = 0; i < layer.count; i++) {
      if (outside(layer.box, i, f.w, f.n, f.e, f.s)) continue;
      trace(c, layer.xy, layer.line[i], layer.line[i + 1], f);
      c.closePath();
    }
    c.fill("evenodd");
    if (edge) c.stroke();
  }

  // ---------------------------------------------------------------- the map

  class CoverageMap {
    constructor(root, on, leaflet) {
      CoverageMap.last = this;
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
      this.shares = readShares(data.shares);
      this.pending = null;
      if (fresh || !before || before.level !== data.level) { this.hover = -1; this.left(); }
      this.box.style.height = data.height ? `${data.height}px` : "";
      this.box.setAttribute("aria-label", data.labels.map);
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

    // ------------------------------------------------ painting

    paint(c, f) {
      const { data, geometry, level } = this, layers = Object.fromEntries(geometry.layers.map((layer) => [layer.kind, layer]));
      const colours = {}, groups = new Map();
      for (const entry of data.palette) colours[entry.class === null ? "null" : entry.class] = entry.color;
      if (layers.green) fillLayer(c, layers.green, f, "#dfe8d6");
      if (layers.water) fillLayer(c, layers.water, f, "#a9c6d3");
      const shown = [];
      let painted = 0;
      for (let i = 0; i < level.count; i++) {
        if (outside(level.box, i, f.w, f.n, f.e, f.s)) continue;
        shown.push(i);
        if (!outside(level.box, i, f.vw, f.vn, f.ve, f.vs)) painted++;
        const number = this.classes[level.codes[i]], gap = data.classes.charCodeAt(i) >= 97, key = `${number}${gap ? "g" : ""}`;
        if (!groups.has(key)) groups.set(key, { colour: colours[number] || colours.null, gap, units: [] });
        groups.get(key).units.push(i);
      }
      for (const { colour, gap, units } of groups.values()) {
        let lines = null;
        if (gap) {
          lines = hatch(c, brightness(colour) > 0.5 ? "rgba(84,30,30,.5)" : "rgba(255,255,255,.45)", f.ratio);
          // The pattern is tied to the ground, so that it does not swim when the map is drawn anew.
          lines.setTransform(new DOMMatrix([1 / f.ratio, 0, 0, 1 / f.ratio, -(f.ox % HATCH_PX), -(f.oy % HATCH_PX)]));
        }
        for (const i of units) {
          traceUnit(c, level, i, f);
          c.fillStyle = colour; c.fill("evenodd");
          if (lines) { c.fillStyle = lines; c.fill("evenodd"); }
        }
      }
      this.paintHairlines(c, f, shown);
      this.paintBackdrop(c, f, layers);
      this.paintOutlines(c, f, shown);
      this.taken = [];
      this.paintPoints(c, f);
      this.paintNames(c, f, shown);
      this.paintedUnits = painted;
      this.drawn = (this.drawn || 0) + 1;
      const mine = this.drawn;
      requestAnimationFrame(() => { if (mine === this.drawn) this.publish(); });
      this.buildScale();
    }

    paintBackdrop(c, f, layers) {
      const z = f.zoom;
      if (layers.water) fillLayer(c, layers.water, f, "rgba(134,177,201,.95)", z >= 13 ? "rgba(92,138,163,.9)" : null);
      if (layers.green && z >= 11) fillLayer(c, layers.green, f, "rgba(70,130,70,.10)", "rgba(52,110,58,.65)");
      if (layers.street_minor && z >= MINOR_ZOOM) strokeLayer(c, layers.street_minor, f, { color: "rgba(60,66,74,.22)", width: z >= 16 ? 1.6 : 0.9 });
      if (layers.street_major && z >= 12) strokeLayer(c, layers.street_major, f, { color: "rgba(60,66,74,.3)", width: z < 13 ? 0.7 : z < 15 ? 1.2 : 2 });
      if (layers.street_main) strokeLayer(c, layers.street_main, f, { color: "rgba(60,66,74,.36)", width: z < 11 ? 0.6 : z < 13 ? 1 : z < 15 ? 1.6 : 2.6 });
      if (layers.rail && z >= 10) {
        strokeLayer(c, layers.rail, f, { color: "rgba(60,66,74,.6)", width: z < 12 ? 0.8 : z < 13.5 ? 1.6 : 2.4 });
        if (z >= 12) strokeLayer(c, layers.rail, f, { color: "rgba(255,255,255,.9)", width: z < 13.5 ? 0.8 : 1.4, dash: [7, 7] });
      }
    }

    /* White lines between the units, as thin as the unit is small: where a unit is a few pixels they would drown its colour. */
    paintHairlines(c, f, shown) {
      c.lineJoin = "round"; c.strokeStyle = "rgba(255,255,255,.9)";
      for (const i of shown) {
        const px = across(this.level.box, i) * f.k;
        if (px < 9) continue;
        c.lineWidth = px < 18 ? 0.4 : px < 60 ? 0.8 : 1.2;
        traceUnit(c, this.level, i, f);
        c.stroke();
      }
    }

    paintOutlines(c, f, shown) {
      const { geometry, level } = this, rank = geometry.order.indexOf(level.level);
      const outlines = geometry.order.slice(0, rank).slice(-2);
      for (const name of [...outlines].reverse()) {
        const coarse = geometry.levels[name], strong = name !== outlines[outlines.length - 1];
        for (let i = 0; i < coarse.count; i++) {
          if (outside(coarse.box, i, f.w, f.n, f.e, f.s)) continue;
          const thin = across(coarse.box, i) * f.k < 40;
          c.strokeStyle = strong ? "rgba(35,38,46,.9)" : `rgba(45,49,58,${thin ? 0.6 : 0.78})`;
          c.lineWidth = (strong ? 2 : 1.3) * (thin ? 0.6 : 1);
          traceUnit(c, coarse, i, f);
          c.stroke();
        }
      }
      if (!outlines.length) {
        c.strokeStyle = "rgba(45,49,58,.6)"; c.lineWidth = 1;
        for (const i of shown) { traceUnit(c, level, i, f); c.stroke(); }
      }
    }

    place(f, lon, lat) {
      const s = Math.sin(lat * Math.PI / 180);
      return [(lon + 180) / 360 * 256 * f.k - f.ox, (0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * 256 * f.k - f.oy];
    }

    paintPoints(c, f) {
      const { facilities, kinds, statuses, sites } = this.data, many = facilities.length > 80;
      const r = f.zoom < 10.6 ? (many ? 1.6 : 2.2) : f.zoom < 11.6 ? 3 : f.zoom < 12.5 ? 4.5 : f.zoom < 13.5 ? (facilities.length > 400 ? 5 : 7) : f.zoom < 15 ? 8 : 10;
      this.spots = [];
      // What counts is drawn last, above what does not.
      const order = [...facilities.keys()].sort((a, b) => (statuses[facilities[a][3]]?.style === "filled") - (statuses[facilities[b][3]]?.style === "filled"));
      for (const i of order) {
        const [lon, lat, kind, status] = facilities[i], [x, y] = this.place(f, lon, lat);
        if (x < -20 || y < -20 || x > f.width + 20 || y > f.height + 20) continue;
        sign(c, x, y, r, kinds[kind] || { shape: "circle" }, statuses[status]?.style || "filled");
        this.spots.push([x - f.pad.x, y - f.pad.y, r + 3, i]);
        this.taken.push([x - r - 1, y - r - 1, x + r + 1, y + r + 1]); // with its halo
      }
      sites.forEach((site, i) => {
        const [x, y] = this.place(f, site.lon, site.lat);
        siteSign(c, x, y, 10, String(site.label ?? i + 1));
        this.spots.push([x - f.pad.x, y - f.pad.y, 12, -1 - i]);
        this.taken.push([x - 12, y - 12, x + 12, y + 12]);
      });
    }

    /* Names of the coarser units, then of the shown ones, where they fit and hit nothing; a little above the label point, which stays free. */
    paintNames(c, f, shown) {
      const { geometry, level } = this, rank = geometry.order.indexOf(level.level);
      // The finest level above the shown one whose units have room for a name; the whole city needs none.
      const parents = geometry.order.slice(0, rank).filter((name) => geometry.levels[name].count > 1 && geometry.levels[name].size * f.k >= 55).pop();
      const put = (from, i, size, weight, room) => {
        if (from.label[3 * i + 2] <= 0) return;
        const [x, y] = this.place(f, from.label[3 * i], from.label[3 * i + 1]), text = String(from.names[i]);
        if (x < 0 || y < 0 || x > f.width || y > f.height) return;
        c.font = `${weight} ${size}px ${FONT}`;
        const half = c.measureText(text).width / 2, free = from.label[3 * i + 2] / (156543.034 * Math.cos(from.label[3 * i + 1] * Math.PI / 180)) * f.k;
        if (half > free * room) return;
        const rect = [x - half - 3, y - 8 - size, x + half + 3, y - 3];
        if (this.taken.some((t) => t[0] < rect[2] && t[2] > rect[0] && t[1] < rect[3] && t[3] > rect[1])) return;
        this.taken.push(rect);
        c.textAlign = "center"; c.textBaseline = "alphabetic"; c.lineJoin = "round";
        c.strokeStyle = "rgba(255,255,255,.9)"; c.lineWidth = 3.2; c.strokeText(text, x, y - 7);
        c.fillStyle = "#1d2530"; c.fillText(text, x, y - 7);
      };
      const bySize = (from, list) => list.sort((a, b) => from.label[3 * b + 2] - from.label[3 * a + 2]);
      if (parents) {
        const coarse = geometry.levels[parents];
        bySize(coarse, [...coarse.codes.keys()]).forEach((i) => put(coarse, i, f.zoom < 13 ? 12 : 14, 700, 1.6));
      }
      const finest = rank > 0 && rank === geometry.order.length - 1;
      if (level.size * f.k >= (finest ? 110 : 40)) bySize(level, [...shown]).forEach((i) => put(level, i, finest ? 11 : 12, finest || parents ? 400 : 600, 1.1));
    }

    paintTop(c, f) {
      const { level, map } = this;
      if (this.hover >= 0 && this.hover !== this.selected) {
        traceUnit(c, level, this.hover, f);
        c.lineJoin = "round"; c.strokeStyle = "rgba(20,24,32,.85)"; c.lineWidth = 1.8; c.stroke();
      }
      if (this.selected >= 0) {
        traceUnit(c, level, this.selected, f);
        c.lineJoin = "round"; c.strokeStyle = "#fff"; c.lineWidth = 6; c.stroke();
        c.strokeStyle = "#0b3d91"; c.lineWidth = 3; c.stroke();
      }
      if (this.pending) {
        const [x, y] = this.place(f, this.pending.lng, this.pending.lat);
        c.beginPath(); c.arc(x, y, 10, 0, 2 * Math.PI); c.strokeStyle = SITE; c.lineWidth = 2.5; c.setLineDash([4, 3]); c.stroke(); c.setLineDash([]);
      }
      void map;
    }

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

  global.PlannerMap = { readGeometry, readShares, CoverageMap, get last() { return CoverageMap.last; } };
})(globalThis);
