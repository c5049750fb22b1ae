// Package proxies_test runs the program behind real proxies, with the configuration files of docs/deploy. It needs Linux and
// the packages that scripts/proxies.sh installs.
package proxies_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// folderVariable names the folder in which scripts/proxies.sh looks for processes that a broken test left running.
const folderVariable = "CINECIRCLE_TEST_PROXIES"

// clientAddress is where the requests come from. All of 127.0.0.0/8 is this machine on Linux.
const clientAddress = "127.0.0.2"

// proxy says how to run one of them with its file in docs/deploy.
type proxy struct {
	file    string // in docs/deploy
	command []string
	// Lines of the file, and what they become on this machine. PORT, CERT, KEY, PEM, DIR and UPSTREAM are filled in.
	replace [][2]string
	main    string // the configuration around the file, which is DIR/site; "" if the file is all
}

var proxies = map[string]proxy{
	"caddy": {
		file:    "Caddyfile",
		command: []string{"caddy", "run", "--adapter", "caddyfile", "--config", "DIR/main"},
		replace: [][2]string{{"film.example {", "https://127.0.0.1:PORT {\n\tbind 127.0.0.1\n\ttls CERT KEY"}, {"127.0.0.1:8000", "UPSTREAM"}},
		main:    "{\n\tadmin off\n\tauto_https off\n\tstorage file_system DIR\n}\nimport DIR/site\n",
	},
	"nginx": {
		file:    "nginx.conf",
		command: []string{"nginx", "-p", "DIR", "-e", "DIR/error.log", "-c", "DIR/main"},
		replace: [][2]string{
			{"listen 443 ssl", "listen 127.0.0.1:PORT ssl"},
			{"/etc/ssl/film.example/fullchain.pem", "CERT"},
			{"/etc/ssl/film.example/key.pem", "KEY"},
			{"/var/cache/nginx/cinecircle", "DIR/cache"},
			{"127.0.0.1:8000", "UPSTREAM"},
		},
		main: "daemon off;\npid DIR/nginx.pid;\nUSER\nevents {}\nhttp {\naccess_log off;\nclient_body_temp_path DIR/body;\n" +
			"proxy_temp_path DIR/proxy;\nfastcgi_temp_path DIR/f;\nuwsgi_temp_path DIR/u;\nscgi_temp_path DIR/s;\ninclude DIR/site;\n}\n",
	},
	"haproxy": {
		file:    "haproxy.cfg",
		command: []string{"haproxy", "-db", "-f", "DIR/site"},
		replace: [][2]string{
			{"bind :443", "bind 127.0.0.1:PORT"},
			{"/etc/ssl/film.example/fullchain-and-key.pem", "PEM"},
			{"127.0.0.1:8000", "UPSTREAM"},
		},
	},
	"apache": {
		file:    "apache.conf",
		command: []string{"apache2", "-d", "DIR", "-f", "DIR/main", "-D", "FOREGROUND"},
		replace: [][2]string{
			{"<VirtualHost *:443>", "<VirtualHost 127.0.0.1:PORT>"},
			{"/etc/ssl/film.example/fullchain.pem", "CERT"},
			{"/etc/ssl/film.example/key.pem", "KEY"},
			{"127.0.0.1:8000", "UPSTREAM"},
		},
		main: "ServerName film.example\nPidFile DIR/apache.pid\nMutex file:DIR default\nErrorLog DIR/error.log\nListen 127.0.0.1:PORT\n" +
			apacheModules("mpm_event", "authz_core", "filter", "setenvif", "deflate", "headers", "ssl", "proxy", "proxy_http", "rewrite") + "USER\nInclude DIR/site\n",
	},
}

func apacheModules(names ...string) string {
	var out strings.Builder
	for _, name := range names {
		fmt.Fprintf(&out, "LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n", name, name)
	}
	return out.String()
}

// users are the lines that let the worker processes of root reach the folder of the test.
var users = map[string]string{"nginx": "user root;", "apache": "User www-data\nGroup www-data"}

