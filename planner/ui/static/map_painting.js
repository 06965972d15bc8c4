/* How the map is painted: signs, lines, areas, names; a canvas that moves with a Leaflet map; and the painting methods of CoverageMap. */
(function (global) {
  "use strict";
  const L = global.L;
  const FONT = '"Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif';
  const INK = "#22303f", SITE = "#5b2a86", PAD = 0.3, MINOR_ZOOM = 14, HATCH_PX = 10;

  // ---------------------------------------------------------------- signs

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

  // ---------------------------------------------------------------- painting methods of CoverageMap

  const painting = {
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
  },

  paintBackdrop(c, f, layers) {
    const z = f.zoom;
    if (layers.water) fillLayer(c, layers.water, f, "rgba(134,177,201,.95)", z >= 13 ? "rgba(92,138,163,.9)" : null);
    if (layers.green && z >= 11) fillLayer(c, layers.green, f, "rgba(70,130,70,.05)", "rgba(52,110,58,.6)");
    if (layers.street_minor && z >= MINOR_ZOOM) strokeLayer(c, layers.street_minor, f, { color: "rgba(60,66,74,.22)", width: z >= 16 ? 1.6 : 0.9 });
    if (layers.street_major && z >= 12) strokeLayer(c, layers.street_major, f, { color: "rgba(60,66,74,.3)", width: z < 13 ? 0.7 : z < 15 ? 1.2 : 2 });
    if (layers.street_main) strokeLayer(c, layers.street_main, f, { color: "rgba(60,66,74,.36)", width: z < 11 ? 0.6 : z < 13 ? 1 : z < 15 ? 1.6 : 2.6 });
    if (layers.rail && z >= 10) {
      strokeLayer(c, layers.rail, f, { color: "rgba(60,66,74,.6)", width: z < 12 ? 0.8 : z < 13.5 ? 1.6 : 2.4 });
      if (z >= 12) strokeLayer(c, layers.rail, f, { color: "rgba(255,255,255,.9)", width: z < 13.5 ? 0.8 : 1.4, dash: [7, 7] });
    }
  },

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
  },

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
  },

  place(f, lon, lat) {
    const s = Math.sin(lat * Math.PI / 180);
    return [(lon + 180) / 360 * 256 * f.k - f.ox, (0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * 256 * f.k - f.oy];
  },

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
  },

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
  },

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
  },
  };

  global.PlannerMap = Object.assign(global.PlannerMap || {}, { painting, CanvasLayer, sign, siteSign, across, PAD });
})(globalThis);
