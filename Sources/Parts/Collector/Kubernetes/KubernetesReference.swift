/// A cluster by the names that a person has for it.
package struct KubernetesReference: Hashable, Sendable {
    /// The kubeconfig; nothing for kubectl's own.
    package var file: String?
    /// Whether it is the cluster that this program runs in.
    package var isSurrounding: Bool
    /// Nothing for the kubeconfig's current context.
    package var context: String?
    /// All when empty.
    package var namespaces: [String]

    /// What stands in the place of a file for ``isSurrounding``.
    package static let surroundingWord = "in-cluster"

    package init(file: String? = nil, context: String? = nil, namespaces: [String] = []) {
        isSurrounding = file == Self.surroundingWord
        self.file = isSurrounding ? nil : file
        self.context = context
        self.namespaces = namespaces
    }
}
