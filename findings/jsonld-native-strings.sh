#!/usr/bin/env bash
# jsonld 9.0.0 beside its version 8.3.3 from npm, Node.js.
#
# fromRDF with useNativeTypes, which makes numbers of JSON of the numbers of RDF, also makes an object with the type xsd:string
# of each plain text, so that a name is no longer a text, also after compaction. JSON-LD 1.1 (RDF to Object Conversion)
# leaves that type out, and so did version 8.
source "$(dirname "$0")/lib.sh"
got=$(node_run jsonld@9.0.0 jsonld8@npm:jsonld@8.3.3 <<'JS'
(async () => {
  const film = { "@id": "https://films.example/1", "https://schema.org/name": "The Lantern Ferry", "https://schema.org/copyrightYear": 2011 };
  for (const version of ["jsonld", "jsonld8"]) {
    const jsonld = require(version);
    const quads = await jsonld.toRDF(film, { format: "application/n-quads" });
    for (const useNativeTypes of [false, true]) {
      const again = await jsonld.fromRDF(quads, { format: "application/n-quads", useNativeTypes });
      const { name, copyrightYear } = await jsonld.compact(again, { "@vocab": "https://schema.org/" });
      console.log(version, useNativeTypes, JSON.stringify({ name, copyrightYear }));
    }
  }
})();
JS
)
expect 'jsonld false {"name":"The Lantern Ferry","copyrightYear":{"@type":"http://www.w3.org/2001/XMLSchema#integer","@value":"2011"}}
jsonld true {"name":{"@type":"http://www.w3.org/2001/XMLSchema#string","@value":"The Lantern Ferry"},"copyrightYear":2011}
jsonld8 false {"name":"The Lantern Ferry","copyrightYear":{"@type":"http://www.w3.org/2001/XMLSchema#integer","@value":"2011"}}
jsonld8 true {"name":"The Lantern Ferry","copyrightYear":2011}' "$got"
