package leads

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Columns says what the columns of a file are.
type Columns struct {
	Names         []string // of all columns, in a file without a first line that has them; nil: it has
	Map           []string // Column=field; Column= leaves it out
	IgnoreUnknown bool     // leave columns out that are no field
	ExternIDs     string   // "", or what the line of a row is put behind to make an externId where it has none
}

// column is where the cells of a column go.
type column struct {
	title string
	said  string         // as the file has it
	field *apispec.Field // nil: nowhere
	key   string         // of a field that holds texts by name
	check check
}

// layout is where all columns of a file go.
type layout struct {
	columns []column
	prefix  string // of an externId that is made of the line
	needs   string // a field that each row needs besides: the time zone is found by it
	left    []string
}

// layout finds out where columns go.
func (c *Columns) layout(titles []string, rules rules) (*layout, error) {
	said, err := c.said(titles)
	if err != nil {
		return nil, err
	}
	fields, names := loadable()
	l := &layout{prefix: c.ExternIDs, needs: rules.needs}
	taken := map[string]string{}
	var unknown []int
	for i, title := range titles {
		title = strings.TrimSpace(title)
		col := column{title: wording.First(title, numbered(i)), said: title}
		name, mapped := said[i]
		field := fields[fold(wording.First(synonyms[fold(title)], title))]
		switch {
		case mapped && name == "":
			field = nil
		case mapped:
			if field, col.key, err = c.field(name, fields, names); err != nil {
				return nil, err
			}
		case field == nil || isMap(field):
			field = nil
			unknown = append(unknown, i)
		}
		if col.field = field; field == nil {
			l.left = append(l.left, col.title)
		} else {
			to := strings.TrimSuffix(field.Name+"."+col.key, ".")
			if before, twice := taken[to]; twice {
				return nil, usage.New(fmt.Sprintf("the columns %q and %q both are %s", before, col.title, to), "leave one of them out: --map "+argument(titles, i, ""))
			}
			taken[to] = col.title
			col.check = rules.of(field)
		}
		l.columns = append(l.columns, col)
	}
	if len(unknown) > 0 && !c.IgnoreUnknown {
		all := make([]string, len(unknown))
		for n, i := range unknown {
			all[n] = l.columns[i].title
		}
		return nil, usage.New("no field of a lead is known for the column"+plural(len(all))+" "+listed(all), remedy(titles, unknown[0], names))
	}
	return l, l.check(taken)
}

// said reads what --map says of columns: by their titles, "column 3" for the third, and "" for the only one without a title.
func (c *Columns) said(titles []string) (map[int]string, error) {
	said := map[int]string{}
	for _, one := range c.Map {
		at := strings.LastIndexByte(one, '=')
		if at < 0 {
			return nil, usage.New(fmt.Sprintf("%q is not of the form Column=field", wording.Clip(one)), "such as --map 'Customer No=externId', or --map 'Notes=' to leave a column out")
		}
		title := strings.TrimSpace(one[:at])
		i, err := meant(titles, title)
		if err != nil {
			return nil, err
		}
		if _, twice := said[i]; twice {
			return nil, usage.New(fmt.Sprintf("--map names the column %q twice", title), "name it once")
		}
		said[i] = strings.TrimSpace(one[at+1:])
	}
	return said, nil
}

// meant is the place of the column that --map names so.
func meant(titles []string, name string) (int, error) {
	found := -1
	for i, title := range titles {
		switch {
		case strings.TrimSpace(title) != name:
		case found >= 0 && name == "":
			return 0, usage.New("several columns have no title", fmt.Sprintf("say which is meant by its place, such as --map '%s='", numbered(i)))
		case found < 0:
			found = i
		}
	}
	for i := range titles {
		if found < 0 && strings.EqualFold(name, numbered(i)) {
			found = i
		}
	}
	if found < 0 {
		return 0, usage.New(fmt.Sprintf("--map names the column %q, which the file has not", name), wording.DidYouMean(wording.Nearest(name, titles), "its columns are "+listed(titles)))
	}
	return found, nil
}

// numbered is the name of a column by its place.
func numbered(i int) string { return fmt.Sprintf("column %d", i+1) }

// argument is what --map is given to say what a column is, for people to copy into a shell. A title that they could not copy
// as it is, or that several columns have, is replaced by the place.
func argument(titles []string, i int, to string) string {
	title := strings.TrimSpace(titles[i])
	if first, err := meant(titles, title); err != nil || first != i || title == "" || len(title) > 40 || wording.OneLine(title) != title {
		title = numbered(i)
	}
	return shell.Quote(title + "=" + to)
}

// field finds the field that --map names, with the key of one that holds texts by name.
func (c *Columns) field(name string, fields map[string]*apispec.Field, names []string) (*apispec.Field, string, error) {
	base, key, dotted := strings.Cut(name, ".")
	f := fields[fold(base)]
	switch {
	case f == nil:
		return nil, "", usage.New(fmt.Sprintf("%q is no field of a lead that can be loaded", name), wording.DidYouMean(wording.Nearest(base, names), "they are "+strings.Join(names, ", ")))
	case isMap(f) && key == "":
		return nil, "", usage.New(fmt.Sprintf("%s holds texts by name", f.Name), "say which, such as "+f.Name+".branch")
	case dotted && !isMap(f):
		return nil, "", usage.New(fmt.Sprintf("%s holds nothing by name", f.Name), "leave the dot and what follows it out")
	}
	return f, key, nil
}

