// Package fixed_test holds both variants of the service to the same answers.
package fixed_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	fixedapi "example.com/oom-service/fixed/internal/api"
	"example.com/oom-service/internal/api"
	"example.com/oom-service/internal/load"
)

// answer is all of a response that a client sees.
type answer struct {
	status int
	kind   string
	length string
	body   string
}

func ask(h http.Handler, r load.Request) answer {
	req := httptest.NewRequest(r.Method, r.Target, strings.NewReader(r.Body))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return answer{w.Code, w.Header().Get("Content-Type"), w.Header().Get("Content-Length"), w.Body.String()}
}

// same asks both variants and returns their common answer.
func same(t *testing.T, before, after http.Handler, r load.Request) answer {
	t.Helper()
	want, got := ask(before, r), ask(after, r)
	if got != want {
		t.Fatalf("%s %s\n%s\nbefore: %+v\nafter:  %+v", r.Method, r.Target, r.Body, want, got)
	}
	return want
}

// odd are requests that the load does not hold: what clients do wrong, and text
// that JSON and log lines have to escape.
var odd = []load.Request{
	{Method: "POST", Target: "/orders", Body: ``},
	{Method: "POST", Target: "/orders", Body: `[]`},
	{Method: "POST", Target: "/orders", Body: `{"id":"x"`},
	{Method: "POST", Target: "/orders", Body: `{"id":"x","items":[{"quantity":"two"}]}`},
	{Method: "POST", Target: "/orders", Body: `{"items":[{"quantity":1}]}`},
	{Method: "POST", Target: "/orders", Body: `{"id":"x"}`},
	{Method: "POST", Target: "/orders", Body: `{"id":"x","items":[null]}`},
	{Method: "POST", Target: "/orders", Body: `{"id":"x","items":[{"quantity":1,"cents":-1}]}`},
	{Method: "POST", Target: "/orders", Body: `{"id":"x","items":[{"quantity":1,"cents":1}],"notes":[]}`},
	{Method: "POST", Target: "/orders", Body: `{"id":"x","items":[{"sku":"s"},{"name":"kept?"}]}`},
	{Method: "POST", Target: "/orders", Body: `{"id":"y","items":[{"quantity":1},{"quantity":3}]}`},
	{Method: "POST", Target: "/orders", Body: `{"id":"big","items":[{"quantity":9223372036854775807,"cents":9}]}`},
	{Method: "POST", Target: "/orders", Body: `{"id":"ü","region":"\u2028<&>","placed":"\t\"\\","items":[{"sku":"\b\f\u0001","quantity":1}],"notes":["a\u2029","é"]}`},
	{Method: "POST", Target: "/orders", Body: "{\"id\":\"\xff\",\"items\":[{\"quantity\":2}],\"notes\":[\"\xfe\"]}"},
	{Method: "POST", Target: "/orders", Body: `{"id":"long","region":"` + strings.Repeat("wide ", 9000) + `","items":[{"quantity":1}]}`},
	{Method: "GET", Target: "/orders/x"},
	{Method: "GET", Target: "/orders/y"},
	{Method: "GET", Target: "/orders/big"},
	{Method: "GET", Target: "/orders/long"},
	{Method: "GET", Target: "/orders/%C3%BC"},
	{Method: "GET", Target: "/orders/none"},
	{Method: "GET", Target: "/orders/%22%3C%00"},
	{Method: "GET", Target: "/report"},
	{Method: "GET", Target: "/report?first=-1&count=3"},
	{Method: "GET", Target: "/report?first=0&count=nine"},
	{Method: "GET", Target: "/report?first=0&count=100000"},
	{Method: "GET", Target: "/report?first=9223372036854775807&count=5"},
	{Method: "GET", Target: "/report?first=40&count=200&region=north"},
	{Method: "GET", Target: "/search?first=0&count=0"},
	{Method: "GET", Target: "/search?first=0&count=200"},
	{Method: "GET", Target: "/search?first=0&count=200&sku=sku-003"},
	{Method: "GET", Target: "/search?first=0&count=200&over=x"},
	{Method: "GET", Target: "/search?first=0&count=200&over=-5&region=east&sku=sku-010"},
	{Method: "POST", Target: "/sessions"},
	{Method: "POST", Target: "/sessions?user=a"},
	{Method: "POST", Target: "/sessions?user=a%2Fb&device=c&at=%3Cnow%3E&page=%22"},
	{Method: "POST", Target: "/sessions?user=a%2Fb&device=c&at=later&page=z"},
	{Method: "POST", Target: "/sessions?user=a%2Fb&device=c&at=later&page=b"},
	{Method: "POST", Target: "/sessions?user=a%2Fb&device=c&at=%FF&page=b"},
	{Method: "POST", Target: "/logs"},
	{Method: "POST", Target: "/logs", Body: " \n\t "},
	{Method: "POST", Target: "/logs", Body: "a b\n\nt INFO \nt WARN  two  blanks \nt INFO k=v ms=7 ms=12 =x x=\n"},
	{Method: "POST", Target: "/logs", Body: "t <L> \"q\" ms=5\r\nt Ü ms=9 ünter\n\xff\n\xff \xff \xff ms=\xff\xff\n"},
	{Method: "POST", Target: "/logs", Body: "t A ms=1\nt B ms=1\nt C ms=1\nt B ms=\nt A x"},
	{Method: "GET", Target: "/tail"},
	{Method: "GET", Target: "/tail?count=0"},
	{Method: "GET", Target: "/tail?count=9"},
	{Method: "GET", Target: "/tail?count=5000"},
	{Method: "GET", Target: "/feed"},
	{Method: "PUT", Target: "/orders", Body: `{"id":"x","items":[{"quantity":7}]}`},
	{Method: "GET", Target: "/nothing"},
	{Method: "GET", Target: "/"},
}

