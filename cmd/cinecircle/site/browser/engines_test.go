package browser

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// An engine is a browser that is driven by WebDriver (https://www.w3.org/TR/webdriver2/): WebKit over HTTP, and Firefox
// over Marionette, which has the same commands in other words.
type engine struct {
	t    *testing.T
	base string
	send func(c command) (json.RawMessage, error)
}

// command is a command of WebDriver in both of its spellings.
type command struct {
	path, marionette string
	params           map[string]any
}

// elementKey is the name under which WebDriver refers to an element (§12.1).
const elementKey = "element-6066-11e4-a52e-4f735466cecf"

func (e *engine) do(c command) json.RawMessage {
	e.t.Helper()
	value, err := e.send(c)
	if err != nil {
		e.t.Fatalf("%s: %v", c.marionette, err)
	}
	return value
}

func (e *engine) open(path string) {
	e.t.Helper()
	e.do(command{"/url", "Navigate", map[string]any{"url": e.base + path}})
}

// holds reports whether an expression is true. Between two pages it is not.
func (e *engine) holds(expression string) bool {
	value, err := e.send(command{"/execute/sync", "ExecuteScript", map[string]any{"script": "return Boolean(" + expression + ")", "args": []any{}}})
	return err == nil && string(value) == "true"
}

func (e *engine) comesTrue(expression string) {
	e.t.Helper()
	await(e.t, expression, func() bool { return e.holds(expression) })
}

func (e *engine) element(css string) string {
	e.t.Helper()
	var found map[string]string
	value := e.do(command{"/element", "FindElement", map[string]any{"using": "css selector", "value": css}})
	if err := json.Unmarshal(value, &found); err != nil {
		e.t.Fatalf("%s: %v", value, err)
	}
	return found[elementKey]
}

func (e *engine) press(css string) {
	e.t.Helper()
	id := e.element(css)
	e.do(command{"/element/" + id + "/click", "ElementClick", map[string]any{"id": id}})
}

func (e *engine) write(css, text string) {
	e.t.Helper()
	id := e.element(css)
	e.do(command{"/element/" + id + "/value", "ElementSendKeys", map[string]any{"id": id, "text": text}})
}

// newFirefox starts a Firefox without a window and talks to it over Marionette
// (https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html).
func newFirefox(t *testing.T, base string) *engine {
	t.Helper()
	profile := start(t, "CINECIRCLE_TEST_FIREFOX", func(program, folder string) (*exec.Cmd, error) {
		prefs := `user_pref("marionette.port", 0); user_pref("intl.accept_languages", "en");` + "\n"
		return exec.CommandContext(t.Context(), program, "--headless", "--marionette", "--no-remote", "--profile", folder),
			os.WriteFile(filepath.Join(folder, "user.js"), []byte(prefs), 0o600)
	})
	var port string
	await(t, "Firefox tells its port", func() bool {
		text, err := os.ReadFile(filepath.Join(profile, "MarionetteActivePort"))
		port = strings.TrimSpace(string(text))
		return err == nil && port != ""
	})
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	in := bufio.NewReader(conn)
	if _, err := readPacket(in); err != nil { // the greeting
		t.Fatal(err)
	}
	n := 0
	e := &engine{t: t, base: base, send: func(c command) (json.RawMessage, error) {
		n++
		packet, err := json.Marshal([]any{0, n, "WebDriver:" + c.marionette, c.params})
		if err != nil {
			return nil, err
		}
		if _, err := fmt.Fprintf(conn, "%d:%s", len(packet), packet); err != nil {
			return nil, err
		}
		answer, err := readPacket(in)
		if err != nil {
			return nil, err
		}
		var parts [4]json.RawMessage
		if err := json.Unmarshal(answer, &parts); err != nil {
			return nil, err
		}
		if string(parts[2]) != "null" {
			return nil, fmt.Errorf("%.300s", parts[2])
		}
		return valueOf(parts[3])
	}}
	e.do(command{"", "NewSession", map[string]any{}})
	return e
}

// readPacket reads a message of Marionette: its length, a colon, and JSON.
func readPacket(in *bufio.Reader) ([]byte, error) {
	var length int
	if _, err := fmt.Fscanf(in, "%d:", &length); err != nil {
		return nil, err
	}
	packet := make([]byte, length)
	_, err := io.ReadFull(in, packet)
	return packet, err
}

func valueOf(answer []byte) (json.RawMessage, error) {
	var body struct{ Value json.RawMessage }
	err := json.Unmarshal(answer, &body)
	return body.Value, err
}

