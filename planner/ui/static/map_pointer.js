/* Pointer and keys on the map: hover, pick, add a site, take a site elsewhere, pan and zoom. */
(function (global) {
  "use strict";
  const L = global.L, { across, PAD } = global.PlannerMap;
  const STEP_PX = 80, DRAG_PX = 4;

  const pointing = {
  unitAt(latlng) {
    const { level } = this, { x, y } = this.map.project(latlng, 0), b = level.box;
    for (let i = 0; i < level.count; i++) {
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
  },

  /* The facility (its number) or site (-1 - its number) under a point of the map, the uppermost; undefined where there is none. */
  spotAt(at) {
    const found = (this.spots || []).filter(([x, y, r]) => Math.hypot(x - at.x, y - at.y) <= r).pop();
    return found && found[3];
  },

  listen() {
    const { map, box } = this;
    map.on("click", (event) => this.clicked(event));
    map.on("mousemove", (event) => this.moved(event));
    map.on("mouseout", () => this.left());
    map.on("dragstart zoomstart", () => { this.left(); });
    map.on("dragstart", () => { this.touched = true; });
    map.on("dblclick", (event) => { if (!this.adding()) map.setZoomAround(event.latlng, map.getZoom() + 1); });
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("wheel", () => { this.touched = true; }, { passive: true });
    // Outline and centre cross are for those who came by keyboard; a pointer's focus needs neither.
    box.addEventListener("mousedown", (event) => {
      this.byPointer = true;
      box.classList.remove("pcm-keys");
      if (!event.target.closest("button, input, label, [role=slider]")) box.focus({ preventScroll: true });
      this.byPointer = false;
    });
    box.addEventListener("focus", () => box.classList.toggle("pcm-keys", !this.byPointer));
    box.addEventListener("pointerdown", (event) => this.takeSite(event), true);
    box.addEventListener("pointermove", (event) => this.carrySite(event), true);
    for (const name of ["pointerup", "pointercancel"]) box.addEventListener(name, (event) => this.dropSite(event), true);
  },

  at(event) {
    const box = this.box.getBoundingClientRect();
    return L.point(event.clientX - box.left - this.box.clientLeft, event.clientY - box.top - this.box.clientTop);
  },

  takeSite(event) {
    if (!this.data || !this.data.movable || event.button !== 0 || event.target.closest(".pcm-apart")) return;
    const spot = this.spotAt(this.at(event));
    if (spot === undefined || spot >= 0) return;
    this.carried = { site: this.data.sites[-1 - spot], from: this.at(event), moved: false };
    this.map.dragging.disable(); // before Leaflet hears of the button
  },

  carrySite(event) {
    const { carried } = this;
    if (!carried) return;
    const at = this.at(event);
    if (!carried.moved && at.distanceTo(carried.from) < DRAG_PX) return;
    if (!carried.moved) { carried.moved = true; this.box.setPointerCapture(event.pointerId); this.left(); this.box.classList.add("pcm-carrying"); }
    const place = this.map.containerPointToLatLng(at);
    this.held = { id: carried.site.id, lat: place.lat, lng: place.lng };
    this.top.redraw();
    event.stopPropagation();
  },

  dropSite(event) {
    const { carried } = this;
    if (!carried) return;
    this.carried = null;
    this.map.dragging.enable();
    this.box.classList.remove("pcm-carrying");
    if (!carried.moved) return;
    this.swallow = true; // the click that ends a drag
    setTimeout(() => { this.swallow = false; }, 0);
    if (event.type === "pointercancel") { this.held = null; this.top.redraw(); return; }
    const place = L.latLng(this.held.lat, this.held.lng).wrap();
    if (this.on.move) this.on.move(carried.site.id, place.lng, place.lat);
  },

  clicked(event) {
    if (!this.data || this.swallow || event.originalEvent.detail > 1) return;
    this.act(event.latlng);
  },

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
    this.selected = i; // the outline answers at once; the published state follows the page's answer
    this.top.redraw();
    if (this.on.pick) this.on.pick(this.justPicked);
    else { this.data.selected = this.justPicked; this.publish(); }
  },

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
  },

  moved(event) {
    if (!this.data || event.originalEvent.buttons) return;
    const at = event.containerPoint, spot = this.spotAt(at), i = this.unitAt(event.latlng);
    if (event.originalEvent.target.closest(".pcm-apart") || (i < 0 && spot === undefined)) { this.left(); return; }
    if (i !== this.hover) { this.hover = i; this.top.redraw(); }
    this.box.classList.toggle("pcm-movable", Boolean(this.data.movable) && spot < 0);
    this.showTip(at, spot === undefined ? this.unitLines(i) : this.pointLines(spot));
  },

  left() {
    this.tip.style.display = "none";
    if (this.hover >= 0) { this.hover = -1; if (this.map._loaded) this.top.redraw(); }
  },

  /* A point of the unit that no sign and no name covers, as near to its label point as there is one; else the label point. */
  freePoint(i) {
    const at = this.map.latLngToContainerPoint(this.labelOf(i)), pad = this.map.getSize().multiplyBy(PAD).round();
    const covered = (x, y) => this.taken.hits([x + pad.x - 1, y + pad.y - 1, x + pad.x + 1, y + pad.y + 1]);
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
  },
  };

  global.PlannerMap = Object.assign(global.PlannerMap || {}, { pointing });
})(globalThis);
