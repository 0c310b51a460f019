// gc_program allocates, and then says what the runtime counted of its own collector: cycles, forced
// ones, the sum of the pauses (debug.ReadGCStats), the live heap (runtime/metrics).
package main

import (
	"encoding/json"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

var kept [][]byte
var sink []byte

func main() {
	stop, stopped := make(chan bool), make(chan bool)
	go func() {
		for {
			select {
			case <-stop:
				close(stopped)
				return
			default:
				sink = make([]byte, 256<<10)
			}
		}
	}()
	for i := 0; i < 200; i++ {
		kept = append(kept, make([]byte, 128<<10))
		time.Sleep(time.Millisecond)
	}
	close(stop)
	<-stopped
	debug.SetGCPercent(-1)
	runtime.GC()
	// A cycle's line is printed with the world's semaphore held (runtime.gcMarkTermination), after the
	// cycle was counted: who stops the world has waited for the line.
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	var stats debug.GCStats
	debug.ReadGCStats(&stats)
	sample := []metrics.Sample{{Name: "/gc/cycles/forced:gc-cycles"}}
	metrics.Read(sample)
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"cycles": stats.NumGC, "pause_total": stats.PauseTotal.Seconds(),
		"forced": sample[0].Value.Uint64(), "processors": runtime.GOMAXPROCS(0),
	})
}
