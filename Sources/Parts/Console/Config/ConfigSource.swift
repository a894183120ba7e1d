package import MeshConfig

/// Where the mesh's configuration is read and changed. Called on effect threads; calls may block.
package protocol ConfigSource: Sendable {
    /// All objects; nothing when they are still in the state `known`.
    func catalog(unless known: String?) throws(ConsoleFailure) -> ConfigCatalog?
    /// Stores an object's new text, or with `dryRun` only asks whether the mesh would take it.
    func write(_ write: ConfigWrite, dryRun: Bool) -> ConfigWriteOutcome
    /// Who changed an object, or any of them, newest first.
    func history(of key: ConfigKey?) throws(ConsoleFailure) -> [ConfigStep]
}

/// Nothing to read a configuration from, and why.
package struct NoConfigSource: ConfigSource {
    private let reason: String

    package init(
        _ reason: String =
            "no configuration here: metrics do not tell it. A control plane does; name one with --control"
    ) {
        self.reason = reason
    }

    package func catalog(unless known: String?) throws(ConsoleFailure) -> ConfigCatalog? {
        throw ConsoleFailure(message: reason)
    }

    package func write(_ write: ConfigWrite, dryRun: Bool) -> ConfigWriteOutcome { .unreachable(reason: reason) }

    package func history(of key: ConfigKey?) throws(ConsoleFailure) -> [ConfigStep] {
        throw ConsoleFailure(message: reason)
    }
}
