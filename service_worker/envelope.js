// HPKE (RFC 9180): what is sealed to the ward's key, this phone cannot open again; what is sealed to a vault's key opens
// with the vault alone. Both keep the public key as a point in base64url.
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from "../static/vendor/hpke.js";

const suite = new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
const POINT = 65;
const text = new TextEncoder();
const keys = new Map();

// An entry, {seq, at, kind, form}, as base64url(enc‖ct). Format 1 had its kind beside it, in clear. `me.write` is there while the
// book is open, and no longer: what it makes stands last, and speaks for all that stands before it.
export async function seal(me, id, entry) {
  const info = `sotay/entry/2|${id}|${me.id}`;
  let said = JSON.stringify(entry);
  if (me.write) said = `${said.slice(0, -1)},"proof":"${await prove(me.write, info + said)}"}`;
  return base64url(await sealTo(me.key.public, info, text.encode(said)));
}

async function prove(secret, said) {
  const key = await crypto.subtle.importKey("raw", text.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return base64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, text.encode(said))));
}

// enc‖ct of some bytes, bound to `info`.
export async function sealTo(point, info, bytes) {
  const { encapsulatedSecret, ciphertext } = await suite.Seal(await publicKey(point), bytes, { info: text.encode(info) });
  const sealed = new Uint8Array(encapsulatedSecret.length + ciphertext.length);
  sealed.set(encapsulatedSecret);
  sealed.set(ciphertext, encapsulatedSecret.length);
  return sealed;
}

export async function openWith(pair, info, sealed) {
  return suite.Open(pair, sealed.slice(0, POINT), sealed.slice(POINT), { info: text.encode(info) });
}

// A fresh pair: {point, secret}, the point in base64url, the secret as bytes for a vault to seal.
export async function newPair() {
  const { publicKey: open, privateKey } = await suite.GenerateKeyPair(true);
  return { point: base64url(await suite.SerializePublicKey(open)), secret: await suite.SerializePrivateKey(privateKey) };
}

// The pair openWith() takes; nobody can take its private half out.
export async function pairOf(point, secret) {
  return { publicKey: await publicKey(point), privateKey: await suite.DeserializePrivateKey(secret, false) };
}

// Import a key before it is needed.
export function warm(point) {
  publicKey(point);
}

function publicKey(point) {
  if (!keys.has(point)) keys.set(point, suite.DeserializePublicKey(fromBase64url(point)));
  return keys.get(point);
}

export function base64url(bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function fromBase64url(value) {
  return Uint8Array.from(atob(value.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}
