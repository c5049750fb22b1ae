package harness

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	_ "github.com/go-sql-driver/mysql" // makes schemas
)

// Engine is a server that a script of scripts/ starts and stops. It has its own folder.
type Engine struct {
	URL string // as the script printed it; the same after each start

	script, dir string
}

// StartEngine starts the server of a script such as mariadb.sh and waits until it can be used.
func StartEngine(ctx context.Context, scripts, name, dir string) (*Engine, error) {
	e := &Engine{script: filepath.Join(scripts, name+".sh"), dir: filepath.Join(dir, name)}
	return e, e.Start(ctx)
}

// Start starts it again after Kill or Stop.
func (e *Engine) Start(ctx context.Context) error {
	url, err := e.do(ctx, "start")
	if err == nil {
		e.URL = url
	}
	return err
}

// Kill sends SIGKILL. Start continues with the same data.
func (e *Engine) Kill(ctx context.Context) error {
	_, err := e.do(ctx, "kill")
	return err
}

// Stop stops the server gracefully, whether it runs or not. It may be called on nil.
func (e *Engine) Stop(ctx context.Context) error {
	if e == nil {
		return nil
	}
	_, err := e.do(ctx, "stop")
	return err
}

// MakeSchema creates an empty schema on a server of mariadb.sh.
func (e *Engine) MakeSchema(ctx context.Context, name string) error {
	db, err := sql.Open("mysql", e.URL)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	_, err = db.ExecContext(ctx, "CREATE DATABASE "+name+" CHARACTER SET utf8mb4")
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("make a schema: %w", err)
	}
	return nil
}

// Status reads a counter of a server of mariadb.sh.
func (e *Engine) Status(ctx context.Context, counter string) (n int64, err error) {
	db, err := sql.Open("mysql", e.URL)
	if err != nil {
		return 0, fmt.Errorf("open the database: %w", err)
	}
	err = db.QueryRowContext(ctx, "SELECT variable_value FROM information_schema.global_status WHERE variable_name = ?", counter).Scan(&n)
	if err := errors.Join(err, db.Close()); err != nil {
		return 0, fmt.Errorf("read %s: %w", counter, err)
	}
	return n, nil
}

func (e *Engine) do(ctx context.Context, what string) (string, error) {
	var said, complaint bytes.Buffer
	c := exec.CommandContext(ctx, e.script, what, e.dir)
	c.Stdout, c.Stderr = &said, &complaint
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", e.script, what, err, bytes.TrimSpace(complaint.Bytes()))
	}
	return strings.TrimSpace(said.String()), nil
}