// TestSameAnswers asks in one test, for both services remember what came before.
func TestSameAnswers(t *testing.T) {
	log.SetOutput(io.Discard)
	before, after := api.Handler(), fixedapi.Handler()

	same(t, before, after, load.Request{Method: "GET", Target: "/feed"})
	same(t, before, after, load.Request{Method: "GET", Target: "/tail?count=3"})
	statuses := map[int]int{}
	for i := 0; i < 4000; i++ {
		statuses[same(t, before, after, load.Nth(i)).status]++
	}
	for _, r := range odd {
		statuses[same(t, before, after, r).status]++
	}
	for _, status := range []int{200, 201, 400, 404, 422} {
		if statuses[status] == 0 {
			t.Errorf("no request was answered with %d", status)
		}
	}
	sameUsage(t, before, after)
}

// sameUsage waits for the counters: the first variant counts in the background.
func sameUsage(t *testing.T, before, after http.Handler) {
	t.Helper()
	r := load.Request{Method: "GET", Target: "/usage"}
	for try := 0; try < 100; try++ {
		if ask(before, r) == ask(after, r) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	same(t, before, after, r)
}

// TestBounded shows what the repaired variant forgets: the oldest.
func TestBounded(t *testing.T) {
	log.SetOutput(io.Discard)
	after := fixedapi.Handler()
	const kept = 4096
	for i := 0; i < kept+10; i++ {
		ask(after, load.Request{Method: "POST", Target: "/orders",
			Body: `{"id":"bounded-` + string(rune('a'+i%26)) + strings.Repeat("x", i/26) + `","items":[{"quantity":1}]}`})
	}
	if a := ask(after, load.Request{Method: "GET", Target: "/orders/bounded-a"}); a.status != 404 {
		t.Errorf("the oldest order is answered with %d", a.status)
	}
	last := "/orders/bounded-" + string(rune('a'+(kept+9)%26)) + strings.Repeat("x", (kept+9)/26)
	if a := ask(after, load.Request{Method: "GET", Target: last}); a.status != 200 {
		t.Errorf("the newest order is answered with %d", a.status)
	}
}
