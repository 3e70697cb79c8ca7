/** A change of what handlers do, made with `behaviourChanged`. */
export interface BehaviourChange {
  readonly type: "change";
  readonly kind: "behaviourChanged";
  readonly name: string;
  readonly description: string;
}
