// Package load makes the requests that the load generator sends and that the
// test compares both variants with. Request i is always the same one.
package load

import (
	"fmt"
	"strings"
)

// Request is one request of the load.
type Request struct {
	Method string
	Target string
	Body   string

	// After is the number of requests, from the first on, that must have been
	// answered before this one is sent, so that its answer is always the same.
	After int
}

const (
	round     = 10  // the kinds of requests come round after so many
	perRound  = 4   // orders in each round
	lag       = 400 // requests between an order and the first look at it
	window    = 40  // orders on one report
	firstRead = lag + round*window
)

var (
	regions = []string{"north", "south", "east", "west"}
	levels  = []string{"DEBUG", "INFO", "INFO", "INFO", "WARN", "ERROR"}
	goods   = []string{
		"Kettle, steel", "Lamp", "Desk \"Oslo\"", "Chair", "Shelf <wide>",
		"Tea & coffee set", "Blanket", "Clock", "Frame", "Mirror", "Rug",
	}
)

// Nth returns request number i, counted from 0.
func Nth(i int) Request {
	r := random(uint64(i)*0x9e3779b97f4a7c15 + 1)
	switch kind := i % round; {
	case kind < perRound:
		return postOrder(&r, i/round*perRound+kind)
	case kind == 4, kind == 5:
		return postSession(&r, i)
	case kind == 6:
		return postLogs(&r, i)
	case i < firstRead:
		return postSession(&r, i)
	case kind == 7:
		return getReport(&r, i)
	case kind == 8:
		return getSearch(&r, i)
	}
	return getOrder(&r, i)
}

func postOrder(r *random, n int) Request {
	var b strings.Builder
	fmt.Fprintf(&b, `{"id":"o-%d","customer":"customer-%04d","region":%q,"placed":%q,"items":[`,
		n, r.below(2000), pick(r, regions), moment(n))
	for k, items := 0, 1+r.below(8); k < items; k++ {
		if k > 0 {
			b.WriteByte(',')
		}
		quantity := 1 + r.below(5)
		if r.below(200) == 0 {
			quantity = 0 // the service has to turn this order down
		}
		good := r.below(len(goods))
		fmt.Fprintf(&b, `{"sku":"sku-%03d","name":%q,"quantity":%d,"cents":%d}`,
			good*7+r.below(7), goods[good], quantity, 99+r.below(20000))
	}
	b.WriteString(`]`)
	if notes := r.below(4); notes > 0 {
		b.WriteString(`,"notes":["please ring twice"`)
		for ; notes > 1; notes-- {
			fmt.Fprintf(&b, `,"parcel %d stays with the neighbour"`, notes)
		}
		b.WriteString(`]`)
	}
	b.WriteString(`}`)
	return Request{Method: "POST", Target: "/orders", Body: b.String()}
}

func postSession(r *random, i int) Request {
	return Request{
		Method: "POST",
		Target: fmt.Sprintf("/sessions?user=user-%04d&device=d-%d&at=%s&page=%%2F%s",
			r.below(3000), i, moment(i), pick(r, []string{"start", "basket", "search"})),
	}
}

func postLogs(r *random, i int) Request {
	var b strings.Builder
	for k := 0; k < 24; k++ {
		if r.below(60) == 0 {
			fmt.Fprintf(&b, "truncated-%d\n", k)
			continue
		}
		fmt.Fprintf(&b, "%s %s checkout step %d done shop=%s customer=customer-%04d ms=%d trace=%016x\n",
			moment(i+k), pick(r, levels), 1+r.below(6), pick(r, regions), r.below(2000),
			r.below(900), r.next())
	}
	return Request{Method: "POST", Target: "/logs", Body: b.String()}
}

func getOrder(r *random, i int) Request {
	n := settled(i) - 1 - r.below(window)
	return read(i, fmt.Sprintf("/orders/o-%d", n))
}

func getReport(r *random, i int) Request {
	return read(i, fmt.Sprintf("/report?first=%d&count=%d", settled(i)-window, window))
}

func getSearch(r *random, i int) Request {
	target := fmt.Sprintf("/search?first=%d&count=%d&over=%d",
		settled(i)-window, window, r.below(60000))
	if r.below(2) == 0 {
		target += "&region=" + pick(r, regions)
	}
	return read(i, target)
}

func read(i int, target string) Request {
	return Request{Method: "GET", Target: target, After: i - lag}
}

// settled returns how many orders were sent before the requests that may still
// be on their way when request i is sent.
func settled(i int) int {
	return (i - lag) / round * perRound
}

func moment(n int) string {
	return fmt.Sprintf("2026-03-%02dT%02d:%02d:%02dZ", 1+n/86400%28, n/3600%24, n/60%60, n%60)
}

// random is the splitmix64 generator: small, and the same with every Go version.
type random uint64

func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (r *random) below(n int) int {
	return int(r.next() % uint64(n))
}

func pick(r *random, list []string) string {
	return list[r.below(len(list))]
}
