// Which person is using this phone now; changes without a network.
import { wipeDelivered } from "../../service_worker/flush.js";
import * as people from "../../service_worker/people.js";
import { say } from "./words.js";

const COOKIE = "sotay-who";
const RECORDERS = ["collaborator", "counsellor", "responder", "coordinator", "decider"];
const ASK_AGAIN = 10 * 60_000;

let known;

// The enrolment in use, or undefined; asked of the server when this phone has forgotten it.
export function current() {
  known ??= find();
  return known;
}

async function find() {
  const stored = await people.all().catch(() => []);
  const chosen = document.cookie.split("; ").find((each) => each.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
  const me = stored.find((person) => person.id === chosen) ?? stored[0];
  if (!me) return recall();
  if (me.id !== chosen) use(me.id);
  if (Date.now() - me.asked > ASK_AGAIN || document.body.dataset.answer === "401") recall().catch(() => undefined);
  return me;
}

// The cookie may have outlived the database, the key may have changed, the phone may have been revoked.
async function recall() {
  const response = await fetch("/me", { headers: { Accept: "application/json" } }).catch(() => undefined);
  if (!response?.ok || !response.headers.get("Content-Type")?.startsWith("application/json")) return undefined;
  const { me, revoked } = await response.json();
  for (const id of revoked) await wipeDelivered(id).catch(() => undefined);
  if (!me) return undefined;
  return people.keep(me).catch(() => ({ ...me, id: me.enrolment, fleeting: true }));
}

export function use(id) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${COOKIE}=${id}; path=/; max-age=34560000; samesite=lax${secure}`;
}

export async function showWho() {
  const me = await current();
  // Whatever htmx asks for is asked as the person this page belongs to, whoever uses another tab.
  document.addEventListener("htmx:config:request", ({ detail }) => {
    if (me) detail.ctx.request.headers["Sotay-Enrolment"] = me.id;
  });
  for (const section of document.querySelectorAll("[data-when]")) section.hidden = section.dataset.when !== (me ? "enrolled" : "stranger");
  document.body.classList.toggle("stranger", !me);
  if (!me) return;
  document.body.classList.add(`is-${me.role}`, ...(RECORDERS.includes(me.role) ? ["is-recorder"] : []));
  if (me.role === "counsellor") for (const link of document.querySelectorAll("[data-record-link]")) link.href = "/records/new-school";
  globalThis.htmx.trigger(document.body, "enrolled");
  await offerOthers(me);
}

async function offerOthers(me) {
  const stored = await people.all().catch(() => []);
  const button = document.querySelector("[data-people]");
  if (!button || stored.length < 2) return;
  button.hidden = false;
  button.textContent = me.initials;
  button.setAttribute("aria-label", `${say("use")} ${me.initials}`);
  const menu = document.createElement("div");
  menu.className = "people";
  menu.hidden = true;
  for (const person of stored) {
    const choice = document.createElement("button");
    choice.type = "button";
    choice.textContent = `${say("use")} ${person.initials}`;
    choice.disabled = person.id === me.id;
    choice.addEventListener("click", () => {
      use(person.id);
      location.href = "/";
    });
    menu.append(choice);
  }
  button.after(menu);
  button.addEventListener("click", () => {
    menu.hidden = !menu.hidden;
    button.setAttribute("aria-expanded", String(!menu.hidden));
  });
}
