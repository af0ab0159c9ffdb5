// What pages and worker tell each other: {type}, one of "outbox", "sending", "received", "wiped", and of the open book
// "opened" (with whose it is), "locked", "gesture". Nothing of what is written travels here.
const NAME = "sotay";
const PATIENCE = 40;
const OF_ENTRIES = new Set(["outbox", "sending", "received", "wiped"]);

let speaking;
let hearing;
let later;
let lastSaid = -Infinity;

// Saves that follow each other at once are told of together.
export function tell(message) {
  if (message.type !== "outbox") return say(message);
  const wait = lastSaid + PATIENCE - performance.now();
  if (wait <= 0) return say(message);
  later ??= setTimeout(say, wait, message);
  return undefined;
}

function say(message) {
  if (message.type === "outbox") {
    later = undefined;
    lastSaid = performance.now();
  }
  speaking ??= new BroadcastChannel(NAME);
  speaking.postMessage(message);
}

// A channel never hears itself; hearing by another one, a page also hears what it says. Until `signal` says otherwise.
function onMessage(heard, signal) {
  hearing ??= new BroadcastChannel(NAME);
  hearing.addEventListener("message", ({ data }) => heard(data), { signal });
}

// Every message of one type.
export function hear(type, heard, signal) {
  onMessage((message) => message.type === type && heard(message), signal);
}

// Many messages in a row are heard as the last of them: a flush of hundreds must not redraw hundreds of times.
export function listen(heard, signal) {
  let last;
  let timer;
  onMessage((said) => {
    if (!OF_ENTRIES.has(said.type)) return;
    // A receipt must not be drowned by what follows it.
    last = last?.type === "received" && said.type !== "wiped" ? last : said;
    timer ??= setTimeout(() => {
      const message = last;
      last = timer = undefined;
      if (!signal?.aborted) heard(message);
    }, PATIENCE);
  }, signal);
}
