// Command loadgen starts a variant of the service, sends it a bounded load over
// loopback, measures, and stops it.
//
// It does so twice. The first run has no memory limit: every figure and profile
// comes from it. The second one has a limit, and a supervisor that does what the
// kernel does in a container: SIGKILL as soon as the resident memory is over it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"example.com/oom-service/internal/stats"
)

type options struct {
	service     string
	name        string
	requests    int
	concurrency int
	rate        int
	limit       int64
	timeout     time.Duration
	out         string
}

// result is what results.json holds. Sizes are bytes, times are seconds.
type result struct {
	Schema      string `json:"schema"`
	Variant     string `json:"variant"`
	GOOS        string `json:"goos"`
	GOARCH      string `json:"goarch"`
	CPUs        int    `json:"cpus"`
	Requests    int    `json:"requests"`
	Concurrency int    `json:"concurrency"`
	Rate        int    `json:"requests_per_second"`
	stats.Stats
	Seconds     float64 `json:"seconds"`
	Answered    int     `json:"answered"`
	Failed      int     `json:"failed"`
	Digest      string  `json:"answers_digest"`
	PeakRSS     int64   `json:"peak_rss_bytes"`
	LatencyP50  float64 `json:"latency_p50_seconds"`
	LatencyP99  float64 `json:"latency_p99_seconds"`
	LatencyMax  float64 `json:"latency_max_seconds"`
	Limit       int64   `json:"limit_bytes"`
	Killed      bool    `json:"limit_killed"`
	LimitServed int     `json:"limit_answered"`
	LimitRSS    int64   `json:"limit_peak_rss_bytes"`
	LimitAfter  float64 `json:"limit_seconds"`
}

func main() {
	opt := options{}
	mib := int64(0)
	flag.StringVar(&opt.service, "service", "", "program of the service to start")
	flag.StringVar(&opt.name, "name", "service", "name of the variant in the result")
	flag.IntVar(&opt.requests, "requests", 30000, "number of requests of a run")
	flag.IntVar(&opt.concurrency, "concurrency", 16, "requests under way at once, at most")
	flag.IntVar(&opt.rate, "rate", 5000, "requests a second; 0 for as many as are answered")
	flag.Int64Var(&mib, "memory-limit", 64, "MiB of resident memory in the second run; 0 for no second run")
	flag.DurationVar(&opt.timeout, "timeout", 60*time.Second, "time for a run")
	flag.StringVar(&opt.out, "out", ".", "directory for results.json, heap.pb.gz and allocs.pb.gz")
	flag.Parse()
	opt.limit = mib << 20
	if opt.service == "" || flag.NArg() > 0 || opt.requests < 1 || opt.concurrency < 1 || opt.rate < 0 {
		flag.Usage()
		os.Exit(2)
	}

	debug.SetGCPercent(400) // leave the processors to the service
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, opt); err != nil {
		fmt.Fprintln(os.Stderr, "loadgen:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, opt options) error {
	res := &result{
		Schema:      "oom-service.results/1",
		Variant:     opt.name,
		GOOS:        runtime.GOOS,
		GOARCH:      runtime.GOARCH,
		CPUs:        runtime.NumCPU(),
		Requests:    opt.requests,
		Concurrency: opt.concurrency,
		Rate:        opt.rate,
		Limit:       opt.limit,
	}
	if err := measure(ctx, opt, res); err != nil {
		return err
	}
	if opt.limit > 0 {
		if err := underLimit(ctx, opt, res); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(res, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(opt.out, "results.json"), append(text, '\n'), 0o644)
}

// measure is the run without a limit. The figures are read before the profiles,
// which make the service collect garbage and allocate.
func measure(ctx context.Context, opt options, res *result) error {
	ctx, cancel := context.WithTimeout(ctx, opt.timeout)
	defer cancel()
	s, err := start(ctx, opt.service)
	if err != nil {
		return err
	}
	defer s.kill()
	tally := drive(ctx, s, opt)
	if tally.answered < opt.requests {
		return fmt.Errorf("%s: %d of %d requests were answered: %w",
			opt.name, tally.answered, opt.requests, tally.why())
	}
	res.PeakRSS = s.memory().peak
	if err := s.stats(ctx, &res.Stats); err != nil {
		return err
	}
	res.Stats.PID = 0 // of no use later
	res.Seconds = tally.took.Seconds()
	res.Answered, res.Failed = tally.answered, tally.failed
	res.Digest = fmt.Sprintf("%016x", tally.digest)
	res.LatencyP50 = tally.latency(0.50)
	res.LatencyP99 = tally.latency(0.99)
	res.LatencyMax = tally.latency(1)
	for _, name := range []string{"heap", "allocs"} {
		path := filepath.Join(opt.out, name+".pb.gz")
		if err := s.save(ctx, "/debug/pprof/"+name+"?gc=1", path); err != nil {
			return err
		}
	}
	say("%s: %d requests in %.1f s, P99 %.1f ms, peak RSS %.0f MiB", opt.name, tally.answered,
		res.Seconds, res.LatencyP99*1e3, float64(res.PeakRSS)/(1<<20))
	return nil
}

// underLimit is the run with the limit.
func underLimit(ctx context.Context, opt options, res *result) error {
	ctx, cancel := context.WithTimeout(ctx, opt.timeout)
	defer cancel()
	s, err := start(ctx, opt.service)
	if err != nil {
		return err
	}
	defer s.kill()
	guard := s.guard(ctx, opt.limit, cancel)
	tally := drive(ctx, s, opt)
	cancel()
	verdict := <-guard
	if !verdict.killed && tally.answered < opt.requests {
		return fmt.Errorf("%s under the limit: %d of %d requests were answered: %w",
			opt.name, tally.answered, opt.requests, tally.why())
	}
	res.Killed, res.LimitRSS = verdict.killed, verdict.rss
	res.LimitServed = tally.answered
	res.LimitAfter = tally.took.Seconds()
	limit, rss := float64(opt.limit)/(1<<20), float64(verdict.rss)/(1<<20)
	if verdict.killed {
		say("%s: KILLED (SIGKILL) after %d requests, %.1f MiB over the %.0f MiB limit",
			opt.name, tally.answered, rss-limit, limit)
	} else {
		say("%s: survived all %d requests, with %.1f MiB of %.0f MiB at most",
			opt.name, tally.answered, rss, limit)
	}
	return nil
}

var errStopped = errors.New("out of time, or stopped")

func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}
