// Command service is the same small shop as in ../../../cmd/service with the same
// answers. What it does to memory was measured and mended.
package main

import (
	"flag"
	"log"
	"net"
	"net/http"

	"example.com/oom-service/fixed/internal/api"
	"example.com/oom-service/internal/stats"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to listen on")
	flag.Parse()

	mux := http.NewServeMux()
	mux.Handle("/", api.Handler())
	stats.Register(mux)

	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("listening on http://%s", listener.Addr())
	log.Fatal(http.Serve(listener, mux))
}
