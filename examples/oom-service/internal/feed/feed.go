// Package feed tells what happens in the shop, newest last.
package feed

// recentEvents is the number of events that Recent returns at most.
const recentEvents = 50

// Event is one thing that happened.
type Event struct {
	Kind     string `json:"kind"`
	Order    string `json:"order"`
	Customer string `json:"customer"`
	Detail   string `json:"detail"`
	Cents    int64  `json:"cents"`

	reply chan []*Event
}

var events = make(chan *Event, 256)

func init() {
	go run()
}

// Publish adds an event to the feed.
func Publish(kind, order, customer, detail string, cents int64) {
	events <- &Event{
		Kind:     kind,
		Order:    order,
		Customer: customer,
		Detail:   detail,
		Cents:    cents,
	}
}

// Recent returns the last events, with all that was published before the call.
func Recent() []*Event {
	reply := make(chan []*Event, 1)
	events <- &Event{reply: reply}
	return <-reply
}

func run() {
	var recent []*Event
	for e := range events {
		if e.reply != nil {
			e.reply <- append([]*Event{}, recent...)
			continue
		}
		recent = append(recent, e)
		if len(recent) > recentEvents {
			recent = recent[1:]
		}
	}
}
