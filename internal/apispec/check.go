package apispec

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Check reads all of the description and tells what Read does not: names that cannot be those of Go or are there twice,
// texts that are no sentence, answers and bodies that do not fit their operation, and what no operation uses.
func (d *Description) Check() error {
	_, err := d.schemas()
	c := &checker{d: d, errs: []error{err}, used: map[string]bool{}}
	services := map[string]bool{}
	for _, s := range d.Sections {
		c.at = s.File
		c.that(isName(s.Service) && isUpper(s.Service[0]) && !services[s.Service], "the service %q is there twice or cannot be a name in Go", s.Service)
		services[s.Service] = true
		c.sentence(s.Text)
		names := map[string]bool{}
		for _, op := range s.Operations {
			c.at = s.File + ": " + op.ID
			c.that(isName(op.Name) && isUpper(op.Name[0]) && !names[op.Name], "the call %q is there twice or cannot be a name in Go", op.Name)
			names[op.Name] = true
			c.operation(op)
		}
	}
	c.at = "common.txt"
	for _, a := range d.Refusals {
		c.answer(a, 400, 599)
	}
	for _, s := range d.Schemas() {
		c.at = "schema " + s.Name
		c.that(c.used[s.Name], "nothing uses it")
		c.sentence(s.Text)
		for _, f := range s.Fields {
			c.field(f)
		}
	}
	for _, v := range d.AllValues() {
		c.at = "values " + v.Name
		c.that(c.used[v.Name], "nothing uses them")
		c.that(len(v.List) > 0, "there is none")
		c.sentence(v.Text)
	}
	return errors.Join(c.errs...)
}

type checker struct {
	d    *Description
	errs []error
	at   string
	used map[string]bool
}

func (c *checker) that(ok bool, format string, args ...any) {
	if !ok {
		c.errs = append(c.errs, fmt.Errorf("%s: %s", c.at, fmt.Sprintf(format, args...)))
	}
}

// sentence wants a text that is one, or some.
func (c *checker) sentence(s string) {
	c.that(len(s) > 1 && isUpper(s[0]) && strings.HasSuffix(s, ".") && !strings.Contains(s, "  "), "no sentence: %q", s)
}

func (c *checker) operation(op *Operation) {
	c.sentence(op.Text)
	if err := CheckPath(op.Path); err != nil {
		c.that(false, "the path %v", err)
	}
	c.that(op.Method != "GET" || op.Effect != Sets && len(op.Bodies) == 0, "GET sets nothing, and has no body")
	c.that(op.Method != "DELETE" || op.Effect != Reads, "DELETE does not only read")
	form := false
	for _, p := range op.Params {
		c.param(p)
		form = form || p.Place == InForm
	}
	c.that(!form || len(op.Bodies) == 0, "a form is the body already")
	for _, b := range op.Bodies {
		c.use(b.Type)
		c.that((b.ContentType == "multipart/form-data") == (b.Type.Name == "file"), "a file is a part of multipart/form-data, and nothing else is")
	}
	c.that(len(op.Answers) > 0, "there is no answer")
	var statuses []int
	for _, a := range op.Answers {
		c.answer(a, 200, 399)
		statuses = append(statuses, a.Statuses...)
	}
	slices.Sort(statuses)
	c.that(len(slices.Compact(statuses)) == len(statuses), "a status is there twice")
	for _, l := range op.Limits {
		name, _, _ := strings.Cut(l.When, "=")
		c.that(name == "" || op.Param(name) != nil, "the limit %s asks for a parameter %s", l.Name, name)
	}
}

func (c *checker) param(p Param) {
	c.use(p.Type)
	c.sentence(p.Text)
	base := p.Type.Base()
	c.that(base.Kind == Scalar || base.Kind == Closed, "the parameter %s is an object", p.Name)
	c.that(!strings.ContainsAny(p.Name, " =&"), "%q is no name of a parameter", p.Name)
	c.that(!p.Required || p.Default == "", "the parameter %s is required and has a default", p.Name)
	if p.Default == "" {
		return
	}
	var err error
	switch values := c.d.Values(base.Name); {
	case values != nil:
		c.that(slices.Contains(values.List, p.Default), "%s has no value %s", values.Name, p.Default)
	case base.Name == "boolean":
		_, err = strconv.ParseBool(p.Default)
	case base.Name == "int32":
		_, err = strconv.ParseInt(p.Default, 10, 32)
	}
	c.that(err == nil, "the default of %s: %v", p.Name, err)
}

func (c *checker) answer(a Answer, low, high int) {
	for _, s := range a.Statuses {
		c.that(s >= low && s <= high, "the status %d", s)
	}
	if a.Type == nil {
		return
	}
	c.use(a.Type)
	c.that(strings.Count(a.ContentType, "/") == 1 && !strings.Contains(a.ContentType, "*"), "%q is no content type", a.ContentType)
	c.that(a.Type.Base().Kind != Object || a.ContentType == "application/json", "%s is JSON", a.Type)
}

func (c *checker) field(f Field) {
	c.that(f.Name != "" && f.Type != nil, "a field has no type")
	c.that(!f.ReadOnly || !f.WriteOnly && !f.Required, "the field %s is read only and written", f.Name)
	if f.Text != "" {
		c.sentence(f.Text)
	}
}

// use notes the names that a type needs, and those that they need.
func (c *checker) use(t *Type) {
	name := t.Base().Name
	if c.used[name] {
		return
	}
	c.used[name] = true
	if s := c.d.Schema(name); s != nil {
		for _, f := range s.Fields {
			c.use(f.Type)
		}
	}
}
