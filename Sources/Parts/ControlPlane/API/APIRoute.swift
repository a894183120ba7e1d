package import MeshConfig

/// What a path means.
package enum APIRoute: Hashable, Sendable {
    case version
    case coreVersions
    case groups
    case group(String)
    case resources(group: String, version: String)
    case openAPIIndex
    case openAPI(group: String, version: String)
    /// All objects of a resource, of one namespace or of all.
    case collection(ResourceKind, version: String, namespace: String?)
    case object(ResourceKind, version: String, namespace: String, name: String)

    /// Reads a path's segments; nothing when the API has nothing there.
    package init?(_ path: [String]) {
        switch path {
        case ["version"]: self = .version
        case ["api"]: self = .coreVersions
        case ["apis"]: self = .groups
        case ["openapi", "v3"]: self = .openAPIIndex
        default:
            let prefix = path.first == "openapi" ? 2 : 0
            guard prefix == 0 || path.dropFirst().first == "v3" else { return nil }
            let rest = path[prefix...]
            switch rest.first {
            case "api": self.init(group: "", Array(rest.dropFirst()), isOpenAPI: prefix > 0)
            case "apis":
                guard let group = rest.dropFirst().first, ResourceKind.groups.contains(where: { $0.name == group })
                else { return nil }
                self.init(group: group, Array(rest.dropFirst(2)), isOpenAPI: prefix > 0)
            default: return nil
            }
        }
    }

    private init?(group: String, _ path: [String], isOpenAPI: Bool) {
        guard let version = path.first else {
            guard !group.isEmpty, !isOpenAPI else { return nil }
            self = .group(group)
            return
        }
        let rest = Array(path.dropFirst())
        if rest.isEmpty {
            let isServed = !ResourceKind.served(group: group, version: version).isEmpty
            guard isServed else { return nil }
            self = isOpenAPI ? .openAPI(group: group, version: version) : .resources(group: group, version: version)
            return
        }
        guard !isOpenAPI else { return nil }
        func resource(_ plural: String) -> ResourceKind? {
            ResourceKind(group: group, version: version, plural: plural)
        }
        switch rest.count {
        case 1:
            guard let resource = resource(rest[0]) else { return nil }
            self = .collection(resource, version: version, namespace: nil)
        case 3 where rest[0] == "namespaces":
            guard let resource = resource(rest[2]) else { return nil }
            self = .collection(resource, version: version, namespace: rest[1])
        case 4 where rest[0] == "namespaces":
            guard let resource = resource(rest[2]) else { return nil }
            self = .object(resource, version: version, namespace: rest[1], name: rest[3])
        default: return nil
        }
    }
}
