/// A cluster's API server, and what of it is looked at.
package struct KubernetesCluster: Hashable, Sendable {
    /// What people call it: the kubeconfig's context.
    package var name: String
    /// With a path when the API is below one.
    package var server: TargetURL
    package var access: TargetAccess
    /// All when empty.
    package var namespaces: [String]

    package init(name: String, server: TargetURL, access: TargetAccess, namespaces: [String] = []) {
        self.name = name
        self.server = server
        self.access = access
        self.namespaces = namespaces
    }

    /// The lists of pods that are followed, one for each namespace.
    var podPaths: [String] {
        let base = (server.path ?? "").hasSuffix("/") ? String((server.path ?? "").dropLast()) : server.path ?? ""
        guard !namespaces.isEmpty else { return ["\(base)/api/v1/pods"] }
        return namespaces.map { "\(base)/api/v1/namespaces/\($0)/pods" }
    }

    /// The cluster that this program runs in, as Kubernetes tells its pods: an address in the environment, and files of
    /// the pod's service account. Nothing outside a pod.
    ///
    /// <https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/>
    package static func surrounding(_ environment: [String: String]) -> KubernetesCluster? {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let url = TargetURL(
                "https://\(host.contains(":") ? "[\(host)]" : host):\(environment["KUBERNETES_SERVICE_PORT"] ?? "443")")
        else { return nil }
        let account = "/var/run/secrets/kubernetes.io/serviceaccount"
        return KubernetesCluster(
            name: "in-cluster", server: url,
            access: TargetAccess(
                credentials: .bearer(.file("\(account)/token")), tls: .init(authorityFile: "\(account)/ca.crt")))
    }

    /// Whether a text can be a namespace's name: RFC 1123's label.
    package static func isNamespace(_ text: String) -> Bool {
        guard (1...63).contains(text.utf8.count), text.first != "-", text.last != "-" else { return false }
        return text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D }
    }
}
