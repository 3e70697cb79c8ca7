import { median } from "../statistics.ts";
import type { Slot } from "./slot.ts";

/** Someone who takes turns: a service, or PostgreSQL on its own. */
export interface Contestant {
  readonly name: string;
  run(seconds: number): Promise<Slot>;
}

/** The medians of a contestant's turns, and the turns. */
export interface Figures extends Slot {
  readonly name: string;
  readonly rounds: readonly Slot[];
}

/**
 * Gives contestants turns in rounds, A B C, A B C, …: whatever else the machine does, and however it warms up
 * or throttles, falls on all of them alike. The order turns by one each round, so that nobody always follows
 * the same neighbour. One short turn each to warm up is not counted.
 */
export async function interleave(
  contestants: readonly Contestant[],
  options: { readonly rounds: number; readonly seconds: number; onTurn(text: string): void },
): Promise<readonly Figures[]> {
  const turns = new Map<Contestant, Slot[]>(contestants.map((contestant) => [contestant, []]));
  for (const contestant of contestants) {
    options.onTurn(`warming up ${contestant.name}`);
    await contestant.run(Math.min(2, options.seconds));
  }
  for (let round = 0; round < options.rounds; round++) {
    for (let place = 0; place < contestants.length; place++) {
      const contestant = contestants[(place + round) % contestants.length];
      if (!contestant) continue;
      options.onTurn(`round ${round + 1} of ${options.rounds}, ${contestant.name}`);
      turns.get(contestant)?.push(await contestant.run(options.seconds));
    }
  }
  return contestants.map((contestant) => figures(contestant.name, turns.get(contestant) ?? []));
}

function figures(name: string, rounds: readonly Slot[]): Figures {
  const middle = (key: keyof Slot) => median(rounds.map((slot) => slot[key]));
  return {
    name,
    requestsPerSecond: middle("requestsPerSecond") ?? 0,
    p50Ms: middle("p50Ms"),
    p99Ms: middle("p99Ms"),
    serverCpuUs: middle("serverCpuUs"),
    databaseCpuUs: middle("databaseCpuUs"),
    clientCpuUs: middle("clientCpuUs"),
    rssMb: middle("rssMb"),
    rounds,
  };
}
