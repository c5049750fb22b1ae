package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// healthcheckCommand asks the service that this configuration describes whether it lives. It is for
// containers that have no shell.
func healthcheckCommand(ctx context.Context, p *program, args []string) error {
	if len(args) > 0 {
		return p.wrong("healthcheck takes no argument, got %q", args[0])
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
		return fmt.Errorf("not alive: %w", err)
	}
	if err := response.Body.Close(); err != nil {
		return fmt.Errorf("not alive: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("not alive: %s", response.Status)
	}
	fmt.Fprintln(p.out, "ok")
	return nil
}

// dialable turns an address to listen on into one to connect to.
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
