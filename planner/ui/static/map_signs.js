/* Signs, hatching and letters of the map. */
(function (global) {
  "use strict";
  const FONT = '"Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif';
  const INK = "#22303f", SITE = "#5b2a86", HATCH_PX = 10, DOT = 1.5;

  function brightness(colour) {
    const n = parseInt(colour.slice(1), 16);
    return (0.2126 * (n >> 16) + 0.7152 * ((n >> 8) & 255) + 0.0722 * (n & 255)) / 255;
  }

  /* Thin lines over a class's colour, tied to the ground, so that they do not swim when the map is drawn anew. */
  function hatch(ctx, colour, f) {
    const tile = document.createElement("canvas"), size = HATCH_PX * f.ratio, c = tile.getContext("2d");
    tile.width = tile.height = size;
    c.strokeStyle = brightness(colour) > 0.5 ? "rgba(84,30,30,.5)" : "rgba(255,255,255,.45)";
    c.lineWidth = f.ratio;
    c.beginPath();
    for (const k of [-1, 0, 1]) { c.moveTo(k * size - 1, size + 1); c.lineTo((k + 1) * size + 1, -1); }
    c.stroke();
    const pattern = ctx.createPattern(tile, "repeat");
    pattern.setTransform(new DOMMatrix([1 / f.ratio, 0, 0, 1 / f.ratio, -(f.ox % HATCH_PX), -(f.oy % HATCH_PX)]));
    return pattern;
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

  /* A facility sign: shape and letter say the kind, filled, hollow or crossed the status; the white halo lifts it off any class.
   * Smaller than DOT it is a dot, for a halo would hide more than it shows. */
  function sign(c, x, y, r, kind, style) {
    const draw = SHAPES[kind.shape] || SHAPES.circle, colour = style === "crossed" ? "#6b6f76" : INK;
    c.lineJoin = "round";
    c.beginPath(); draw(c, x, y, r);
    if (r < DOT) { c.fillStyle = style === "filled" ? colour : "#fff"; c.fill(); if (style !== "filled") { c.strokeStyle = colour; c.lineWidth = 0.6; c.stroke(); } return; }
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

  /* A stamp of a sign, drawn once: thousands of facilities are then as many copies of a small picture. */
  function stamps(r, ratio) {
    const kept = new Map(), half = Math.ceil(r * 1.3 + 4);
    return (c, x, y, kind, style) => {
      const key = `${kind.shape}|${kind.letter}|${style}`;
      if (!kept.has(key)) {
        const tile = document.createElement("canvas"), own = tile.getContext("2d");
        tile.width = tile.height = 2 * half * ratio;
        own.scale(ratio, ratio);
        sign(own, half, half, r, kind, style);
        kept.set(key, tile);
      }
      c.drawImage(kept.get(key), Math.round((x - half) * ratio) / ratio, Math.round((y - half) * ratio) / ratio, 2 * half, 2 * half);
    };
  }

  function siteSign(c, x, y, r, label) {
    c.beginPath(); c.arc(x, y, r, 0, 2 * Math.PI);
    c.strokeStyle = "#fff"; c.lineWidth = 5; c.stroke();
    c.fillStyle = SITE; c.fill();
    c.strokeStyle = "#fff"; c.lineWidth = 1.5; c.beginPath(); c.arc(x, y, r - 2.5, 0, 2 * Math.PI); c.stroke();
    c.fillStyle = "#fff"; c.font = `700 ${label.length > 2 ? 9 : 11}px ${FONT}`; c.textAlign = "center"; c.textBaseline = "middle";
    c.fillText(label, x, y + 0.5);
  }

  /* A dashed ring: a site that is on its way, and whose figures are not there yet. */
  function ring(c, x, y) {
    c.beginPath(); c.arc(x, y, 13, 0, 2 * Math.PI);
    c.strokeStyle = SITE; c.lineWidth = 2.5; c.setLineDash([4, 3]); c.stroke(); c.setLineDash([]);
  }

  global.PlannerMap = Object.assign(global.PlannerMap || {}, { FONT, hatch, sign, stamps, siteSign, ring });
})(globalThis);
