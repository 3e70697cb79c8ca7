/** `orderLine` → `order_line`; `OAuth2Token` → `o_auth2_token`. */
export const snakeCase = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();

/** `orderLine` → `order-line`. */
export const kebabCase = (name: string): string => snakeCase(name).replaceAll("_", "-");

/** English plural of a lowerCamelCase noun; where it is wrong, declare `plural`. */
export function pluralOf(name: string): string {
  if (/(s|x|z|ch|sh)$/.test(name)) return `${name}es`;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return `${name}s`;
}

/** `order` → `Order`. */
export const capitalise = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
