// PIN → key. The PIN is stretched (Argon2id), and what comes out makes two things (HKDF): the key that wraps the data key,
// and the verifier the server checks. The data key seals what a person may read here; it lives in memory alone (keys.js).
//   row.vault  {v, cost, salt, wrapped, point, secret}: all a copied phone gives away
//   copies     v2 under the data key, v3 to the vault's point (written while locked); v1 was a key kept by the browser
import { base64url, newPair, openWith, pairOf, sealTo } from "./envelope.js";

// Worker time × 4 is 0.5–1.5 s (docs/decisions/012): what a cheap phone takes.
export const COST = { v: 1, memory: 32_768, passes: 3 };
const INFO = "sotay/copy/3";
const text = new TextEncoder();
const words = new TextDecoder();

// A new vault behind this PIN: {vault, verifier, opened}. `stretch(secret, salt, cost)` answers 32 bytes.
export async function make(stretch, secret) {
  const pair = await newPair();
  const data = crypto.getRandomValues(new Uint8Array(32));
  const { lock, verifier } = await behind(stretch, secret, data);
  const key = await dataKey(data);
  const vault = { v: 2, ...lock, point: pair.point, secret: await encrypt(key, pair.secret) };
  data.fill(0);
  return { vault, verifier, opened: { data: key, pair: await pairOf(pair.point, pair.secret) } };
}

// {verifier, opened}; undefined when the PIN is wrong.
export async function unlock(stretch, secret, vault) {
  const { wrap, verifier } = await derive(stretch, secret, vault.salt, vault.cost);
  let data;
  try {
    data = await decrypt(wrap, vault.wrapped);
  } catch {
    return { verifier };
  }
  const key = await dataKey(data);
  data.fill(0);
  return { verifier, opened: { data: key, pair: await pairOf(vault.point, await decrypt(key, vault.secret)) } };
}

// The same data key behind another PIN: {vault, verifier, old}; undefined when the old PIN is wrong.
export async function rewrap(stretch, secret, fresh, vault) {
  const { wrap, verifier: old } = await derive(stretch, secret, vault.salt, vault.cost);
  const data = await decrypt(wrap, vault.wrapped).catch(() => undefined);
  if (!data) return undefined;
  const { lock, verifier } = await behind(stretch, fresh, data);
  data.fill(0);
  return { vault: { ...vault, ...lock }, verifier, old };
}

async function behind(stretch, secret, data) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const { wrap, verifier } = await derive(stretch, secret, salt, COST);
  return { verifier, lock: { cost: COST, salt, wrapped: await encrypt(wrap, data) } };
}

async function derive(stretch, secret, salt, cost) {
  // Typed on another keyboard, the same letters may come as other code points.
  const stretched = await stretch(secret.normalize("NFKC"), salt, cost);
  const source = await crypto.subtle.importKey("raw", stretched, "HKDF", false, ["deriveKey", "deriveBits"]);
  const hkdf = (info) => ({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: text.encode(info) });
  return {
    wrap: await crypto.subtle.deriveKey(hkdf("sotay/vault/1/key"), source, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]),
    verifier: base64url(new Uint8Array(await crypto.subtle.deriveBits(hkdf("sotay/vault/1/verifier"), source, 256))),
  };
}

function dataKey(bytes) {
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function encrypt(key, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes)) };
}

async function decrypt(key, { iv, data }) {
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
  3: (me, copy) => openWith(me.opened.pair, INFO, copy.data),
};

// The value of a copy in any format there ever was; rejects while the book is closed.
export async function open(me, copy) {
  return JSON.parse(words.decode(await FORMATS[copy.v](me, copy)));
}
