// Which browser this is, as far as what a person must do differs. Judged by its name only where nothing else tells.
const IN_APP = /; wv\)|Zalo|FBAN|FBAV|FB_IAB|Instagram|Line\//;
const IOS = /iPhone|iPad|iPod/;

export function kind(agent = navigator.userAgent, installed = isInstalled()) {
  if (IN_APP.test(agent)) return "in-app";
  // An iPad says it is a Macintosh; no Macintosh has a screen to touch.
  if (IOS.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1)) return installed ? "ios" : "ios-tab";
  if (/SamsungBrowser/.test(agent)) return "samsung";
  if (/coc_coc/i.test(agent)) return "coccoc";
  if (/Firefox/.test(agent)) return "firefox";
  return /Android/.test(agent) ? "chrome" : "desktop";
}

function isInstalled() {
  return matchMedia("(display-mode: standalone)").matches || Boolean(navigator.standalone);
}
