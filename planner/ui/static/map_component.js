/* The page's side of the map: fetches code and geometry once, then hands every rerun's data to the same map. */
const store = (window.__plannerMapStore ??= { scripts: new Map(), files: new Map(), maps: new WeakMap() });

/* Streamlit's own address, also behind a path prefix: its scripts stand in static/js. */
const base = (document.querySelector('script[src*="static/js/"]')?.src ?? document.baseURI).replace(/static\/js\/.*$/, "");
const address = (path) => new URL(path.replace(/^\//, ""), base).href;

function once(kept, path, get) {
  if (!kept.has(path)) {
    const coming = get(address(path));
    kept.set(path, coming);
    coming.catch(() => kept.delete(path)); // a failed fetch is tried again on the next rerun
  }
  return kept.get(path);
}

async function file(url, kind) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return kind === "json" ? (await answer.json())[1] : globalThis.PlannerMap.readGeometry(await answer.arrayBuffer());
}

async function show(held) {
  const data = held.component.data;
  if (!held.map) { // something to read, and the room kept, until code and geometry are there
    held.root.textContent = data.labels.loading;
    held.root.style.minHeight = `${data.height}px`;
  }
  await once(store.scripts, data.code_url, (url) => import(url));
  const geometry = await once(store.files, data.geometry_url, (url) => file(url, "geometry"));
  const facilities = data.facilities_url ? await once(store.files, data.facilities_url, (url) => file(url, "json")) : data.facilities;
  const people = data.people_url ? await once(store.files, data.people_url, (url) => file(url, "json")) : data.people;
  if (held.gone || held.component.data !== data) return; // a newer rerun overtook this one
  held.map ??= new globalThis.PlannerMap.CoverageMap(held.root, {
    pick: (code) => held.component.setTriggerValue("picked", code),
    add: (lon, lat) => held.component.setTriggerValue("added", [lon, lat]),
  });
  held.map.update(geometry, { ...data, facilities, people });
}

export default function (component) {
  const root = component.parentElement.querySelector(".pcm-root");
  let held = store.maps.get(root);
  if (!held) {
    held = { root, map: null, gone: false };
    store.maps.set(root, held);
  }
  held.component = component;
  show(held).catch((error) => {
    if (!held.map) { root.textContent = component.data.labels.failed; }
    console.warn("map:", error);
  });
  return () => {
    held.gone = true;
    store.maps.delete(root);
    if (held.map) held.map.destroy();
  };
}
