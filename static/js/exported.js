// The outbox of a phone that finds no network, to be carried to the ward.
import { sealTo } from "../../service_worker/envelope.js";
import { travelling } from "../../service_worker/outbox.js";
import * as people from "../../service_worker/people.js";
import { ofEnrolment, open } from "../../service_worker/store.js";

// What waits as a file for a coordinator to bring to the ward: {bytes, count}, sealed once more to the ward's key.
export async function exported(me) {
  const db = await open();
  // With what an enrolment of theirs that is no more has left here.
  const gone = (await people.all()).filter(({ id, person, state }) => id !== me.id && person === me.person && state !== "live");
  const waiting = await Promise.all([me, ...gone].map(({ id }) => db.getAllFromIndex("outbox", "order", ofEnrolment(id))));
  const entries = waiting.flat().map((entry) => travelling(entry, me.id));
  const body = new TextEncoder().encode(JSON.stringify({ enrolment: me.id, entries }));
  const head = new TextEncoder().encode(`SOTAY1\n${me.key.key_id}\n`);
  return { bytes: new Blob([head, await sealTo(me.key.public, "sotay/export/1", body)]), count: entries.length };
}
