package ringcx_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
)

func TestNoWayOfPrintingShowsASecret(t *testing.T) {
	token := ringcx.Token{AccessToken: "canary-access", RefreshToken: "canary-refresh", Expiry: time.Now()}
	config := ringcx.Config{ClientID: "client", ClientSecret: "canary-secret"}
	grant := config.JWT("canary.jwt.value")
	session := config.NewSession(grant, nil)
	var out bytes.Buffer
	for _, v := range []any{
		token, &token, config, &config, grant, session,
		[]any{token, &config},
		map[string]any{"t": token},
		struct{ T ringcx.Token }{token},
		struct{ G ringcx.Grant }{grant},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			_, _ = fmt.Fprintf(&out, verb+"\n", v)
		}
		_, _ = fmt.Fprintln(&out, v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
	}
	for _, v := range []any{token, &token, []*ringcx.Token{&token}} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
	}
	if s := out.String(); strings.Contains(s, "canary") {
		i := strings.Index(s, "canary")
		t.Errorf("a secret shows: …%s…", s[max(i-80, 0):min(i+40, len(s))])
	}
	hex := fmt.Sprintf("%x", "canary-secret")
	if strings.Contains(out.String(), hex) {
		t.Error("a secret shows in hexadecimal")
	}
	if !strings.Contains(out.String(), "client") || !strings.Contains(token.String(), "expires") {
		t.Error("nothing useful is printed either")
	}
}
