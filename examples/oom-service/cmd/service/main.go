// Command service is a small shop: orders, sessions, log lines. It answers
// correctly and uses memory the way code does that nobody has measured yet.
package main

import (
	"flag"
	"log"
	"net"
	"net/http"

	"example.com/oom-service/internal/api"
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
