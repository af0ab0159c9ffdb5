"""Phones as released versions left them, exact to the byte, and how to put one into a browser."""
import json
from pathlib import Path

HERE = Path(__file__).parent
# Bytes and keys have no place in JSON: {"$bytes": base64}, {"$buffer": base64}, and {"$key": base64} for a key that the browser kept.
INTO_TEXT = """async (name) => {
  const db = await new Promise((done, fail) => {
    const opening = indexedDB.open(name);
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => fail(opening.error);
  });
  const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const text = async (value) => {
    if (value instanceof CryptoKey) return { $key: base64(new Uint8Array(await crypto.subtle.exportKey("raw", value))) };
    if (value instanceof ArrayBuffer) return { $buffer: base64(new Uint8Array(value)) };
    if (ArrayBuffer.isView(value)) return { $bytes: base64(value) };
    if (Array.isArray(value)) return Promise.all(value.map(text));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([key, each]) => [key, await text(each)])));
  };
  const stores = {};
  for (const store of db.objectStoreNames) {
    const at = db.transaction(store).objectStore(store);
    const all = (how) => new Promise((done) => { const asking = at[how](); asking.onsuccess = () => done(asking.result); });
    const indexes = [...at.indexNames].map((each) => at.index(each)).map(({ name, keyPath, unique }) => ({ name, keyPath, unique }));
    const [keys, rows] = [await all("getAllKeys"), await all("getAll")];
    stores[store] = { keyPath: at.keyPath, indexes, keys, rows: await text(rows) };
  }
  const { version } = db;
  db.close();
  return { version, stores };
}"""
OUT_OF_TEXT = """async ([name, { version, stores }]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const value = async (text) => {
    if (Array.isArray(text)) return Promise.all(text.map(value));
    if (text === null || typeof text !== "object") return text;
    if (text.$bytes) return bytes(text.$bytes);
    if (text.$buffer) return bytes(text.$buffer).buffer;
    if (text.$key) return crypto.subtle.importKey("raw", bytes(text.$key), "AES-GCM", false, ["encrypt", "decrypt"]);
    return Object.fromEntries(await Promise.all(Object.entries(text).map(async ([key, each]) => [key, await value(each)])));
  };
  for (const store of Object.values(stores)) store.values = await value(store.rows);
  const db = await new Promise((done, fail) => {
    const opening = indexedDB.open(name, version);
    opening.onupgradeneeded = () => {
      for (const [store, { keyPath, indexes }] of Object.entries(stores)) {
        const made = opening.result.createObjectStore(store, keyPath ? { keyPath } : {});
        for (const index of indexes) made.createIndex(index.name, index.keyPath, { unique: index.unique });
      }
    };
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => fail(opening.error);
  });
  const write = db.transaction(Object.keys(stores), "readwrite");
  for (const [store, { keyPath, keys, values }] of Object.entries(stores)) {
    values.forEach((row, at) => write.objectStore(store).put(row, ...(keyPath ? [] : [keys[at]])));
  }
  await new Promise((done, fail) => { write.oncomplete = done; write.onerror = () => fail(write.error); });
  db.close();
}"""


def kept(version):
    """The phone of this version: {version, pin, enrolment, person, verifier, key, read, waits, refused, draft, database}."""
    return json.loads((HERE / f"{version}.json").read_text())


VERSIONS = sorted(path.stem for path in HERE.glob("*.json"))
