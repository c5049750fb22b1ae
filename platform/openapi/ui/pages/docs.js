"use strict";

// People sign in with name and password alone: there are no OAuth2 clients. Swagger UI would send empty
// client credentials as an Authorization header; in the request body it leaves out what is empty.
const noClient = {
  statePlugins: {
    auth: {
      wrapActions: {
        authorizePassword: (authorize) => (auth) => authorize({ ...auth, passwordType: "request-body" }),
      },
    },
  },
};

SwaggerUIBundle({
  dom_id: "#swagger-ui",
  // Relative to the page, so that it also works behind a proxy that adds a prefix.
  url: new URL("openapi.json", document.baseURI).href,
  validatorUrl: null, // the default sends the document to another host
  deepLinking: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  plugins: [noClient],
});
