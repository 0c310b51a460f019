// ledger_program: holds some memory, serves /debug/vars, /debug/pprof and, like a Prometheus client,
// /metrics; prints its address, and then what its runtime/metrics say, once for each line it gets.
// It samples every 4096 bytes: of 20,000 records of 1536 bytes 31 % are sampled then, so that what the
// profile says of them is off by 1 % (the default rate's 60 samples: 13 %), and a check of a share within
// 10 % does not fail by chance (9 sigma).
package main

import (
	"bufio"
	_ "expvar"
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime"
	"runtime/metrics"
)

type record struct {
	name string
	body []byte
	next *record
}

var kept *record
var stop = make(chan int)

func keep(n int) {
	for i := 0; i < n; i++ {
		kept = &record{fmt.Sprint("record ", i), make([]byte, 1500), kept}
		for k := range kept.body {
			kept.body[k] = byte(k)
		}
	}
}

func serveMetrics(w http.ResponseWriter, r *http.Request) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Fprintf(w, "# TYPE go_memstats_heap_inuse_bytes gauge\ngo_memstats_heap_inuse_bytes %e\n", float64(m.HeapInuse))
	fmt.Fprintf(w, "go_goroutines %d\n", runtime.NumGoroutine())
}

func main() {
	runtime.MemProfileRate = 4096
	keep(20000)
	for i := 0; i < 300; i++ {
		go func() { <-stop }()
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	http.HandleFunc("/metrics", serveMetrics)
	go http.Serve(listener, nil)
	runtime.GC()
	fmt.Println(listener.Addr())
	names := []string{"/memory/classes/heap/objects:bytes", "/memory/classes/heap/unused:bytes",
		"/memory/classes/heap/stacks:bytes", "/memory/classes/heap/free:bytes"}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		for _, name := range names {
			s := []metrics.Sample{{Name: name}}
			metrics.Read(s)
			fmt.Print(s[0].Value.Uint64(), " ")
		}
		fmt.Println()
	}
}
