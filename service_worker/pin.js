// PIN → key. The PIN is stretched (Argon2id), and what comes out makes two things (HKDF): the key that wraps the data key,
// and the verifier the server checks.
//   row.vault  {v, cost, salt, wrapped, kept?, point, secret}: all a copied phone gives away. v3 came to a higher cost after the
//              ward had learnt its verifier, and keeps that one, wrapped like the data key; v2 makes it of the PIN
import { base64url, newPair, pairOf } from "./envelope.js";
import { decrypt, encrypt } from "./vault.js";

// Worker time × 4 is 0.5–1.5 s (docs/decisions/012): what a cheap phone takes. The first had three passes.
export const COST = { v: 2, memory: 32_768, passes: 4 };
const text = new TextEncoder();
const words = new TextDecoder();

// Without what nobody sees: it comes along when a secret is pasted, or with an emoji of another keyboard.
export function visible(secret) {
  return secret.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "").trim();
}

// A new vault behind this PIN: {vault, verifier, opened}. `stretch(secret, salt, cost)` answers 32 bytes.
export async function make(stretch, secret) {
  const pair = await newPair();
  const data = crypto.getRandomValues(new Uint8Array(32));
  const { lock, verifier } = await behind(stretch, secret, data);
  const key = await dataKey(data);
  const vault = { ...lock, point: pair.point, secret: await encrypt(key, pair.secret) };
  data.fill(0);
  return { vault, verifier, opened: { data: key, pair: await pairOf(pair.point, pair.secret) } };
}

// {verifier, opened, raised}; `opened` is undefined when the PIN is wrong. `raised`: the same vault at today's cost, where it
// was made at another and `raise` asks for it.
export async function unlock(stretch, secret, vault, { raise = false } = {}) {
  const { verifier, data } = await unwrap(stretch, secret, vault);
  if (!data) return { verifier };
  const key = await dataKey(data);
  const raised = raise && vault.cost.v < COST.v ? await raisedTo(stretch, secret, vault, data, verifier).catch(() => undefined) : undefined;
  data.fill(0);
  return { verifier, raised, opened: { data: key, pair: await pairOf(vault.point, await decrypt(key, vault.secret)) } };
}

// The same data key behind another PIN: {vault, verifier, old}; undefined when the old PIN is wrong.
export async function rewrap(stretch, secret, fresh, vault) {
  const { verifier: old, data } = await unwrap(stretch, secret, vault);
  if (!data) return undefined;
  const { lock, verifier } = await behind(stretch, fresh, data);
  data.fill(0);
  return { vault: { ...vault, ...lock }, verifier, old };
}

// Behind the same PIN, and the ward goes on knowing the verifier it knows: nothing that two would have to agree on.
async function raisedTo(stretch, secret, vault, data, verifier) {
  const { wrap, lock } = await behind(stretch, secret, data);
  return { ...vault, ...lock, v: 3, kept: await encrypt(wrap, text.encode(verifier)) };
}

async function behind(stretch, secret, data) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const { wrap, verifier } = await derive(stretch, visible(secret), salt, COST);
  return { wrap, verifier, lock: { v: 2, cost: COST, salt, wrapped: await encrypt(wrap, data), kept: undefined } };
}

// {verifier, data}; without `data` the PIN is wrong, and so is the verifier.
async function unwrap(stretch, secret, vault) {
  const plain = visible(secret);
  const found = await unwrapWith(stretch, plain, vault);
  // Until November 2026 passphrases were made with all that was typed.
  return found.data || plain === secret ? found : unwrapWith(stretch, secret, vault);
}

async function unwrapWith(stretch, secret, { salt, cost, wrapped, kept }) {
  const { wrap, verifier } = await derive(stretch, secret, salt, cost);
  const data = await decrypt(wrap, wrapped).catch(() => undefined);
  return { data, verifier: data && kept ? words.decode(await decrypt(wrap, kept)) : verifier };
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
