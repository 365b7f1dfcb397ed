//nolint:revive // a function is named for the one that it makes
package html

import "strconv"

// Attributes with a value.

func Accept(value string) Node          { return attr("accept", value) }
func Action(value string) Node          { return attr("action", value) }
func AriaCurrent(value string) Node     { return attr("aria-current", value) }
func AriaDescribedBy(value string) Node { return attr("aria-describedby", value) }
func AriaInvalid(value string) Node     { return attr("aria-invalid", value) }
func AriaHidden(value string) Node      { return attr("aria-hidden", value) }
func AriaLabel(value string) Node       { return attr("aria-label", value) }
func AriaLabelledBy(value string) Node  { return attr("aria-labelledby", value) }
func AutoCapitalize(value string) Node  { return attr("autocapitalize", value) }
func AutoComplete(value string) Node    { return attr("autocomplete", value) }
func Charset(value string) Node         { return attr("charset", value) }
func Class(value string) Node           { return attr("class", value) }
func Content(value string) Node         { return attr("content", value) }
func DataChoices(value string) Node     { return attr("data-choices", value) }
func DataCopy(value string) Node        { return attr("data-copy", value) }
func DataLabel(value string) Node       { return attr("data-label", value) }
func DataLast(value string) Node        { return attr("data-last", value) }
func DataRows(value string) Node        { return attr("data-rows", value) }
func DateTime(value string) Node        { return attr("datetime", value) }
func EncType(value string) Node         { return attr("enctype", value) }
func For(value string) Node             { return attr("for", value) }
func FormID(value string) Node          { return attr("form", value) }
func Href(value string) Node            { return attr("href", value) }
func ID(value string) Node              { return attr("id", value) }
func InputMode(value string) Node       { return attr("inputmode", value) }
func Lang(value string) Node            { return attr("lang", value) }
func List(value string) Node            { return attr("list", value) }
func MaxLength(value string) Node       { return attr("maxlength", value) }
func Method(value string) Node          { return attr("method", value) }
func Name(value string) Node            { return attr("name", value) }
func Placeholder(value string) Node     { return attr("placeholder", value) }
func Rel(value string) Node             { return attr("rel", value) }
func Role(value string) Node            { return attr("role", value) }
func Rows(value string) Node            { return attr("rows", value) }
func Scope(value string) Node           { return attr("scope", value) }
func SpellCheck(value string) Node      { return attr("spellcheck", value) }
func TabIndex(value string) Node        { return attr("tabindex", value) }
func Type(value string) Node            { return attr("type", value) }
func Value(value string) Node           { return attr("value", value) }

// Attributes that say by their presence that something is so.

func AutoFocus() Node  { return bare("autofocus") }
func Checked() Node    { return bare("checked") }
func DataLive() Node   { return bare("data-live") }
func DataSecret() Node { return bare("data-secret") }
func Download() Node   { return bare("download") }
func Hidden() Node     { return bare("hidden") }
func Required() Node   { return bare("required") }
func Selected() Node   { return bare("selected") }

// Attributes of pictures.

func D(value string) Node         { return attr("d", value) }
func Transform(value string) Node { return attr("transform", value) }
func ViewBox(value string) Node   { return attr("viewBox", value) }

func Dy(n int) Node     { return attr("dy", strconv.Itoa(n)) }
func Height(n int) Node { return attr("height", strconv.Itoa(n)) }
func R(n int) Node      { return attr("r", strconv.Itoa(n)) }
func Rx(n int) Node     { return attr("rx", strconv.Itoa(n)) }
func Width(n int) Node  { return attr("width", strconv.Itoa(n)) }
func X(n int) Node      { return attr("x", strconv.Itoa(n)) }
func X1(n int) Node     { return attr("x1", strconv.Itoa(n)) }
func X2(n int) Node     { return attr("x2", strconv.Itoa(n)) }
func Y(n int) Node      { return attr("y", strconv.Itoa(n)) }
func Y1(n int) Node     { return attr("y1", strconv.Itoa(n)) }
func Y2(n int) Node     { return attr("y2", strconv.Itoa(n)) }
