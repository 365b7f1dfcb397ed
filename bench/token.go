package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"runtime"
	"testing"
	"time"

	"cloud.google.com/go/auth"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	azruntime "github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/oauth2"

	"github.com/ringcx-go/ringcx"
)

const (
	goroutines = 64 // ask for a token at the same time, as the handlers of a busy server do
	rounds     = 7
)

// cache is something that keeps a token at hand.
type cache struct {
	name  string
	loop  func(*testing.PB) error // asks for the token until there is no next turn
	times []float64               // nanoseconds a token, of each round
	alloc int64                   // allocations a token, the most of all rounds
}

// hotPath is a token that is at hand, asked for from many goroutines.
func hotPath() error {
	testing.Init()
	if err := flag.Set("test.benchtime", "300ms"); err != nil {
		return err
	}
	v, err := newVendor(nil)
	if err != nil {
		return err
	}
	defer v.close()
	session := v.session()
	token, err := session.Token(context.Background())
	if err != nil {
		return err
	}
	empty, ours, end := emptyLoop(), ourCache(session), time.Now().Add(time.Hour)
	peers := []*cache{
		oauth2Cache(token.AccessToken, end), awsCache(token.AccessToken, end),
		azureCache(token.AccessToken, end), googleCache(token.AccessToken, end),
	}
	for range rounds {
		for _, c := range append(peers, empty, ours) {
			if err := c.round(); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	fmt.Printf("a token that is at hand, %d goroutines, median of %d\n", goroutines, rounds)
	fmt.Printf("  %s\n  %s\n", empty, ours)
	for _, c := range peers {
		fmt.Printf("  %s  %4.0f times as long\n", c, median(c.times)/median(ours.times))
	}
	return nil
}

func (c *cache) String() string {
	return fmt.Sprintf("%-33s %7.2f ns  %d allocations", c.name, median(c.times), c.alloc)
}

func (c *cache) round() error {
	failed := make(chan error, goroutines)
	r := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		b.SetParallelism(max(goroutines/runtime.GOMAXPROCS(0), 1))
		b.RunParallel(func(pb *testing.PB) {
			if err := c.loop(pb); err != nil {
				select {
				case failed <- err:
				default:
				}
			}
		})
	})
	select {
	case err := <-failed:
		return err
	default:
	}
	c.times = append(c.times, float64(r.T.Nanoseconds())/float64(r.N))
	c.alloc = max(c.alloc, r.AllocsPerOp())
	return nil
}

// emptyLoop is what the measuring costs. Nothing is taken off for it.
func emptyLoop() *cache {
	return &cache{name: "the loop alone", loop: func(pb *testing.PB) error {
		n := 0
		for pb.Next() {
			n++
		}
		return nil
	}}
}

func ourCache(session *ringcx.Session) *cache {
	return &cache{name: "Session.Token", loop: func(pb *testing.PB) error {
		for pb.Next() {
			if _, err := session.Token(context.Background()); err != nil {
				return err
			}
		}
		return nil
	}}
}

func oauth2Cache(token string, end time.Time) *cache {
	source := oauth2.ReuseTokenSource(&oauth2.Token{AccessToken: token, Expiry: end}, nil)
	return &cache{name: "oauth2.ReuseTokenSource", loop: func(pb *testing.PB) error {
		for pb.Next() {
			if _, err := source.Token(); err != nil {
				return err
			}
		}
		return nil
	}}
}

func awsCache(token string, end time.Time) *cache {
	keys := aws.NewCredentialsCache(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "bench", SecretAccessKey: "bench", SessionToken: token, CanExpire: true, Expires: end}, nil
	}))
	return &cache{name: "aws.CredentialsCache", loop: func(pb *testing.PB) error {
		for pb.Next() {
			if _, err := keys.Retrieve(context.Background()); err != nil {
				return err
			}
		}
		return nil
	}}
}

func googleCache(token string, end time.Time) *cache {
	source := auth.NewCachedTokenProvider(googleLogin{&auth.Token{Value: token, Expiry: end}}, nil)
	return &cache{name: "cloud.google.com/go/auth, cached", loop: func(pb *testing.PB) error {
		for pb.Next() {
			if _, err := source.Token(context.Background()); err != nil {
				return err
			}
		}
		return nil
	}}
}

type googleLogin struct{ token *auth.Token }

func (l googleLogin) Token(context.Context) (*auth.Token, error) { return l.token, nil }

// azureCache reaches azcore's cache, which is internal, where the bearer token policy hands it to an authorization
// handler: each turn is a look into the cache and the setting of one request's header.
func azureCache(token string, end time.Time) *cache {
	bearer := azruntime.NewBearerTokenPolicy(azureLogin{azcore.AccessToken{Token: token, ExpiresOn: end}}, nil, &policy.BearerTokenOptions{
		AuthorizationHandler: policy.AuthorizationHandler{OnRequest: azureTurns},
	})
	pipeline := azruntime.NewPipeline("bench", "v0", azruntime.PipelineOptions{PerRetry: []policy.Policy{bearer}}, nil)
	return &cache{name: "azcore bearer token, header set", loop: func(pb *testing.PB) error {
		ctx := context.WithValue(context.Background(), turnsKey{}, pb)
		req, err := azruntime.NewRequest(ctx, http.MethodGet, "https://127.0.0.1:1/")
		if err != nil {
			return err
		}
		resp, err := pipeline.Do(req) // never sent: azureTurns always ends with an error
		if err == nil {
			return resp.Body.Close()
		}
		if !errors.Is(err, errDone) {
			return err
		}
		return nil
	}}
}

func azureTurns(req *policy.Request, authorize func(policy.TokenRequestOptions) error) error {
	turns, ok := req.Raw().Context().Value(turnsKey{}).(*testing.PB)
	if !ok {
		return errors.New("a request without turns")
	}
	for turns.Next() {
		if err := authorize(policy.TokenRequestOptions{}); err != nil {
			return err
		}
	}
	return errDone
}

type turnsKey struct{}

var errDone = errors.New("no next turn")

type azureLogin struct{ token azcore.AccessToken }

func (l azureLogin) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return l.token, nil
}
