// HPKE (RFC 9180) to the ward's key: what is sealed here, this phone cannot open again.
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from "../static/vendor/hpke.js";

const suite = new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
const text = new TextEncoder();
const keys = new Map();

// base64url(enc‖ct); `key` is {key_id, public}, `plaintext` a string.
export async function seal(key, id, kind, enrolment, plaintext) {
  const info = text.encode(`sotay/entry/1|${id}|${kind}|${enrolment}`);
  const { encapsulatedSecret, ciphertext } = await suite.Seal(await publicKey(key), text.encode(plaintext), { info });
  return base64url(encapsulatedSecret, ciphertext);
}

// Import the ward's key before it is needed.
export function warm(key) {
  publicKey(key);
}

function publicKey(key) {
  if (!keys.has(key.key_id)) keys.set(key.key_id, suite.DeserializePublicKey(fromBase64url(key.public)));
  return keys.get(key.key_id);
}

export function base64url(...parts) {
  let binary = "";
  for (const part of parts) binary += String.fromCharCode(...part);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function fromBase64url(value) {
  return Uint8Array.from(atob(value.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}
