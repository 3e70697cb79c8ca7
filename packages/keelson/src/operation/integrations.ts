import type { OpenIntegration } from "../integration/open-integration.ts";
import type { IntegrationOperationModel } from "../model/integration-model.ts";
import type { InputValidator } from "./validate-input.ts";

/** The services that the back end depends on, ready to be called. */
export interface Integrations {
  /** By name. */
  readonly open: ReadonlyMap<string, OpenIntegration>;
  /** Checks what is given for a call; undefined where nothing is. */
  inputOf(operation: IntegrationOperationModel): InputValidator | undefined;
}
