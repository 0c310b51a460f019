// Package api answers the requests of the shop's clients.
package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"example.com/oom-service/fixed/internal/feed"
	"example.com/oom-service/fixed/internal/logline"
	"example.com/oom-service/fixed/internal/order"
	"example.com/oom-service/fixed/internal/render"
	"example.com/oom-service/fixed/internal/session"
)

// maxRange is the number of orders or lines that one request may ask for.
const maxRange = 200

// Handler returns the service.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/orders", handle(postOrder))
	mux.HandleFunc("/orders/", handle(getOrder))
	mux.HandleFunc("/report", handle(getReport))
	mux.HandleFunc("/search", handle(getSearch))
	mux.HandleFunc("/sessions", handle(postSession))
	mux.HandleFunc("/logs", handle(postLogs))
	mux.HandleFunc("/tail", handle(getTail))
	mux.HandleFunc("/feed", handle(getFeed))
	mux.HandleFunc("/usage", handle(getUsage))
	return mux
}

func postOrder(c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	defer body.Free()
	o, err := order.Parse(body.B)
	if err != nil {
		var field *order.FieldError
		if errors.As(err, &field) {
			return c.fail(http.StatusUnprocessableEntity, err)
		}
		return c.fail(http.StatusBadRequest, err)
	}
	order.Save(&o)
	c.label("order").labelText(o.Region).labelNumber(len(o.Items)).count()
	o.WriteJSON(&c.out)
	err = c.sendJSON(http.StatusCreated)
	publish(&o)
	return err
}

func publish(o *order.Order) {
	feed.Publish(feed.Event{
		Kind:     feed.OrderPlaced,
		Order:    o.ID,
		Customer: o.Customer,
		Subject:  o.Region,
		Quantity: len(o.Items),
		Cents:    o.Total,
	})
	for i := range o.Items {
		feed.Publish(feed.Event{
			Kind:     feed.ItemSold,
			Order:    o.ID,
			Customer: o.Customer,
			Subject:  o.Items[i].Name,
			Quantity: o.Items[i].Quantity,
			Cents:    o.Items[i].Cents,
		})
	}
}

func getOrder(c *call) error {
	id := strings.TrimPrefix(c.r.URL.Path, "/orders/")
	o, ok := order.Find(id)
	if !ok {
		return c.fail(http.StatusNotFound, fmt.Errorf("order %s: not found", id))
	}
	o.WriteJSON(&c.out)
	return c.sendJSON(http.StatusOK)
}

func getReport(c *call) error {
	first, count, err := c.window()
	if err != nil {
		return c.fail(http.StatusBadRequest, err)
	}
	filter := order.Filter{Region: c.query.Get("region")}
	out := append(c.out.B, "order,customer,region,placed,items,dearest,net,tax,total\n"...)
	sum, rows := int64(0), 0
	for n := first; n < first+count; n++ {
		o, ok := order.Numbered(n)
		if !ok || !filter.Match(&o) {
			continue
		}
		out = appendRow(out, &o)
		sum += o.Total
		rows++
	}
	out = append(out, "sum,"...)
	out = render.AppendMoney(out, sum)
	c.out.B = append(out, '\n')
	c.label("report").labelText(filter.Region).labelNumber(rows).count()
	return c.sendText(http.StatusOK)
}

func appendRow(dst []byte, o *order.Order) []byte {
	for _, text := range [...]string{o.ID, o.Customer, o.Region, o.Placed} {
		dst = append(append(dst, text...), ',')
	}
	sku, net := o.DearestLine()
	dst = strconv.AppendInt(dst, int64(len(o.Items)), 10)
	dst = append(append(dst, ','), sku...)
	dst = render.AppendMoney(append(dst, '='), net)
	for _, cents := range [...]int64{o.Net, o.Tax, o.Total} {
		dst = render.AppendMoney(append(dst, ','), cents)
	}
	return append(dst, '\n')
}

func getSearch(c *call) error {
	first, count, err := c.window()
	if err != nil {
		return c.fail(http.StatusBadRequest, err)
	}
	filter := order.Filter{SKU: c.query.Get("sku"), Region: c.query.Get("region")}
	if text := c.query.Get("over"); text != "" {
		filter.Over, _ = strconv.ParseInt(text, 10, 64)
		filter.IsOver = true
	}
	j := &c.out
	j.Open('{')
	j.Key("count")
	j.Number(int64(count))
	j.Key("first")
	j.Number(int64(first))
	j.Key("orders")
	j.Open('[')
	found := 0
	regions := tally{counts: make([]regionCount, 0, 8)}
	for n := first; n < first+count; n++ {
		o, ok := order.Numbered(n)
		if !ok || !filter.Match(&o) {
			continue
		}
		j.Next()
		j.Text(o.ID)
		regions.add(o.Region)
		found++
	}
	j.Close(']')
	j.Key("regions")
	regions.writeJSON(j)
	j.Close('}')
	c.label("search").labelNumber(filter.Tests()).labelNumber(found).count()
	return c.sendJSON(http.StatusOK)
}

type regionCount struct {
	region string
	count  int64
}

// tally counts the orders of each region. There are few, kept sorted.
type tally struct {
	counts []regionCount
}

func (t *tally) add(region string) {
	i := 0
	for i < len(t.counts) && t.counts[i].region < region {
		i++
	}
	if i == len(t.counts) || t.counts[i].region != region {
		t.counts = append(t.counts, regionCount{})
		copy(t.counts[i+1:], t.counts[i:])
		t.counts[i] = regionCount{region: region}
	}
	t.counts[i].count++
}

func (t *tally) writeJSON(j *render.JSON) {
	j.Open('{')
	for _, c := range t.counts {
		j.Key(c.region)
		j.Number(c.count)
	}
	j.Close('}')
}

func postSession(c *call) error {
	user, device := c.query.Get("user"), c.query.Get("device")
	if user == "" || device == "" {
		return c.fail(http.StatusBadRequest, errors.New("session: user and device are needed"))
	}
	page := c.query.Get("page")
	session.Open(&c.out, user, device, c.query.Get("at"), page)
	c.label("session").labelText(page).count()
	return c.sendJSON(http.StatusOK)
}

func postLogs(c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	defer body.Free()
	accepted, rejected := logline.Ingest(&c.out, body.B)
	c.label("logs").labelNumber(accepted).labelNumber(rejected).count()
	return c.sendJSON(http.StatusOK)
}

func getTail(c *call) error {
	count, err := c.number("count")
	if err != nil {
		return c.fail(http.StatusBadRequest, err)
	}
	c.out.B = logline.AppendTail(c.out.B, min(count, maxRange))
	return c.sendText(http.StatusOK)
}

func getFeed(c *call) error {
	c.out.Open('[')
	for _, e := range feed.Recent() {
		c.out.Next()
		e.WriteJSON(&c.out)
	}
	c.out.Close(']')
	return c.sendJSON(http.StatusOK)
}

// getUsage is asked for by hand, a few times a day: it may cost what it likes.
func getUsage(c *call) error {
	text, err := json.MarshalIndent(usageCounts(), "", "  ")
	if err != nil {
		return err
	}
	c.out.B = append(c.out.B, text...)
	return c.sendJSON(http.StatusOK)
}
