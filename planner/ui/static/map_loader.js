/* Sent with every rerun, so short: fetches the map's code once, the geometry beside it, and hands the rerun's data on. */
const store = (window.__plannerMapStore ??= { scripts: new Map(), fetched: new Map(), files: new Map(), maps: new WeakMap() });
const base = (document.querySelector('script[src*="static/js/"]')?.src ?? document.baseURI).replace(/static\/js\/.*$/, "");
store.address = (path) => new URL(path.replace(/^\//, ""), base).href;
export default function (component) {
  const { code_url: code, geometry_url: shapes, labels } = component.data;
  let end = null, gone = false;
  if (!store.scripts.has(code)) store.scripts.set(code, import(store.address(code)));
  if (!store.files.has(shapes) && !store.fetched.has(shapes)) {
    const coming = fetch(store.address(shapes)).then((got) => got.ok ? got.arrayBuffer() : Promise.reject(new Error(`HTTP ${got.status}`)));
    coming.catch(() => store.fetched.delete(shapes));
    store.fetched.set(shapes, coming);
  }
  store.scripts.get(code).then(() => { if (!gone) end = globalThis.PlannerMap.mount(component); }, (error) => {
    store.scripts.delete(code);
    component.parentElement.querySelector(".pcm-root").textContent = labels.failed;
    console.warn("map:", error);
  });
  return () => { gone = true; if (end) end(); };
}
