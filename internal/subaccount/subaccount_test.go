package subaccount_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/subaccount"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// vendor is one that tells a login its accounts, and counts how often it was asked.
type vendor struct {
	all   []subaccount.Account
	err   error
	asked int
}

func (v *vendor) list(context.Context) ([]subaccount.Account, error) {
	v.asked++
	return v.all, v.err
}

func (v *vendor) chooser(c *subaccount.Cache) *subaccount.Chooser {
	return &subaccount.Chooser{List: v.list, Cache: c, Login: "login"}
}

var three = []subaccount.Account{{ID: "21000001", Name: "Sales"}, {ID: "21000002", Name: "Support"}, {ID: "21000003", Name: "support "}}

func cache(t *testing.T) *subaccount.Cache {
	return &subaccount.Cache{Path: filepath.Join(t.TempDir(), "below", "accounts.json")}
}

func TestAnAccountIsFoundByIDOrByAnUnambiguousName(t *testing.T) {
	for given, want := range map[string]string{"21000002": "21000002", "Sales": "21000001", "sAlEs": "21000001", " sales ": "21000001"} {
		v := &vendor{all: three}
		if got, err := v.chooser(nil).Choose(t.Context(), given); err != nil || got.ID != want {
			t.Errorf("%q is %+v (%v)", given, got, err)
		}
	}
	for given, says := range map[string]string{"": "Sales", "Support": "21000003", "Salse": "21000001 Sales", "2100001": "21000001 Sales", strings.Repeat("x", 1000): "Sales"} {
		v := &vendor{all: three}
		_, err := v.chooser(nil).Choose(t.Context(), given)
		var misuse *usage.Error
		if !errors.As(err, &misuse) || misuse.Remedy == "" || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), strings.Repeat("x", 30)) {
			t.Errorf("%q: %v", given, err)
		}
	}
}

func TestTheOnlyAccountNeedsNoChoice(t *testing.T) {
	v := &vendor{all: three[:1]}
	if got, err := v.chooser(nil).Choose(t.Context(), ""); err != nil || got != three[0] {
		t.Errorf("%+v, %v", got, err)
	}
	v.all = nil
	if _, err := v.chooser(nil).Choose(t.Context(), ""); err == nil {
		t.Error("an account was chosen of none")
	}
}

func TestWhatIsKnownIsNotAskedForAgain(t *testing.T) {
	v, c := &vendor{all: three}, cache(t)
	for _, given := range []string{"21000002", "21000002", "sales", "21000001"} {
		if _, err := v.chooser(c).Choose(t.Context(), given); err != nil {
			t.Fatal(err)
		}
	}
	if v.asked != 1 {
		t.Errorf("the vendor was asked %d times", v.asked)
	}
	if _, err := v.chooser(c).Choose(t.Context(), "21000009"); err == nil || v.asked != 2 {
		t.Errorf("what is not known was asked for %d times (%v)", v.asked-1, err)
	}
	other := &subaccount.Chooser{List: v.list, Cache: c, Login: "another"}
	if _, err := other.Choose(t.Context(), "21000001"); err != nil || v.asked != 3 {
		t.Errorf("another login took what was seen of the first (%v)", err)
	}
	info, err := os.Stat(c.Path)
	if err != nil || info.Mode().Perm() != 0o600 && os.PathSeparator == '/' {
		t.Errorf("the cache: %v %v", info, err)
	}
}

