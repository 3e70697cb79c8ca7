/**
 * Progress goes to standard error: standard output belongs to the task.
 *
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`keelson: ${line}\n`);
}

/**
 * @param {string} line what is wrong and what to do about it
 * @returns {never}
 */
export function stop(line) {
  say(line);
  process.exit(1);
}
