// Package rows prints the rows of an answer: as a table for people, as tab-separated fields in a pipe, as JSON, as CSV, or
// through a filter of jq. Rows come one after the other, so that a list of any length takes no more memory than a row; tables
// on a terminal, whose columns have to be measured, and filters, which are about the whole list, are the exceptions.
package rows
