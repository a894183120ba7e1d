/// What holds for the whole mesh and stands in no object.
package struct MeshSettings: Hashable, Sendable {
    /// The first part of every identity.
    package var trustDomain: String
    /// The end of every service's host name, after `svc.`.
    package var domain: String
    /// Whose policies hold for the whole mesh.
    package var rootNamespace: String
    /// The name of the cluster that workloads belong to.
    package var cluster: String

    package init(
        trustDomain: String = "cluster.local", domain: String = "cluster.local",
        rootNamespace: String = "istio-system", cluster: String = "Kubernetes"
    ) {
        self.trustDomain = trustDomain
        self.domain = domain
        self.rootNamespace = rootNamespace
        self.cluster = cluster
    }
}