// remedy says what to do about a column that is no field.
func remedy(titles []string, i int, names []string) string {
	near := ""
	if n := wording.Nearest(fold(titles[i]), names); n != "" {
		near = "did you mean " + n + "? "
	}
	return near + "--map " + argument(titles, i, "auxData1") + " says which it is (" + argument(titles, i, "extendedLeadData.key") + " for data of your own), --ignore-unknown leaves all of them out"
}

// check finds out whether the columns can make leads.
func (l *layout) check(taken map[string]string) error {
	switch _, id := taken["externId"]; {
	case taken["leadPhone"] == "" && taken["leadPhoneE164"] == "":
		return usage.New("no column is the phone number of leads", "name it with --map 'Column=leadPhone'")
	case !id && l.prefix == "":
		return usage.New("no column is the ID of leads (externId), which the vendor wants", "name it with --map 'Column=externId', or let --extern-id-prefix TEXT make one of each row's line")
	case l.needs != "" && taken[l.needs] == "":
		return usage.New("the time zone of leads is to be found by "+l.needs+", and no column is that", "name it with --map 'Column="+l.needs+"', or choose another --time-zone-option")
	}
	return nil
}

// lead is what is sent of a row.
type lead struct {
	json []byte
	id   ident // of what the row says
	its  ident // of its externId
}

// lead makes the lead of a row, or says why it is none. Empty cells are left out.
func (l *layout) lead(row *Row) (made lead, why string) {
	switch {
	case row.Broken != "":
		return made, row.Broken
	case len(row.Cells) != len(l.columns):
		return made, fmt.Sprintf("it has %d cells, and there are %d columns", len(row.Cells), len(l.columns))
	}
	fields := make([]field, 0, len(l.columns)+1)
	var inside map[string]map[string]string
	filled := map[string]bool{}
	for i, col := range l.columns {
		cell := strings.TrimSpace(row.Cells[i])
		if col.field == nil || cell == "" {
			continue
		}
		value, wrong := col.check(cell)
		if wrong != "" {
			return made, col.title + ": " + wrong
		}
		filled[col.field.Name] = true
		switch {
		case col.key == "":
			fields = append(fields, field{col.field.Name, value})
		case inside == nil:
			inside = map[string]map[string]string{col.field.Name: {col.key: cell}}
		case inside[col.field.Name] == nil:
			inside[col.field.Name] = map[string]string{col.key: cell}
		default:
			inside[col.field.Name][col.key] = cell
		}
	}
	for name, texts := range inside {
		value, _ := json.Marshal(texts) // texts by texts
		fields = append(fields, field{name, value})
	}
	switch {
	case !filled["leadPhone"] && !filled["leadPhoneE164"]:
		return made, "it has no phone number"
	case !filled["externId"] && l.prefix == "":
		return made, "it has no externId"
	case l.needs != "" && !filled[l.needs]:
		return made, "it has no " + l.needs
	}
	return l.made(row, fields), ""
}

type field struct {
	name  string
	value []byte
}

// made joins the fields of a lead, in the order of their names. An ID that is made of the line says nothing about the row.
func (l *layout) made(row *Row, fields []field) lead {
	slices.SortFunc(fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	all := append(make([]byte, 0, 512), '{')
	for _, f := range fields {
		all = appendField(all, f.name, f.value)
	}
	made := lead{id: identOf(all)}
	id := l.externID(row)
	if l.cell(row, "externId") == "" {
		all = appendField(all, "externId", quoted(id))
	}
	made.json, made.its = append(all, '}'), identOf([]byte(id))
	return made
}

// externID is the ID of a row: its own, or one that is made of the line that it had first.
func (l *layout) externID(row *Row) string {
	if id := l.cell(row, "externId"); id != "" {
		return id
	}
	return fmt.Sprint(l.prefix, row.original())
}

// cell finds the cell of a row that goes into a field, "" if there is none.
func (l *layout) cell(row *Row, field string) string {
	for i, col := range l.columns {
		if col.field != nil && col.field.Name == field && i < len(row.Cells) {
			return strings.TrimSpace(row.Cells[i])
		}
	}
	return ""
}

// said is the layout in words, by which one run tells whether another had the same.
func (l *layout) said() []string {
	all := make([]string, 0, len(l.columns)+1)
	for _, col := range l.columns {
		to := ""
		if col.field != nil {
			to = strings.TrimSuffix(col.field.Name+"."+col.key, ".")
		}
		all = append(all, col.title+"="+to)
	}
	if l.prefix != "" {
		all = append(all, "="+l.prefix)
	}
	return all
}

func appendField(to []byte, name string, value []byte) []byte {
	if len(to) > 1 {
		to = append(to, ',')
	}
	to = append(append(to, '"'), name...)
	return append(append(to, `":`...), value...)
}

func quoted(text string) []byte {
	data, _ := json.Marshal(text) // a text
	return data
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// listed are names from a file in a sentence, not all of them if they are many.
func listed(names []string) string {
	const most = 8
	quoted := make([]string, 0, most)
	for i, n := range names {
		if i == most {
			return strings.Join(quoted, ", ") + fmt.Sprintf(" and %d more", len(names)-most)
		}
		quoted = append(quoted, fmt.Sprintf("%q", wording.Clip(n)))
	}
	return wording.Listed(quoted)
}
