/** One page of a list. */
export interface Page<Row> {
  readonly data: readonly Row[];
  /** Give it back as `cursor` for the next page; null at the end. */
  readonly nextCursor: string | null;
}

/**
 * A list that is read as far as somebody looks: `await` gives one page, `for await` every record, page by page.
 * Nothing is sent before.
 */
export class Pages<Row> implements PromiseLike<Page<Row>>, AsyncIterable<Row> {
  readonly #read: (cursor: string | undefined) => Promise<unknown>;
  readonly #cursor: string | undefined;
  #first: Promise<Page<Row>> | undefined;

  constructor(cursor: string | undefined, read: (cursor: string | undefined) => Promise<unknown>) {
    this.#cursor = cursor;
    this.#read = read;
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting a list is how its first page is read
  then<A = Page<Row>, B = never>(
    done?: ((page: Page<Row>) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#first ??= this.#read(this.#cursor) as Promise<Page<Row>>;
    return this.#first.then(done, failed);
  }

  catch<B = never>(failed?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<Page<Row> | B> {
    return this.then(undefined, failed);
  }

  finally(ended?: (() => void) | null): Promise<Page<Row>> {
    return this.then().finally(ended);
  }

  /** Walks every record, reading page after page. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Row, void, undefined> {
    for await (const page of this.pages()) yield* page.data;
  }

  /** Walks the pages. */
  async *pages(): AsyncGenerator<Page<Row>, void, undefined> {
    let page: Page<Row> = await this.then();
    yield page;
    while (page.nextCursor !== null) {
      page = (await this.#read(page.nextCursor)) as Page<Row>;
      yield page;
    }
  }

  /**
   * Every record, as one array.
   *
   * @param options - `max`: stop at this many records, 10,000 by default, so that a list that grew does not fill
   *   the memory
   */
  async all({ max = 10_000 }: { readonly max?: number } = {}): Promise<Row[]> {
    const rows: Row[] = [];
    if (max <= 0) return rows;
    for await (const row of this) {
      rows.push(row);
      if (rows.length >= max) break;
    }
    return rows;
  }
}
