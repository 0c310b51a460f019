// Package feed tells what happens in the shop, newest last.
package feed

import (
	"strconv"

	"example.com/oom-service/fixed/internal/render"
)

// recentEvents is the number of events that the feed holds.
const recentEvents = 50

// Kind says what happened.
type Kind string

const (
	OrderPlaced Kind = "order" // Subject is the region, Quantity counts the items
	ItemSold    Kind = "item"  // Subject is the article
)

// Event is one thing that happened. Its sentence is made when somebody asks.
type Event struct {
	Kind     Kind
	Order    string
	Customer string
	Subject  string
	Quantity int
	Cents    int64
}

// message goes through the channel as a value: an event, or a question.
type message struct {
	event Event
	reply chan []Event
}

var messages = make(chan message, 256)

func init() {
	go run()
}

// Publish adds an event to the feed.
func Publish(e Event) {
	messages <- message{event: e}
}

// Recent returns the last events, with all that was published before the call.
func Recent() []Event {
	reply := make(chan []Event, 1)
	messages <- message{reply: reply}
	return <-reply
}

func run() {
	var ring [recentEvents]Event
	total := 0
	for m := range messages {
		if m.reply == nil {
			ring[total%recentEvents] = m.event
			total++
			continue
		}
		recent := make([]Event, 0, recentEvents)
		for n := max(0, total-recentEvents); n < total; n++ {
			recent = append(recent, ring[n%recentEvents])
		}
		m.reply <- recent
	}
}

// WriteJSON writes the event.
func (e *Event) WriteJSON(j *render.JSON) {
	j.Open('{')
	j.Key("kind")
	j.Text(string(e.Kind))
	j.Key("order")
	j.Text(e.Order)
	j.Key("customer")
	j.Text(e.Customer)
	j.Key("detail")
	var room [128]byte
	j.Text(string(e.appendDetail(room[:0])))
	j.Key("cents")
	j.Number(e.Cents)
	j.Close('}')
}

func (e *Event) appendDetail(dst []byte) []byte {
	dst = strconv.AppendInt(dst, int64(e.Quantity), 10)
	if e.Kind == ItemSold {
		dst = append(dst, " x "...)
		return append(dst, e.Subject...)
	}
	dst = append(dst, " items for "...)
	dst = append(dst, e.Subject...)
	dst = append(dst, ", "...)
	return render.AppendMoney(dst, e.Cents)
}
