import type { Observation } from "../observe/observation.ts";
import { paint, say } from "./terminal.ts";

type Progress = Extract<Observation, { type: "progress" }>;

const redrawEveryMs = 50;
const plainEveryMs = 2_000;

/**
 * Shows long work: a bar for each task, drawn over on a terminal; elsewhere a plain line every two seconds and
 * when a task is complete. Call `end` before printing anything else.
 */
export interface ProgressDisplay {
  show(progress: Progress): void;
  end(): void;
}

export const newProgressDisplay = (nowMs: () => number): ProgressDisplay =>
  process.stderr.isTTY ? newBars(nowMs) : newPlainLines(nowMs);

const isComplete = ({ done, total }: Progress): boolean => total !== null && done >= total;

function newBars(nowMs: () => number): ProgressDisplay {
  const tasks = new Map<string, { progress: Progress; readonly startedMs: number; tookMs: number }>();
  let drawnLines = 0;
  let drawnMs = 0;
  const draw = (): void => {
    const up = drawnLines === 0 ? "" : `\u001b[${drawnLines}A`;
    const width = process.stderr.columns || 80;
    const lines = [...tasks.values()].map(
      ({ progress, tookMs }) => `\r\u001b[2K${bar(progress, tookMs, width - 1)}\n`,
    );
    process.stderr.write(up + lines.join(""));
    drawnLines = lines.length;
    drawnMs = nowMs();
  };
  return {
    show: (progress) => {
      const task = tasks.get(progress.task) ?? { progress, startedMs: nowMs(), tookMs: 0 };
      task.progress = progress;
      task.tookMs = nowMs() - task.startedMs;
      tasks.set(progress.task, task);
      if (isComplete(progress) || nowMs() - drawnMs >= redrawEveryMs) draw();
    },
    end: () => {
      if (tasks.size > 0) draw();
      tasks.clear();
      drawnLines = 0;
    },
  };
}

function newPlainLines(nowMs: () => number): ProgressDisplay {
  let lastMs = nowMs();
  return {
    show: (progress) => {
      if (!isComplete(progress) && nowMs() - lastMs < plainEveryMs) return;
      lastMs = nowMs();
      say(plain(progress));
    },
    end: () => {},
  };
}

/** No longer than `width`: a line that wrapped would spoil the counting of lines. */
function bar({ task, done, total, unit }: Progress, tookMs: number, width: number): string {
  const rate = tookMs > 200 ? ` ${count((done / tookMs) * 1_000)}/s` : "";
  const name = task.slice(0, 24).padEnd(24);
  const amount = `${count(done)} ${unit}${rate}`;
  if (total === null) return `${name} ${amount}`.slice(0, width);
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const percent = `${String(Math.round(share * 100)).padStart(3)} %`;
  const room = Math.min(30, width - name.length - percent.length - amount.length - 3);
  if (room < 5) return `${name} ${percent}`.slice(0, width);
  const filled = Math.round(share * room);
  const drawn = paint("cyan", "█".repeat(filled)) + "░".repeat(room - filled);
  return `${name} ${drawn} ${percent} ${amount}`;
}

const plain = ({ task, done, total, unit }: Progress): string =>
  `${task}: ${count(done)}${total === null ? "" : ` of ${count(total)}`} ${unit}`;

const count = (value: number): string => Math.round(value).toLocaleString("en");
