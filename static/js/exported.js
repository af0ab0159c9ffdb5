// The outbox of a phone that finds no network, to be carried to the ward.
import { sealTo } from "../../service_worker/envelope.js";
import { ofEnrolment, open } from "../../service_worker/store.js";

// What waits as a file for a coordinator to bring to the ward: {bytes, count}, sealed once more to the ward's key.
export async function exported(me) {
  const entries = (await (await open()).getAllFromIndex("outbox", "order", ofEnrolment(me.id)))
    .map(({ id, kind, key_id, sealed }) => ({ id, kind, key_id, sealed }));
  const body = new TextEncoder().encode(JSON.stringify({ enrolment: me.id, entries }));
  const head = new TextEncoder().encode(`SOTAY1\n${me.key.key_id}\n`);
  return { bytes: new Blob([head, await sealTo(me.key.public, "sotay/export/1", body)]), count: entries.length };
}
