package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// pipes runs a command as a program does, wants its exit code, and returns what it printed.
func (p *person) pipes(want int, args ...string) (stdout, stderr string) {
	p.t.Helper()
	var out, errs locked
	code := cli.Main(&cli.Env{
		Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Context: p.t.Context(),
		Getenv: func(name string) string { return p.env[name] },
	})
	if code != want {
		p.t.Fatalf("ringcx %s: exit code %d, want %d\n%s", strings.Join(args, " "), code, want, errs.String())
	}
	return out.String(), errs.String()
}

// asked is what a request for a page says.
type asked struct{ page, rows, number int }

// lister answers every listing with the rows from one number to another that rows says, and counts the requests.
func lister(p *person, path string, rows func(asked) (from, to int)) *int {
	var mu sync.Mutex
	n := 0
	before(p, func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != path {
			return false
		}
		mu.Lock()
		defer mu.Unlock()
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		size, _ := strconv.Atoi(r.URL.Query().Get("maxRows"))
		from, to := rows(asked{page, size, n})
		n++
		list := []map[string]any{}
		for i := from; i < to; i++ {
			list = append(list, map[string]any{"accountId": i, "accountName": fmt.Sprint("row ", i)})
		}
		_ = json.NewEncoder(w).Encode(list)
		return true
	})
	return &n
}

func within(from, size, total int) (int, int) {
	return min(from, total), min(from+size, total)
}

// wantRows wants the rows 0 to total, each once and in order.
func wantRows(t *testing.T, out string, total int) {
	t.Helper()
	var rows []struct {
		ID int `json:"accountId"`
	}
	if err := json.Unmarshal([]byte(out), &rows); err != nil || rows == nil {
		t.Fatalf("%v in %q", err, out[:min(len(out), 300)])
	}
	for i, row := range rows {
		if row.ID != i {
			t.Fatalf("row %d is %d", i, row.ID)
		}
	}
	if len(rows) != total {
		t.Errorf("%d rows, want %d", len(rows), total)
	}
}

// listers are servers that page as they like.
func listers(total int) map[string]func(asked) (from, to int) {
	ends := []int{100, 130, 131, 180, total, total}
	return map[string]func(asked) (int, int){
		"gives what is asked for": func(a asked) (int, int) { return within(a.page*a.rows, a.rows, total) },
		"caps, and counts pages of its own size": func(a asked) (int, int) {
			size := min(a.rows, 40)
			return within(a.page*size, size, total)
		},
		"caps, and counts pages of the size that was asked for": func(a asked) (int, int) {
			return within(a.page*a.rows, min(a.rows, 40), total)
		},
		"caps after a while, and counts pages of its own size": func(a asked) (int, int) {
			size := min(a.rows, 100)
			if a.number > 0 {
				size = min(a.rows, 30)
			}
			return within(a.page*size, size, total)
		},
		"caps after a while, and counts pages of the size that was asked for": func(a asked) (int, int) {
			size := a.rows
			if a.page*a.rows >= 100 {
				size = min(a.rows, 30)
			}
			return within(a.page*a.rows, size, total)
		},
		"caps one page in the middle": func(a asked) (int, int) {
			size := a.rows
			if a.page == 1 {
				size = min(a.rows, 7)
			}
			return within(a.page*a.rows, size, total)
		},
		"has pages as it likes": func(a asked) (int, int) {
			page := min(a.page, len(ends)-1)
			if page == 0 {
				return 0, ends[0]
			}
			return ends[page-1], ends[page]
		},
		"begins with a page of one row": func(a asked) (int, int) {
			if a.page == 0 {
				return 0, 1
			}
			return within(1+(a.page-1)*100, 100, total)
		},
		"stays at its last page": func(a asked) (int, int) {
			page := min(a.page, (total-1)/a.rows)
			return within(page*a.rows, a.rows, total)
		},
		"gives everything, whatever it is asked for": func(asked) (int, int) { return 0, total },
	}
}

func TestNoListLosesARowWhereTheServerGivesLessThanAskedFor(t *testing.T) {
	const total = 237
	for name, rows := range listers(total) {
		t.Run(name, func(t *testing.T) {
			p := newPerson(t)
			n := lister(p, "/voice/list", rows)
			for _, size := range []string{"100", "1000", "237", "236"} {
				out, _ := p.pipes(0, "api", "GET", "/voice/list", "--paginate", "--page-size", size)
				wantRows(t, out, total)
			}
			if *n > 200 {
				t.Errorf("%d requests", *n)
			}
		})
	}
}

