// The base URL of the client is fixed when it is generated.
module.exports = {
  cinecircle: {
    input: process.env.CINECIRCLE_DOCUMENT,
    output: { mode: "single", client: "fetch", target: "out/orval/client.ts", baseUrl: process.env.CINECIRCLE_URL },
  },
};
