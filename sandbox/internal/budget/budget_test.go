package budget_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/ringcx-go/ringcx/sandbox/internal/budget"
)

// TestABodyWeighsWhatItTakesInMemory compares bodies of about one length: objects in it weigh more than text that looks like some.
func TestABodyWeighsWhatItTakesInMemory(t *testing.T) {
	objects := "[" + strings.Repeat("{},", 99) + "{}]"
	text := `["` + strings.Repeat("{},", 99) + `{}"]`
	escaped := `["\"` + strings.Repeat("{},", 99) + `{}"]`
	if got, least := budget.Weigh([]byte(objects)), 100*budget.ObjectWeight; got < least {
		t.Errorf("100 objects weigh %d", got)
	}
	for _, in := range []string{text, escaped} {
		if got := budget.Weigh([]byte(in)); got < len(in) || got > len(in)+100 {
			t.Errorf("a text of %d bytes weighs %d", len(in), got)
		}
	}
	if got := budget.Weigh([]byte(`"\u00e9\u00e9"`)); got >= len(`"\u00e9\u00e9"`) {
		t.Errorf("two escaped letters weigh %d", got)
	}
}

func TestABodyThatComesInPartsWeighsTheSame(t *testing.T) {
	const body = `{"a":["\"{\\",{"b":"\u00e9"}],"c":[1,2,3]}`
	m := &budget.Meter{ReadCloser: io.NopCloser(iotest.OneByteReader(strings.NewReader(body)))}
	got, err := io.ReadAll(m)
	if err != nil || string(got) != body {
		t.Errorf("read %q (%v)", got, err)
	}
	if want := budget.Weigh([]byte(body)); m.Weight != want {
		t.Errorf("in parts it weighs %d, at once %d", m.Weight, want)
	}
}

func TestWhatMakesObjectsCostsAtLeastWhatOneTakes(t *testing.T) {
	for _, c := range []struct {
		method, path string
		weight, want int
	}{
		{http.MethodPost, "/_sandbox/apps", 10, budget.ObjectLeast},
		{http.MethodPost, "/_sandbox/apps", 2 * budget.ObjectLeast, 2 * budget.ObjectLeast},
		{http.MethodPost, "/console/credentials/new", 10, budget.ObjectLeast},
		{http.MethodPost, "/_sandbox/clock", 10, 0},
		{http.MethodPost, "/_sandbox/clock", budget.ObjectLeast + 1, 1},
		{http.MethodPost, "/restapi/apps", 10, 0},
		{http.MethodGet, "/_sandbox/apps", 10, 0},
	} {
		if got := budget.CostOf(httptest.NewRequest(c.method, c.path, nil), c.weight); got != c.want {
			t.Errorf("%s %s of %d costs %d, want %d", c.method, c.path, c.weight, got, c.want)
		}
	}
}

func TestEachPurseHasAShareWhateverTheOthersSpend(t *testing.T) {
	var together atomic.Int64
	greedy, modest := budget.Purse{0, &together}, budget.Purse{0, &together}
	whole := modest.Left()
	greedy.Spend(whole)
	if greedy.Left() != 0 || modest.Left() != budget.ObjectShare {
		t.Errorf("left are %d and %d", greedy.Left(), modest.Left())
	}
	modest.Spend(budget.ObjectShare)
	if modest.Left() != 0 {
		t.Errorf("%d are left of the share", modest.Left())
	}
	greedy.Close()
	greedy.Spend(whole) // which nobody feels any more
	if got := modest.Left(); got != whole-budget.ObjectShare {
		t.Errorf("left are %d of %d", got, whole)
	}
}

func TestAGateLetsInSomeAtATime(t *testing.T) {
	g := make(budget.Gate, 1)
	leave, err := g.Enter(httptest.NewRequest(http.MethodGet, "/", nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := g.TryEnter(); ok {
		t.Error("a second one is let in")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Enter(httptest.NewRequest(http.MethodGet, "/", nil).WithContext(gone)); err == nil {
		t.Error("one that has gone is let in")
	}
	leave()
	if leave, ok := g.TryEnter(); !ok {
		t.Error("nobody is let in after the first one left")
	} else {
		leave()
	}
}
