package api

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
)

const readSize = 32 << 10

type call struct {
	w      http.ResponseWriter
	r      *http.Request
	status int
	after  []func()
}

func handle(f func(*call) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{w: w, r: r, status: http.StatusOK}
		c.later(func() {
			log.Printf("%s %s %d %q", r.Method, r.URL.Path, c.status, r.UserAgent())
		})
		defer c.finish()
		if err := f(c); err != nil {
			c.fail(http.StatusInternalServerError, err)
		}
	}
}

func (c *call) later(f func()) {
	c.after = append(c.after, f)
}

func (c *call) finish() {
	for _, f := range c.after {
		f()
	}
}

func (c *call) fail(status int, err error) {
	c.status = status
	http.Error(c.w, err.Error(), status)
}

// body reads what the client sent.
func (c *call) body() ([]byte, error) {
	buf := make([]byte, max(readSize, c.r.ContentLength))
	var body []byte
	for {
		n, err := c.r.Body.Read(buf)
		body = append(body, buf[:n]...)
		if err == io.EOF {
			return body, nil
		}
		if err != nil {
			return nil, fmt.Errorf("body: %w", err)
		}
	}
}

func postOrder(c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	o, err := order.Parse(body)
	if err != nil {
		return err
	}
	order.Save(o)
	c.later(func() {
		feed.Publish("order", o.ID, fmt.Sprintf("%d items for %s", len(o.Items), o.Customer))
	})
	return nil
}

func getReport(c *call) error {
	first, count := c.window()
	_, err := io.WriteString(c.w, render.Report(order.Range(first, count)))
	return err
}

func postLogs(c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	n := logline.Ingest(strings.Split(string(body), "\n"))
	c.status = http.StatusAccepted
	_, err = fmt.Fprintf(c.w, "%d lines\n", n)
	return err
}
