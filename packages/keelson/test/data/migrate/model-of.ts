import { backend } from "../../../src/declare/backend.ts";
import type { Fields } from "../../../src/declare/field.ts";
import {
  type AnyMixin,
  type AnyResource,
  type ResourceOptions,
  resource,
} from "../../../src/declare/resource.ts";
import type { AppModel } from "../../../src/model/app-model.ts";
import { linkModel } from "../../../src/model/link-model.ts";

/** The model of a back end that has only these resources. */
export const modelOf = (...resources: readonly AnyResource[]): AppModel =>
  linkModel(backend({ name: "sample", resources }));

type NoteOptions = Omit<ResourceOptions<Fields, readonly AnyMixin[]>, "fields">;

/** A model with one resource, `note`. */
export const noteModel = (fields: Fields, options: NoteOptions = {}): AppModel =>
  modelOf(resource("note", { ...options, fields }) as AnyResource);
