package openapi

import (
	"encoding/json"
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

// Document returns the OpenAPI 3.1 document of all routes registered so far, as JSON.
func (r *Router) Document() ([]byte, error) {
	body, err := json.Marshal(r.doc.spec)
	if err != nil {
		return nil, fmt.Errorf("encode the OpenAPI document: %w", err)
	}
	return body, nil
}

// ServeDocument registers /openapi.json, /openapi.yaml and the pages that show them. The document is
// made when it is first asked for. It is called last: no route is registered after it.
func (r *Router) ServeDocument() error {
	site, err := ui.New()
	if err != nil {
		return fmt.Errorf("prepare the documentation pages: %w", err)
	}
	asJSON := sync.OnceValues(r.Document)
	asYAML := sync.OnceValues(func() ([]byte, error) { return toYAML(asJSON) })
	r.GET("/openapi.json", auth.Public, serveDocument(asJSON, "application/json"), Op{
		Tag: "service", Summary: "This document, as JSON", Response: map[string]any{},
	})
	r.GET("/openapi.yaml", auth.Public, serveDocument(asYAML, "application/yaml"), Op{
		Tag: "service", Summary: "This document, as YAML", Response: map[string]any{}, Media: "application/yaml",
	})
	r.GET("/docs", auth.Public, page(site.Docs), Op{
		Tag: "service", Summary: "The documentation, to try out", Response: "", Media: "text/html",
	})
	r.GET("/redoc", auth.Public, page(site.Redoc), Op{
		Tag: "service", Summary: "The documentation, to read", Response: "", Media: "text/html",
	})
	r.GET("/docs/assets/:name", auth.Public, func(c *gin.Context) error {
		return site.Asset(c.Writer, c.Request, c.Param("name"))
	}, Op{
		Tag: "service", Summary: "A script or style sheet of the documentation", Response: "", Media: "*/*",
		Errors: []*apperr.Error{apperr.ErrNotFound},
	})
	r.closeLiterals()
	return nil
}

func page(serve http.HandlerFunc) func(*gin.Context) error {
	return func(c *gin.Context) error {
		serve(c.Writer, c.Request)
		return nil
	}
}

func serveDocument(document func() ([]byte, error), media string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		body, err := document()
		if err != nil {
			return err
		}
		web.Bytes(c, media, body)
		return nil
	}
}

func toYAML(document func() ([]byte, error)) ([]byte, error) {
	body, err := document()
	if err != nil {
		return nil, err
	}
	var tree any
	if err := json.Unmarshal(body, &tree); err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	out, err := yaml.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("encode the OpenAPI document as YAML: %w", err)
	}
	return out, nil
}
