// The slow half of a PIN in a worker of its own: the page stays alive meanwhile.
import { stretchURL } from "./trusted.js";

// Longer than the slowest phone takes: a worker that never begins says nothing of it.
const PATIENCE = 40_000;
// One that is asked for just as the service worker changes may never begin: others are sent for, and the first to come does it.
const BEGINNING = 5_000;

export function stretch(secret, salt, cost) {
  const workers = [];
  let again;
  return new Promise((done, fail) => {
    const begin = () => {
      const worker = new Worker(stretchURL, { type: "module" });
      workers.push(worker);
      worker.onerror = fail;
      worker.onmessage = ({ data }) => {
        if (data !== "here") return done(data);
        if (again) worker.postMessage({ secret, salt, cost });
        again = clearInterval(again);
      };
    };
    again = setInterval(begin, BEGINNING);
    setTimeout(fail, PATIENCE);
    begin();
  }).finally(() => {
    clearInterval(again);
    for (const worker of workers) worker.terminate();
  });
}
