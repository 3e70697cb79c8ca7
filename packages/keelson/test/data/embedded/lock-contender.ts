import { appendFileSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { tryStartLock } from "../../../src/data/embedded/start-lock.ts";

/*
 * Takes the lock again and again. Inside it writes its number, lets others run, and checks that it is
 * still the last one; now and then it is killed while it holds the lock. Exit code 3: someone else was in.
 */
const [home = "", shared = ""] = process.argv.slice(2);
for (let taken = 0; taken < 40; ) {
  const lock = tryStartLock(home);
  if (lock === null) {
    await pause(Math.random() * 3);
    continue;
  }
  taken++;
  const mark = `${process.pid}.${lock.generation}`;
  appendFileSync(shared, `${mark}\n`);
  if (Math.random() < 0.01) process.kill(process.pid, "SIGKILL");
  await pause(Math.random() * 2);
  if (!readFileSync(shared, "utf8").endsWith(`${mark}\n`)) process.exit(3);
  lock.release();
}
