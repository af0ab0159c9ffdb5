// What pages and worker tell each other: {type, ids?}, types "outbox", "sending", "received", "wiped", and of the open
// book "opened", "locked", "gesture". Nothing personal travels here.
const NAME = "sotay";

const PATIENCE = 40;

let speaking;

// Heard also by the page that speaks: a channel never hears itself, so listeners have one of their own.
export function tell(message) {
  speaking ??= new BroadcastChannel(NAME);
  speaking.postMessage(message);
}

const OF_ENTRIES = new Set(["outbox", "sending", "received", "wiped"]);

// Every message of one type.
export function hear(type, heard) {
  new BroadcastChannel(NAME).addEventListener("message", ({ data }) => data.type === type && heard(data));
}

// Many messages in a row are heard as the last of them: a flush of hundreds must not redraw hundreds of times.
export function listen(heard) {
  let last;
  let timer;
  new BroadcastChannel(NAME).addEventListener("message", ({ data }) => {
    if (!OF_ENTRIES.has(data.type)) return;
    // A receipt must not be drowned by what follows it.
    last = last?.type === "received" && data.type !== "wiped" ? last : data;
    timer ??= setTimeout(() => {
      const message = last;
      last = timer = undefined;
      heard(message);
    }, PATIENCE);
  });
}
