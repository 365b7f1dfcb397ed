package sandbox

import "net/http"

// viewKey names an answer that is the same until somebody changes the objects that it tells about.
type viewKey struct {
	center              *center
	accounts, main      bool // its accounts, with the main account or without; else its users ...
	activeOnly, flatten bool // ... as they were asked for
	roles, zone         bool // ... with the description of roles, with the name of the time zone
}

// viewsKept are the answers that are remembered, at most.
const viewsKept = 1_000

// view is the answer of a name, made anew if nobody has asked for it since the objects changed. s.mu is held.
func (w *world) view(key viewKey, build func() any) answer {
	body, ok := w.views[key]
	if !ok {
		if len(w.views) >= viewsKept {
			w.forgetViews()
		}
		body = jsonAnswer(http.StatusOK, build()).body
		w.views[key] = body
	}
	return newAnswer(http.StatusOK, typeJSON, body)
}

// forgetViews is called when objects have changed. Only the control plane and the console do that.
func (w *world) forgetViews() { clear(w.views) }

// edited keeps what the control plane or the console changed, and has answers made anew.
func (s *Server) edited() error {
	s.mu.Lock()
	s.world.forgetViews()
	s.mu.Unlock()
	return s.keep()
}
