/** Any object of an OpenAPI document. */
export type OpenApiObject = Readonly<Record<string, unknown>>;

/** A reference to a component. */
export interface ComponentRef {
  readonly $ref: string;
}

export type ComponentSection =
  | "schemas"
  | "responses"
  | "parameters"
  | "headers"
  | "requestBodies"
  | "securitySchemes";

/**
 * Components come into the document when something first refers to them, so that none is unused. Equal names
 * in one section mean the same component.
 */
export interface Components {
  ref(section: ComponentSection, name: string, make: () => OpenApiObject): ComponentRef;
  /** All that were referred to, by name: the order does not depend on who came first. */
  collect(): OpenApiObject;
}

export function newComponents(): Components {
  const sections = new Map<ComponentSection, Map<string, OpenApiObject>>();
  return {
    ref(section, name, make) {
      let known = sections.get(section);
      if (!known) {
        known = new Map();
        sections.set(section, known);
      }
      if (!known.has(name)) {
        // Kept before it is made: components refer to each other in circles.
        known.set(name, {});
        known.set(name, make());
      }
      return { $ref: `#/components/${section}/${name}` };
    },
    collect: () =>
      Object.fromEntries(
        byName(sections).map(([section, known]) => [section, Object.fromEntries(byName(known))]),
      ),
  };
}

const byName = <T>(map: ReadonlyMap<string, T>): (readonly [string, T])[] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1));
