import type { AppModel } from "../../model/app-model.ts";

/** How a write is sent again without happening twice; empty where nothing is written. */
export function repeatingGuide(model: AppModel): string {
  const writes = [...model.operations.values()].filter(({ effect }) => effect === "write");
  if (writes.length === 0) return "";
  const strict = writes.filter(
    (operation) => operation.kind === "custom" && operation.idempotency === "required",
  );
  const demanded =
    strict.length === 0
      ? ""
      : ` ${strict.map(({ name }) => `\`${name}\``).join(", ")} must have one: without it they are 400 \`idempotency_key_missing\`.`;
  return `## Sending a request again

When no answer comes, nobody knows whether a write has happened. Send an \`Idempotency-Key\` header with every write: a new UUID for a new request, and the same one when you send that request again. It then happens once, and every repetition gets the first answer, marked with \`Idempotent-Replayed: true\`.${demanded}

With another request the key is 422 \`idempotency_key_reused\`. While the first request is still in progress, it is 409 \`idempotency_in_progress\`: come again after \`Retry-After\`. Errors are not kept, save those that an operation declares itself: after any other one the same key runs the request anew. Keys are yours alone, and kept for a day unless the operator says otherwise.`;
}
