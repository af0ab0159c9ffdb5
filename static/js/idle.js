// A page with personal data does not stay on an unattended screen.
export function start(seconds) {
  if (!document.body.hasAttribute("data-personal")) return;
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(leave, seconds * 1000);
  };
  for (const gesture of ["pointerdown", "keydown", "scroll"]) addEventListener(gesture, wait, { passive: true });
  wait();
  // The back/forward cache would show it again to whoever comes next.
  addEventListener("pagehide", () => document.querySelector("main").replaceChildren());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

function leave() {
  document.querySelector("main").replaceChildren();
  location.replace("/");
}
