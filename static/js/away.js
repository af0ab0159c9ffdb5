// A calendar of this month; and on to where the ward wants people to land, once there is plainly a network.
import { patience } from "../../service_worker/patience.js";

// Later than this somebody looks at the calendar, and is not called away from it.
const LONGEST = 4_000;
const today = new Date();
const language = document.documentElement.lang;
const first = new Date(today.getFullYear(), today.getMonth(), 1);
const before = (first.getDay() + 6) % 7;
const last = new Date(today.getFullYear(), today.getMonth() + 1, 0).getDate();

document.querySelector("[data-month]").textContent = first.toLocaleDateString(language, { month: "long", year: "numeric" });
document.querySelector("[data-today]").textContent = today.toLocaleDateString(language, { weekday: "long", day: "numeric", month: "long" });
let week;
for (let place = 0; place < before + last; place += 1) {
  if (place % 7 === 0) week = document.querySelector("[data-days]").insertRow();
  const day = week.insertCell();
  if (place < before) continue;
  day.textContent = String(place - before + 1);
  day.classList.toggle("today", place - before + 1 === today.getDate());
}

goOn().catch(() => undefined);

// A network that is silent, or a Wi-Fi that wants a login, would show the browser's own page for want of one.
async function goOn() {
  const { landing } = sessionStorage;
  sessionStorage.removeItem("landing");
  if (!landing || landing === location.pathname) return;
  const answer = await fetch("/healthz", { cache: "no-store", signal: patience(LONGEST) });
  if (answer.headers.has("Sotay")) location.replace(landing);
}
