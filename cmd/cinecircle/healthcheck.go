package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// healthcheckCommand checks whether the configured service responds. It is for containers without a shell.
func healthcheckCommand(ctx context.Context, p *program, args []string) error {
	if len(args) > 0 {
		return p.wrong("healthcheck takes no arguments, got %q", args[0])
	}
	c, err := p.config()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+dialable(c.Server.Addr)+"/healthz", http.NoBody)
	if err != nil {
		return fmt.Errorf("server.addr: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("no response: %w", err)
	}
	if err := response.Body.Close(); err != nil {
		return fmt.Errorf("no response: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("not healthy: %s", response.Status)
	}
	fmt.Fprintln(p.out, "ok")
	return nil
}

// dialable returns the address to connect to for an address to listen on.
func dialable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
