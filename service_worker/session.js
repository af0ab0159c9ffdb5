// The server's reading session: opened by the verifier that the PIN gives, kept open by gestures, ended by lock and exit.
import * as keys from "./keys.js";
import { patience } from "./patience.js";
import * as people from "./people.js";
import { open } from "./store.js";

const PATIENCE = 8_000;
const JSON_BODY = { "Content-Type": "application/json" };
// The half of the session that scripts see; without it the other half is worth nothing.
const HALF = "sotay-open";
let renewing;

async function ask(path, method, body, how = {}) {
  try {
    const response = await fetch(path, {
      method, headers: JSON_BODY, body: JSON.stringify(body), credentials: "same-origin", cache: "no-store", redirect: "error", ...how,
    });
    const said = response.status === 204 ? {} : await response.json();
    return response.headers.has("Sotay") ? { status: response.status, said } : undefined;
  } catch {
    return undefined;
  }
}

// {status, said}; undefined when the server was not reached.
export function begin(enrolment, verifier) {
  return ask("/unlock", "POST", { enrolment, verifier }, { signal: patience(PATIENCE) });
}

// The person has shown the PIN, perhaps while there was no network: the same verifier opens what has ended meanwhile.
export function renew(me) {
  renewing ??= renewOnce(me).finally(() => { renewing = undefined; });
  return renewing;
}

// What the ward has refused once, or did not know whose it was, is not sent again by itself: ten tries are for a person.
async function renewOnce({ id }) {
  const [row, book] = await Promise.all([people.get(id), keys.current()]);
  if (book?.id !== id || !row?.vault || row.next || row.vault.refused || row.state === "unknown") return false;
  const status = (await begin(id, book.verifier))?.status;
  // Closed while it was asked, or opened anew: what this brought is nobody's.
  if ((await keys.turn()) !== book.turn) end();
  else if (status === 401 || status === 403) {
    await people.change(id, ({ vault }) => vault && (status === 401 ? { state: "unknown" } : { vault: { ...vault, refused: 1 } }));
  } else return status === 200;
  return false;
}

export function changePin(old, fresh) {
  return ask("/pin", "POST", { old, new: fresh }, { signal: patience(PATIENCE) });
}

export function touch() {
  return ask("/reading", "POST", {}, { signal: patience(PATIENCE) });
}

// A worker has no document; where it reaches no cookies either, what the ward answers to end() takes both halves.
export function dropHalf() {
  if (self.document) document.cookie = `${HALF}=; path=/; max-age=0; samesite=lax`;
  else self.cookieStore?.delete(HALF).catch(() => undefined);
}

// Also without a network: the half on this phone goes at once, and the server learns the rest when it can.
// `leaving`: whoever goes also has the browser forget the pages it could go back to.
export function end(leaving) {
  dropHalf();
  return ask("/reading", "DELETE", { leaving }, { keepalive: true });
}

// This phone has given an enrolment up (people.js): noted until the ward knows; one that does not know it has nothing to learn.
export async function forget(enrolment) {
  const answer = await ask("/enrolments/forget", "POST", { enrolment }, { signal: patience(PATIENCE) });
  if ([204, 401].includes(answer?.status)) await (await open()).delete("meta", people.FORGET + enrolment);
}
