/* What stands on the map beside the painting: buttons, legend, scale, tooltip. Names are put in as text, never as HTML. */
(function (global) {
  "use strict";
  const L = global.L, { sign, siteSign } = global.PlannerMap;

  function element(tag, className, parent, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined && text !== null) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  }

  /* Keeps clicks and wheels on an element of the map from the map itself. */
  function apart(node) { L.DomEvent.disableClickPropagation(node); L.DomEvent.disableScrollPropagation(node); return node; }

  function button(parent, className, text, label, act) {
    const node = element("button", className, parent, text);
    node.type = "button";
    node.title = label;
    node.setAttribute("aria-label", label);
    node.addEventListener("click", act);
    return node;
  }

  function drawing(paint) {
    const canvas = element("canvas", "pcm-sign"), ratio = Math.min(global.devicePixelRatio || 1, 2);
    canvas.width = 24 * ratio; canvas.height = 20 * ratio;
    const c = canvas.getContext("2d");
    c.scale(ratio, ratio);
    paint(c);
    return canvas;
  }

  const surroundings = {
  buildTools() {
    const { labels, lang, reach_offered: reach, tiles } = this.data, key = `${lang}|${reach}|${Boolean(tiles)}`;
    if (this.toolsKey !== key) {
      this.toolsKey = key;
      this.tools.textContent = "";
      button(this.tools, "", "+", labels.zoom_in, () => { this.touched = true; this.map.zoomIn(1, { animate: !this.still() }); });
      button(this.tools, "", "−", labels.zoom_out, () => { this.touched = true; this.map.zoomOut(1, { animate: !this.still() }); });
      button(this.tools, "pcm-fit", "⤢", labels.fit, () => { this.touched = false; this.fit(true); });
      this.reachButton = reach ? button(this.tools, "pcm-reach", "◎", labels.reach, () => this.askReach()) : null;
      this.tilesButton = tiles ? button(this.tools, "pcm-tiles", "▦", labels.tiles, () => this.turnTiles()) : null;
      this.north.textContent = "";
      element("span", "pcm-arrow", this.north);
      element("span", "", this.north, labels.north);
    }
    if (this.reachButton) {
      this.reachButton.setAttribute("aria-pressed", String(Boolean(this.data.reach_on)));
      this.reachButton.classList.remove("pcm-busy");
    }
    if (!tiles && this.tiles) this.turnTiles();
  },

  /* Asks the page for the borders of what is within reach, or to let them go. */
  askReach() {
    const on = !this.data.reach_on;
    this.reachButton.setAttribute("aria-pressed", String(on));
    this.reachButton.classList.add("pcm-busy");
    if (this.on.reach) this.on.reach(on);
  },

  /* The user's own tile service under the painting, asked for only from now on, and only while it is on. */
  turnTiles() {
    if (this.tiles) { this.tiles.forEach((layer) => layer.remove()); this.tiles = null; }
    else this.tiles = this.data.tiles.urls.map((url) => L.tileLayer(url, { subdomains: this.data.tiles.subdomains, maxZoom: 18 }).addTo(this.map));
    if (this.tilesButton) this.tilesButton.setAttribute("aria-pressed", String(Boolean(this.tiles)));
    this.ground.fade(this.tiles ? 0.55 : 1);
    this.buildSource();
  },

  buildSource() {
    this.source.textContent = [this.data.source, this.tiles ? this.data.tiles.attribution : ""].filter(Boolean).join(" · ");
  },

  buildLegend() {
    const { data, look } = this, key = JSON.stringify([look.legend, look.palette, data.kinds, data.statuses, data.lang, data.sites.length > 0, Boolean(data.reach)]);
    if (this.legendKey === key) return;
    this.legendKey = key;
    const box = this.legend, { labels } = data, folded = box.classList.contains("pcm-folded");
    const held = box.contains(document.activeElement);
    box.textContent = "";
    const head = element("div", "pcm-legend-head", box);
    element("span", "", head, look.legend.title);
    const fold = button(head, "pcm-fold", folded ? "+" : "−", folded ? labels.legend_show : labels.legend_hide, () => {
      const now = box.classList.toggle("pcm-folded");
      fold.textContent = now ? "+" : "−";
      fold.title = now ? labels.legend_show : labels.legend_hide;
      fold.setAttribute("aria-label", fold.title);
      fold.setAttribute("aria-expanded", String(!now));
    });
    fold.setAttribute("aria-expanded", String(!folded));
    if (held) fold.focus({ preventScroll: true });
    this.fillLegend(element("div", "pcm-legend-body", box));
  },

  fillLegend(body) {
    const { data, look } = this, { labels } = data;
    const row = (swatch, text) => { const line = element("div", "pcm-row", body); line.appendChild(swatch); element("span", "", line, text); return line; };
    for (const entry of look.legend.rows) {
      const swatch = element("i", "pcm-swatch");
      swatch.style.background = entry.color;
      row(swatch, entry.label).dataset.class = entry.class === null ? "null" : String(entry.class);
    }
    if (look.legend.gap) row(element("i", "pcm-swatch pcm-hatch"), look.legend.gap);
    for (const kind of Object.values(data.kinds)) row(drawing((c) => sign(c, 12, 10, 7.5, kind, "filled")), kind.label);
    const first = Object.values(data.kinds)[0];
    const styles = new Map(); // one row for all that is drawn alike
    for (const { style, label } of Object.values(data.statuses)) if (style !== "filled" && label) styles.set(style, [...(styles.get(style) || []), label]);
    if (first) for (const [style, names] of styles) row(drawing((c) => sign(c, 12, 10, 6, { shape: first.shape }, style)), names.join(data.lang === "zh" ? "、" : ", "));
    if (data.sites.length) row(drawing((c) => siteSign(c, 12, 10, 8, "1")), labels.site);
    if (data.reach) row(element("i", "pcm-line"), data.reach_label || labels.reach);
  },

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
  },

  percent(tenths) { return tenths === null ? this.data.labels.no_people : `${(tenths / 10).toFixed(1)}${this.data.lang === "zh" ? "%" : " %"}`; },

  unitLines(i) {
    const { data, level, look } = this, people = data.people ? data.people[i] : null, share = look.shares[i], before = data.compare ? data.compare.shares[i] : null;
    const number = new Intl.NumberFormat(data.lang === "zh" ? "zh-CN" : "en-GB", { maximumFractionDigits: 0 }), lines = [level.names[i]];
    if (data.compare && share !== null && before !== null) {
      const after = this.shares[i], rise = (after - before) / 10;
      lines.push(`${data.labels.before} ${this.percent(before)} → ${data.labels.after} ${this.percent(after)}`);
      lines.push(`${data.labels.change} ${rise > 0 ? "+" : rise < 0 ? "−" : ""}${Math.abs(rise).toFixed(1)} ${data.labels.points}`);
    } else lines.push(share === null ? data.labels.no_people : `${data.labels.share} ${this.percent(share)}`);
    if (people !== null && people !== undefined && share !== null) lines.push(`${data.labels.people} ${number.format(people)}`);
    return lines;
  },

  pointLines(i) {
    const { data } = this;
    if (i < 0) { const site = data.sites[-1 - i]; return [site.name || `${data.labels.site} ${site.label ?? -i}`, data.movable ? data.labels.drag : ""]; }
    const [, , kind, status, name, capacity] = data.facilities[i];
    const lines = [name || data.labels.unnamed, [data.kinds[kind]?.label, data.statuses[status]?.label].filter(Boolean).join(" · ")];
    if (capacity !== null && capacity !== undefined && capacity !== "") lines.push(`${data.labels.capacity} ${capacity}`);
    return lines;
  },

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
  },
  };

  global.PlannerMap = Object.assign(global.PlannerMap || {}, { surroundings, element, apart, button });
})(globalThis);
