package sandbox

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// snapshotFormat changes when an older server could not read a snapshot.
const snapshotFormat = "ringcx-sandbox/1"

// kinds are those of records that a snapshot has. What else one brings is of a newer server, and is left out.
func (s *server) kinds() []string { return append(s.mu.DB.Kinds(), recordRequest) }

// Snapshot is that of a [Server].
func (s *server) Snapshot(w io.Writer) error {
	packed, _, err := s.packedSnapshot()
	if err == nil {
		_, err = io.Copy(w, packed)
	}
	if err != nil {
		return fmt.Errorf("sandbox: writing a snapshot: %w", err)
	}
	return nil
}

// packers are used again: one takes a megabyte, which is more than most snapshots.
var packers = sync.Pool{New: func() any {
	pack, err := flate.NewWriter(io.Discard, flate.BestSpeed)
	if err != nil {
		panic(err) // flate has this level
	}
	return pack
}}

// packedSnapshot is a snapshot of this moment, and the moment. It is packed in memory, because nobody waits for the one who
// reads it.
func (s *server) packedSnapshot() (io.Reader, time.Time, error) {
	packed, pack := new(bytes.Buffer), packers.Get().(*flate.Writer)
	pack.Reset(packed)
	defer func() {
		pack.Reset(io.Discard) // it is not to hold on to what was packed
		packers.Put(pack)
	}()
	s.mu.Lock()
	defer s.mu.Unlock()
	made := s.Now()
	all := s.mu.DB.Rows(s.mu.Tx)
	all[recordRequest] = s.requestRows()
	if err := writeSnapshot(pack, made, all); err != nil {
		return nil, made, err
	}
	return flate.NewReader(packed), made, pack.Close()
}

// writeSnapshot writes what encoding/json would make of it, piece by piece.
func writeSnapshot(w io.Writer, made time.Time, all map[string]iter.Seq[state.Row]) error {
	head, err := json.Marshal(struct {
		Format string    `json:"format"`
		Made   time.Time `json:"made"` // on the server's clock
	}{snapshotFormat, made})
	if err != nil {
		return err
	}
	out := &jsonWriter{w: w}
	out.text(string(head[:len(head)-1]) + `,"records":{`)
	kinds := 0
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		n := 0
		for row := range all[kind] {
			if row.Value == nil {
				continue
			}
			switch {
			case n > 0:
				out.text(",")
			case kinds > 0:
				out.text("},")
				fallthrough
			default:
				out.value(kind)
				out.text(":{")
				kinds++
			}
			out.value(row.Key)
			out.text(":")
			out.value(row.Value)
			n++
		}
	}
	if kinds > 0 {
		out.text("}")
	}
	out.text("}}")
	return out.err
}

// jsonWriter writes parts of a JSON text until something fails.
type jsonWriter struct {
	w   io.Writer
	err error
}

func (j *jsonWriter) text(text string) {
	if j.err == nil {
		_, j.err = io.WriteString(j.w, text)
	}
}

func (j *jsonWriter) value(v any) {
	raw, err := json.Marshal(v)
	if j.err = cmp.Or(j.err, err); j.err == nil {
		_, j.err = j.w.Write(raw)
	}
}

// snapshotTime is how long the answer to GET /_sandbox/snapshot may take.
const snapshotTime = 5 * time.Minute

// sendSnapshot writes a snapshot. If that cannot be finished, the connection is cut, so that nobody takes a part for all. It
// fails before it has written anything.
func (s *server) sendSnapshot(w http.ResponseWriter, r *http.Request, describe func(h http.Header, made time.Time)) error {
	leave, err := s.memory.shared.snapshots.Enter(r)
	if err != nil {
		return err
	}
	defer leave()
	packed, made, err := s.packedSnapshot()
	if err != nil {
		endpoint.Text(http.StatusInternalServerError, "sandbox: "+err.Error()).Write(w)
		return nil
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(snapshotTime))
	w.Header().Set("Content-Type", endpoint.TypeJSON)
	describe(w.Header(), made)
	if r.Method == http.MethodHead {
		return nil
	}
	if _, err := io.Copy(w, packed); err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}
