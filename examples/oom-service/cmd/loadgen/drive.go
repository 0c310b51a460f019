package main

import (
	"context"
	"hash/fnv"
	"io"
	"math"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/oom-service/internal/load"
)

// tally is what a load saw.
type tally struct {
	answered  int
	failed    int    // answered with 5xx
	digest    uint64 // of all answers, in whatever order they came
	latencies []time.Duration
	took      time.Duration
	err       error // the first
}

func (t *tally) why() error {
	if t.err != nil {
		return t.err
	}
	return errStopped
}

// latency returns the quantile q in seconds.
func (t *tally) latency(q float64) float64 {
	if len(t.latencies) == 0 {
		return 0
	}
	rank := int(math.Ceil(q*float64(len(t.latencies)))) - 1
	return t.latencies[max(0, rank)].Seconds()
}

// driver sends the requests of a run. Its workers take them in turn.
type driver struct {
	s     *service
	opt   options
	begin time.Time
	next  atomic.Int64
	done  []atomic.Bool

	mu      sync.Mutex
	settled int // all requests before this one were answered
	sum     tally
}

// drive sends the load and returns when all is answered, or ctx ended, or the
// service is gone. With a rate, a request's latency counts from the moment that
// it was due, so that a service which stands still cannot hide it.
func drive(ctx context.Context, s *service, opt options) *tally {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	d := &driver{s: s, opt: opt, begin: time.Now(), done: make([]atomic.Bool, opt.requests)}
	var workers sync.WaitGroup
	for i := 0; i < opt.concurrency; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			if err := d.work(ctx); err != nil {
				d.mu.Lock()
				if d.sum.err == nil {
					d.sum.err = err
				}
				d.mu.Unlock()
				cancel()
			}
		}()
	}
	workers.Wait()
	d.sum.took = time.Since(d.begin)
	all := d.sum.latencies
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	return &d.sum
}

// work sends one request after the other.
func (d *driver) work(ctx context.Context) error {
	for {
		i := int(d.next.Add(1)) - 1
		if i >= d.opt.requests {
			return nil
		}
		req := load.Nth(i)
		due, err := d.waitFor(ctx, i, req.After)
		if err != nil {
			return err
		}
		status, hash, err := d.send(ctx, i, req)
		if err != nil {
			return err
		}
		d.record(i, status, hash, time.Since(due))
	}
}

// waitFor waits until request i is due and returns when that was.
func (d *driver) waitFor(ctx context.Context, i, after int) (time.Time, error) {
	due := time.Now()
	if d.opt.rate > 0 {
		due = d.begin.Add(time.Duration(i) * time.Second / time.Duration(d.opt.rate))
		if err := sleep(ctx, time.Until(due)); err != nil {
			return due, err
		}
	}
	for !d.isSettled(after) {
		if err := sleep(ctx, time.Millisecond); err != nil {
			return due, err
		}
	}
	return due, ctx.Err()
}

func sleep(ctx context.Context, t time.Duration) error {
	if t <= 0 {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(t):
		return nil
	}
}

// isSettled reports whether the first n requests were answered.
func (d *driver) isSettled(n int) bool {
	if n <= 0 {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.settled < n && d.done[d.settled].Load() {
		d.settled++
	}
	return d.settled >= n
}

func (d *driver) send(ctx context.Context, i int, r load.Request) (status int, hash uint64, err error) {
	req, err := http.NewRequestWithContext(ctx, r.Method, d.s.base+r.Target, strings.NewReader(r.Body))
	if err != nil {
		return 0, 0, err
	}
	req.Header.Set("User-Agent", "oom-service-loadgen")
	res, err := d.s.client.Do(req)
	if err != nil {
		return 0, 0, err
	}
	defer res.Body.Close()
	h := fnv.New64a()
	_, _ = io.WriteString(h, strconv.Itoa(i)+" "+res.Status+" "+res.Header.Get("Content-Type")+"\n")
	if _, err := io.Copy(h, res.Body); err != nil {
		return 0, 0, err
	}
	return res.StatusCode, h.Sum64(), nil
}

func (d *driver) record(i, status int, hash uint64, took time.Duration) {
	d.done[i].Store(true)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sum.answered++
	d.sum.digest += hash
	d.sum.latencies = append(d.sum.latencies, took)
	if status >= 500 {
		d.sum.failed++
	}
}
