import { failure } from "../../base/error.ts";
import type {
  BatchOperationModel,
  OperationModel,
  VersionModel,
  VersionsModel,
} from "../../model/app-model.ts";
import { type PolicyView, policyViews } from "../../model/policy-view.ts";
import { versionNamed } from "../../model/version/version-named.ts";
import type { PreparedItem } from "../batch/batch-input.ts";
import { prepareBatch, upgradeItems } from "../batch/prepare-batch.ts";
import type { Call } from "../call.ts";
import type { VersionChoice } from "../envelope.ts";
import { answeredResource, selectionFor } from "../selection-for.ts";
import { validOf } from "../validate-input.ts";
import { credentialOf } from "../version/credential-of.ts";
import { inputPart, upgradeInput } from "../version/upgrade-input.ts";
import { upgradeSelection } from "../version/upgrade-selection.ts";

/**
 * Finds out which version of the API a request is worded in, and words it as the newest one. Requests of the newest
 * version stay as they are. Older ones are first checked by what their own version says, so that what is wrong with
 * them is told in its words; what is changed is therefore well formed.
 */
export function upgrade(call: Call): void | Promise<void> {
  const { apiVersion: choice } = call.envelope;
  const { versions } = call.app.model;
  if (!choice || !versions) return;
  const asked = choice.asked === undefined ? undefined : versionNamed(versions, choice.asked);
  const credential = call.app.pins && credentialOf(call.caller);
  if (!call.app.pins || credential === undefined) return take(call, choice, asked ?? versions.current);
  const pinned = call.app.pins.of(credential, (asked ?? versions.current).date);
  const go = (date: string) => take(call, choice, asked ?? pinnedVersion(versions, date));
  return typeof pinned === "string" ? go(pinned) : pinned.then(go);
}

function take(call: Call, choice: VersionChoice, version: VersionModel): void | Promise<void> {
  choice.chosen = version;
  call.version = version;
  if (version.sunsetMs !== undefined && version.sunsetMs <= call.app.clock.now()) throw ended(call, version);
  if (version.current || (version.resources.size === 0 && version.operations.size === 0)) return;
  return upgradeRequest(call, version);
}

function upgradeRequest(call: Call, version: VersionModel): void | Promise<void> {
  const then = version.model.operations.get(call.envelope.operation.name) ?? call.envelope.operation;
  const resource = answeredResource(then);
  const view = viewThen(version, call);
  const asked = resource && selectionFor(call, then, resource, { view, model: version.model });
  const selection = asked && upgradeSelection(version, call.app.model, asked);
  const settle = (input: unknown) => {
    call.upgraded = { version, asked, selection, input };
  };
  if (then.kind === "batch") return upgradeBatch(call, version, then).then(settle);
  const { input } = call.envelope;
  if (!takesInput(then) || !inputPart(version, then)) return settle(input);
  // What a schema library validates is described nowhere else, and is validated once, as it is now.
  if (then.kind === "custom" && !then.input) return settle(upgradeInput(version, then, input));
  const validated = call.app.validators.of(then, false)(input, call.envelope.locateInput);
  const accept = (valid: Awaited<typeof validated>) => {
    validOf(valid);
    settle(upgradeInput(version, then, input));
  };
  return validated instanceof Promise ? validated.then(accept) : accept(validated);
}

/** Items that are wrong stay as they are: what is wrong with them has been told in their words. */
async function upgradeBatch(
  call: Call,
  version: VersionModel,
  then: BatchOperationModel,
): Promise<readonly PreparedItem[]> {
  const items = await prepareBatch(call, then, "given");
  const now = call.envelope.operation;
  return now.kind === "batch" ? upgradeItems(version, now, items) : items;
}

const takesInput = ({ kind }: OperationModel): boolean =>
  kind !== "list" && kind !== "get" && kind !== "delete";

const views = new WeakMap<VersionModel, ReturnType<typeof policyViews>>();

/** What the caller may read, in the words of then. */
function viewThen(version: VersionModel, { caller }: Call): PolicyView {
  let viewOf = views.get(version);
  if (!viewOf) {
    viewOf = policyViews(version.model);
    views.set(version, viewOf);
  }
  return viewOf(caller);
}

function pinnedVersion(versions: VersionsModel, date: string): VersionModel {
  const version = versions.known.get(date);
  if (version) return version;
  throw failure("api_version_gone", {
    detail: `These credentials began with the version "${date}", which is not served any more; name another one.`,
    members: { known: [...versions.known.keys()] },
  });
}

function ended({ app }: Call, version: VersionModel): Error {
  const left = [...(app.model.versions?.known.values() ?? [])].filter(
    ({ sunsetMs }) => sunsetMs === undefined || sunsetMs > app.clock.now(),
  );
  return failure("api_version_gone", {
    detail: `The version "${version.date}" ended on ${version.declaration.sunset}.`,
    members: { known: left.map(({ date }) => date) },
  });
}
