// Own copies a person may read on this phone. For now under a key the browser keeps and nobody can take out;
// the PIN vault puts its own key behind these three functions.
const text = new TextEncoder();
const words = new TextDecoder();

export function newKey() {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

export async function seal(enrolment, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { v: 1, iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, enrolment.vault, text.encode(JSON.stringify(value))) };
}

export async function open(enrolment, copy) {
  return JSON.parse(words.decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: copy.iv }, enrolment.vault, copy.data)));
}
