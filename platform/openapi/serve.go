package openapi

import (
	"fmt"
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"
	"go.yaml.in/yaml/v3"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi/ui"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Document returns the OpenAPI 3.1 document of the registered routes, as JSON.
func (r *Router) Document() ([]byte, error) {
	doc, err := r.describe()
	if err != nil {
		return nil, err
	}
	return doc.encode()
}

// ServeDocument registers /openapi.json, /openapi.yaml and the pages that show the document. Document and pages are made
// on their first request, because they take longer than the rest of the start. Call it after all other routes are
// registered.
func (r *Router) ServeDocument() {
	site := sync.OnceValues(ui.New)
	asYAML := func() ([]byte, error) { return toYAML(r.Document) }
	r.GET("/openapi.json", auth.Public, serveDocument(r.Document, "application/json"), Op{
		Tag: "service", ID: "getOpenAPIJSON", Summary: "Get this document as JSON", Response: map[string]any{},
	})
	r.GET("/openapi.yaml", auth.Public, serveDocument(asYAML, "application/yaml"), Op{
		Tag: "service", ID: "getOpenAPIYAML", Summary: "Get this document as YAML", Response: "", Media: "application/yaml",
	})
	r.GET("/docs", auth.Public, page(site, (*ui.Site).Docs), Op{
		Tag: "service", ID: "showDocs", Summary: "Show the documentation in Swagger UI", Response: "", Media: "text/html",
	})
	r.GET("/redoc", auth.Public, page(site, (*ui.Site).Redoc), Op{
		Tag: "service", ID: "showRedoc", Summary: "Show the documentation in Redoc", Response: "", Media: "text/html",
	})
	r.GET("/docs/assets/:name", auth.Public, func(c *gin.Context) error {
		pages, err := site()
		if err != nil {
			return fmt.Errorf("prepare the documentation pages: %w", err)
		}
		return pages.Asset(c.Writer, c.Request, c.Param("name"))
	}, Op{
		Tag: "service", ID: "getDocsAsset", Summary: "Get a script or style sheet of the documentation", Response: "", Media: "*/*",
		Errors: []*apperr.Error{apperr.ErrNotFound},
	})
	r.closeLiterals()
}

func page(site func() (*ui.Site, error), serve func(*ui.Site, http.ResponseWriter, *http.Request)) web.Handler {
	return func(c *gin.Context) error {
		pages, err := site()
		if err != nil {
			return fmt.Errorf("prepare the documentation pages: %w", err)
		}
		serve(pages, c.Writer, c.Request)
		return nil
	}
}

// serveDocument lets pages of every origin read the document, without credentials: it is the same for all, and tools such as
// a Swagger UI elsewhere read it from there.
func serveDocument(document func() ([]byte, error), media string) func(*gin.Context) error {
	load := sync.OnceValues(func() (*web.Fixed, error) {
		body, err := document()
		if err != nil {
			return nil, err
		}
		return web.NewFixed(media, body), nil
	})
	return func(c *gin.Context) error {
		doc, err := load()
		if err != nil {
			return err
		}
		if h := c.Writer.Header(); h.Get("Access-Control-Allow-Origin") == "" { // else it is an origin with more rights
			h.Set("Access-Control-Allow-Origin", "*")
		}
		doc.Serve(c)
		return nil
	}
}

func toYAML(document func() ([]byte, error)) ([]byte, error) {
	body, err := document()
	if err != nil {
		return nil, err
	}
	var tree yaml.Node // keeps the order of the names; JSON is YAML
	if err := yaml.Unmarshal(body, &tree); err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	plainStyle(&tree)
	out, err := yaml.Marshal(&tree)
	if err != nil {
		return nil, fmt.Errorf("encode the OpenAPI document as YAML: %w", err)
	}
	return out, nil
}

// plainStyle replaces the braces and quotation marks of JSON by the usual form of YAML.
func plainStyle(n *yaml.Node) {
	n.Style = 0
	for _, child := range n.Content {
		plainStyle(child)
	}
}