// newWebKit starts WebKitGTK's MiniBrowser on a screen of its own.
func newWebKit(t *testing.T, base string) *engine {
	t.Helper()
	screen := exec.CommandContext(t.Context(), os.Getenv("CINECIRCLE_TEST_XVFB"), "-displayfd", "1", "-screen", "0", "1280x1000x24", "-nolisten", "tcp")
	display := addressOf(t, screen)
	addr := freeAddress(t)
	start(t, "CINECIRCLE_TEST_WEBKIT_DRIVER", func(program, folder string) (*exec.Cmd, error) {
		_, port, err := net.SplitHostPort(addr)
		c := exec.CommandContext(t.Context(), program, "--host=127.0.0.1", "--port="+port)
		c.Env = append(os.Environ(), "DISPLAY=:"+display, "HOME="+folder, "XDG_RUNTIME_DIR="+folder, "LANG=C.UTF-8", "GDK_BACKEND=x11")
		return c, err
	})
	session := "http://" + addr + "/session"
	e := &engine{t: t, base: base, send: func(c command) (json.RawMessage, error) { return post(session+c.path, c.params) }}
	await(t, "the driver of WebKit answers", func() bool {
		r, err := http.Get("http://" + addr + "/status")
		if err == nil {
			_ = r.Body.Close()
		}
		return err == nil
	})
	var made struct{ SessionID string }
	value := e.do(command{"", "NewSession", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"webkitgtk:browserOptions": map[string]any{"binary": os.Getenv("CINECIRCLE_TEST_MINIBROWSER"), "args": []string{"--automation"}},
	}}}})
	if err := json.Unmarshal(value, &made); err != nil {
		t.Fatal(err)
	}
	session += "/" + made.SessionID
	t.Cleanup(func() { // ends the MiniBrowser
		r, err := http.NewRequest(http.MethodDelete, session, nil)
		if err != nil {
			return
		}
		if answer, err := http.DefaultClient.Do(r); err == nil {
			_ = answer.Body.Close()
		}
	})
	return e
}

func post(url string, params map[string]any) (json.RawMessage, error) {
	body, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	r, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if r.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%.300s", answer)
	}
	return valueOf(answer)
}

// start runs the program that a variable names until the test ends, with a folder for its files, which it returns.
func start(t *testing.T, variable string, prepare func(program, folder string) (*exec.Cmd, error)) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "cinecircle-engine-") //nolint:usetesting // a browser may still write while it ends
	if err != nil {
		t.Fatal(err)
	}
	c, err := prepare(os.Getenv(variable), folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
		_ = os.RemoveAll(folder)
	})
	return folder
}

// addressOf starts a program and returns the first line that it prints.
func addressOf(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%s: %v", c.Path, err)
	}
	return strings.TrimSpace(line)
}

// TestTheStoryOfACommunityRunsInOtherEngines signs up, adds a film, reviews it, sees a like live, and signs out.
func TestTheStoryOfACommunityRunsInOtherEngines(t *testing.T) {
	for _, one := range []struct {
		name, variable string
		start          func(t *testing.T, base string) *engine
	}{
		{"Firefox", "CINECIRCLE_TEST_FIREFOX", newFirefox},
		{"WebKit", "CINECIRCLE_TEST_WEBKIT_DRIVER", newWebKit},
	} {
		t.Run(one.name, func(t *testing.T) {
			if os.Getenv(one.variable) == "" {
				t.Skipf("needs a program in %s, see scripts/engines.sh", one.variable)
			}
			base := serve(t)
			e := one.start(t, base)
			e.open("/join")
			e.write("#username", "mina")
			e.write("#password", "short")
			e.write("#age", "30")
			e.press("#gender")
			e.press("main form .button")
			e.comesTrue(`document.activeElement.id === "password" && document.querySelector(".error")`)
			e.write("#password", "-popcorn-and-tea")
			e.comesTrue(`!document.querySelector(".error")`)
			e.press("main form .button")
			e.comesTrue(`document.querySelector("form[action='/signout']")`)

			e.open("/films/new")
			e.write("#title", "소금빛 기차")
			e.press(`#genre option[value="Drama"]`)
			e.write("#playtime", "112")
			e.press("main form .actions .button")
			e.comesTrue(`location.pathname === "/film/1"`)
			e.open("/film/1/review")
			e.write("#title", "To the last stop")
			e.write("#content", "The slower the train, the faster the heart.")
			e.press("main form .button")
			e.comesTrue(`location.pathname === "/review/1"`)
			e.comesTrue(`document.querySelector("[data-bell]")`)

			juno := newVisitor(t, base)
			juno.join("juno")
			juno.open("/review/1")
			juno.press("#like-1")
			juno.comesTrue(liked)
			e.comesTrue(`document.querySelector("#toasts").textContent.includes("juno")`)
			e.comesTrue(`document.querySelector("[data-bell]").dataset.unread === "1"`)

			e.press(".menu summary")
			e.press(`form[action="/signout"] button`)
			e.comesTrue(`location.pathname === "/" && !document.querySelector("form[action='/signout']")`)
		})
	}
}
