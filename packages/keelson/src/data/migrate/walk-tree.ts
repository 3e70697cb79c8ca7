/** A node of the parse tree: its type, and its fields. */
export interface TreeNode {
  readonly type: string;
  readonly fields: object;
}

/**
 * Every node below a value of the parse tree, itself included, in no particular order. It keeps its
 * own stack: a tree that the parser could build may be deeper than calls can nest.
 */
export function* walkTree(root: unknown): Iterable<TreeNode> {
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const value = stack.pop();
    if (typeof value !== "object" || value === null) continue;
    for (const [key, child] of Object.entries(value)) {
      if (typeof child !== "object" || child === null) continue;
      // Node types alone are written with a capital; fields are not.
      if (/^[A-Z]/.test(key)) yield { type: key, fields: child };
      stack.push(child);
    }
  }
}
