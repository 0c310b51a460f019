// Package stats serves what the runtime says of itself, and pprof's pages.
// Both variants of the service use it as it is.
package stats

import (
	"encoding/json"
	"math"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime"
	"runtime/metrics"
)

// Stats is what /stats answers. Sizes are bytes, times are seconds.
type Stats struct {
	GoVersion       string  `json:"go_version"`
	PID             int     `json:"pid,omitempty"`
	Procs           int     `json:"procs"`
	TotalAllocBytes uint64  `json:"total_alloc_bytes"`
	Mallocs         uint64  `json:"mallocs"`
	HeapAllocBytes  uint64  `json:"heap_alloc_bytes"`
	SysBytes        uint64  `json:"sys_bytes"`
	GCCycles        uint32  `json:"gc_cycles"`
	GCPauseTotal    float64 `json:"gc_pause_total_seconds"`
	GCPauseP50      float64 `json:"gc_pause_p50_seconds"`
	GCPauseP99      float64 `json:"gc_pause_p99_seconds"`
	GCCPU           float64 `json:"gc_cpu_seconds"`
}

// Register adds /healthz, /stats and /debug/pprof/ to mux.
func Register(mux *http.ServeMux) {
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/stats", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(read())
	})
	mux.HandleFunc("/debug/pprof/", pprof.Index)
}

func read() Stats {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s := Stats{
		GoVersion:       runtime.Version(),
		PID:             os.Getpid(),
		Procs:           runtime.GOMAXPROCS(0),
		TotalAllocBytes: m.TotalAlloc,
		Mallocs:         m.Mallocs,
		HeapAllocBytes:  m.HeapAlloc,
		SysBytes:        m.Sys,
		GCCycles:        m.NumGC,
		GCPauseTotal:    float64(m.PauseTotalNs) / 1e9,
	}
	if h := pauses(); h != nil {
		s.GCPauseP50 = quantile(h, 0.50)
		s.GCPauseP99 = quantile(h, 0.99)
	}
	cpu := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}}
	metrics.Read(cpu)
	if cpu[0].Value.Kind() == metrics.KindFloat64 {
		s.GCCPU = cpu[0].Value.Float64()
	}
	return s
}

// pauses returns the histogram of the stops of the world for the collector.
// The first name exists from Go 1.22 on, the second before.
func pauses() *metrics.Float64Histogram {
	for _, name := range []string{"/sched/pauses/total/gc:seconds", "/gc/pauses:seconds"} {
		sample := []metrics.Sample{{Name: name}}
		metrics.Read(sample)
		if sample[0].Value.Kind() == metrics.KindFloat64Histogram {
			return sample[0].Value.Float64Histogram()
		}
	}
	return nil
}

// quantile returns the upper edge of the bucket that holds the quantile q.
func quantile(h *metrics.Float64Histogram, q float64) float64 {
	total := uint64(0)
	for _, n := range h.Counts {
		total += n
	}
	rank := uint64(math.Ceil(q * float64(total)))
	seen := uint64(0)
	for i, n := range h.Counts {
		seen += n
		if seen >= rank && n > 0 {
			if edge := h.Buckets[i+1]; !math.IsInf(edge, 0) {
				return edge
			}
			return h.Buckets[i]
		}
	}
	return 0
}
