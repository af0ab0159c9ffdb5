// A field for a PIN: hidden like a password, but not a password to the browser, which would offer to keep it.
import { visible } from "../../service_worker/pin.js";

const SEQUENCES = ["01234567890", "09876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop"];
const COMMON = ["123123", "112233", "121212", "123321", "matkhau", "password", "iloveyou"];
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
  const plain = secret.toLowerCase().replaceAll(/\s/g, "");
  const repeated = /^(.{1,3})\1+$/u.test(plain) || new Set(plain).size < 3;
  const sequence = SEQUENCES.some((row) => row.includes(plain) || [...row].reverse().join("").includes(plain));
  return repeated || sequence || COMMON.some((word) => plain === word || plain === word + word) || isYear(plain) ? "simple" : undefined;
}

// A date of birth is the first thing somebody near tries.
function isYear(plain) {
  return /^(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(\d{2}|(19|20)\d{2})$/.test(plain);
}
