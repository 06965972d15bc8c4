/* The page's side of the map, a part of the code that the loader (map_loader.js) fetches: reads files once, then hands every rerun's data to
 * the same map. */
(function () {
const store = window.__plannerMapStore;
const { address } = store;

const KEPT = 100; // what was read first goes first

function once(kept, path, get) {
  if (!kept.has(path)) {
    if (kept.size >= KEPT) kept.delete(kept.keys().next().value);
    const coming = get(address(path));
    kept.set(path, coming);
    coming.catch(() => kept.delete(path)); // a failed fetch is tried again on the next rerun
  }
  return kept.get(path);
}

async function file(url, read) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return read(answer);
}

const bytes = (answer) => answer.arrayBuffer();
const list = async (answer) => (await answer.json())[1];

/* A file of numbers, fetched (the geometry by the loader, beside the code) and read once. */
function numbers(path, read) {
  if (store.files.has(path)) return store.files.get(path); // read before: not fetched again
  const coming = once(store.fetched, path, (url) => file(url, bytes));
  return once(store.files, path, async () => {
    const buffer = await coming;
    store.fetched.delete(path);
    return read(buffer);
  });
}

async function parts(data) {
  const own = () => globalThis.PlannerMap;
  const listed = (path, given) => path ? once(store.files, path, (url) => file(url, list)) : given;
  const [geometry, facilities, people, seldom, curves, reach, compare] = await Promise.all([
    numbers(data.geometry_url, (buffer) => own().readGeometry(buffer)), listed(data.facilities_url, data.facilities), listed(data.people_url, data.people),
    listed(data.seldom_url, {}),
    data.curves_url ? numbers(data.curves_url, (buffer) => own().readCurves(buffer)) : null,
    data.reach_url ? numbers(data.reach_url, (buffer) => own().readGeometry(buffer).layers.reach) : null,
    listed(data.before_url, null)]);
  return { geometry, curves, data: own().completed({ ...data, ...seldom, facilities, people, reach }, curves, compare) };
}

/* The streets that are drawn near at hand only, fetched when somebody is. */
async function detailOf(data) {
  return data.detail_url ? numbers(data.detail_url, (buffer) => globalThis.PlannerMap.readGeometry(buffer).layers) : null;
}

async function show(held) {
  const data = held.component.data;
  if (!held.map) { // something to read, and the room kept, until code and geometry are there
    held.root.textContent = data.labels.loading;
    held.root.style.minHeight = `${data.height}px`;
  }
  const got = await parts(data);
  if (held.gone || held.component.data !== data) return; // a newer rerun overtook this one
  const say = (name, value) => held.component.setTriggerValue(name, value);
  held.map ??= new globalThis.PlannerMap.CoverageMap(held.root, {
    pick: (code) => say("picked", code),
    add: (lon, lat) => say("added", [lon, lat]),
    move: (id, lon, lat) => say("moved", [id, lon, lat]),
    scrub: (name, value) => say("scrubbed", [name, value]),
    reach: (on) => say("reach", on),
    detail: detailOf,
  });
  held.map.update(got.geometry, got.data, got.curves);
}

globalThis.PlannerMap.mount = function (component) {
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
};
})();
