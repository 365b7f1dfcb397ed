package client_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/broker/client"
	"github.com/ringcx-go/ringcx/sandbox"
)

// A program calls the vendor's addresses. Its requests go to the broker, and it holds nothing but the key.
func Example() {
	address, key, stop := runBroker()
	defer stop()
	c, err := client.New(&client.Options{URL: address, Key: key}) // nil, where RINGCX_BROKER and RINGCX_BROKER_KEY are set
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := c.Client().Get("https://ringcx.ringcentral.com/voice/api/v1/admin/accounts")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body)
	fmt.Println(resp.Status)
	// Output: 200 OK
}

// runBroker runs a broker before a sandbox, as somebody else does for the program.
func runBroker() (address, key string, stop func()) {
	box, err := sandbox.New(nil)
	if err != nil {
		panic(err)
	}
	vendor := httptest.NewServer(box)
	config := &ringcx.Config{
		ClientID: box.Demo().ClientID, ClientSecret: box.Demo().ClientSecret, Endpoint: ringcx.Endpoint{RingCentral: vendor.URL, RingCX: vendor.URL},
	}
	b, err := broker.New(&broker.Options{
		Profiles: []broker.Profile{{Name: "main", Session: config.NewSession(config.JWT(box.Demo().JWT), nil), Endpoint: config.Endpoint}}, Store: new(ringcx.Memory),
	})
	if err != nil {
		panic(err)
	}
	web := httptest.NewServer(b)
	if key, err = b.CreateKey((&http.Request{}).Context(), "example", "", 0); err != nil {
		panic(err)
	}
	return web.URL, key, func() {
		web.Close()
		b.Close()
		vendor.Close()
	}
}
