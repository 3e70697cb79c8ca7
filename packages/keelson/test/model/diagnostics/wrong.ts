import { everyone } from "../../../src/declare/access.ts";
import { type BackendOptions, backend } from "../../../src/declare/backend.ts";
import { type Fields, text } from "../../../src/declare/field.ts";
import {
  type AnyMixin,
  type AnyResource,
  type ResourceOptions,
  resource,
} from "../../../src/declare/resource.ts";

/** Wrong declarations by what is wrong with them; each is made when it is looked at. */
export type WrongDeclarations = Readonly<Record<string, () => unknown>>;

/** What a developer gets past the compiler: by a cast, in JavaScript, from a library. */
// biome-ignore lint/suspicious/noExplicitAny: that is the point
export const untyped = (value: unknown): any => value;

/** A back end that is right but for its resources. */
export const withResources = (
  resources: readonly AnyResource[],
  rest: Omit<BackendOptions, "name" | "resources"> = {},
) => backend({ name: "shop", resources, ...rest });

type Options = Omit<ResourceOptions<Fields, readonly AnyMixin[]>, "fields">;

/** A back end with one resource, "order", that is right but for these fields or options. */
export const withFields = (fields: Fields, options: Options = {}, name = "order") =>
  withResources([resource(name, { access: { read: everyone }, ...options, fields })]);

/** The same, with a field that plays no part. */
export const withOptions = (options: Options) => withFields({ note: text() }, options);
