package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"time"

	"example.com/oom-service/internal/stats"
)

// service is a started service. kill ends it; kill may be called twice.
type service struct {
	cmd    *exec.Cmd
	base   string
	client *http.Client
	last   memory // what was last read of its memory
	gone   chan struct{}
}

var errEnded = errors.New("ended before it was ready")

// start starts the program on a free port of the loopback interface and waits
// until it answers. Another process may take the port first: then once more.
func start(ctx context.Context, program string) (*service, error) {
	for try := 1; ; try++ {
		s, err := startOnce(ctx, program)
		if try == 5 || !errors.Is(err, errEnded) {
			return s, err
		}
	}
}

func startOnce(ctx context.Context, program string) (*service, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &service{
		cmd:  exec.Command(program, "-listen", address),
		base: "http://" + address,
		client: &http.Client{Transport: &http.Transport{
			Proxy:               nil, // never leave the machine
			MaxIdleConnsPerHost: 256,
			DisableCompression:  true,
		}},
		gone: make(chan struct{}),
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = s.cmd.Wait()
		close(s.gone)
	}()
	if err := s.waitReady(ctx); err != nil {
		s.kill()
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	return s, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func (s *service) waitReady(ctx context.Context) error {
	for {
		res, err := s.get(ctx, "/healthz")
		if err == nil {
			res.Body.Close()
			return nil
		}
		select {
		case <-s.gone:
			return fmt.Errorf("%w: %s", errEnded, s.cmd.ProcessState)
		case <-ctx.Done():
			return fmt.Errorf("not ready: %w", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (s *service) kill() {
	_ = s.cmd.Process.Kill()
	<-s.gone
	s.client.CloseIdleConnections()
}

func (s *service) get(ctx context.Context, target string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+target, nil)
	if err != nil {
		return nil, err
	}
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode/100 != 2 {
		res.Body.Close()
		return nil, fmt.Errorf("%s: %s", target, res.Status)
	}
	return res, nil
}

func (s *service) stats(ctx context.Context, into *stats.Stats) error {
	res, err := s.get(ctx, "/stats")
	if err != nil {
		return err
	}
	defer res.Body.Close()
	return json.NewDecoder(res.Body).Decode(into)
}

func (s *service) save(ctx context.Context, target, path string) error {
	res, err := s.get(ctx, target)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	return os.WriteFile(path, body, 0o644)
}

// memory is the resident memory of a process, in bytes.
type memory struct {
	now  int64
	peak int64
}

// memory asks the kernel, on Linux, else ps, which does not know the peak: then
// it is the largest value that was read.
func (s *service) memory() memory {
	pid := strconv.Itoa(s.cmd.Process.Pid)
	m := memory{}
	if text, err := os.ReadFile("/proc/" + pid + "/status"); err == nil {
		m = memory{now: kilobytes(text, "VmRSS:"), peak: kilobytes(text, "VmHWM:")}
	} else if text, err := exec.Command("ps", "-o", "rss=", "-p", pid).Output(); err == nil {
		m.now = kilobytes(text, "")
	}
	m.peak = max(m.peak, m.now, s.last.peak)
	s.last = m
	return m
}

// kilobytes reads the number behind the key, and makes bytes of it.
func kilobytes(text []byte, key string) int64 {
	_, rest, _ := bytes.Cut(text, []byte(key))
	words := bytes.Fields(rest)
	if len(words) == 0 {
		return 0
	}
	n, _ := strconv.ParseInt(string(words[0]), 10, 64)
	return n << 10
}

// verdict says how a service fared under its limit.
type verdict struct {
	killed bool
	rss    int64 // when it was killed, else the highest
}

// guard watches the memory until ctx ends. Over the limit it kills the service,
// as the kernel would in a container, and stops the load.
func (s *service) guard(ctx context.Context, limit int64, stop func()) <-chan verdict {
	result := make(chan verdict, 1)
	go func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		v := verdict{}
		for {
			v.rss = max(v.rss, s.memory().now)
			if v.rss > limit {
				s.kill()
				stop()
				v.killed = true
				result <- v
				return
			}
			select {
			case <-ctx.Done():
				result <- v
				return
			case <-tick.C:
			}
		}
	}()
	return result
}
