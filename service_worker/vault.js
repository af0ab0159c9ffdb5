// What a person may read here, sealed under their PIN (pin.js): copies of entries, drafts, pages. The data key that opens them
// lives in memory alone (keys.js).
//   copies     v2 under the data key, v3 to the vault's point (written while locked); v1 was a key kept by the browser
import { openWith, sealTo } from "./envelope.js";

const INFO = "sotay/copy/3";
const text = new TextEncoder();
const words = new TextDecoder();

export async function encrypt(key, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes)) };
}

export async function decrypt(key, { iv, data }) {
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data));
}

// Seal a JSON value for this person: with the data key while the book is open, else so that only opening it shows it again.
export async function seal(me, value) {
  const bytes = text.encode(JSON.stringify(value));
  if (me.opened) return { v: 2, ...(await encrypt(me.opened.data, bytes)) };
  return { v: 3, data: await sealTo(me.vault.point, INFO, bytes) };
}

const FORMATS = {
  1: (me, copy) => decrypt(me.old, copy),
  2: (me, copy) => decrypt(me.opened.data, copy),
};
const WRITTEN = { ...FORMATS, 3: (me, copy) => openWith(me.opened.pair, INFO, copy.data) };

// The value of a copy that was made while the book was open; rejects while it is closed.
export async function open(me, copy, formats = FORMATS) {
  return JSON.parse(words.decode(await formats[copy.v](me, copy)));
}

// Of a copy a locked phone may have made: by whoever had it in hand, so that it is a person's words and no more (docs/decisions/071).
export function openWritten(me, copy) {
  return open(me, copy, WRITTEN);
}
