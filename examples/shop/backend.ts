import { backend } from "keelson";
import { cancelOrder, payOrder, refundOrder, shipOrder } from "./commands/move-order.ts";
import { placeOrder } from "./commands/place-order.ts";
import { restockProduct } from "./commands/restock-product.ts";
import { customer } from "./customer.ts";
import { cancelUnpaid } from "./jobs/cancel-unpaid.ts";
import { order } from "./order.ts";
import { orderLine } from "./order-line.ts";
import { payments } from "./payments.ts";
import { product } from "./product.ts";
import { seedShop } from "./seed.ts";
import { versions } from "./versions.ts";

export default backend({
  name: "shop",
  title: "Shop",
  description: "An online shop: customers, products, orders.",
  roles: ["customer", "support", "manager"],
  resources: [customer, product, order, orderLine],
  commands: [placeOrder, payOrder, shipOrder, cancelOrder, refundOrder, restockProduct],
  integrations: [payments],
  jobs: [cancelUnpaid],
  versions,
  limits: {
    // People look around without an account, several behind one address.
    anonymous: [{ requests: 600, window: "1m" }, { concurrent: 50 }],
    signedIn: [{ requests: 1_800, window: "1m" }, { concurrent: 50 }],
    // Staff works with tools that ask for much at once.
    roles: {
      manager: [{ requests: 6_000, window: "1m" }, { concurrent: 100 }],
      support: [{ requests: 6_000, window: "1m" }, { concurrent: 100 }],
    },
  },
  seed: seedShop,
});
