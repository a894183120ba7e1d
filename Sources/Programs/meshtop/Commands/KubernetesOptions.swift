import Collector
import Glibc
import SystemIO

extension KubernetesReference {
    static let options = [
        Option(
            name: "--kubeconfig", value: "FILE",
            summary: "pods of a Kubernetes cluster; in-cluster for the one around us (default as kubectl)"),
        Option(name: "--kube-context", value: "NAME", summary: "a context of the kubeconfig (default its current one)"),
        Option(
            name: "--kube-namespace", value: "NAME",
            summary: "only pods of this namespace; may be repeated", mayRepeat: true),
    ]

    private static let limit = 4 << 20

    /// What the command line says of a cluster; nothing when it says nothing.
    init?(_ invocation: Invocation) throws(UsageError) {
        let file = invocation.value("--kubeconfig")
        let context = invocation.value("--kube-context")
        let namespaces = invocation.allValues("--kube-namespace")
        guard file != nil || context != nil || !namespaces.isEmpty else { return nil }
        for namespace in namespaces where !KubernetesCluster.isNamespace(namespace) {
            throw UsageError("--kube-namespace wants a namespace like shop, not “\(namespace)”")
        }
        self.init(file: file, context: context, namespaces: namespaces)
    }

    /// Reads the kubeconfig.
    func cluster() throws(CommandFailure) -> KubernetesCluster {
        if isSurrounding {
            var environment: [String: String] = [:]
            for name in ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"] {
                environment[name] = Self.variable(name)
            }
            guard var cluster = KubernetesCluster.surrounding(environment) else {
                throw CommandFailure(
                    "in-cluster is for a pod of the cluster: KUBERNETES_SERVICE_HOST is not set here. "
                        + "Name a kubeconfig with --kubeconfig.")
            }
            cluster.namespaces = namespaces
            return cluster
        }
        let path = try path()
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Files.read(path, limit: Self.limit)
        } catch {
            throw CommandFailure("the kubeconfig \(path) cannot be read: \(error.reason)")
        }
        do throws(Kubeconfig.Failure) {
            return try Kubeconfig(bytes, file: path).cluster(context: context, namespaces: namespaces)
        } catch {
            throw CommandFailure(error.description)
        }
    }

    /// kubectl reads all files of `KUBECONFIG` as one; here it is the first that there is.
    private func path() throws(CommandFailure) -> String {
        if let file { return file }
        let named = (Self.variable("KUBECONFIG") ?? "").split(separator: ":").map(String.init)
        if let first = named.first(where: { Files.exists($0) }) ?? named.first { return first }
        guard let home = Self.variable("HOME") else {
            throw CommandFailure("there is no home to find a kubeconfig in; name one with --kubeconfig")
        }
        return "\(home)/.kube/config"
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
