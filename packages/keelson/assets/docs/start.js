/* Shows the reference. Whatever would call a service of others is off; the page's policy forbids it too. */
(() => {
  const place = document.getElementById("reference");
  globalThis.Scalar.createApiReference(place, {
    url: place.dataset.document,
    slug: "api",
    layout: "modern",
    theme: "default",
    telemetry: false,
    withDefaultFonts: false,
    hideClientButton: true,
    showDeveloperTools: "never",
    agent: { disabled: true },
    mcp: { disabled: true },
    // Also where a token is optional: who pastes one wants it to be sent.
    authentication: { preferredSecurityScheme: "bearer" },
    persistAuth: false,
    documentDownloadType: "direct",
    defaultOpenFirstTag: true,
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    // Without a token the page would send an empty one, which is another error than none at all.
    customFetch: (input, init) => {
      const request = new Request(input, init);
      if (request.headers.get("authorization")?.trim() === "Bearer") request.headers.delete("authorization");
      return fetch(request);
    },
    metaData: { title: document.title },
  });
})();
