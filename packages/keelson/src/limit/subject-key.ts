import { createHash } from "node:crypto";
import type { ConcurrencyPolicy, RatePolicy } from "../model/limit-model.ts";
import type { Subjects } from "./limiter.ts";

const maxSubject = 100;

/** Under which key a subject of a policy is counted in Redis. */
export const subjectKey = (
  prefix: string,
  { name, per }: RatePolicy | ConcurrencyPolicy,
  subjects: Subjects,
): string => `${prefix}:${name}:${shortened(subjects[per])}`;

/** Callers choose neither the length of keys nor what they look like where it matters. */
const shortened = (subject: string): string =>
  subject.length <= maxSubject ? subject : createHash("sha256").update(subject).digest("base64url");
