package api

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"example.com/oom-service/fixed/internal/bufpool"
	"example.com/oom-service/fixed/internal/render"
)

const (
	answerSize  = 4 << 10 // room for most answers
	bodySize    = 4 << 10 // room for most bodies of unknown length
	maxBodyHint = 1 << 20 // a client's word on its length is trusted up to here
)

// call is one request on its way through the service. Calls are used again.
type call struct {
	w      http.ResponseWriter
	r      *http.Request
	query  url.Values
	status int
	out    render.JSON
	key    []byte
}

var calls = sync.Pool{New: func() any { return &call{key: make([]byte, 0, 64)} }}

// handle makes a handler of f: it answers errors and writes the access log.
func handle(f func(*call) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		buf := bufpool.Get(answerSize)
		c := calls.Get().(*call)
		*c = call{w: w, r: r, status: http.StatusOK, key: c.key[:0]}
		c.out.B = buf.B
		if r.URL.RawQuery != "" {
			c.query = r.URL.Query()
		}
		if err := f(c); err != nil {
			c.out.B = c.out.B[:0]
			_ = c.fail(http.StatusInternalServerError, err)
		}
		c.log()
		buf.B = c.out.B
		buf.Free()
		*c = call{key: c.key}
		calls.Put(c)
	}
}

// log writes a line of the access log into what the answer no longer needs.
func (c *call) log() {
	line := time.Now().AppendFormat(c.out.B[:0], "2006/01/02 15:04:05 ")
	line = append(append(line, c.r.Method...), ' ')
	line = append(append(line, c.r.URL.Path...), ' ')
	line = append(strconv.AppendInt(line, int64(c.status), 10), ' ')
	line = append(strconv.AppendQuote(line, c.r.UserAgent()), '\n')
	_, _ = log.Writer().Write(line)
	c.out.B = line
}

// body reads what the client sent. The caller frees it.
func (c *call) body() (*bufpool.Buf, error) {
	size := bodySize
	if n := c.r.ContentLength; n >= 0 {
		size = int(min(n, maxBodyHint)) + 1 // one more, to see the end
	}
	buf := bufpool.Get(size)
	for {
		if len(buf.B) == cap(buf.B) {
			buf.B = append(buf.B, 0)[:len(buf.B)]
		}
		n, err := c.r.Body.Read(buf.B[len(buf.B):cap(buf.B)])
		buf.B = buf.B[:len(buf.B)+n]
		if errors.Is(err, io.EOF) {
			return buf, nil
		}
		if err != nil {
			buf.Free()
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
	text := c.query.Get(name)
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%s: %q is not a number", name, text)
	}
	return n, nil
}

// The values of headers that never change are made once.
var (
	jsonType = []string{"application/json"}
	textType = []string{"text/plain; charset=utf-8"}
)

// sendJSON answers with what out holds.
func (c *call) sendJSON(status int) error {
	c.out.B = append(c.out.B, '\n')
	return c.send(status, jsonType)
}

// sendText answers with what out holds.
func (c *call) sendText(status int) error {
	return c.send(status, textType)
}

func (c *call) send(status int, kind []string) error {
	c.status = status
	header := c.w.Header()
	header["Content-Type"] = kind
	header.Set("Content-Length", strconv.Itoa(len(c.out.B)))
	c.w.WriteHeader(status)
	_, err := c.w.Write(c.out.B)
	return err
}

func (c *call) fail(status int, err error) error {
	j := &c.out
	j.Open('{')
	j.Key("error")
	j.Text(err.Error())
	j.Key("status")
	j.Number(int64(status))
	j.Close('}')
	return c.sendJSON(status)
}

// label begins the name under which the call is counted.
func (c *call) label(text string) *call {
	c.key = append(c.key[:0], text...)
	return c
}

func (c *call) labelText(text string) *call {
	c.key = append(append(c.key, '/'), text...)
	return c
}

func (c *call) labelNumber(n int) *call {
	c.key = strconv.AppendInt(append(c.key, '/'), int64(n), 10)
	return c
}

// maxUsage bounds the names that are counted: some come from clients.
const maxUsage = 4096

var (
	usageMu sync.RWMutex
	usage   = make(map[string]*atomic.Int64)
)

// count counts the call. Only a new name costs memory.
func (c *call) count() {
	usageMu.RLock()
	n := usage[string(c.key)]
	usageMu.RUnlock()
	if n == nil {
		n = newUsage(string(c.key))
	}
	n.Add(1)
}

func newUsage(key string) *atomic.Int64 {
	usageMu.Lock()
	defer usageMu.Unlock()
	if n := usage[key]; n != nil {
		return n
	}
	n := new(atomic.Int64)
	if len(usage) < maxUsage {
		usage[key] = n
	}
	return n
}

// usageCounts returns how often each thing was asked for.
func usageCounts() map[string]int64 {
	usageMu.RLock()
	defer usageMu.RUnlock()
	counts := make(map[string]int64, len(usage))
	for key, n := range usage {
		counts[key] = n.Load()
	}
	return counts
}
