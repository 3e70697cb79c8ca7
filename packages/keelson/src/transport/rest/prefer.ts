/** Whether the caller would rather not be sent the record that it has just written (`Prefer`, RFC 7240). */
export function prefersMinimal(header: string | readonly string[] | undefined): boolean {
  if (header === undefined) return false;
  for (const preference of String(header).split(",")) {
    const [name = "", value = ""] = (preference.split(";")[0] ?? "").split("=");
    // The first one counts; unknown preferences are ignored.
    if (name.trim().toLowerCase() === "return") return /^"?minimal"?$/i.test(value.trim());
  }
  return false;
}
