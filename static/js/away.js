// A calendar of this month.
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
