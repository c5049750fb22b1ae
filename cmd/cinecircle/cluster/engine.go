package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// engine is a server that a script of scripts/ starts and ends, in a folder of its own.
type engine struct {
	script, dir string
	url         string // as the script printed it; the same after each start
}

// startEngine starts the server of a script such as mariadb.sh and waits until it can be used.
func startEngine(ctx context.Context, scripts, name, dir string) (*engine, error) {
	e := &engine{script: filepath.Join(scripts, name+".sh"), dir: filepath.Join(dir, name)}
	return e, e.start(ctx)
}

func (e *engine) start(ctx context.Context) error {
	url, err := e.do(ctx, "start")
	if err == nil {
		e.url = url
	}
	return err
}

// kill ends it with SIGKILL; start goes on with the same data.
func (e *engine) kill(ctx context.Context) error {
	_, err := e.do(ctx, "kill")
	return err
}

// stop ends it in good order, whether it runs or not. It may be called on nil.
func (e *engine) stop(ctx context.Context) error {
	if e == nil {
		return nil
	}
	_, err := e.do(ctx, "stop")
	return err
}

func (e *engine) do(ctx context.Context, what string) (string, error) {
	var said, complaint bytes.Buffer
	c := exec.CommandContext(ctx, e.script, what, e.dir)
	c.Stdout, c.Stderr = &said, &complaint
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", e.script, what, err, bytes.TrimSpace(complaint.Bytes()))
	}
	return strings.TrimSpace(said.String()), nil
}
