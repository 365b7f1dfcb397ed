// Package definitions imports the types that operators add to Kubernetes. controller-gen reads them, and writes their
// CustomResourceDefinitions for scripts/kube-test.sh. Nobody compiles it: what External Secrets has beside its types
// wants an older controller-runtime than the rest.
package definitions

import (
	_ "github.com/external-secrets/external-secrets/apis/externalsecrets/v1"
	_ "github.com/external-secrets/external-secrets/apis/generators/v1alpha1"
	_ "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
)
