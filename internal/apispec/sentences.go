package apispec

import (
	"fmt"
	"strings"
	"time"
)

// Sentence says what a caller must have, "" if no document does.
func (p Permission) Sentence() string {
	var s string
	switch p.Kind {
	case HasRole:
		s = "It needs the role " + join(p.Roles, " or ") + "."
	case HasRights:
		var rights []string
		for _, r := range p.Rights {
			rights = append(rights, r.Action+" "+r.Resource)
		}
		s = "It needs the right " + join(rights, " and ")
		if len(rights) > 1 {
			s = "It needs the rights " + join(rights, " and ")
		}
		if p.Override {
			s += ", or a permission of the account that stands for it"
		}
		s += "."
	case SignedIn:
		s = "Anyone who is signed in may call it."
	case Anyone:
		s = "Anyone may call it, without a token."
	}
	if p.Filtered {
		s += " What the caller may not see is left out."
	}
	return strings.TrimSpace(s)
}

func join(all []string, last string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:len(all)-1], ", ") + last + all[len(all)-1]
}

// Sentence says how often an operation with the limit may be called.
func (l OperationLimit) Sentence() string {
	var all []string
	for _, w := range l.Windows {
		all = append(all, fmt.Sprintf("%d requests in %s", w.Requests, span(w.Time)))
	}
	s := "At most " + join(all, " and ")
	if l.Per != "" && l.Per != "unsaid" {
		s += " for each " + l.Per
	}
	if name, value, ok := strings.Cut(l.When, "="); ok {
		s += " if " + name + " is " + value
	}
	return s + "."
}

func span(d time.Duration) string {
	switch {
	case d == time.Minute:
		return "a minute"
	case d%time.Minute == 0:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	}
	return fmt.Sprintf("%d seconds", d/time.Second)
}

// Sentence says where an operation was found if it is not in the vendor's description, else "".
func (s Source) Sentence() string {
	switch s {
	case Draft:
		return "It is in a draft of the vendor's guide that was not published, and may not be there."
	case Programs:
		return "It is not documented; programs that work call it."
	case Guide:
		return "It is in the vendor's guide, and in no API description."
	}
	return ""
}

// Guide is the address of the section's page in the vendor's guide, "" if none is known.
func (s *Section) Guide() string {
	if s.Page == "" {
		return ""
	}
	return "https://developers.ringcentral.com/engage/voice/guide/" + s.Page
}