// front is a program behind a proxy.
type front struct {
	t      *testing.T
	base   string
	tls    *tls.Config
	client *http.Client
}

// TestTheConfigurationFilesOfTheDocs tells the story of a member through each proxy.
func TestTheConfigurationFilesOfTheDocs(t *testing.T) {
	t.Parallel()
	if os.Getenv(folderVariable) == "" {
		t.Skip("make test-proxies runs it")
	}
	for name, p := range proxies {
		t.Run(name, func(t *testing.T) {
			s := apptest.NewInstance(t, "CINECIRCLE_SERVER_TRUSTED_PROXIES=127.0.0.1", "CINECIRCLE_LIMITS_ENABLED=false").Start()
			f := start(t, name, p, strings.TrimPrefix(s.Base, "http://"))
			f.story(name)
		})
	}
}

// start runs a proxy until the test ends.
func start(t *testing.T, name string, p proxy, upstream string) *front {
	t.Helper()
	dir := filepath.Join(os.Getenv(folderVariable), name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	identity := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate of 127.0.0.1
	identity.Close()
	certificate, key := pems(t, identity.TLS.Certificates[0])
	address := freeAddress(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	user := ""
	if os.Geteuid() == 0 {
		user = users[name]
	}
	fill := strings.NewReplacer("PORT", port, "CERT", dir+"/cert", "KEY", dir+"/key", "PEM", dir+"/pem", "DIR", dir, "UPSTREAM", upstream, "USER", user)
	site, err := os.ReadFile("../../../../docs/deploy/" + p.file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(site)
	for _, r := range p.replace {
		if !strings.Contains(text, r[0]) {
			t.Fatalf("docs/deploy/%s does not contain %q", p.file, r[0])
		}
		text = strings.ReplaceAll(text, r[0], fill.Replace(r[1]))
	}
	for file, content := range map[string]string{
		"cert": certificate, "key": key, "pem": certificate + key, "site": text, "main": fill.Replace(p.main),
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := make([]string, len(p.command))
	for i, a := range p.command {
		args[i] = fill.Replace(a)
	}
	run(t, dir, address, args)
	return newFront(t, "https://127.0.0.1:"+port, identity)
}

// run starts a command that listens at address, and ends it with the test.
func run(t *testing.T, dir, address string, args []string) {
	t.Helper()
	var output bytes.Buffer
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pid"), []byte(strconv.Itoa(cmd.Process.Pid)), 0o600); err != nil {
		t.Error(err)
	}
	var ended error // set before done is closed
	done := make(chan struct{})
	go func() {
		defer close(done)
		ended = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		select {
		case <-done:
		case <-time.After(apptest.Patience):
			t.Errorf("%s does not end: %v", args[0], cmd.Process.Kill())
		}
		if t.Failed() {
			errorLog, _ := os.ReadFile(filepath.Join(dir, "error.log")) // not every proxy has one
			t.Logf("%s says:\n%s\n%s", args[0], output.Bytes(), errorLog)
		}
		if err := os.Remove(filepath.Join(dir, "pid")); err != nil {
			t.Error(err)
		}
	})
	for deadline := time.Now().Add(apptest.Patience); ; {
		c, err := net.Dial("tcp", address)
		if err == nil {
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			return
		}
		select {
		case <-done:
			t.Fatalf("%s ended: %v", args[0], ended)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not listen: %v", args[0], err)
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func pems(t *testing.T, c tls.Certificate) (certificate, key string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func newFront(t *testing.T, base string, identity *httptest.Server) *front {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(identity.Certificate())
	f := &front{t: t, base: base, tls: &tls.Config{RootCAs: roots}}
	from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(clientAddress)}}
	f.client = &http.Client{Jar: jar, Timeout: apptest.Patience, Transport: &http.Transport{
		TLSClientConfig: f.tls, DialContext: from.DialContext, ExpectContinueTimeout: apptest.Patience, DisableCompression: true,
	}}
	return f
}

// answer is a response with its whole body.
type answer struct {
	*http.Response
	body []byte
}

// send sends a request with headers in pairs of name and value, and wants its response to have this status.
func (f *front) send(status int, method, target string, body []byte, header ...string) answer {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), method, f.base+target, bytes.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-For", "203.0.113.9") // a claim that counts nothing
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := f.client.Do(req)
	if err != nil {
		f.t.Fatalf("%s %s with %d bytes, %q, want %d: %v", method, target, len(body), header, status, err)
	}
	out := answer{Response: res}
	out.body, err = io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != status {
		f.t.Fatalf("%s %s with %d bytes: status %d, %v, want %d: %.300s", method, target, len(body), res.StatusCode, err, status, out.body)
	}
	return out
}

// object sends JSON and reads an object.
func (f *front) object(status int, method, target, body string, header ...string) (out map[string]any) {
	f.t.Helper()
	a := f.send(status, method, target, []byte(body), append(header, "Content-Type", "application/json")...)
	if err := json.Unmarshal(a.body, &out); err != nil {
		f.t.Fatal(err)
	}
	return out
}

func (f *front) story(name string) {
	t := f.t
	account := `{"username": "mina", "password": "correct horse", "age": 27, "gender": "female"}`
	me := f.object(201, http.MethodPost, "/users", account)
	other := f.object(201, http.MethodPost, "/users", strings.Replace(account, "mina", "noah", 1))
	token, _ := f.object(200, http.MethodPost, "/users/login", `{"username": "noah", "password": "correct horse"}`)["access_token"].(string)
	signedIn := f.send(200, http.MethodPost, "/users/login", []byte(`{"username": "mina", "password": "correct horse"}`), "Content-Type", "application/json")
	if cookies := signedIn.Cookies(); len(cookies) < 2 {
		t.Errorf("the sign-in sets %v", cookies)
	} else {
		for _, c := range cookies {
			if !c.Secure || !c.HttpOnly {
				t.Errorf("the cookie %v is not safe", c)
			}
		}
	}
	f.addresses()
	film := f.object(201, http.MethodPost, "/movies", `{"title": "괴물", "plot": "`+strings.Repeat("강 ", 900)+`", "cast": [{"name": "송강호"}], "playtime": 119, "genre": "Drama"}`, "Origin", f.base)
	f.object(403, http.MethodPost, "/movies", `{}`, "Origin", "https://evil.example")
	f.conditional(fmt.Sprintf("/movies/%v", film["id"]))
	poster := f.uploads(name, fmt.Sprintf("/movies/%v/poster_image", film["id"]))
	f.caches(name, poster)
	f.socket(me["id"], token, other["id"])
}

// addresses wants the address of the client, which each proxy knows, and not the one it claims.
func (f *front) addresses() {
	f.t.Helper()
	var sessions []struct{ IP string }
	if err := json.Unmarshal(f.send(200, http.MethodGet, "/users/me/sessions", nil).body, &sessions); err != nil {
		f.t.Fatal(err)
	}
	if len(sessions) != 1 || sessions[0].IP != clientAddress {
		f.t.Errorf("the sessions are %v, want one of %s", sessions, clientAddress)
	}
}

// conditional wants an ETag that survives compression.
func (f *front) conditional(target string) {
	f.t.Helper()
	for _, encoding := range []string{"identity", "gzip"} {
		tag := f.send(200, http.MethodGet, target, nil, "Accept-Encoding", encoding).Header.Get("ETag")
		if tag == "" {
			f.t.Errorf("no ETag with %s", encoding)
		}
		f.send(304, http.MethodGet, target, nil, "Accept-Encoding", encoding, "If-None-Match", tag)
	}
}

// uploads wants large images to arrive, and larger ones to be refused with 413 by whoever sees it first. It returns the
// address of the image.
func (f *front) uploads(name, target string) string {
	f.t.Helper()
	kind, body := apptest.Upload(f.t, nil, "image", "noise.png", noise(f.t, 1200))
	if len(body) < 4e6 {
		f.t.Fatalf("the image has %d bytes", len(body))
	}
	var film map[string]any
	for _, expect := range []string{"", "100-continue"} {
		if err := json.Unmarshal(f.send(200, http.MethodPost, target, []byte(body), "Content-Type", kind, "Expect", expect).body, &film); err != nil {
			f.t.Fatal(err)
		}
		if name == "caddy" && expect != "" {
			continue // its server resets the connection after an early answer to such a request, as net/http does
		}
		f.send(401, http.MethodPost, target, []byte(body), "Content-Type", kind, "Authorization", "Bearer expired", "Expect", expect)
		f.send(404, http.MethodPost, "/nowhere", []byte(body), "Content-Type", kind, "Expect", expect)
	}
	for _, size := range []int{5<<20 + 1, 5<<20 + 1<<19, 20 << 20} {
		kind, body := apptest.Upload(f.t, nil, "image", "large.png", make([]byte, size))
		f.send(413, http.MethodPost, target, []byte(body), "Content-Type", kind)
	}
	f.send(413, http.MethodPost, "/users", make([]byte, 3_800_000), "Content-Type", "application/json")
	address, err := url.Parse(film["poster_image_url"].(string))
	if err != nil {
		f.t.Fatal(err)
	}
	return address.RequestURI()
}

// noise returns a PNG of random pixels, three bytes for each.
func noise(t *testing.T, side int) []byte {
	t.Helper()
	random := rand.NewChaCha8([32]byte{})
	picture := image.NewNRGBA(image.Rect(0, 0, side, side))
	if _, err := random.Read(picture.Pix); err != nil {
		t.Fatal(err)
	}
	for i := 3; i < len(picture.Pix); i += 4 {
		picture.Pix[i] = 255
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// caches wants nginx to cache images, and nobody to cache anything else.
func (f *front) caches(name, poster string) {
	f.t.Helper()
	first, second := f.send(200, http.MethodGet, poster, nil), f.send(200, http.MethodGet, poster, nil)
	if !bytes.Equal(first.body, second.body) {
		f.t.Error("the image differs")
	}
	const header = "X-Cache-Status"
	if got := []string{first.Header.Get(header), second.Header.Get(header)}; name == "nginx" && (got[0] != "MISS" || got[1] != "HIT") {
		f.t.Errorf("the image comes from the cache: %q, want MISS and HIT", got)
	}
	for _, target := range []string{"/", "/movies", "/users/me"} {
		for range 2 {
			if got := f.send(200, http.MethodGet, target, nil).Header.Get(header); got != "" {
				f.t.Errorf("%s comes from the cache: %q", target, got)
			}
		}
	}
	jar := f.client.Jar
	f.client.Jar = nil
	f.send(401, http.MethodGet, "/users/me", nil)
	f.client.Jar = jar
}

// socket opens one with the cookies of the member, and has another member follow them.
func (f *front) socket(member any, otherToken string, other any) {
	f.t.Helper()
	d := websocket.Dialer{TLSClientConfig: f.tls, Jar: f.client.Jar, HandshakeTimeout: apptest.Patience}
	// The jar has cookies for https, which the dialer asks for by that scheme.
	conn, res, err := d.Dial(strings.Replace(f.base, "https", "wss", 1)+"/notifications", http.Header{"Origin": {f.base}})
	if err != nil {
		f.t.Fatal(err)
	}
	_ = res.Body.Close() // an upgrade has no body
	defer conn.Close()
	if err := conn.SetReadDeadline(time.Now().Add(apptest.Patience)); err != nil {
		f.t.Fatal(err)
	}
	f.object(200, http.MethodPost, fmt.Sprintf("/users/%v/follow", member), "", "Authorization", "Bearer "+otherToken)
	frame := apptest.Frame(f.t, conn)
	if actor, _ := frame["actor"].(map[string]any); frame["type"] != "follow" || actor["id"] != other {
		f.t.Errorf("the frame is %v", frame)
	}
}
