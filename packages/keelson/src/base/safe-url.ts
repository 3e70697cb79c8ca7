const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whether what is fetched from a URL cannot be changed on the way: https, or http that stays on this machine. */
export const isSafeUrl = (url: URL): boolean =>
  url.protocol === "https:" || (url.protocol === "http:" && loopback.has(url.hostname));
