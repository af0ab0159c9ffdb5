// AbortSignal.timeout for phones that have none (Safari before 16, Chrome before 103).
export function patience(milliseconds) {
  const control = new AbortController();
  setTimeout(() => control.abort(), milliseconds);
  return control.signal;
}

export function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}
