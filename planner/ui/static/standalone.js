/* Starts the map of an exported file from the data blocks in it; map_coverage is the Leaflet map that folium declares. */
document.addEventListener("DOMContentLoaded", () => {
  const text = (id) => document.getElementById(id).textContent;
  const bytes = Uint8Array.from(atob(text("planner-geometry")), (c) => c.charCodeAt(0));
  const data = JSON.parse(text("planner-data")), geometry = PlannerMap.readGeometry(bytes.buffer);
  const map = new PlannerMap.CoverageMap(document.getElementById("planner-root"), {}, map_coverage);
  map.update(geometry, data);
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
    row("th", data.columns);
    const shares = PlannerMap.readShares(data.shares);
    level.codes.forEach((code, i) => {
      const share = shares[i];
      row("td", [code, level.names[i], ...(data.people ? [data.people[i] === null ? "" : data.people[i].toLocaleString("en")] : []),
                 share === null ? data.labels.no_people : `${(share / 10).toFixed(1)} %`]);
    });
  });
});
