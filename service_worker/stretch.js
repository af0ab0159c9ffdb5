// A worker of its own for the slow half of a PIN: memory-hard, so that a copied phone costs its thief days.
import "../static/vendor/argon2.umd.min.js";

self.onmessage = async ({ data: { secret, salt, cost } }) => {
  const key = await self.hashwasm.argon2id({
    password: secret, salt, memorySize: cost.memory, iterations: cost.passes, parallelism: 1, hashLength: 32, outputType: "binary",
  });
  self.postMessage(key, [key.buffer]);
};

self.postMessage("here");
