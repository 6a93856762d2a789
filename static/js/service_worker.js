// What shows when there is no network. Nothing of anybody's is kept: leads are looked up, never remembered.
const KEPT = "offline-2";
const PAGE = "/offline";

// The page, and the style sheets that it names.
async function keep() {
  const [cache, page] = await Promise.all([caches.open(KEPT), fetch(PAGE, { cache: "reload" })]);
  const styles = [...(await page.clone().text()).matchAll(/<link rel="stylesheet" href="([^"]+)"/g)];
  await Promise.all([cache.put(PAGE, page), cache.addAll(styles.map((style) => style[1]))]);
}

self.addEventListener("install", (event) => {
  event.waitUntil(keep());
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)))),
  );
  self.clients.claim();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(PAGE)));
  else if (request.destination === "style") event.respondWith(fetch(request).catch(() => caches.match(request)));
});
