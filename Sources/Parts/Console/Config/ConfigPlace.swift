package import MeshConfig

/// Where one is in the configuration.
package enum ConfigPlace: Hashable, Sendable {
    /// All objects, or those that concern one service.
    case list
    case object(ConfigKey)
    /// Who changed an object; without one, any of them.
    case history(ConfigKey?)
    /// The change that is under way, and the question whether to make it.
    case change
}

extension Screen {
    var configPlace: ConfigPlace? { if case .config(let place) = self { place } else { nil } }
    var isConfigList: Bool { configPlace == .list }
    var isConfigObject: Bool { if case .object? = configPlace { true } else { false } }
}
