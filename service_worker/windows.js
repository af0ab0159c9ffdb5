// Which windows of this phone are a person's. Whoever has left stands on a page that is the same for everyone: such a window
// says of nobody that they are here, and no key is handed on by it, or to it.
let everybodys = [];
// The one a book was last opened or touched in. Browsers go by the address a window came to, also where the lock screen or the
// invitation at it has led into a book.
let touched;

export function leaveOut(paths) {
  everybodys = paths;
}

// Whether what a window says is to be acted on: one that is nobody's gets no key, and no grace when it goes.
export function heeded({ data, ports, source }) {
  if (["hold", "gesture"].includes(data?.type)) touched = source?.id;
  if (!["key?", "left"].includes(data?.type) || isSomebodys(source)) return true;
  // Who asked need not wait.
  ports[0]?.postMessage(undefined);
  return false;
}

export async function somebodys() {
  return (await self.clients.matchAll({ type: "window", includeUncontrolled: true })).filter(isSomebodys);
}

// A window that is gone before it could be named is taken for a page, as nearly all are.
function isSomebodys(window) {
  return !window || window.id === touched || !everybodys.includes(new URL(window.url).pathname);
}
