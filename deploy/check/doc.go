// Package check tests what deploy/ has: units of systemd, the image, the manifests. It is a module of its own, so that nothing else has
// to know the types of Kubernetes.
package check
