import type { CursorCodec } from "../data/plan/cursor.ts";
import type { AppModel, ResourceModel } from "../model/app-model.ts";
import type { PolicyView } from "../model/policy-view.ts";
import { type Resources, readableResources } from "../model/readable-resources.ts";
import type { ReadOrigin } from "./read-request.ts";

/** What a read request is checked against. */
export interface ReadContext {
  readonly model: AppModel;
  readonly resource: ResourceModel;
  readonly view: PolicyView;
  readonly origin: ReadOrigin;
  readonly cursors: CursorCodec;
  /** The version that the request is worded in: part of what its cursors are bound to. */
  readonly apiVersion?: string | undefined;
  /** Records on a page at most. @defaultValue what the resource says */
  readonly maxLimit?: number | undefined;
  /** Set for handlers: any field may filter and sort. */
  readonly trusted: boolean;
}

/** What cursors are bound to besides the list itself: who may see what, and the words it was asked in. */
export const cursorView = (view: PolicyView, apiVersion: string | undefined): string =>
  apiVersion === undefined ? view.signature : `${view.signature}@${apiVersion}`;

/**
 * The names a request may use. A handler's code is the same for every caller, so it may name everything; the
 * planner lets what its caller may not read count as missing.
 */
export const namesFor = ({ model, view, trusted }: ReadContext): Resources =>
  trusted ? model.resources : readableResources(model, view);
