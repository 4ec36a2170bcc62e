// Package report writes what a command found in a cloud, or did to it, in the
// forms that reviewers and pipelines read: HTML, Markdown, JSON, and what GitHub,
// GitLab, Jenkins and Prometheus take.
//
// Every form is written from [Result] values and from nothing else: the same
// results make the same bytes. A format that a product defines is named where it
// is written, with where its definition stands. No form has a secret in it: values
// are written by [render.Rows], which knows none.
package report