func TestNamesAndWhetherThereAreMoreAreNotBelievedForLong(t *testing.T) {
	v, c := &vendor{all: three[:1]}, cache(t)
	if _, err := v.chooser(c).Choose(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	c.Now = func() time.Time { return time.Now().Add(25 * time.Hour) }
	v.all = []subaccount.Account{{ID: "21000007", Name: "Sales"}, three[0]}
	v.all[1].Name = "Old sales"
	if got, err := v.chooser(c).Choose(t.Context(), "sales"); err != nil || got.ID != "21000007" {
		t.Errorf("the name leads to %+v (%v)", got, err)
	}
	if _, err := v.chooser(c).Choose(t.Context(), ""); err == nil {
		t.Error("one of two was taken for the only one")
	}
	asked := v.asked
	if _, err := v.chooser(c).Choose(t.Context(), "21000001"); err != nil || v.asked != asked {
		t.Errorf("an ID that is known was asked for (%v)", err)
	}
}

func TestALoginThatMayNotListIsBelieved(t *testing.T) {
	v, c := &vendor{err: fmt.Errorf("%w: 403", subaccount.ErrNotListed)}, cache(t)
	for range 2 {
		if got, err := v.chooser(c).Choose(t.Context(), "21000005"); err != nil || got.ID != "21000005" || !got.Believed {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if v.asked != 1 {
		t.Errorf("it was asked %d times", v.asked)
	}
	for _, given := range []string{"", "a/b", "..", "x?y"} {
		if _, err := v.chooser(c).Choose(t.Context(), given); err == nil {
			t.Errorf("%q was taken", given)
		}
	}
}

func TestWhatChangesSomethingGoesByNamesAsTheyAreNow(t *testing.T) {
	for _, given := range []string{"sales", ""} {
		v, c := &vendor{all: three[:1]}, cache(t)
		if got, err := v.chooser(c).Choose(t.Context(), given); err != nil || got.ID != three[0].ID {
			t.Fatalf("%q: %+v, %v", given, got, err)
		}
		v.all = []subaccount.Account{{ID: "21000007", Name: three[0].Name}}
		if got, err := v.chooser(c).Choose(t.Context(), given); err != nil || got.ID != three[0].ID { // the control: what only reads takes what was seen
			t.Errorf("%q: %+v, %v", given, got, err)
		}
		sure := v.chooser(c)
		sure.Sure = true
		if got, err := sure.Choose(t.Context(), given); err != nil || got.ID != "21000007" {
			t.Errorf("%q leads to %+v (%v)", given, got, err)
		}
	}
	v, c := &vendor{err: subaccount.ErrNotListed}, cache(t)
	sure := v.chooser(c)
	sure.Sure = true
	for range 2 {
		if _, err := sure.Choose(t.Context(), "21000001"); err != nil {
			t.Error(err)
		}
	}
	if v.asked != 2 {
		t.Errorf("a refusal from before was taken for one now: asked %d times", v.asked)
	}
}

func TestANameThatNobodyLooksUpIsNotTakenForAnID(t *testing.T) {
	for _, given := range []string{"Sales", "sales", "21000001x", "２1", "-1", "1.0", "007", "+7", "99999999999999999999"} {
		v := &vendor{err: subaccount.ErrNotListed}
		if got, err := v.chooser(nil).Choose(t.Context(), given); err == nil {
			t.Errorf("%q, which cannot be listed: %+v", given, got)
		}
		if got, err := (&subaccount.Chooser{}).Choose(t.Context(), given); err == nil {
			t.Errorf("%q, of which nobody is asked: %+v", given, got)
		}
	}
}

func TestACallThatIsOnlyShownIsRefusedWhereTheRealOneIs(t *testing.T) {
	v, c := &vendor{all: three}, cache(t)
	if _, err := v.chooser(c).Choose(t.Context(), "21000001"); err != nil {
		t.Fatal(err)
	}
	shown := &subaccount.Chooser{Cache: c, Login: v.chooser(c).Login, Sure: true}
	for given, there := range map[string]bool{"21000001": true, "sales": true, "21000009": false, "nobody": false, "": false} {
		if got, err := shown.Choose(t.Context(), given); (err == nil) != there {
			t.Errorf("%q: %+v, %v", given, got, err)
		}
	}
	c.Now = func() time.Time { return time.Now().Add(25 * time.Hour) }
	if got, err := shown.Choose(t.Context(), "21000009"); err != nil || !got.Believed {
		t.Errorf("an account that may be new: %+v, %v", got, err)
	}
}

func TestAFailureIsNotTakenForAnAnswer(t *testing.T) {
	down := errors.New("down")
	v, c := &vendor{err: down}, cache(t)
	if _, err := v.chooser(c).Choose(t.Context(), "21000001"); !errors.Is(err, down) {
		t.Errorf("got %v", err)
	}
	if v.err, v.all = nil, three; true {
		if got, err := v.chooser(c).Choose(t.Context(), "21000001"); err != nil || got.Believed {
			t.Errorf("the failure was kept: %+v, %v", got, err)
		}
	}
}

func TestACacheThatIsBrokenIsNone(t *testing.T) {
	for _, content := range []string{"", "{", "[]", "null", `{"login":7}`, `{"login":{"at":"x"}}`, strings.Repeat(" ", 5<<20) + "{}"} {
		v, c := &vendor{all: three}, cache(t)
		if err := os.MkdirAll(filepath.Dir(c.Path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(c.Path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := v.chooser(c).Choose(t.Context(), "sales"); err != nil {
				t.Errorf("%.20q: %v", content, err)
			}
		}
		if v.asked != 1 {
			t.Errorf("%.20q: asked %d times", content, v.asked)
		}
	}
	v := &vendor{all: three}
	nowhere := &subaccount.Cache{Path: filepath.Join(t.TempDir(), "file", "accounts.json")}
	if err := os.WriteFile(filepath.Dir(nowhere.Path), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := v.chooser(nowhere).Choose(t.Context(), "sales"); err != nil {
			t.Error(err)
		}
	}
}

func TestACacheStaysSmall(t *testing.T) {
	c, now := cache(t), time.Now()
	c.Now = func() time.Time { return now }
	for i := range 100 {
		now = now.Add(time.Second)
		login := &subaccount.Chooser{Cache: c, Login: fmt.Sprint(i)}
		login.Saw(three)
	}
	first, last := &subaccount.Chooser{Cache: c, Login: "0"}, &subaccount.Chooser{Cache: c, Login: "99"}
	if first.Kept("21000001").Name != "" || last.Kept("21000001").Name != "Sales" {
		t.Error("the latest are not those that are kept")
	}
	many := make([]subaccount.Account, 5000)
	big := &subaccount.Chooser{Cache: c, Login: "big"}
	big.Saw(many)
	if info, err := os.Stat(c.Path); err != nil || info.Size() > 64<<10 {
		t.Errorf("the file: %v %v", info, err)
	}
}

func TestNobodyIsAskedForACallThatIsNotSent(t *testing.T) {
	c := &subaccount.Chooser{}
	if got, err := c.Choose(t.Context(), "21000001"); err != nil || got.ID != "21000001" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := c.Choose(t.Context(), ""); err == nil {
		t.Error("an account came from nowhere")
	}
}

func TestKeysTellLoginsApartAndNothingElse(t *testing.T) {
	if subaccount.Key("a", "b") == subaccount.Key("ab", "") || subaccount.Key("a", "b") == subaccount.Key("b", "a") {
		t.Error("two logins have one key")
	}
	if strings.Contains(subaccount.Key("https://x", "app"), "app") {
		t.Error("a key can be read")
	}
}

func TestACacheBehindALinkIsLeftAlone(t *testing.T) {
	v, c := &vendor{all: three}, cache(t)
	other := filepath.Join(t.TempDir(), "other.json")
	if err := os.MkdirAll(filepath.Dir(c.Path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, c.Path); err != nil {
		t.Skip("this system makes no links: ", err)
	}
	for range 2 {
		if _, err := v.chooser(c).Choose(t.Context(), "sales"); err != nil {
			t.Error(err)
		}
	}
	if data, err := os.ReadFile(other); string(data) != "{}" || v.asked != 2 {
		t.Errorf("what the link leads to is %s (%v), asked %d times", data, err, v.asked)
	}
	if info, err := os.Lstat(c.Path); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became %v (%v)", info, err)
	}
}
