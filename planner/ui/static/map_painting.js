/* The painting methods of CoverageMap: classes on one canvas, lines, signs and names on a second, what is chosen on a third.
 *
 * A new minute or target repaints only the units whose class has changed, on the first canvas. */
(function (global) {
  "use strict";
  const { FONT, hatch, stamps, siteSign, ring, traceUnit, across, outside, strokeLayer, fillLayer, Taken } = global.PlannerMap;
  const MINOR_ZOOM = 14, HAIRLINE_PX = 9, FINER_PX = 45, MANY = 80, SIGN_SHARE = 0.1, SIGN_LEAST = 0.8;

  /* Whether two palettes paint a class alike, wherever they break. */
  const sameColours = (one, two) => one === two || (one.length === two.length && one.every((entry, k) => entry.class === two[k].class && entry.color === two[k].color));

  const painting = {
  paintGround(c, f) {
    const { layers } = this.geometry, { level, look } = this;
    if (layers.green) fillLayer(c, layers.green, f, "#dfe8d6");
    if (layers.water) fillLayer(c, layers.water, f, "#a9c6d3");
    this.inView = [];
    this.paintedUnits = 0;
    for (let i = 0; i < level.count; i++) {
      if (outside(level.box, i, f.w, f.n, f.e, f.s)) continue;
      this.inView.push(i);
      if (!outside(level.box, i, f.vw, f.vn, f.ve, f.vs)) this.paintedUnits++;
    }
    if (look.left) this.paintSides(c, f);
    else this.fillUnits(c, f, this.inView, look.marks);
    this.filled = look;
    this.announce();
    this.buildScale();
  },

  /* The state before to the left of the divider, the state after to its right. */
  paintSides(c, f) {
    const x = this.parted = Math.round(f.pad.x + this.dividerShare * f.size.x);
    this.paintStrip(c, f, 0, x, this.look.left);
    this.paintStrip(c, f, x, f.width, this.look.marks);
  },

  paintStrip(c, f, from, to, marks) {
    c.save();
    c.beginPath(); c.rect(from, 0, to - from, f.height); c.clip();
    const w = (f.ox + from) / f.k, e = (f.ox + to) / f.k;
    this.fillUnits(c, f, this.inView.filter((i) => !outside(this.level.box, i, w, f.n, e, f.s)), marks);
    c.restore();
  },

  /* The divider has moved: only what lies between its old and new place is painted. */
  partAnew() {
    this.ground.over((c, f) => {
      const x = Math.round(f.pad.x + this.dividerShare * f.size.x), old = this.parted;
      if (x > old) this.paintStrip(c, f, old, x, this.look.left); else if (x < old) this.paintStrip(c, f, x, old, this.look.marks);
      this.parted = x;
    });
    this.announce();
  },

  fillUnits(c, f, units, marks) {
    const groups = new Map(), colours = new Map(this.look.palette.map((entry) => [entry.class, entry.color]));
    for (const i of units) {
      const mark = marks.charCodeAt(i);
      if (groups.has(mark)) groups.get(mark).push(i); else groups.set(mark, [i]);
    }
    for (const [mark, members] of groups) { // "0"... a class, "a"... the same below the target, "-" no people
      const gap = mark >= 97, colour = colours.get(gap ? mark - 97 : mark >= 48 ? mark - 48 : null);
      const lines = gap ? hatch(c, colour, f) : null;
      for (const i of members) {
        traceUnit(c, this.level, i, f);
        c.fillStyle = colour; c.fill("evenodd");
        if (lines) { c.fillStyle = lines; c.fill("evenodd"); }
      }
    }
  },

  /* Another look in the same view: only what differs is painted. */
  recolour() {
    const { filled, look } = this;
    if (!filled || filled.left || look.left || !sameColours(filled.palette, look.palette)) { this.ground.redraw(); return; }
    const changed = this.inView.filter((i) => filled.marks.charCodeAt(i) !== look.marks.charCodeAt(i));
    this.ground.over((c, f) => this.fillUnits(c, f, changed, look.marks));
    this.filled = look;
    this.announce();
  },

  /* Says what is painted once the browser has had its turn to show it. */
  announce() {
    const mine = this.drawn = (this.drawn || 0) + 1;
    requestAnimationFrame(() => { if (mine === this.drawn && this.map._loaded) this.publish(); });
  },

  paintLines(c, f) {
    this.paintHairlines(c, f);
    this.paintBackdrop(c, f);
    this.paintOutlines(c, f);
    this.paintReach(c, f);
    this.taken = new Taken();
    this.spots = [];
    this.paintSigns(c, f);
    this.data.sites.forEach((site, i) => {
      const [x, y] = this.place(f, site.lon, site.lat);
      this.spots.push([x - f.pad.x, y - f.pad.y, 12, -1 - i]);
      this.taken.add([x - 12, y - 12, x + 12, y + 12]);
    });
    this.paintNames(c, f);
  },

  paintBackdrop(c, f) {
    const z = f.zoom, { layers } = this.geometry;
    if (layers.water) fillLayer(c, layers.water, f, "rgba(134,177,201,.95)", z >= 13 ? "rgba(92,138,163,.9)" : null);
    if (layers.green && z >= 11) fillLayer(c, layers.green, f, "rgba(70,130,70,.05)", "rgba(52,110,58,.6)");
    if (z >= MINOR_ZOOM) this.wantDetail();
    if (layers.street_minor && z >= MINOR_ZOOM) strokeLayer(c, layers.street_minor, f, { color: "rgba(60,66,74,.22)", width: z >= 16 ? 1.6 : 0.9 });
    if (layers.street_major && z >= 12) strokeLayer(c, layers.street_major, f, { color: "rgba(60,66,74,.3)", width: z < 13 ? 0.7 : z < 15 ? 1.2 : 2 });
    if (layers.street_main) strokeLayer(c, layers.street_main, f, { color: "rgba(60,66,74,.36)", width: z < 11 ? 0.6 : z < 13 ? 1 : z < 15 ? 1.6 : 2.6 });
    if (layers.rail && z >= 10) {
      strokeLayer(c, layers.rail, f, { color: "rgba(60,66,74,.6)", width: z < 12 ? 0.8 : z < 13.5 ? 1.6 : 2.4 });
      if (z >= 12) strokeLayer(c, layers.rail, f, { color: "rgba(255,255,255,.9)", width: z < 13.5 ? 0.8 : 1.4, dash: [7, 7] });
    }
  },

  /* White lines between the units, as thin as the unit is small: where a unit is a few pixels they would drown its colour. */
  paintHairlines(c, f) {
    c.lineJoin = "round"; c.strokeStyle = "rgba(255,255,255,.9)";
    for (const i of this.inView) {
      const px = across(this.level.box, i) * f.k;
      if (px < HAIRLINE_PX) continue;
      c.lineWidth = px < 18 ? 0.4 : px < 60 ? 0.8 : 1.2;
      traceUnit(c, this.level, i, f);
      c.stroke();
    }
  },

  /* The borders of the coarser levels, and near at hand those of the next finer one. */
  paintOutlines(c, f) {
    const { geometry, level } = this, rank = geometry.order.indexOf(level.level);
    const finer = geometry.levels[geometry.order[rank + 1]];
    if (finer && finer.size * f.k >= FINER_PX) {
      c.strokeStyle = "rgba(45,49,58,.42)"; c.lineWidth = 0.7; c.setLineDash([4, 3]);
      for (let i = 0; i < finer.count; i++) if (!outside(finer.box, i, f.w, f.n, f.e, f.s)) { traceUnit(c, finer, i, f); c.stroke(); }
      c.setLineDash([]);
    }
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
      for (const i of this.inView) { traceUnit(c, level, i, f); c.stroke(); }
    }
  },

  /* The border of what is within reach of a facility; not while another limit is tried, which it does not belong to. */
  paintReach(c, f) {
    const reach = this.scrub ? null : this.data.reach;
    if (!reach) return;
    const width = f.zoom < 11 ? 1 : f.zoom < 13 ? 1.4 : 2;
    strokeLayer(c, reach, f, { color: "rgba(255,255,255,.9)", width: width + 1.6 });
    strokeLayer(c, reach, f, { color: "#0b4f8a", width });
  },

  place(f, lon, lat) {
    const s = Math.sin(lat * Math.PI / 180);
    return [(lon + 180) / 360 * 256 * f.k - f.ox, (0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * 256 * f.k - f.oy];
  },

  /* Facilities on the ground of zoom 0, those that count last, so that they lie above what does not; worked out once a list. */
  groundOf(facilities) {
    if (this.signsOf !== facilities) {
      const counts = (i) => this.data.statuses[facilities[i][3]]?.style === "filled", all = [...facilities.keys()];
      const order = [...all.filter((i) => !counts(i)), ...all.filter(counts)], at = new Float64Array(2 * order.length);
      order.forEach((i, n) => at.set(this.place({ k: 1, ox: 0, oy: 0 }, facilities[i][0], facilities[i][1]), 2 * n));
      this.signsOf = facilities;
      this.signGround = { order, at };
    }
    return this.signGround;
  },

  /* As large as the zoom allows, and so small that signs leave the classes to be seen. */
  signRadius(f) {
    const count = this.data.facilities.length, ground = this.level.size ** 2 * this.level.count * f.k ** 2;
    const wanted = f.zoom < 10.6 ? (count > MANY ? 1.6 : 2.2) : f.zoom < 11.6 ? 3 : f.zoom < 12.5 ? 4.5 : f.zoom < 13.5 ? (count > 400 ? 5 : 7) : f.zoom < 15 ? 8 : 10;
    return Math.min(wanted, Math.max(SIGN_LEAST, Math.sqrt(SIGN_SHARE * ground / (Math.PI * Math.max(1, count)))));
  },

  paintSigns(c, f) {
    const { facilities, kinds, statuses } = this.data, r = this.signRadius(f);
    const { order, at } = this.groundOf(facilities), stamp = stamps(r, f.ratio), plain = { shape: "circle" };
    order.forEach((i, n) => {
      const x = at[2 * n] * f.k - f.ox, y = at[2 * n + 1] * f.k - f.oy;
      if (x < -20 || y < -20 || x > f.width + 20 || y > f.height + 20) return;
      stamp(c, x, y, kinds[facilities[i][2]] || plain, statuses[facilities[i][3]]?.style || "filled");
      this.spots.push([x - f.pad.x, y - f.pad.y, r + 3, i]);
      this.taken.add([x - r - 1, y - r - 1, x + r + 1, y + r + 1]); // with its halo
    });
  },

  /* Names of the coarser units, then of the shown ones, where they fit and hit nothing; a little above the label point, which stays free. */
  paintNames(c, f) {
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
      if (this.taken.hits(rect)) return;
      this.taken.add(rect);
      c.textAlign = "center"; c.textBaseline = "alphabetic"; c.lineJoin = "round";
      c.strokeStyle = "rgba(255,255,255,.9)"; c.lineWidth = 3.2; c.strokeText(text, x, y - 7);
      c.fillStyle = "#1d2530"; c.fillText(text, x, y - 7);
    };
    const bySize = (from, list) => list.sort((a, b) => from.label[3 * b + 2] - from.label[3 * a + 2]);
    const every = (from) => bySize(from, [...from.codes.keys()]);
    if (parents) every(geometry.levels[parents]).forEach((i) => put(geometry.levels[parents], i, f.zoom < 13 ? 12 : 14, 700, 1.6));
    const finest = rank > 0 && rank === geometry.order.length - 1;
    if (level.size * f.k >= (finest ? 110 : 40)) bySize(level, [...this.inView]).forEach((i) => put(level, i, finest ? 11 : 12, finest || parents ? 400 : 600, 1.1));
    const finer = geometry.levels[geometry.order[rank + 1]];
    if (finer && finer.size * f.k >= 110) every(finer).forEach((i) => put(finer, i, 11, 400, 1.1));
  },

  paintTop(c, f) {
    const { level, data } = this;
    if (this.hover >= 0 && this.hover !== this.selected) {
      traceUnit(c, level, this.hover, f);
      c.lineJoin = "round"; c.strokeStyle = "rgba(20,24,32,.85)"; c.lineWidth = 1.8; c.stroke();
    }
    if (this.selected >= 0) {
      traceUnit(c, level, this.selected, f);
      c.lineJoin = "round"; c.strokeStyle = "#fff"; c.lineWidth = 6; c.stroke();
      c.strokeStyle = "#0b3d91"; c.lineWidth = 3; c.stroke();
    }
    data.sites.forEach((site, i) => {
      const held = this.held && this.held.id === site.id ? this.held : null;
      const [x, y] = held ? this.place(f, held.lng, held.lat) : this.place(f, site.lon, site.lat);
      siteSign(c, x, y, 10, String(site.label ?? i + 1));
      if (held) ring(c, x, y);
    });
    if (this.pending) ring(c, ...this.place(f, this.pending.lng, this.pending.lat));
  },
  };

  global.PlannerMap = Object.assign(global.PlannerMap || {}, { painting });
})(globalThis);
