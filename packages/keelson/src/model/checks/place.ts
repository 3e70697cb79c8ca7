import type { CustomOperation } from "../../declare/operation.ts";

// Where something was declared, in the developer's words.

export const inBackend = (name: unknown): string => `backend "${String(name)}"`;

export const inResource = (name: string): string => `resource "${name}"`;

export const inField = (resource: string, field: string): string =>
  `${inResource(resource)}, field "${field}"`;

export const inRule = (resource: string, rule: string): string => `${inResource(resource)}, access.${rule}`;

export const inFieldRule = (resource: string, field: string, side: string): string =>
  inRule(resource, `fields.${field}.${side}`);

export const inList = (resource: string, option: string): string => `${inResource(resource)}, list.${option}`;

export const inIndex = (resource: string, position: number): string =>
  `${inResource(resource)}, indexes[${position}]`;

export const inJob = (name: unknown): string => `job "${String(name)}"`;

/** `command "order.pay"`. */
export function inOperation(operation: CustomOperation): string {
  const kind = operation.effect === "write" ? "command" : "query";
  const name = operation.resource ? `${operation.resource.name}.${operation.name}` : operation.name;
  return `${kind} "${name}"`;
}
