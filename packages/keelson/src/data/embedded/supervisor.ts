import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import type { Place } from "./choose-place.ts";
import { closingPath, supervisorPath, usersPath } from "./presence.ts";
import { childEnvironment } from "./run-as.ts";

/**
 * The supervisor is the server's parent and outlives whoever started it: about a megabyte of /bin/sh,
 * in its own session, so that Ctrl-C in the terminal reaches neither it nor the server.
 *
 * - **watching**: a second shell reads the users' pipe until nobody holds it open. It renames the pipe
 *   and looks once more: a line means someone slipped in, and it takes the name back.
 * - **closing**: that shell signals this one every second, and this one passes it on as SIGINT (fast
 *   shutdown), after a minute as SIGQUIT. Repeating matters: a server that has only just been started
 *   may not listen to signals yet.
 * - **restarting**: a server that was ready and is killed by a signal is started again, since every pool
 *   finds it under the same socket. One that stops by itself, or cannot start, is left alone. A start may fail while
 *   processes of the killed server still hold its memory; it is tried for about ten seconds.
 * - **ended**: the pipe is removed, by which waiting processes know.
 */
const script = `
umask 077
postgres=$1 data=$2 log=$3 users=$4 closing=$5 self=$6
shift 6
exec 3<&0 </dev/null >>"$log" 2>&1
echo $$ >"$self"
cd /
trap '' HUP INT PIPE
signals=0 server=
halt() {
  signals=$((signals + 1))
  [ -z "$server" ] && return
  if [ $signals -gt 60 ]; then kill -QUIT "$server"; else kill -INT "$server"; fi 2>/dev/null
}
trap halt TERM
(
  trap - TERM
  while :; do
    while read -r _ <&3; do :; done
    mv "$users" "$closing" || break
    read -r _ <&3 || break
    mv "$closing" "$users" || break
  done
  while kill -TERM $$; do sleep 1 3<&-; done 2>/dev/null
) &
watcher=$!
exec 3<&-
tries=0
while [ $signals -eq 0 ]; do
  since=$(date +%s)
  "$postgres" "$@" &
  server=$!
  [ $signals -gt 0 ] && kill -INT "$server"
  while :; do
    wait "$server"
    code=$?
    kill -0 "$server" 2>/dev/null || break
  done
  [ $signals -gt 0 ] && break
  [ $(($(date +%s) - since)) -gt 60 ] && tries=0
  [ $code -eq 0 ] && break
  if [ $tries -eq 0 ]; then
    [ $code -lt 128 ] && break
    grep -q ^ready "$data/postmaster.pid" || break
  fi
  tries=$((tries + 1))
  [ $tries -gt 50 ] && break
  [ $tries -eq 1 ] && echo "keelson: PostgreSQL was killed (status $code) and is started again"
  sleep 0.2
done
[ $signals -eq 0 ] && echo "keelson: PostgreSQL ended (status $code)"
kill "$watcher" 2>/dev/null
rm -f "$self" "$users" "$closing"
exit "\${code:-0}"
`;

/** Starts the supervisor, and it the server. `reader` is the reading end of the users' pipe. */
export function superviseServer(
  place: Place,
  generation: number,
  reader: number,
  postgres: string,
  args: readonly string[],
): ChildProcess {
  const { home, dataDir, logFile, account } = place;
  const pipes = [usersPath(home, generation), closingPath(home, generation)];
  const own = [postgres, dataDir, logFile, ...pipes, supervisorPath(home, generation)];
  const child = spawn("/bin/sh", ["-c", script, "keelson-postgres", ...own, ...args], {
    cwd: "/",
    detached: true,
    env: childEnvironment,
    stdio: [reader, "ignore", "ignore"],
    ...account,
  });
  closeSync(reader);
  child.unref();
  return child;
}
