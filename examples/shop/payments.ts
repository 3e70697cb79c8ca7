import { choice, integer, integration, text } from "keelson";

/** Where card payments are made. In development, and with `npm start`, it is the little one in `payment-provider/`. */
export const payments = integration("payments", {
  baseUrl: { env: "PAYMENTS_URL", development: "http://127.0.0.1:4010" },
  auth: { bearer: { env: "PAYMENTS_KEY", development: "sk_development" } },
  timeout: { attempt: "3s", total: "8s" },
  operations: {
    charge: {
      method: "POST",
      path: "/charges",
      // It keeps to the idempotency key: a charge that is sent twice is made once.
      idempotent: true,
      // Whoever pays wants to know at once whether the card was taken; the order stays locked until then.
      inTransaction: true,
      input: {
        card: text({ max: 200 }),
        amount: integer({ min: 1 }),
        currency: text({ pattern: "[A-Z]{3}" }),
        order: text(),
      },
      output: { id: text(), status: choice("succeeded") },
      errors: { cardDeclined: { status: 402 } },
    },
  },
});
