// A lock screen that nobody touches: what somebody has half typed there is not left to be read.
const LOOK = 2_000;
const TOUCHES = ["pointerdown", "keydown", "input"];

// Calls `empty` when nobody has touched the page for as many seconds as `longest` answers, until `signal` ends it.
export function whenUnattended(longest, empty, signal) {
  let touched = Date.now();
  const look = () => {
    const now = Date.now();
    // A clock that was set back is no reason to leave it there for years, nor to take it from who is just writing.
    touched = Math.min(touched, now);
    if (now - touched < longest() * 1000) return;
    touched = now;
    empty();
  };
  const note = ({ isTrusted }) => {
    if (!isTrusted) return;
    // Timers sleep with the phone: a touch that comes too late finds nothing more.
    look();
    touched = Date.now();
  };
  for (const touch of TOUCHES) addEventListener(touch, note, { capture: true, passive: true, signal });
  document.addEventListener("visibilitychange", look, { signal });
  const looking = setInterval(look, LOOK);
  signal.addEventListener("abort", () => clearInterval(looking));
}
