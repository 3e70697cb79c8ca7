import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Everything said is for people, so it goes to standard error, in colour where that is a terminal. */
export const say = (line = ""): void => {
  process.stderr.write(`${line}\n`);
};

export const paint = (style: Style, text: string): string =>
  styleText(style, text, { stream: process.stderr });
