/* What the map is given, read: the geometry file of planner/export/geometry.py and the packed shares of planner/export/mapdata.py. */
(function (global) {
  "use strict";
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

  global.PlannerMap = Object.assign(global.PlannerMap || {}, { readGeometry, readShares });
})(globalThis);
