package main

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// upstreamCommand has this program be what all proxies forward to.
const upstreamCommand = "upstream"

// upstream is that, as a process of its own.
type upstream struct{ *process }

func startUpstream() (*upstream, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p, err := start(nil, self, upstreamCommand)
	return &upstream{p}, err
}

// upstreamServer answers what is below /voice/ with a body of a thousand bytes, and /bare/token with a token that is always the
// same. Sign-ins are a sandbox's, and below /issuer is an issuer of tokens for the proxies that check them.
func upstreamServer() error {
	box, err := sandbox.New(&sandbox.Options{NoLimits: true})
	if err != nil {
		return err
	}
	body := bytes.Repeat([]byte(`{"accountId":"21000001"},`), 40)
	token, err := json.Marshal(map[string]any{
		"access_token": strings.Repeat("x", 600), "token_type": "Bearer", "expires_in": 300, "expires_at": time.Now().UTC(), "next_token_at": time.Now().UTC(), "token": "0123456789abcdef",
	})
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // loopback
	if err != nil {
		return err
	}
	issue, err := issuer("http://" + ln.Addr().String() + "/issuer")
	if err != nil {
		return err
	}
	answer := func(body []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(body)
		}
	}
	mux := http.NewServeMux()
	mux.Handle("/", box)
	mux.Handle("/voice/", answer(body))
	mux.Handle("/bare/token", answer(token))
	mux.Handle("/issuer/", issue)
	fmt.Printf("http://%s\n", ln.Addr())
	return (&http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}).Serve(ln)
}

// issuer is one of OpenID Connect, as far as a proxy needs it. It gives a token to whoever asks.
func issuer(url string) (http.Handler, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	encode := base64.RawURLEncoding.EncodeToString
	mux := http.NewServeMux()
	give := func(path string, value any) {
		mux.HandleFunc("/issuer"+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(value)
		})
	}
	give("/.well-known/openid-configuration", map[string]any{
		"issuer": url, "authorization_endpoint": url + "/authorize", "token_endpoint": url + "/nowhere", "jwks_uri": url + "/keys",
		"id_token_signing_alg_values_supported": []string{"RS256"}, "subject_types_supported": []string{"public"}, "response_types_supported": []string{"code"},
	})
	exponent := big.NewInt(int64(key.E)).Bytes()
	give("/keys", map[string]any{"keys": []map[string]string{{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "n": encode(key.N.Bytes()), "e": encode(exponent)}}})
	now := time.Now().Unix()
	claims, err := json.Marshal(map[string]any{
		"iss": url, "sub": peerID, "aud": peerID, "email": "bench@localhost", "email_verified": true, "iat": now, "exp": now + 86400,
	})
	if err != nil {
		return nil, err
	}
	text := encode([]byte(`{"alg":"RS256","typ":"JWT","kid":"1"}`)) + "." + encode(claims)
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	if err != nil {
		return nil, err
	}
	give("/token", map[string]string{"access_token": text + "." + encode(signature)})
	return mux, nil
}
