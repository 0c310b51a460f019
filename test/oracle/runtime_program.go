// runtime_program: works, becomes quiet, and tells what its runtime counts each time it gets a line.
// Telling allocates nothing, so that what stands here is what can be read from outside.
package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"sync"
	"time"
)

var kept [][]byte

func work() {
	var group sync.WaitGroup
	for i := 0; i < 300; i++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			b := make([]byte, 100*n+1)
			b[0] = byte(n)
			runtime.Gosched()
		}(i)
	}
	group.Wait()
	for i := 0; i < 3000; i++ {
		b := make([]byte, 17*i%40000)
		if i%3 == 0 {
			kept = append(kept, b)
		}
	}
	kept = append(kept, make([]byte, 3<<20))
	stop := make(chan int)
	for i := 0; i < 500; i++ {
		go func() { <-stop }()
	}
	runtime.GC()
	debug.FreeOSMemory()
	time.Sleep(300 * time.Millisecond)
}

var samples []metrics.Sample
var stats = debug.GCStats{PauseQuantiles: make([]time.Duration, 5), Pause: make([]time.Duration, 0, 1000),
	PauseEnd: make([]time.Time, 0, 1000)}
var memory runtime.MemStats
var line = make([]byte, 0, 1<<16)

func number(name string, value float64) {
	line = append(line, name...)
	line = append(line, ' ')
	line = strconv.AppendFloat(line, value, 'g', 17, 64)
	line = append(line, '\n')
}

// Objects in use by size. ReadMemStats also counts what stands in the spans that processors allocate from,
// so that the counts which are read from outside afterwards have it.
func tellSizes() {
	runtime.ReadMemStats(&memory)
	for _, class := range memory.BySize {
		if class.Size > 0 {
			line = append(line, "size"...)
			line = strconv.AppendUint(line, uint64(class.Size), 10)
			number("", float64(class.Mallocs-class.Frees))
		}
	}
}

func tell() {
	line = line[:0]
	tellSizes()
	debug.ReadGCStats(&stats)
	metrics.Read(samples)
	for _, s := range samples {
		switch s.Value.Kind() {
		case metrics.KindUint64:
			number(s.Name, float64(s.Value.Uint64()))
		case metrics.KindFloat64:
			number(s.Name, s.Value.Float64())
		}
	}
	number("goroutines", float64(runtime.NumGoroutine()))
	number("pause_total", stats.PauseTotal.Seconds())
	number("last_gc", float64(stats.LastGC.UnixNano())/1e9)
	for i, q := range stats.PauseQuantiles {
		number("pause"+string(rune('0'+i)), q.Seconds())
	}
	line = append(line, "end\n"...)
	os.Stdout.Write(line)
}

func main() {
	for _, d := range metrics.All() {
		samples = append(samples, metrics.Sample{Name: d.Name})
	}
	work()
	tell()
	for buf := make([]byte, 1); ; {
		if n, _ := os.Stdin.Read(buf); n == 0 {
			return
		}
		tell()
	}
}
