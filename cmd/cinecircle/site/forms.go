package site

import (
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/transfer"
)

// This file is the only reader of forms in the package. A page reads its form after it knows that the viewer may send
// it and that its subject exists, so that a refusal costs no reading. Every page for POST calls one of these methods.

// maxFields is the size of the largest form without a file, in bytes. A password of 1,000 characters can take 12,000.
const maxFields = 64 << 10

// maxBody is how large the body of a POST may be. A form of any size passes through
// the page that renews tokens on its way to the page that reads it.
func maxBody(path string, class auth.Class) int64 {
	if path == transferPath {
		return transfer.MaxFile + web.MaxForm
	}
	if class == auth.ClassUpload || path == renewPath {
		return web.MaxUpload
	}
	return maxFields
}

// readForm reads the form into c.sent. A request without a body has a form without fields.
func (c *pageContext) readForm(maxFile int64) (err error) {
	c.sent, err = web.ReadForm(c.Context, maxFile)
	return err
}

// field returns a field of the form as it was typed, "" when it was not sent.
func (c *pageContext) field(name string) string { return c.sent.Values.Get(name) }

// bind reads a form without files into dst, as [web.BindForm] does.
func (c *pageContext) bind(dst any) error { return c.bindUpload(dst, 0) }

// bindUpload is bind for a form with a file of at most maxFile bytes.
func (c *pageContext) bindUpload(dst any, maxFile int64) error {
	if err := c.readForm(maxFile); err != nil {
		return err
	}
	return c.sent.Bind(dst)
}

// file returns a file of the form, nil when none was chosen.
func (c *pageContext) file(name string) *web.File {
	if files := c.sent.Files[name]; len(files) > 0 {
		return files[0]
	}
	return nil
}

// noForm is for pages that need nothing but their address.
func (c *pageContext) noForm() error { return web.DiscardBody(c.Context) }
