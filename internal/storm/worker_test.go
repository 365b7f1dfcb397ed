//go:build unix && storm

package storm_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/store/file"
	"github.com/ringcx-go/ringcx/store/postgres"
	"github.com/ringcx-go/ringcx/store/redis"
)

// variable is the environment variable that makes the test binary a worker. Its value is its orders.
const variable = "RINGCX_STORM_WORKER"

// orders are what a worker is to do.
type orders struct {
	Name             string // goes before the User-Agent: the vendor's side tells workers apart by it
	Store            string // file:DIR, postgres://… or redis://…
	Vendor           string // origin of both vendor servers
	ClientID, Secret string
	JWT              string        // "": what is stored is all there is, and who loses it needs a person
	Key              string        // of the lineage
	Pace             time.Duration // from call to call until standard input ends; 0: one call
	Gate             bool          // begin when standard input ends
	Ahead            time.Duration // of the clock
	Nobody           bool          // give up the superuser's rights
	Dies, Stops      string        // the moment (see trap) at which to be killed, or stopped
	Flaw             string        // what the store does wrong (see trap)
	Tells            bool          // say how far a renewal is
}

// What a worker says, one line for each event: a word, then details.
const (
	saidReady   = "ready"   // to begin
	saidOK      = "ok"      // a call to the API worked
	saidRefused = "refused" // a call to the API was answered with 401
	saidLost    = "lost"    // a person must log in
	saidFailed  = "failed"  // no token, or no answer
	saidMoment  = "moment"  // reached the moment at which to die or stop
	saidTurn    = "turn"    // nobody else may renew now
	saidStep    = "step"    // reached a moment of a renewal
	saidDone    = "done"    // others may renew again
)

func say(word string, details any) {
	fmt.Println(word, strings.ReplaceAll(fmt.Sprint(details), "\n", " "))
}

// work is the life of a worker.
func work(text string) error {
	var o orders
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	if o.Nobody {
		dropPrivileges()
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	input := func() { _, _ = io.Copy(io.Discard, os.Stdin); cancel() }
	if !o.Gate {
		go input()
	}
	store, end, err := o.open(ctx)
	if ctx.Err() != nil {
		return nil // told to end before it began
	} else if err != nil {
		return err
	}
	defer end()
	config := &ringcx.Config{
		ClientID: o.ClientID, ClientSecret: o.Secret, UserAgent: o.Name,
		Endpoint: ringcx.Endpoint{RingCentral: o.Vendor, RingCX: o.Vendor},
	}
	if o.Ahead != 0 {
		config.Now = func() time.Time { return time.Now().Add(o.Ahead) }
	}
	var grant ringcx.Grant
	if o.JWT != "" {
		grant = config.JWT(o.JWT)
	}
	session := config.NewSession(grant, &ringcx.SessionOptions{Store: trapped(store, o), Key: o.Key})
	say(saidReady, "")
	if o.Gate {
		input()
		ctx = context.Background()
	}
	o.loop(ctx, session)
	return session.Wait(context.Background())
}

// open opens the store, again and again while its server is away.
func (o orders) open(ctx context.Context) (ringcx.Store, func(), error) {
	if dir, ok := strings.CutPrefix(o.Store, "file:"); ok {
		return &file.Store{Dir: dir}, func() {}, nil
	}
	for {
		store, end, err := dial(ctx, o.Store)
		if err == nil || ctx.Err() != nil {
			return store, end, err
		}
		say(saidFailed, err)
	}
}

func dial(ctx context.Context, url string) (ringcx.Store, func(), error) {
	if strings.HasPrefix(url, "redis:") {
		s, err := redis.Open(ctx, url)
		if err != nil {
			return nil, nil, err
		}
		s.Lease = lease
		return s, s.Close, nil
	}
	s, err := postgres.Open(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	s.Lease = lease
	return s, s.Close, nil
}

func (o orders) loop(ctx context.Context, session *ringcx.Session) {
	client := session.Client()
	for {
		word, details := call(ctx, session, client, o.Vendor)
		if ctx.Err() != nil {
			return
		}
		say(word, details)
		if o.Pace == 0 {
			return
		}
		select {
		case <-time.After(o.Pace):
		case <-ctx.Done():
			return
		}
	}
}

// call uses a token as programs do.
func call(ctx context.Context, session *ringcx.Session, client *http.Client, vendor string) (word string, details any) {
	if _, err := session.Token(ctx); errors.Is(err, ringcx.ErrLoginRequired) {
		return saidLost, err
	} else if err != nil {
		return saidFailed, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, vendor+"/voice/api/v1/admin/accounts", http.NoBody)
	if err != nil {
		return saidFailed, err
	}
	resp, err := client.Do(req)
	if errors.Is(err, ringcx.ErrLoginRequired) {
		return saidLost, err
	} else if err != nil {
		return saidFailed, err
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return saidFailed, err
	}
	switch resp.StatusCode {
	case http.StatusOK:
		return saidOK, ""
	case http.StatusUnauthorized:
		return saidRefused, ""
	}
	return saidFailed, resp.Status
}

// nobody is a user who owns nothing, on Linux; elsewhere an unused one, which is as good.
const nobody = 65534

// dropPrivileges makes the process an ordinary one: for the superuser there are no permissions to lack.
func dropPrivileges() {
	if syscall.Geteuid() != 0 {
		return
	}
	if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody)); err != nil {
		panic(err)
	}
}
