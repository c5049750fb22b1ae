"use strict";

// The fonts that Redoc names by default would have to come from another host.
const sans = 'system-ui, -apple-system, "Segoe UI", Roboto, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR", sans-serif';

Redoc.init(
  // Relative to the page, so that it also works behind a proxy that adds a prefix.
  new URL("openapi.json", document.baseURI).href,
  {
    nativeScrollbars: true,
    theme: { typography: { fontFamily: sans, headings: { fontFamily: sans } } },
  },
  document.getElementById("redoc"),
);
