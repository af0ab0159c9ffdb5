// The slow half of a PIN in a worker of its own: the page stays alive meanwhile.
import { stretchURL } from "./trusted.js";

export function stretch(secret, salt, cost) {
  const worker = new Worker(stretchURL, { type: "module" });
  return new Promise((done, fail) => {
    worker.onmessage = ({ data }) => done(data);
    worker.onerror = fail;
    worker.postMessage({ secret, salt, cost });
  }).finally(() => worker.terminate());
}
