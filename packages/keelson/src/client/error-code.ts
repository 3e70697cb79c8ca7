/** The code of a declared error: its name in snake_case, as the API has it. */
export type ErrorCodeOf<Name extends string> = Name extends string ? Snake<Name, ""> : never;

type Snake<S extends string, Before extends string> = S extends `${infer C}${infer Rest}`
  ? `${BreaksAt<Before, C, Rest> extends true ? "_" : ""}${Lowercase<C>}${Snake<Rest, C>}`
  : "";

/** A word begins at a capital after a small letter or a digit, and at the last of several capitals. */
type BreaksAt<Before extends string, C extends string, Rest extends string> = Before extends ""
  ? false
  : IsCapital<C> extends true
    ? IsCapital<Before> extends true
      ? Rest extends `${infer Next}${string}`
        ? IsSmall<Next>
        : false
      : true
    : false;
type IsCapital<C extends string> = C extends Lowercase<C> ? false : true;
type IsSmall<C extends string> = C extends Uppercase<C> ? false : true;
