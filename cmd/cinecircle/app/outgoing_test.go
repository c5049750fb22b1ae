package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// speaksOut is what opens a connection to somewhere else, by package.
var speaksOut = map[string][]string{
	"net/http":                     {"Get", "Head", "Post", "PostForm", "NewRequest", "NewRequestWithContext", "Client", "DefaultClient", "Transport", "DefaultTransport"},
	"net":                          {"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialUnix", "Dialer", "LookupHost", "LookupIP", "DefaultResolver"},
	"crypto/tls":                   {"Dial", "DialWithDialer", "Dialer"},
	"net/http/httputil":            {"ReverseProxy", "NewSingleHostReverseProxy"},
	"os/exec":                      {"Command", "CommandContext"},
	"github.com/gorilla/websocket": {"Dialer", "DefaultDialer"},
}

// maySpeakOut are the files of the program that do, and to whom.
var maySpeakOut = map[string]string{
	"cmd/cinecircle/healthcheck.go":     "the program itself",
	"platform/picture/subprocess.go":    "the program itself, to decode an image",
	"platform/database/mysql_dialer.go": "the database, as its DSN names it",
	"platform/mail/mail.go":             "the mail server, as the configuration names it",
}

// TestTheServerNeverFetchesURLsOfClients holds that the program, without its tools and tests, opens connections in these files
// only: what talks to the database, Redis, the store and the mail server goes to what the configuration names.
func TestTheServerNeverFetchesURLsOfClients(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..")
	seen := map[string]bool{}
	read := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if d.IsDir() && isTool(name) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		read++
		for _, what := range outgoing(t, path) {
			if seen[name] = true; maySpeakOut[name] == "" {
				t.Errorf("%s uses %s", name, what)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 100 {
		t.Errorf("only %d files", read)
	}
	for name := range maySpeakOut {
		if !seen[name] {
			t.Errorf("%s speaks to nobody", name)
		}
	}
}

// isTool reports whether a folder is no part of the program that is served.
func isTool(name string) bool {
	return strings.HasPrefix(name, ".") && name != "." || slices.Contains([]string{
		"clients", "cmd/licences", "cmd/vulndb", "scripts", "docs", "platform/testkit", "platform/media/mediatest",
		"cmd/bench", "cmd/cinecircle/app/apptest", "notify/internal/sockettest", "cmd/cinecircle/site/browser", "cmd/cluster", "cmd/torture", "cmd/internal/harness",
	}, name)
}

// outgoing returns what a file uses to speak to others.
func outgoing(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	imported := map[string][]string{} // names to look for, by what the file calls the package
	for _, i := range file.Imports {
		full := strings.Trim(i.Path.Value, `"`)
		local := full[strings.LastIndex(full, "/")+1:]
		if i.Name != nil {
			local = i.Name.Name
		}
		imported[local] = speaksOut[full]
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if of, ok := s.X.(*ast.Ident); ok && slices.Contains(imported[of.Name], s.Sel.Name) {
				found = append(found, of.Name+"."+s.Sel.Name)
			}
		}
		return true
	})
	return found
}
