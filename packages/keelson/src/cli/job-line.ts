import type { JobEnded } from "../observe/observation.ts";
import { paint } from "./terminal.ts";

/** How a run of a job ended, in a line. */
export function jobLine(ended: JobEnded): string {
  const again = ended.attempt > 1 ? ` (run ${ended.attempt})` : "";
  const about = `  job ${ended.job}${again}`.padEnd(54);
  const took = paint("dim", `${Math.round(ended.tookMs)} ms`);
  switch (ended.type) {
    case "job.finished":
      return `${about}  ${paint("green", "done")}  ${took}`;
    case "job.failed":
      return `${about}  ${paint("yellow", "failed")}  ${ended.code}: ${ended.message}; again at ${ended.retryAt}`;
    case "job.dead":
      return `${about}  ${paint("red", "dead")}  ${ended.code}: ${ended.message}; keelson dlq show ${ended.jobId}`;
    case "job.given up":
      return `${about}  ${paint("yellow", ended.because)}  ${took}`;
    case "job.unsettled":
      return `${about}  ${paint("red", "unsettled")}  ${ended.message}`;
  }
}
