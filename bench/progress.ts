/** Tells what is being measured: one rewritten line on a terminal, plain lines elsewhere. */
export interface Progress {
  step(text: string): void;
  /** Something to keep on the screen. */
  say(text: string): void;
  done(): void;
}

export function openProgress(out: NodeJS.WriteStream): Progress {
  const clear = out.isTTY ? "\r\u001b[2K" : "";
  return {
    step: (text) => {
      out.write(out.isTTY ? `${clear}${text.slice(0, out.columns - 1)}` : `${text}\n`);
    },
    say: (text) => {
      out.write(`${clear}${text}\n`);
    },
    done: () => {
      out.write(clear);
    },
  };
}
