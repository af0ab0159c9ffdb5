// A field for a PIN: hidden like a password, but not a password to the browser, which would offer to keep it.
import { visible } from "../../service_worker/pin.js";

const COUNTED = "12345678910111213 24681012141618";
// Words with digits behind them; a date of birth, the first thing somebody near tries; lines of three keys of a telephone; pairs; groups again.
const SIMPLE = [
  /^(matkhau|password|iloveyou|sotay|qwerty(uiop)?|poiuytrewq)\d*$/,
  /^(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(19|20)?\d{2}$/,
  /^(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/,
  /^(123|456|789|147|258|369|159|357|321|654|987|741|852|963|951|753)+$/,
  /^((.)\2)+$/u,
  /^(.+)\1+$/u,
];
const LEAST = { pin: 6, passphrase: 10 };

export function startSecrets(root = document) {
  for (const button of root.querySelectorAll("[data-show-secret]")) {
    const field = document.getElementById(button.getAttribute("aria-controls"));
    button.addEventListener("click", () => {
      const shown = field.classList.toggle("shown");
      button.setAttribute("aria-pressed", String(shown));
    });
  }
}

// What was typed or pasted, to open with. A PIN is its digits, and nothing beside them; of a passphrase, what nobody sees is left to
// where it is stretched (pin.js), for some were made with it.
export function typed({ value }, kind) {
  return kind === "pin" ? visible(value).normalize("NFKC").replaceAll(/\s/g, "") : value.trim();
}

// The same, to be opened with from now on.
export function typedAnew(field, kind) {
  return visible(typed(field, kind));
}

// Why this can be nobody's PIN, and is no try: "short", "digits", or undefined.
export function impossible(secret, kind) {
  const why = kind === "pin" && weakness(secret, kind);
  return why && why !== "simple" ? why : undefined;
}

// Why this PIN or passphrase may not be used: "short", "digits", "simple", or undefined.
export function weakness(secret, kind) {
  if ([...secret].length < LEAST[kind]) return "short";
  if (kind === "pin" && !/^\d+$/.test(secret)) return "digits";
  const plain = secret.toLowerCase().normalize("NFD").replaceAll(/[\s\u0300-\u036f]/g, "");
  const isSimple = new Set(plain).size < 3 || goesEvenly(plain) || COUNTED.includes(plain) || SIMPLE.some((each) => each.test(plain));
  return isSimple ? "simple" : undefined;
}

// By one step again and again, or staying where it is: 135791, 000123, 1122334455.
function goesEvenly(plain) {
  const steps = [...plain].map((letter, place) => (letter.charCodeAt() - plain.charCodeAt(place ? place - 1 : 0) + 100) % 10);
  return new Set(steps).add(0).size < 3;
}
