package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/audit"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// noon is a time.
var noon = time.Date(2026, 7, 1, 12, 0, 0, 5000, time.UTC)

func TestALineSaysWhatHappened(t *testing.T) {
	var b bytes.Buffer
	e := &audit.Entry{
		Time: noon, Event: "answer", Request: "a-1", Caller: "worker", Remote: "unix", Profile: "main", Method: "GET", Path: "/voice/api/v1/x", Op: "getX",
		Decision: "allow", Why: "rule 1 allows it", Token: "0011", Status: 200, Took: 1500 * time.Microsecond, Sent: 7,
	}
	if err := audit.New(&b).Write(e); err != nil {
		t.Fatal(err)
	}
	want := `{"time":"2026-07-01T12:00:00.000005Z","event":"answer","request":"a-1","caller":"worker","remote":"unix","profile":"main","method":"GET",` +
		`"path":"/voice/api/v1/x","operation":"getX","decision":"allow","why":"rule 1 allows it","token":"0011","status":200,"microseconds":1500,"bytes":7}` + "\n"
	if b.String() != want {
		t.Errorf("%s\nwant\n%s", &b, want)
	}
}

func TestNothingThatACallerSendsEndsALineOrAField(t *testing.T) {
	var b bytes.Buffer
	hostile := "x\",\"caller\":\"root\"}\n{\"\x00\x1b[2J\u2028\u202e\xff\U0001f600<script>"
	if err := audit.New(&b).Write(&audit.Entry{Time: noon, Event: "refused", Path: hostile, Method: hostile}); err != nil {
		t.Fatal(err)
	}
	var e map[string]any
	if err := json.Unmarshal(b.Bytes(), &e); err != nil || strings.Count(b.String(), "\n") != 1 || e["caller"] != nil {
		t.Errorf("%q: %v", b.String(), err)
	}
	if strings.ContainsAny(b.String(), "\x1b<\u2028\u202e") {
		t.Errorf("%q can be seen", b.String())
	}
	if e["path"] != strings.ReplaceAll(hostile, "\xff", "\ufffd") {
		t.Errorf("the path is %q", e["path"])
	}
}

func FuzzALineIsOneObjectWithItsFields(f *testing.F) {
	f.Add("/voice/api", "worker")
	f.Add("\xf0\x9f", strings.Repeat("é", 900))
	f.Fuzz(func(t *testing.T, path, caller string) {
		var b bytes.Buffer
		if err := audit.New(&b).Write(&audit.Entry{Time: noon, Event: "begin", Path: path, Caller: caller}); err != nil {
			t.Fatal(err)
		}
		var e map[string]any
		if err := json.Unmarshal(b.Bytes(), &e); err != nil || strings.Count(b.String(), "\n") != 1 || b.Len() > 12<<10 {
			t.Fatalf("%q: %v", b.String(), err)
		}
		if len(path) < 200 && path != "" && e["path"] != strings.ToValidUTF8(path, "\ufffd") && !strings.Contains(path, "\ufffd") && validRuns(path) {
			t.Fatalf("%q became %q", path, e["path"])
		}
	})
}

// validRuns tells texts of which each byte that is no UTF-8 becomes one sign, in whatever way it is replaced.
func validRuns(s string) bool { return strings.ToValidUTF8(s, "") == s }

// full is a disk that takes so many bytes.
type full struct {
	bytes.Buffer
	left int
}

func (f *full) Write(p []byte) (int, error) {
	n := min(f.left, len(p))
	f.left -= n
	_, _ = f.Buffer.Write(p[:n])
	if n < len(p) {
		return n, errors.New("no space left")
	}
	return n, nil
}

func TestAFullDiskIsAnErrorAndSpoilsNoLaterLine(t *testing.T) {
	disk := &full{left: 30}
	log := audit.New(disk)
	if err := log.Write(&audit.Entry{Time: noon, Event: "begin"}); err == nil {
		t.Fatal("a line that was cut off is no error")
	}
	disk.left = 1000
	if err := log.Write(&audit.Entry{Time: noon, Event: "begin", Request: "2"}); err != nil {
		t.Fatal(err)
	}
	all := strings.Split(disk.String(), "\n")
	if len(all) != 3 || json.Valid([]byte(all[0])) || !json.Valid([]byte(all[1])) {
		t.Errorf("the log is %q", all)
	}
}

func TestManyWritersWriteWholeLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	log, err := audit.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	other, err := audit.Open(path) // of another process
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		for _, l := range []*audit.Log{log, other} {
			wg.Go(func() {
				for range 100 {
					if err := l.Write(&audit.Entry{Time: noon, Event: "begin", Path: strings.Repeat("/x", 300)}); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	if err := errors.Join(log.Close(), other.Close()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(lines) != 1600 {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Fatalf("%q", line)
		}
	}
}

func TestALogThatIsOpenedAgainHasNoEmptyLineAndALineThatWasCutOffEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	write := func() {
		log, err := audit.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(log.Write(&audit.Entry{Time: noon, Event: "begin"}), log.Close()); err != nil {
			t.Fatal(err)
		}
	}
	lines := func(want ...bool) {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		for i, line := range all {
			if i >= len(want) || json.Valid([]byte(line)) != want[i] {
				t.Fatalf("the log is %q", all)
			}
		}
		if len(all) != len(want) {
			t.Fatalf("the log is %q", all)
		}
	}
	write()
	write()
	lines(true, true)
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString(`{"time":`)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	write()
	lines(true, true, false, true)
}

func TestALogTellsWhenItCanBeWrittenAgain(t *testing.T) {
	disk := &full{left: 1000}
	log := audit.New(disk)
	if err := log.Try(noon); err != nil || disk.Len() > 0 {
		t.Errorf("a log that nobody has written to: %v, %q", err, disk)
	}
	disk.left = 0
	if err := log.Write(&audit.Entry{Time: noon, Event: "begin"}); err == nil {
		t.Fatal("a full disk takes a line")
	}
	if err := log.Try(noon); err == nil {
		t.Error("a full disk is none")
	}
	disk.left = 1000
	for range 2 {
		if err := log.Try(noon); err != nil {
			t.Error(err)
		}
	}
	if got := disk.String(); strings.Count(got, "resumed") != 1 || strings.Count(got, "\n") != 1 {
		t.Errorf("the log is %q", got)
	}
}

func TestALogThatWasDeletedIsMadeAgainOrNothingIsWritten(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a file that is open cannot be deleted there")
	}
	dir := filepath.Join(t.TempDir(), "log")
	path := filepath.Join(dir, "audit.log")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	log, err := audit.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	write := func(after time.Duration) error { return log.Write(&audit.Entry{Time: noon.Add(after), Event: "begin"}) }
	if err := errors.Join(write(0), os.Remove(path), write(2*time.Second)); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || strings.Count(string(text), "\n") != 1 {
		t.Errorf("%q, %v", text, err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if write(4*time.Second) == nil || log.Try(noon.Add(5*time.Second)) == nil {
		t.Error("a log that is nowhere takes lines")
	}
	if err := errors.Join(os.Mkdir(dir, 0o700), log.Try(noon.Add(6*time.Second)), write(6*time.Second)); err != nil {
		t.Error(err)
	}
}

func TestALogIsItsOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing here")
	}
	path := filepath.Join(t.TempDir(), "audit.log")
	log, err := audit.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.Chmod(path, 0o644); err != nil { //nolint:gosec // that is the point
		t.Fatal(err)
	}
	if _, err := audit.Open(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a log that others read: %v", err)
	}
	if _, err := audit.Open(t.TempDir()); err == nil {
		t.Error("a directory is a log")
	}
}

func TestAPathIsWrittenWithoutItsSecrets(t *testing.T) {
	token, _ := apispec.Find("removeApiToken")
	groups, _ := apispec.Find("getDialGroupListByAccount")
	long := strings.Repeat("s", 41)
	for _, c := range []struct {
		op         *apispec.Operation
		path, want string
	}{
		{token, "/voice/api/v1/admin/token/secret", "/voice/api/v1/admin/token/{token}"},
		{groups, "/voice/api/v1/admin/accounts/21/dialGroups", "/voice/api/v1/admin/accounts/21/dialGroups"},
		{nil, "/made/" + long + "/up", "/made/{}/up"},
		{nil, "/token/rcxb_0011_x", "/token/{}"},
		{nil, "/eyJhbGciOi", "/{}"},
		{nil, "/restapi/v1.0/account/~", "/restapi/v1.0/account/~"},
	} {
		if got := audit.Path(c.op, c.path); got != c.want {
			t.Errorf("%s is written as %s", c.path, got)
		}
	}
}

func BenchmarkALine(b *testing.B) {
	log, err := audit.Open(filepath.Join(b.TempDir(), "audit.log"))
	if err != nil {
		b.Fatal(err)
	}
	e := &audit.Entry{
		Time: noon, Event: "begin", Request: "0123456789-123", Caller: "worker", Remote: "loopback", Profile: "main", Method: "GET",
		Path: "/voice/api/v1/admin/accounts/21000001/dialGroups", Op: "getDialGroupListByAccount", Decision: "allow", Why: "rule 1 allows it", Token: "0011223344556677",
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := log.Write(e); err != nil {
			b.Fatal(err)
		}
	}
}
