// Sentences stand in the page, in its language; scripts only choose among them.
export function say(key, root = document.getElementById("words"), values = {}) {
  const text = root?.content.querySelector(`[data-say="${key}"]`)?.textContent ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// {word, line} of a state.
export function state(code) {
  const found = document.getElementById("words").content.querySelector(`[data-state="${code}"]`);
  return { word: found?.textContent ?? "", line: found?.dataset.line ?? "" };
}

export function show(element, text) {
  if (!element) return;
  element.textContent = text;
  element.hidden = !text;
}
