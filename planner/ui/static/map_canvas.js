/* Canvases that move with a Leaflet map, and lines and areas drawn on them. */
(function (global) {
  "use strict";
  const L = global.L, PAD = 0.3;

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
      this.frame = { k, ox: origin.x, oy: origin.y, zoom: this._zoom, width: whole.x, height: whole.y, pad, size, ratio,
                     w: origin.x / k, n: origin.y / k, e: (origin.x + whole.x) / k, s: (origin.y + whole.y) / k,
                     vw: (origin.x + pad.x) / k, vn: (origin.y + pad.y) / k, ve: (origin.x + pad.x + size.x) / k, vs: (origin.y + pad.y + size.y) / k };
      this._paint(ctx, this.frame);
    },
    /* Draws over what is there, in the same view. */
    over(draw) { draw(this._canvas.getContext("2d"), this.frame); },
    fade(opacity) { this._canvas.style.opacity = opacity; },
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

  /* Rectangles that are taken, found by the square of the ground that they lie in. */
  class Taken {
    constructor() { this.cells = new Map(); }
    keys(rect) {
      const found = [];
      for (let x = Math.floor(rect[0] / 32); x <= Math.floor(rect[2] / 32); x++) for (let y = Math.floor(rect[1] / 32); y <= Math.floor(rect[3] / 32); y++) found.push(x * 65536 + y);
      return found;
    }
    add(rect) { for (const key of this.keys(rect)) { const cell = this.cells.get(key); if (cell) cell.push(rect); else this.cells.set(key, [rect]); } }
    hits(rect) {
      return this.keys(rect).some((key) => (this.cells.get(key) || []).some((t) => t[0] < rect[2] && t[2] > rect[0] && t[1] < rect[3] && t[3] > rect[1]));
    }
  }

  global.PlannerMap = Object.assign(global.PlannerMap || {}, { PAD, CanvasLayer, traceUnit, across, outside, strokeLayer, fillLayer, Taken });
})(globalThis);
