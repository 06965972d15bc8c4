/* Starts the map of an exported file from the data blocks in it; map_coverage is the Leaflet map that folium declares. */
document.addEventListener("DOMContentLoaded", () => {
  const block = (id) => document.getElementById(id);
  const bytes = (id) => {
    const text = atob(block(id).textContent), found = new Uint8Array(text.length);
    for (let k = 0; k < text.length; k++) found[k] = text.charCodeAt(k);
    return found.buffer;
  };
  const geometry = PlannerMap.readGeometry(bytes("planner-geometry"));
  const curves = block("planner-curves") ? PlannerMap.readCurves(bytes("planner-curves")) : null;
  const data = PlannerMap.completed(JSON.parse(block("planner-data").textContent), curves, null);
  data.reach = block("planner-reach") ? PlannerMap.readGeometry(bytes("planner-reach")).layers.reach : null;
  const map = new PlannerMap.CoverageMap(document.getElementById("planner-root"), {
    detail: async () => (block("planner-detail") ? PlannerMap.readGeometry(bytes("planner-detail")).layers : null),
  }, map_coverage);
  map.update(geometry, data, curves);
  const details = document.querySelector("details"), level = geometry.levels[data.level];
  details.addEventListener("toggle", () => { // the table is made when it is asked for
    if (!details.open || details.querySelector("table")) return;
    const table = details.appendChild(document.createElement("table"));
    const row = (tag, values) => {
      const line = table.appendChild(document.createElement("tr"));
      values.forEach((value, k) => {
        const cell = line.appendChild(document.createElement(tag));
        cell.textContent = value;
        if (k > 1) cell.className = "number";
      });
    };
    const share = (tenths) => (tenths === null ? data.labels.no_people : `${(tenths / 10).toFixed(1)} %`);
    row("th", data.columns);
    level.codes.forEach((code, i) => {
      const people = data.people ? [data.people[i] === null ? "" : data.people[i].toLocaleString("en")] : [];
      row("td", [code, level.names[i], ...people, ...(data.compare ? [share(data.compare.shares[i])] : []), share(data.shares[i])]);
    });
  });
});
