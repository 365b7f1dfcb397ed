package oidc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	patience     = 10 * time.Second // for discovery and keys together
	longestBody  = 1 << 20
	longestHead  = 64 << 10
	longestFile  = 1 << 20
	mostRedirect = 3
)

// newClient makes the client of an issuer. It keeps no connection: keys are seldom asked for.
func newClient(caFile string) (*http.Client, error) {
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, MaxResponseHeaderBytes: longestHead, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
	}
	if caFile != "" {
		text, err := readFile(caFile)
		if err != nil {
			return nil, err
		}
		t.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s holds no certificate", caFile)
		}
	}
	return &http.Client{Transport: t, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if first := via[0].URL; r.URL.Scheme != first.Scheme || r.URL.Host != first.Host || len(via) > mostRedirect {
			return errors.New("the redirect leads to another host, or too far")
		}
		return nil
	}}, nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // it is a setting of whoever runs the broker
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, longestFile+1))
	if err == nil && len(text) > longestFile {
		err = fmt.Errorf("%s has more than %d bytes", path, longestFile)
	}
	return text, err
}

// fetch brings the keys from where they are.
func (k *keySet) fetch(ctx context.Context) ([]jose.JSONWebKey, error) {
	if k.from.File != "" {
		text, err := readFile(k.from.File)
		if err != nil {
			return nil, err
		}
		return parseKeys(text)
	}
	at := k.from.URL
	if at == "" {
		var err error
		if at, err = k.discover(ctx); err != nil {
			return nil, err
		}
	}
	text, err := k.get(ctx, at)
	if err != nil {
		return nil, err
	}
	return parseKeys(text)
}

// discover asks the issuer where its keys are.
func (k *keySet) discover(ctx context.Context) (string, error) {
	text, err := k.get(ctx, strings.TrimSuffix(k.from.issuer, "/")+"/.well-known/openid-configuration")
	if err != nil {
		return "", err
	}
	var found struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if json.Unmarshal(text, &found) != nil {
		return "", errors.New("what should be its discovery document is no JSON")
	}
	if found.Issuer != k.from.issuer {
		return "", fmt.Errorf("its discovery document is that of the issuer %q: write it exactly so, with or without a / at the end", clip(found.Issuer))
	}
	return found.Keys, checkURL("jwks_uri in its discovery document", found.Keys)
}

func clip(s string) string { return s[:min(len(s), 200)] }

// get reads what is at an address.
func (k *keySet) get(ctx context.Context, at string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json, application/jwk-set+json")
	if k.from.TokenFile != "" && (sameHost(r.URL, k.from.issuer) || sameHost(r.URL, k.from.URL)) {
		token, err := readFile(k.from.TokenFile)
		if err != nil {
			return nil, err
		}
		r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	answer, err := k.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %d", at, answer.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, longestBody+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	if len(text) > longestBody {
		return nil, fmt.Errorf("%s answers with more than %d bytes", at, longestBody)
	}
	return text, nil
}

func sameHost(u *url.URL, other string) bool {
	o, err := url.Parse(other)
	return err == nil && other != "" && u.Scheme == o.Scheme && u.Host == o.Host
}
