// Package apispec is the REST API of RingCX as data: each operation with its parameters, bodies, answers, permission and
// limits, each schema with its fields, and how certain each fact is. The sandbox, the command, the broker and the generator
// of the client read it; it says what the vendor describes, and never how we behave.
//
// # Mending a defect
//
// The data is below data: common.txt (refusals, limits, and schemas that several sections use), parameters.txt and fields.txt
// (what a name means wherever it is a parameter or a field), and one file for each section with its operations, schemas and closed lists. A fact is
// a line, and is there once. Lines that begin a thing stand at the margin, what belongs to it is indented by two spaces,
// an empty line ends it, and # begins a comment:
//
//	POST /voice/api/v1/admin/accounts/{accountId}/dialGroups createDialGroup
//	  call Create
//	  text Create a dial group.
//	  body DialGroup
//	  answer 201 DialGroup
//	  permission CREATE Account
//
//	schema DialGroup
//	  text A dial group, with its dialing settings.
//	  key dialGroupId
//	  field dialGroupId int32
//	  field dialMode DialMode
//	  field permissions [Permission]
//
// Types are the names of [Scalars], schemas and closed lists, [T] for arrays, {T} for objects with any names, and T? where
// null is documented. A mark at the end of a line, ~observed or ~assumed, is the [Certainty] of its fact; without one it is
// documented. After -- comes a sentence. [Read] tells file and line of what it does not understand, [Description.Check] what
// makes no sense.
//
// # What the generator may rely on
//
// After Check has passed:
//
//   - [Section.Service], [Operation.Name] in its section, and [Schema.Name] with [Values.Name] are exported names of Go,
//     unique; the last two without regard to case, so that they can be names of files.
//   - Each Text is one or more sentences that end with a period, written for people who use the client. Only fields may have none.
//   - [Operation.Params] has the parameters of the path first, in its order, each of them required. All are scalars, closed
//     lists or arrays of those, with a Text. Those [InForm] are the body, and then there are no Bodies.
//   - [Operation.Bodies] is what a request must have, the preferred form first. A content type of multipart/form-data has the
//     one part file.
//   - [Operation.Answers] has at least one. No status is there twice, and the first of an answer's statuses is the usual one.
//     All have the Type or, if it is nil, no body; a client takes any 2xx. What is not JSON has a scalar type: text that
//     reads as it, or bytes. Refusals are the same for all operations: [Description.Refusals].
//   - A type that is not a scalar is a schema or a closed list of the description; both are there only if an operation uses
//     them. Schemas that point to each other do so through arrays or maps, so that values are finite.
//   - Answers may leave fields out, have null in their place, and have fields and values of closed lists that nobody describes.
//     Required is a promise of requests alone.
//   - [Schema.Key] is the field that has the ID which paths call [Schema.PathKey].
//   - [Operation.Duplicate] names the operation that another path leads to as well; a client needs one of the two. Operations
//     of the source [Internal] are no public API.
//   - [Operation.Effect] says what may be sent again: what [Acts] may not, not even after 429 unless nothing was done.
//   - The order of sections, operations, schemas and fields is that of the data, and the same each time.
package apispec