func TestNoListLosesARowWhereTheServerTakesRowsOutOfItsPages(t *testing.T) {
	const total = 1500
	visible := func(i int) bool { return i%3 != 0 || i < 3 }
	for name, limit := range map[string]int{"of the size that was asked for": total, "of a size of its own": 40} {
		t.Run(name, func(t *testing.T) {
			p := newPerson(t)
			n := 0
			before(p, func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != "/voice/list" {
					return false
				}
				n++
				page, _ := strconv.Atoi(r.URL.Query().Get("page"))
				size, _ := strconv.Atoi(r.URL.Query().Get("maxRows"))
				from, to := within(page*min(size, limit), min(size, limit), total)
				rows := []map[string]int{}
				for i := from; i < to; i++ {
					if visible(i) {
						rows = append(rows, map[string]int{"accountId": i})
					}
				}
				w.Header().Set("Content-Type", "application/json")
				_ = json.NewEncoder(w).Encode(rows)
				return true
			})
			out, _ := p.pipes(0, "api", "GET", "/voice/list", "--paginate")
			var rows []struct {
				ID int `json:"accountId"`
			}
			if err := json.Unmarshal([]byte(out), &rows); err != nil {
				t.Fatal(err)
			}
			seen := map[int]bool{}
			for _, row := range rows {
				seen[row.ID] = true
			}
			want := 0
			for i := range total {
				if visible(i) {
					want++
				}
			}
			if len(seen) != want || len(rows) != want || n > 400 {
				t.Errorf("%d rows of which %d are different, want %d; %d requests", len(rows), len(seen), want, n)
			}
		})
	}
}

func TestAListOfFewRowsAndOneOfNoneAreWhole(t *testing.T) {
	for _, total := range []int{0, 1, 2, 99, 100, 101} {
		p := newPerson(t)
		n := lister(p, "/voice/list", func(a asked) (int, int) { return within(a.page*a.rows, a.rows, total) })
		out, _ := p.pipes(0, "api", "GET", "/voice/list", "--paginate")
		wantRows(t, out, total)
		if *n > 4 {
			t.Errorf("%d requests for %d rows", *n, total)
		}
	}
}

func TestAListWithoutPagesIsAskedForOnceAndIsWhole(t *testing.T) {
	const total = 57
	for kind, path := range map[string]string{"accounts": "/voice/api/v1/admin/accounts", "users": "/voice/api/v1/admin/users"} {
		p := newPerson(t)
		n := lister(p, path, func(asked) (int, int) { return 0, total })
		out, _ := p.pipes(0, kind, "list", "--json")
		if wantRows(t, out, total); *n != 1 {
			t.Errorf("%s: asked %d times", kind, *n)
		}
	}
}

func TestAListIsAskedForOnceWhereItIsShort(t *testing.T) {
	p := newPerson(t)
	n := lister(p, "/voice/api/v1/admin/accounts", func(asked) (int, int) { return 0, 3 })
	out, _ := p.pipes(0, "accounts", "list", "--json")
	if wantRows(t, out, 3); *n != 1 {
		t.Errorf("%d requests", *n)
	}
}

func TestAServerThatKnowsNoPagesHasGivenAllAccounts(t *testing.T) {
	p := newPerson(t)
	before(p, func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/voice/api/v1/admin/accounts" {
			return false
		}
		if r.URL.Query().Has("page") {
			w.WriteHeader(http.StatusBadRequest)
			return true
		}
		var b bytes.Buffer
		for i := range 25 {
			fmt.Fprintf(&b, `,{"accountId":%d}`, i)
		}
		_, _ = io.WriteString(w, "["+b.String()[1:]+"]")
		return true
	})
	out, _ := p.pipes(0, "accounts", "list", "--json")
	wantRows(t, out, 25)
}

func TestAPageWithoutContentIsTheLast(t *testing.T) {
	p := newPerson(t)
	before(p, func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.URL.Path != "/voice/list":
			return false
		case r.URL.Query().Get("page") == "0":
			_, _ = io.WriteString(w, `[{"accountId":0}]`)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
		return true
	})
	out, _ := p.pipes(0, "api", "GET", "/voice/list", "--paginate")
	wantRows(t, out, 1)
}

