package api

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"
	"sync"

	"example.com/oom-service/internal/render"
)

// readSize is the size of the buffer that a body is read through.
const readSize = 16 << 10

// call is one request on its way through the service.
type call struct {
	w      http.ResponseWriter
	r      *http.Request
	status int
	after  []func()
}

func newCall(w http.ResponseWriter, r *http.Request) *call {
	return &call{w: w, r: r, status: http.StatusOK}
}

// handle makes a handler of f: it answers errors, writes the access log and
// does what f left for later.
func handle(f func(*call) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := newCall(w, r)
		c.later(func() {
			log.Printf("%s %s %d %q", r.Method, r.URL.Path, c.status, r.UserAgent())
		})
		defer c.finish()
		if err := f(c); err != nil {
			c.fail(http.StatusInternalServerError, err)
		}
	}
}

// later has f called when the answer is on its way.
func (c *call) later(f func()) {
	c.after = append(c.after, f)
}

func (c *call) finish() {
	for _, f := range c.after {
		f()
	}
}

// body reads what the client sent.
func (c *call) body() ([]byte, error) {
	buf := make([]byte, readSize)
	var body []byte
	for {
		n, err := c.r.Body.Read(buf)
		body = append(body, buf[:n]...)
		if errors.Is(err, io.EOF) {
			return body, nil
		}
		if err != nil {
			return nil, fmt.Errorf("body: %w", err)
		}
	}
}

// window reads which orders the client asks for.
func (c *call) window() (first, count int, err error) {
	first, err = c.number("first")
	if err != nil {
		return 0, 0, err
	}
	count, err = c.number("count")
	if err != nil {
		return 0, 0, err
	}
	return first, min(count, maxRange), nil
}

func (c *call) number(name string) (int, error) {
	text := c.r.URL.Query().Get(name)
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%s: %q is not a number", name, text)
	}
	return n, nil
}

func (c *call) json(status int, v any) error {
	c.status = status
	return render.JSON(c.w, status, v)
}

func (c *call) text(status int, text string) error {
	c.status = status
	return render.Text(c.w, status, text)
}

func (c *call) fail(status int, err error) error {
	return c.json(status, map[string]any{"error": err.Error(), "status": status})
}

var (
	usageMu sync.Mutex
	usage   = map[string]int{}
)

// count counts what the service is used for.
func (c *call) count(labels ...any) {
	key := ""
	for i, label := range labels {
		if i > 0 {
			key += "/"
		}
		key += fmt.Sprint(label)
	}
	go func() {
		usageMu.Lock()
		defer usageMu.Unlock()
		usage[key]++
	}()
}

// usageCounts returns how often each thing was asked for.
func usageCounts() map[string]int {
	usageMu.Lock()
	defer usageMu.Unlock()
	counts := map[string]int{}
	for key, n := range usage {
		counts[key] = n
	}
	return counts
}
