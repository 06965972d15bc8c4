/* What the map is given, read: the files of planner/export/mapfile.py (geometry, curves, areas) and the packed shares of mapdata.py.
 *
 * A share travels as a rank: twice the tenths of a per cent, less one where it is below the whole per cent that it rounds to. So a rank
 * tells the tenth that is read and, exactly, whether a share reaches a whole per cent p: where the rank is 20 p or more.
 */
(function (global) {
  "use strict";
  const NOBODY = -1, PER_CENT = 20;

  /* A file's head, and its whole numbers one after another (zigzag, LEB128). */
  function opened(buffer, magic) {
    const bytes = new Uint8Array(buffer), view = new DataView(buffer);
    if (String.fromCharCode(...bytes.subarray(0, 4)) !== magic || view.getUint32(4, true) !== 1) throw new Error(`not a map file of the kind ${magic}`);
    const length = view.getUint32(8, true), start = 12 + length;
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(12, start)));
    let at = start;
    return {
      head, size: bytes.length - start,
      go(offset) { at = start + offset; },
      next() { // a number is below 2^53, so floats hold it
        let value = 0, scale = 1, byte;
        do { byte = bytes[at++]; value += (byte & 127) * scale; scale *= 128; } while (byte & 128);
        return value % 2 ? -(value + 1) / 2 : value / 2;
      },
    };
  }

  const offsets = (sizes) => { const out = new Uint32Array(sizes.length + 1); sizes.forEach((n, i) => { out[i + 1] = out[i] + n; }); return out; };

  function boxes(count, from, xy) {
    const box = new Float64Array(4 * count);
    for (let i = 0; i < count; i++) {
      let w = Infinity, n = Infinity, e = -Infinity, s = -Infinity;
      for (let j = from(i); j < from(i + 1); j++) {
        const x = xy[2 * j], y = xy[2 * j + 1];
        if (x < w) w = x; if (x > e) e = x; if (y < n) n = y; if (y > s) s = y;
      }
      box[4 * i] = w; box[4 * i + 1] = n; box[4 * i + 2] = e; box[4 * i + 3] = s;
    }
    return box;
  }

  /* Runs of vertices on the ground of Web Mercator at zoom 0 (256 px round the world), the projection of Leaflet's EPSG:3857. */
  class Runs {
    constructor(file, bytes) {
      this.file = file;
      [this.lon0, this.lat0] = file.head.origin;
      this.step = file.head.step;
      this.xy = new Float64Array(bytes); // a vertex takes two bytes or more
      this.used = 0; this.x = 0; this.y = 0;
      this.sizes = [];
    }

    read(count) {
      const { file, xy, lon0, lat0, step } = this, half = Math.PI / 360;
      for (let r = 0; r < count; r++) {
        const n = file.next();
        this.sizes.push(n);
        for (let k = 0; k < n; k++) {
          this.x += file.next(); this.y += file.next();
          xy[this.used++] = (lon0 + this.x * step + 180) / 360 * 256;
          xy[this.used++] = 128 - 128 / Math.PI * Math.log(Math.tan(Math.PI / 4 + (lat0 + this.y * step) * half));
        }
      }
    }

    done() { return { xy: this.xy.slice(0, this.used), from: offsets(this.sizes) }; }
  }

  function readLevel(file, part, bytes) {
    file.go(part.offset);
    const runs = new Runs(file, bytes), count = file.next(), ringsOf = [];
    for (let i = 0; i < count; i++) { const n = file.next(); ringsOf.push(n); runs.read(n); }
    const label = new Float64Array(3 * count), { lon0, lat0, step } = runs;
    for (let i = 0, lx = 0, ly = 0; i < count; i++) {
      lx += file.next(); ly += file.next();
      const radius = file.next();
      label[3 * i] = lon0 + lx * step; label[3 * i + 1] = lat0 + ly * step; label[3 * i + 2] = radius < 0 ? -1 : radius / 10;
    }
    const { xy, from: ring } = runs.done(), unit = offsets(ringsOf), box = boxes(count, (i) => ring[unit[i]], xy);
    let area = 0;
    for (let i = 0; i < count; i++) if (box[4 * i] <= box[4 * i + 2]) area += (box[4 * i + 2] - box[4 * i]) * (box[4 * i + 3] - box[4 * i + 1]);
    return { level: part.level, codes: part.codes, names: part.names, count, xy, ring, unit, label, box,
             index: new Map(part.codes.map((code, i) => [code, i])),
             size: Math.sqrt(0.6 * area / Math.max(1, count)) }; // of a usual unit, in px at zoom 0
  }

  function readLayer(file, part, bytes) {
    file.go(part.offset);
    const runs = new Runs(file, bytes), count = file.next();
    runs.read(count);
    const { xy, from: line } = runs.done();
    return { kind: part.kind, count, xy, line, box: boxes(count, (i) => line[i], xy) };
  }

  function readGeometry(buffer) {
    const file = opened(buffer, "SCMG"), { head } = file;
    const starts = [...head.levels, ...head.layers].map((part) => part.offset).concat(file.size).sort((a, b) => a - b);
    const bytes = (part) => starts.find((offset) => offset > part.offset) - part.offset || 0;
    const levels = {};
    for (const part of head.levels) levels[part.level] = readLevel(file, part, bytes(part));
    const layers = {};
    for (const part of head.layers) layers[part.kind] = readLayer(file, part, bytes(part));
    return { id: head.sha256, bounds: head.bounds, levels, order: head.levels.map((part) => part.level), layers };
  }

  /* Coverage curves: ranks[minute][unit], the ranks of the whole, and the classes' breaks (whole per cents) for each target. */
  function readCurves(buffer) {
    const file = opened(buffer, "SCMC"), { head } = file, ranks = [];
    file.go(0);
    for (let m = 0; m < head.minutes.length; m++) {
      const row = new Int16Array(head.units), before = ranks[m - 1];
      for (let i = 0; i < head.units; i++) row[i] = (before ? before[i] : 0) + file.next();
      ranks.push(row);
    }
    return { level: head.level, minutes: head.minutes, whole: head.whole, breaks: head.breaks, ranks };
  }

  /* The class mark of a rank as class_string of planner/export/palette.py gives it. */
  function markOf(rank, breaks, target) {
    if (rank === NOBODY) return "-";
    let number = 0;
    for (let k = 1; k < breaks.length - 1; k++) if (rank >= PER_CENT * breaks[k]) number = k;
    return String.fromCharCode((target > 0 && rank < PER_CENT * target ? 97 : 48) + number);
  }

  const tenthsOf = (rank) => (rank === NOBODY ? null : Math.ceil(rank / 2));

  /* Shares as MapData packs them, in tenths of a per cent: two digits to base 64; null where there are no people. */
  function readShares(text) {
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return Array.from({ length: text.length / 2 }, (_, i) => text[2 * i] === "." ? null : digits.indexOf(text[2 * i]) * 64 + digits.indexOf(text[2 * i + 1]));
  }

  /* What came, in full: classes and shares are left out where a file that the browser has tells them (map_component.py, `_lean`). */
  function completed(data, curves, before) {
    const whole = { ...data };
    if (data.column) {
      const { minute, target } = data.column, ranks = curves.ranks[minute], known = new Map();
      const mark = (rank) => { if (!known.has(rank)) known.set(rank, markOf(rank, curves.breaks[target], target)); return known.get(rank); };
      whole.classes = Array.from(ranks, mark).join("");
      whole.shares = Array.from(ranks, tenthsOf);
    }
    if (data.compare) whole.compare = { ...data.compare };
    if (data.differs) {
      const { at, classes, shares, change } = data.differs, [old, oldShares] = before, tenths = readShares(shares);
      const marks = [...old], changes = marks.map((mark) => (mark === "-" ? "-" : data.compare.still)), now = readShares(oldShares);
      at.forEach((i, n) => { marks[i] = classes[n]; changes[i] = change[n]; now[i] = tenths[n]; });
      Object.assign(whole, { classes: marks.join(""), shares: now });
      Object.assign(whole.compare, { classes: old, shares: readShares(oldShares), change: changes.join("") });
    }
    if (typeof whole.shares === "string") whole.shares = readShares(whole.shares);
    if (whole.compare && typeof whole.compare.shares === "string") whole.compare.shares = readShares(whole.compare.shares);
    return whole;
  }

  global.PlannerMap = Object.assign(global.PlannerMap || {}, { readGeometry, readCurves, completed, markOf, tenthsOf });
})(globalThis);