func TestHalfAListIsAnError(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter){
		"an error":   func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
		"an object":  func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"errorCode":"x"}`) },
		"null":       func(w http.ResponseWriter) { _, _ = io.WriteString(w, `null`) },
		"half of it": func(w http.ResponseWriter) { _, _ = io.WriteString(w, `[{"a":1},`) },
		"nothing":    func(http.ResponseWriter) {},
		"a cut": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `[`)
		},
	} {
		p := newPerson(t)
		before(p, func(w http.ResponseWriter, r *http.Request) bool {
			switch {
			case r.URL.Path != "/voice/list":
				return false
			case r.URL.Query().Get("page") == "0":
				_, _ = io.WriteString(w, `[{"a":1},{"a":1}]`)
			default:
				answer(w)
			}
			return true
		})
		out, errs := p.pipes(1, "api", "GET", "/voice/list", "--paginate", "--page-size", "2")
		if strings.Contains(out, "]") || !strings.Contains(errs, "ringcx: the list is not whole, it broke off after 2 rows: ") {
			t.Errorf("%s: %q, %q", name, out, errs)
		}
	}
}

func TestAListWaitsForWhatTheVendorAsks(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		p := newPerson(t)
		asked := 0
		before(p, func(w http.ResponseWriter, r *http.Request) bool {
			page, _ := strconv.Atoi(r.URL.Query().Get("page"))
			size, _ := strconv.Atoi(r.URL.Query().Get("maxRows"))
			if r.URL.Path != "/voice/list" {
				return false
			}
			if asked++; asked == 2 {
				w.Header().Set("Retry-After", map[bool]string{true: "1", false: time.Now().UTC().Add(time.Second).Format(http.TimeFormat)}[status == 429])
				w.WriteHeader(status)
				return true
			}
			from, to := within(page*size, size, 5)
			var rows []string
			for i := from; i < to; i++ {
				rows = append(rows, fmt.Sprintf(`{"accountId":%d}`, i))
			}
			_, _ = io.WriteString(w, "["+strings.Join(rows, ",")+"]")
			return true
		})
		out, errs := p.pipes(0, "api", "GET", "/voice/list", "--paginate", "--page-size", "2")
		if wantRows(t, out, 5); !strings.Contains(errs, "asked for patience") || !strings.Contains(errs, "waiting until ") {
			t.Errorf("%d: %q", status, errs)
		}
		asked = 0
		out, errs = p.pipes(75, "api", "GET", "/voice/list", "--paginate", "--page-size", "2", "--max-wait", "0s")
		if strings.Contains(out, "]") || !strings.Contains(errs, "it broke off after 2 rows: GET /voice/list: ") || !strings.Contains(errs, "\nhint: the vendor asks to wait 1s\n") || asked != 2 {
			t.Errorf("%d: %q, %q", status, out, errs)
		}
	}
}

func TestFlagsThatExcludeEachOtherAreRefused(t *testing.T) {
	p := newPerson(t)
	mark := p.box.Paths()
	for _, args := range [][]string{
		{"api", "GET", "/voice/list", "--paginate", "-i"},
		{"api", "GET", "/voice/list", "--page-size", "10"},
		{"api", "GET", "/voice/list", "--paginate", "-f", "page=1"},
		{"api", "GET", "/voice/list", "--paginate", "-F", "maxRows=1"},
		{"api", "GET", "/voice/list?page=1", "--paginate"},
		{"api", "GET", "/voice/list?x=1&maxRows=", "--paginate"},
		{"api", "POST", "/voice/list", "-f", "a=1", "-F", "a=2"},
		{"api", "GET", "/voice/{a}", "-f", "a=1", "-f", "a=2"},
		{"logout", "--all", "--client-id", "x"},
		{"conform", "--list", "--", "true"},
		{"conform", "--list", "--json", "-"},
		{"accounts", "list", "--timeout", "0s"},
		{"accounts", "list", "--timeout", "-1s"},
		{"accounts", "list", "--max-wait", "-1s"},
	} {
		if out, errs := p.pipes(2, args...); out != "" || !strings.Contains(errs, "\nhint: ") {
			t.Errorf("%q: %q, %q", args, out, errs)
		}
	}
	if n := p.box.Paths(); len(n) != len(mark) {
		t.Error("something was sent")
	}
	lister(p, "/voice/list", func(asked) (int, int) { return 0, 1 })
	p.pipes(0, "api", "GET", "/voice/list?page=1&maxRows=1", "-f", "a=1", "-f", "a=2", "-i")
}
