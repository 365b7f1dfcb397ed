// Package api calls the operations of the RingCX API, each by a method, with the standard library alone.
//
// A [Client] is made of an [http.Client] that adds the token to requests, such as the one of a session of package ringcx:
//
//	client := api.New(session.Client(), "")
//	groups, err := client.Account("15300002").AgentGroups.List(ctx, api.AgentGroupsListOptions{})
//
// Services are called as the sections of the vendor's guide. What belongs to a sub-account is a service of [Account], the rest
// of [Client]. Client.Accounts.List gives the IDs of sub-accounts and, with each, those of its main account and of the RingCentral
// account, which some methods ask for.
//
// # Changing what is there
//
// Most updates replace the whole resource. A value that was read therefore keeps the [Document] it was read from, and writing
// it changes what was changed and nothing else: fields of later versions, nulls, and fields that are not there stay as they
// were, and so do the other members of a map and the other elements of a list of which one is changed.
//
//	group, err := groups.Get(ctx, 7, api.AgentGroupsGetOptions{})
//	group.GroupName = "Support"
//	group, err = groups.Update(ctx, 7, group)
//
// Where an update takes another type than the one that is read, [As] makes one of the other. In a value that was not read, zero
// fields are left out, but for those that requests must have; [Document.Put] writes them, and null.
//
// # Lists and options
//
// Lists that have pages have a second method, such as AgentGroups.ListAll, that ranges over all of them. Options that are zero
// are not sent; a [Switch] is On or Off, and [Zero] is sent as 0.
//
// # Values
//
// Times are [time.Time] whatever their form on the wire, which a time keeps that is changed; times without an offset are UTC. The
// zero time is none: it is written as null, where 0 is not documented as none. Closed lists are texts with constants, and may have
// values that nobody described. A field that is sent in another type than described is zero, and is kept in the document, and so
// are numbers such as "NaN", which JSON has not: setting it to zero is no change, and [Document.Put] writes zero or null in its
// place. Numbers in what may be of any type are a [json.Number]. An answer whose form is not known is a [json.RawMessage], and
// files are a [Download] or a [File].
//
// # Errors
//
// An answer that refuses a request is an [*Error], with the code of the API. Most often it is one of these:
//
//   - 400: a field is wrong, or the state does not allow it; Invalid has the fields
//   - 401: the token has expired, which the client of a session mends by itself
//   - 403: the caller lacks the permission that the method names
//   - 404: the resource is not there, or is not there yet, as with recordings and transcripts
//   - 409: the name is taken, or something else is in the way
//   - 429: there were too many requests
//
// An answer may also hold such an error and have the status of a success: it is an [*Error] too. One that is empty where
// something is described is [ErrEmpty], one that has none of the fields that are described is an error too, and so is an update with
// a value of which nothing is set: a value without anything in it is never written back. One that is a web page is an error in any
// case. A deletion is done if the answer is true or empty, or what was deleted, with its ID.
//
// After 429 requests that change nothing, or set what they set again, are repeated up to four times, when Retry-After says or else
// after 1, 2, 4 and 8 seconds. They are not if that is more than five minutes away, or later than the context ends. What
// acts, such as placing a call or creating a user, and what uploads a file, is never repeated.
//
// Errors have no secrets: not those of paths and queries, and not those of bodies, even if the server repeats them.
//
// # What is certain
//
// The methods are written by a program from a description that has the mistakes of the vendor's mended. Comments say where an
// operation, a field or an answer was not documented: observed at the API, or assumed to be as similar ones are.
package api

//go:generate go run ../internal/apigen/write
