// The slow half of a PIN in a worker of its own: the page stays alive meanwhile.
import { stretchURL } from "./trusted.js";

// Longer than the slowest phone takes: a worker that never begins says nothing of it.
const PATIENCE = 40_000;

export function stretch(secret, salt, cost) {
  const worker = new Worker(stretchURL, { type: "module" });
  return new Promise((done, fail) => {
    worker.onmessage = ({ data }) => done(data);
    worker.onerror = fail;
    setTimeout(fail, PATIENCE);
    worker.postMessage({ secret, salt, cost });
  }).finally(() => worker.terminate());
}
