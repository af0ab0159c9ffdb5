// Under Trusted Types only this policy may turn text into pages and addresses into workers and scripts.
const stretch = new URL("../../service_worker/stretch.js", import.meta.url).href;
const htmx = new URL("../vendor/htmx.min.js", import.meta.url).href;
const policy = globalThis.trustedTypes?.createPolicy("sotay", {
  // htmx parses what our own server sent; nothing else reaches it, and the content policy allows no inline script.
  createHTML: (html) => html,
  createScript: () => "",
  createScriptURL: (url) => {
    if (!["/sw.js", stretch, htmx].includes(url)) throw new TypeError("not ours");
    return url;
  },
});

// A page of ours as a document, to read from; nothing in it runs.
export function parse(html) {
  return new DOMParser().parseFromString(policy?.createHTML(html) ?? html, "text/html");
}

export const stretchURL = policy?.createScriptURL(stretch) ?? stretch;
export const workerURL = policy?.createScriptURL("/sw.js") ?? "/sw.js";
export const htmxURL = policy?.createScriptURL(htmx) ?? htmx;

export function trustHtmx() {
  if (policy) globalThis.htmx?.registerExtension("trusted", { init: (api) => api.initSecurity(policy) });
}
