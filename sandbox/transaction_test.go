package sandbox_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// meanwhile is a body whose sender waits for something before the first byte.
type meanwhile struct {
	bytes.Reader
	wait func()
}

func (m *meanwhile) Read(p []byte) (int, error) {
	if m.wait != nil {
		m.wait()
		m.wait = nil
	}
	return m.Reader.Read(p)
}

func TestABodyThatIsSlowHoldsNobodyUp(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	token := str(v.exchange(), "accessToken")
	for _, path := range []string{
		tokenPath, revokePath, "/restapi/oauth/authorize", "/restapi/oauth/sign-in", exchangePath, "/api/auth/token/refresh", "/api/auth/login/admin",
		"/voice/api/v1/auth/login", "/voice/api/v1/admin/users/passwordReset",
	} {
		asked := false
		body := &meanwhile{wait: func() {
			asked = true
			done := make(chan struct{})
			go func() {
				defer close(done)
				r := httptest.NewRequest(http.MethodGet, usersPath, nil)
				r.Header.Set("Authorization", "Bearer "+token)
				w := httptest.NewRecorder()
				if v.ServeHTTP(w, r); w.Code != http.StatusOK {
					t.Errorf("%s: another caller is answered %d", path, w.Code)
				}
			}()
			select {
			case <-done:
			case <-time.After(10 * time.Second):
				t.Errorf("%s: another caller waits for the body", path)
			}
		}}
		r := httptest.NewRequest(http.MethodPost, path, body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", "Bearer "+token)
		v.ServeHTTP(httptest.NewRecorder(), r)
		if !asked {
			t.Errorf("%s: the body is not read", path)
		}
	}
}
